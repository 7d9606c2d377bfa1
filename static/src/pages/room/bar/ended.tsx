// The stay is over though the person did not leave: why, and what to do.
import Alert from "@mui/material/Alert";
import AlertTitle from "@mui/material/AlertTitle";
import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import { useTranslation } from "react-i18next";
import type { ConnectionState } from "../../../client/index.ts";
import { endAdvice } from "../advice.ts";

export function Ended(end: {
  state: Extract<ConnectionState, { kind: "ended" }>;
  roomId: string;
  onAgain: () => void;
  onEntrance: () => void;
}) {
  const { t } = useTranslation("room");
  return (
    <Alert severity="warning" role="alert" sx={{ m: { xs: 1.5, sm: 2 }, mb: 0, flex: "none" }}>
      <AlertTitle>{t("ended.title")}</AlertTitle>
      {endAdvice(end.state, end.roomId)} {t("ended.kept")}
      <Stack direction="row" sx={{ gap: 1, mt: 1.5, flexWrap: "wrap" }}>
        <Button variant="contained" onClick={end.onAgain}>
          {t("ended.again")}
        </Button>
        <Button onClick={end.onEntrance}>{t("ended.entrance")}</Button>
      </Stack>
    </Alert>
  );
}
