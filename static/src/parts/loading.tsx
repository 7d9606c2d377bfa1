// While something is fetched.
import Box from "@mui/material/Box";
import CircularProgress from "@mui/material/CircularProgress";
import { useTranslation } from "react-i18next";

export function Loading() {
  const { t } = useTranslation();
  return (
    <Box sx={{ display: "grid", placeItems: "center", minHeight: 160 }}>
      <CircularProgress aria-label={t("loading")} />
    </Box>
  );
}
