// Nothing more is translated in the room, as its budget is used up: said once, and as long as one is in the room.
import Alert from "@mui/material/Alert";
import AlertTitle from "@mui/material/AlertTitle";
import { useTranslation } from "react-i18next";
import { useAppSelector } from "../../../app/store.ts";
import { selectExhaustedAt } from "./interpreting-slice.ts";

export function BudgetNotice() {
  const { t } = useTranslation("room");
  const exhausted = useAppSelector((state) => selectExhaustedAt(state) !== undefined);
  return exhausted ? (
    <Alert severity="warning" role="alert" sx={{ mx: { xs: 1.5, sm: 2 }, mt: 1.5, flex: "none" }}>
      <AlertTitle>{t("interpreting.stopped")}</AlertTitle>
      {t("interpreting.stoppedText")}
    </Alert>
  ) : null;
}
