// How the connection is, and while it is lost: when the next attempt begins, and a button to try at once.
import OfflineIcon from "@mui/icons-material/CloudOffOutlined";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import CircularProgress from "@mui/material/CircularProgress";
import Typography from "@mui/material/Typography";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAppSelector } from "../../../app/store.ts";
import { useStay } from "../stay-context.ts";
import { selectConnection, selectRetryAt } from "../stay-slice.ts";

export function ConnectionStatus() {
  const { t } = useTranslation("room");
  const stay = useStay();
  const connection = useAppSelector(selectConnection);
  const retryAt = useAppSelector(selectRetryAt);
  const { kind } = connection;
  return (
    <Box
      data-connection={kind}
      sx={{ display: "flex", alignItems: "center", gap: 1, flexWrap: "wrap", minHeight: 32, minWidth: 0 }}
    >
      <Dot kind={kind} />
      <Typography
        role="status"
        aria-label={t("connection.label")}
        variant="body2"
        sx={{ fontWeight: 560, color: COLOURS[kind] }}
      >
        {t(`connection.${kind}`)}
      </Typography>
      {connection.kind === "waiting" ? (
        <>
          <Countdown key={retryAt} until={retryAt} from={connection.retryInMs} />
          <Button
            size="small"
            variant="outlined"
            color="warning"
            onClick={() => {
              stay.connection.retryNow();
            }}
          >
            {t("connection.retryNow")}
          </Button>
        </>
      ) : null}
    </Box>
  );
}

const COLOURS = {
  connecting: "text.secondary",
  online: "success.main",
  waiting: "warning.main",
  ended: "text.secondary",
} as const;

function Dot({ kind }: { kind: keyof typeof COLOURS }) {
  if (kind === "connecting") return <CircularProgress aria-hidden size={14} thickness={6} />;
  if (kind === "online") {
    return (
      <Box aria-hidden sx={{ width: 10, height: 10, borderRadius: "50%", bgcolor: "success.main", flex: "none" }} />
    );
  }
  return <OfflineIcon aria-hidden sx={{ fontSize: 18, color: COLOURS[kind] }} />;
}

/** Seconds to `until` (milliseconds since 1970). Not read out: a screen reader would say nothing else. */
function Countdown({ until, from }: { until: number; from: number }) {
  const { t } = useTranslation("room");
  const [leftMs, setLeftMs] = useState(from);
  useEffect(() => {
    const timer = setInterval(() => {
      setLeftMs(until - Date.now());
    }, 200);
    return () => {
      clearInterval(timer);
    };
  }, [until]);
  return (
    <Typography variant="body2" color="textSecondary" sx={{ fontVariantNumeric: "tabular-nums" }}>
      {t("connection.retryIn", { count: Math.max(0, Math.ceil(leftMs / 1000)) })}
    </Typography>
  );
}
