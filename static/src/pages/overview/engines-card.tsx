// The engines that interpret: which parts are there, which are missing, and for operators what they do and have cost.
import MissingIcon from "@mui/icons-material/HighlightOffOutlined";
import RestingIcon from "@mui/icons-material/PauseCircleOutlined";
import ThereIcon from "@mui/icons-material/CheckCircleOutlined";
import Box from "@mui/material/Box";
import Chip from "@mui/material/Chip";
import Skeleton from "@mui/material/Skeleton";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { useEnginesQuery } from "../../api/questions.ts";
import type { EngineActivity, EngineRole, EngineView } from "../../api/types.ts";
import { useFormats } from "../../parts/formats.ts";
import { isGone } from "../../api/errors.ts";
import { Failed, Section } from "../../parts/section.tsx";

const ENGINES_EVERY_MS = 30_000;
const MINUTE_MS = 60_000;

/** `activities`: of the engines that serve or were used; none where they are not shown. */
export function EnginesCard({ activities }: { activities: readonly EngineActivity[] }) {
  const { t } = useTranslation("overview");
  const { data, error, refetch } = useEnginesQuery(undefined, { pollingInterval: ENGINES_EVERY_MS });
  const broken = data === undefined && error !== undefined && !isGone(error);
  return (
    <Section title={t("engines.title")}>
      {broken ? <Failed retry={() => void refetch()}>{t("engines.failed")}</Failed> : null}
      {data === undefined && !broken ? <Skeleton variant="rounded" height={120} /> : null}
      {data?.length === 0 ? <Typography color="textSecondary">{t("engines.none")}</Typography> : null}
      <Stack sx={{ gap: 2.5 }}>
        {data?.map((engine) => (
          <Engine
            key={engine.name}
            engine={engine}
            activity={activities.find((activity) => activity.engine === engine.name)}
          />
        ))}
      </Stack>
    </Section>
  );
}

function Engine({ engine, activity }: { engine: EngineView; activity: EngineActivity | undefined }) {
  const { t } = useTranslation("overview");
  const { talkers, talker_limit: limit } = engine;
  return (
    <Box>
      <Box sx={{ display: "flex", flexWrap: "wrap", alignItems: "center", gap: 1, mb: 1 }}>
        <Typography variant="h3">{engine.name}</Typography>
        {engine.default ? <Chip size="small" color="primary" variant="outlined" label={t("engines.default")} /> : null}
        <State state={!engine.available ? "unavailable" : activity?.resting === true ? "resting" : "ready"} />
        <Typography variant="body2" color="textSecondary" sx={{ ml: { sm: "auto" } }}>
          {Number.isSafeInteger(limit)
            ? t("engines.talkers", { count: talkers, limit })
            : t("engines.talkersUnlimited", { count: talkers })}
        </Typography>
      </Box>
      {activity === undefined ? null : <Activity of={activity} />}
      <Box
        component="ul"
        aria-label={engine.name}
        sx={{
          display: "grid",
          gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 165px), 1fr))",
          gap: 1,
          listStyle: "none",
          p: 0,
          m: 0,
        }}
      >
        {engine.parts.map((part) => {
          const Icon = part.available ? ThereIcon : MissingIcon;
          return (
            <Box
              component="li"
              key={`${part.role} ${part.name}`}
              sx={{
                border: 1,
                borderColor: part.available ? "divider" : "error.main",
                borderRadius: 1,
                p: 1.25,
                minWidth: 0,
              }}
            >
              <Typography
                variant="caption"
                color="textSecondary"
                sx={{ display: "flex", alignItems: "center", gap: 0.5 }}
              >
                <Icon aria-hidden sx={{ fontSize: 16, color: part.available ? "success.main" : "error.main" }} />
                {isRole(part.role) ? t(`engines.${part.role}`) : part.role}:{" "}
                {t(part.available ? "engines.there" : "engines.missing")}
              </Typography>
              <Typography sx={{ fontWeight: 600 }} variant="body2">
                {part.name}
              </Typography>
              <Typography variant="caption" color="textSecondary" sx={{ overflowWrap: "anywhere", display: "block" }}>
                {part.detail}
              </Typography>
            </Box>
          );
        })}
      </Box>
    </Box>
  );
}

const STATES = {
  ready: { Icon: ThereIcon, colour: "success" },
  resting: { Icon: RestingIcon, colour: "warning" },
  unavailable: { Icon: MissingIcon, colour: "error" },
} as const;

function State({ state }: { state: keyof typeof STATES }) {
  const { t } = useTranslation("overview");
  const { Icon, colour } = STATES[state];
  return <Chip size="small" color={colour} variant="outlined" icon={<Icon />} label={t(`engines.${state}`)} />;
}

/** What an engine does now, and was used for since the server was started. */
function Activity({ of: activity }: { of: EngineActivity }) {
  const { t } = useTranslation("overview");
  const format = useFormats();
  const { tokens, cost_usd: cost } = activity;
  const figures = [
    [t("engines.translations"), format.count(activity.translations)],
    [t("engines.lag"), format.delay(activity.lag_ms)],
    [t("engines.audio"), format.minutes(activity.audio_ms / MINUTE_MS)],
    ...(tokens == null ? [] : [[t("engines.tokens"), format.count(tokens)]]),
    [t("engines.cost"), cost == null || cost === 0 ? t("engines.free") : format.money(cost)],
  ];
  return (
    <Box
      component="dl"
      aria-label={t("engines.use", { engine: activity.engine })}
      sx={{ display: "flex", flexWrap: "wrap", columnGap: { xs: 2, sm: 3 }, rowGap: 1, m: 0, mb: 1.5 }}
    >
      {figures.map(([term, figure]) => (
        <Box key={term}>
          <Typography component="dt" variant="caption" color="textSecondary">
            {term}
          </Typography>
          <Typography component="dd" sx={{ m: 0, fontWeight: 600, fontVariantNumeric: "tabular-nums" }}>
            {figure}
          </Typography>
        </Box>
      ))}
    </Box>
  );
}

function isRole(role: string): role is EngineRole {
  return role === "transcriber" || role === "translator" || role === "synthesizer" || role === "interpreter";
}
