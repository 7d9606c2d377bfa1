// Asks whether a call is really to be hung up.
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { useHangUpCallMutation } from "../../api/calls.ts";
import type { CallView } from "../../api/types.ts";
import { OrderDialog } from "./order-dialog.tsx";

export function HangUpDialog(dialog: { call: CallView; onDone: () => void; onClose: () => void }) {
  const { t } = useTranslation("calls");
  const [hangUp, { isLoading, error }] = useHangUpCallMutation();
  const { call, onDone, onClose } = dialog;
  return (
    <OrderDialog
      title={t("hangUp.title", { name: call.name })}
      order={t("hangUp.confirm")}
      colour="error"
      pending={isLoading}
      error={error}
      onClose={onClose}
      onOrder={() => {
        void hangUp(call.call_id).unwrap().then(onDone, stay);
      }}
    >
      <Typography>{t("hangUp.text")}</Typography>
    </OrderDialog>
  );
}

/** What went wrong is shown by the dialog. */
export function stay(): void {
  // Nothing is left to do.
}
