// How many callers wait for somebody, beside the way to the calls: whoever is on another page sees that they are needed.
import Box from "@mui/material/Box";
import { useTranslation } from "react-i18next";
import { useAccessQuery } from "../../api/api.ts";
import { isWaiting, useCallsAloneQuery } from "../../api/calls.ts";
import { Unseen } from "../../parts/unseen.tsx";

/** As long as somebody on the telephone may be left alone without being noticed. */
const CALLS_EVERY_MS = 10_000;

export function WaitingBadge() {
  const { t } = useTranslation();
  const { data: access } = useAccessQuery();
  const operates = access?.role === "operator" || access?.role === "admin";
  const { data } = useCallsAloneQuery(undefined, { skip: !operates });
  // A server without calls is asked once.
  useCallsAloneQuery(undefined, { skip: !operates || data?.configured !== true, pollingInterval: CALLS_EVERY_MS });
  const count = operates ? (data?.calls.filter(isWaiting).length ?? 0) : 0;
  if (count === 0) return null;
  return (
    <Box
      component="span"
      sx={{
        bgcolor: "warning.main",
        color: "warning.contrastText",
        borderRadius: 5,
        px: 0.875,
        fontSize: "0.75rem",
        fontWeight: 650,
      }}
    >
      <span aria-hidden>{count}</span>
      <Unseen>{t("callsWaiting", { count })}</Unseen>
    </Box>
  );
}
