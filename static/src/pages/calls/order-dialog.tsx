// A dialog in which an order is given: it stays until the server took it, and says why it did not.
import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import Stack from "@mui/material/Stack";
import { useId } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useWords } from "./words.ts";

export function OrderDialog(dialog: {
  title: string;
  /** What the button says that gives the order. */
  order: string;
  colour?: "primary" | "error";
  /** It was given, and the answer is not here. */
  pending: boolean;
  /** Why it was not taken; undefined before. */
  error: unknown;
  onOrder: () => void;
  onClose: () => void;
  children: ReactNode;
}) {
  const { t } = useTranslation("calls");
  const words = useWords();
  const id = useId();
  const { pending, error } = dialog;
  return (
    <Dialog open onClose={dialog.onClose} aria-labelledby={id} fullWidth maxWidth="xs">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!pending) dialog.onOrder();
        }}
      >
        <DialogTitle id={id} sx={{ overflowWrap: "anywhere" }}>
          {dialog.title}
        </DialogTitle>
        <DialogContent>
          <Stack sx={{ gap: 2, pt: 1 }}>
            {dialog.children}
            {error === undefined || pending ? null : <Alert severity="error">{words.problem(error)}</Alert>}
          </Stack>
        </DialogContent>
        <DialogActions>
          <Button onClick={dialog.onClose}>{t("cancel")}</Button>
          <Button type="submit" variant="contained" color={dialog.colour ?? "primary"} loading={pending}>
            {dialog.order}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
