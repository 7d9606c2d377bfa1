// What needs somebody now: how bad, what, since when, and what to do. Calm while there is nothing.
import CalmIcon from "@mui/icons-material/SpaOutlined";
import Alert from "@mui/material/Alert";
import AlertTitle from "@mui/material/AlertTitle";
import Box from "@mui/material/Box";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { useAppSelector } from "../../app/store.ts";
import { useFormats } from "../../parts/formats.ts";
import { useNow } from "../../parts/now.ts";
import { selectOverview } from "./overview-slice.ts";
import type { AlertView } from "../../api/types.ts";
import { Section } from "../../parts/section.tsx";

const LOOKS = { critical: "error", warning: "warning", info: "info" } as const;
const WORST_FIRST = ["critical", "warning", "info"];

export function AlertsCard({ gone }: { gone: boolean }) {
  const { t } = useTranslation("overview");
  const alerts = useAppSelector((state) => selectOverview(state).alerts);
  const worstFirst = [...alerts].sort(
    (a, b) => WORST_FIRST.indexOf(a.severity) - WORST_FIRST.indexOf(b.severity) || b.since.localeCompare(a.since),
  );
  return (
    <Section
      title={t("alerts.title")}
      aside={
        alerts.length === 0 ? null : (
          <Typography variant="body2" color="textSecondary">
            {t("alerts.some", { count: alerts.length })}
          </Typography>
        )
      }
    >
      <Box role="log" aria-label={t("alerts.title")} sx={gone ? { filter: "grayscale(1)" } : {}}>
        {alerts.length === 0 ? (
          <Stack sx={{ alignItems: "center", gap: 1, py: { xs: 1, lg: 3 }, textAlign: "center" }}>
            {gone ? null : <CalmIcon aria-hidden sx={{ fontSize: 40, color: "success.main", opacity: 0.8 }} />}
            <Typography color="textSecondary">{t(gone ? "alerts.unknown" : "alerts.none")}</Typography>
          </Stack>
        ) : (
          <Stack sx={{ gap: 1, maxHeight: 340, overflowY: "auto" }} tabIndex={0}>
            {worstFirst.map((alert) => (
              <Shown key={alert.id} alert={alert} />
            ))}
          </Stack>
        )}
      </Box>
    </Section>
  );
}

function Shown({ alert }: { alert: AlertView }) {
  const { t } = useTranslation("overview");
  return (
    <Alert role="presentation" severity={LOOKS[alert.severity]} sx={{ "& .MuiAlert-message": { minWidth: 0 } }}>
      <AlertTitle sx={{ mb: 0.25, fontSize: "0.9375rem" }}>
        {t(`alerts.${alert.severity}`)}: {alert.message}
      </AlertTitle>
      <Box sx={{ overflowWrap: "anywhere" }}>{alert.remedy}</Box>
      <Since since={alert.since} />
    </Alert>
  );
}

function Since({ since }: { since: string }) {
  const format = useFormats();
  const now = useNow();
  const started = Date.parse(since);
  if (Number.isNaN(started)) return null;
  return (
    <Typography
      component="time"
      dateTime={since}
      title={format.time(started)}
      variant="caption"
      aria-live="off"
      sx={{ display: "block", mt: 0.5 }}
    >
      {format.ago(started, now)}
    </Typography>
  );
}
