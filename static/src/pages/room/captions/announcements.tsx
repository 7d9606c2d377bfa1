// Where a screen reader reads what others say. Always there: what is put into a region it knows is read, a new region may not be.
import Box from "@mui/material/Box";
import { useTranslation } from "react-i18next";
import { useAppSelector } from "../../../app/store.ts";
import { UNSEEN } from "../../../parts/unseen.tsx";
import { selectAnnounced } from "../stay-slice.ts";

export function Announcements() {
  const { t } = useTranslation("room");
  const announced = useAppSelector(selectAnnounced);
  return (
    <Box role="log" aria-live="polite" aria-relevant="additions" aria-label={t("captions.log")} sx={UNSEEN}>
      {announced.map(({ id, text, language }) => (
        <p key={id} lang={language}>
          {text}
        </p>
      ))}
    </Box>
  );
}
