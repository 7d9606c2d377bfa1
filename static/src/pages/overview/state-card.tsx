// Whether all is well, in a picture, a word and a sentence; then what is missing and what to do about it.
import DegradedIcon from "@mui/icons-material/ReportProblemOutlined";
import GoneIcon from "@mui/icons-material/CloudOffOutlined";
import HealthyIcon from "@mui/icons-material/CheckCircleOutlined";
import UnconfiguredIcon from "@mui/icons-material/RadioButtonUncheckedOutlined";
import UnhealthyIcon from "@mui/icons-material/ErrorOutlineOutlined";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Card from "@mui/material/Card";
import Chip from "@mui/material/Chip";
import Skeleton from "@mui/material/Skeleton";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useId } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { MEASURING } from "../../api/questions.ts";
import { useAppSelector } from "../../app/store.ts";
import { useFormats } from "../../parts/formats.ts";
import { useNow } from "../../parts/now.ts";
import { selectOverview } from "./overview-slice.ts";
import { isGone } from "../../api/errors.ts";
import { useReadinessQuery } from "./questions.ts";
import type { Health, HealthView, Missing } from "../../api/types.ts";

const READINESS_EVERY_MS = 15_000;

const PICTURES = {
  healthy: { icon: HealthyIcon, colour: "success.main" },
  degraded: { icon: DegradedIcon, colour: "warning.main" },
  unhealthy: { icon: UnhealthyIcon, colour: "error.main" },
  not_configured: { icon: UnconfiguredIcon, colour: "text.secondary" },
  gone: { icon: GoneIcon, colour: "error.main" },
} as const;

interface Answer {
  data?: HealthView | undefined;
  error?: unknown;
  /** When `data` came, in milliseconds since 1970. */
  fulfilledTimeStamp?: number | undefined;
  refetch: () => unknown;
}

export function StateCard({ health, polled }: { health: Answer; polled: boolean }) {
  const { t } = useTranslation("overview");
  const format = useFormats();
  const id = useId();
  const gone = isGone(health.error);
  const { data, fulfilledTimeStamp } = health;
  const readiness = useReadinessQuery(undefined, { pollingInterval: READINESS_EVERY_MS });
  if (data === undefined && !gone) {
    return <Skeleton variant="rounded" height={220} aria-label={t("state.title")} />;
  }
  const status = gone ? "gone" : stateOf(data, readiness.data?.missing ?? []);
  const { icon: Icon, colour } = PICTURES[status];
  const text =
    status !== "gone"
      ? t(`state.${status}Text`)
      : fulfilledTimeStamp === undefined
        ? t("state.goneFirst")
        : t("state.goneText", { time: format.time(fulfilledTimeStamp) });
  return (
    <Card component="section" aria-labelledby={id} sx={{ p: { xs: 1.75, sm: 2.5 }, position: "relative" }}>
      <Stack direction="row" sx={{ gap: { xs: 1.5, sm: 2.5 }, alignItems: "center" }}>
        <Box
          aria-hidden
          sx={{
            display: "grid",
            placeItems: "center",
            flexShrink: 0,
            width: { xs: 56, sm: 84 },
            height: { xs: 56, sm: 84 },
            borderRadius: "50%",
            color: colour,
            border: 2,
            borderColor: colour,
          }}
        >
          <Icon sx={{ fontSize: { xs: 30, sm: 46 } }} />
        </Box>
        <Box role="status" sx={{ minWidth: 0 }}>
          <Typography id={id} variant="body2" component="h2" color="textSecondary">
            {t("state.title")}
          </Typography>
          <Typography
            data-state={status}
            sx={{ fontSize: { xs: "1.35rem", sm: "1.75rem" }, fontWeight: 680, lineHeight: 1.2 }}
          >
            {t(`state.${status}`)}
          </Typography>
          <Typography color="textSecondary">{text}</Typography>
        </Box>
      </Stack>
      {gone ? (
        <Button variant="outlined" sx={{ mt: 2 }} onClick={() => void health.refetch()}>
          {t("state.again")}
        </Button>
      ) : null}
      {data === undefined ? null : (
        <>
          <Facts data={data} asOf={fulfilledTimeStamp} gone={gone} polled={polled} />
          <Parts data={data} gone={gone} />
        </>
      )}
      <Lacks title={t("state.missing")} lacks={readiness.data?.missing ?? []} />
      <Lacks title={t("state.warnings")} lacks={readiness.data?.warnings ?? []} />
    </Card>
  );
}

function stateOf(health: HealthView | undefined, missing: readonly Missing[]): Health {
  return missing.length > 0 ? "unhealthy" : (health?.status ?? "not_configured");
}

function Facts(facts: { data: HealthView; asOf: number | undefined; gone: boolean; polled: boolean }) {
  const { t } = useTranslation("overview");
  const format = useFormats();
  const live = useAppSelector((state) => selectOverview(state).live);
  const restarts = useAppSelector((state) => selectOverview(state).samples.at(-1)?.restarts ?? 0);
  return (
    <Box component="dl" sx={{ display: "flex", flexWrap: "wrap", columnGap: 4, rowGap: 1, m: 0, mt: 2 }}>
      <Fact name={t("state.version")}>{facts.data.version}</Fact>
      {facts.gone ? null : (
        <>
          <Fact name={t("state.uptime")}>
            <Uptime seconds={facts.data.uptime} asOf={facts.asOf ?? 0} />
          </Fact>
          <Fact name={t("state.live")}>{t(`state.${facts.polled ? "polled" : (live ?? "connecting")}`)}</Fact>
        </>
      )}
      {restarts > 0 ? <Fact name={t("state.restarts")}>{format.count(restarts)}</Fact> : null}
    </Box>
  );
}

function Uptime({ seconds, asOf }: { seconds: number; asOf: number }) {
  const format = useFormats();
  const now = useNow();
  return format.duration(seconds * 1_000 + Math.max(0, now - asOf));
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Box>
      <Typography component="dt" variant="caption" color="textSecondary">
        {name}
      </Typography>
      <Typography component="dd" sx={{ m: 0, fontWeight: 560, fontVariantNumeric: "tabular-nums" }}>
        {children}
      </Typography>
    </Box>
  );
}

const PART_COLOURS = {
  healthy: "success",
  degraded: "warning",
  unhealthy: "error",
  not_configured: "default",
} as const;

function Parts({ data, gone }: { data: HealthView; gone: boolean }) {
  const { t } = useTranslation("overview");
  const all = Object.entries({ ...data.services, ...data.components });
  const parts = all.filter(([name]) => !name.startsWith(`${MEASURING}.`));
  return (
    <Box
      component="ul"
      aria-label={t("state.parts")}
      sx={{
        display: "flex",
        flexWrap: "wrap",
        gap: 0.75,
        listStyle: "none",
        p: 0,
        m: 0,
        mt: 2,
        ...(gone ? { filter: "grayscale(1)" } : {}),
      }}
    >
      {parts.map(([name, state]) => {
        const Icon = PICTURES[state].icon;
        return (
          <Box component="li" key={name}>
            <Chip
              size="small"
              variant="outlined"
              color={PART_COLOURS[state]}
              icon={<Icon aria-hidden />}
              label={`${name}: ${t(`state.${state}Part`)}`}
            />
          </Box>
        );
      })}
    </Box>
  );
}

function Lacks({ title, lacks }: { title: string; lacks: readonly Missing[] }) {
  const { t } = useTranslation("overview");
  if (lacks.length === 0) return null;
  return (
    <Box sx={{ mt: 2 }}>
      <Typography variant="h3">{title}</Typography>
      <Box component="ul" sx={{ m: 0, mt: 0.5, pl: 2.5 }}>
        {lacks.map(({ what, remedy }) => (
          <Typography component="li" variant="body2" key={what} sx={{ overflowWrap: "anywhere" }}>
            <Box component="span" sx={{ fontWeight: 600 }}>
              {what}
            </Box>
            <Box component="span" sx={{ display: "block", color: "text.secondary" }}>
              {t("state.remedy")}: {remedy}
            </Box>
          </Typography>
        ))}
      </Box>
    </Box>
  );
}
