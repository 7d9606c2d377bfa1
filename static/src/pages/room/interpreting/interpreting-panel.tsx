// Who interprets here: which engines, how far they are behind, what they have cost, and what is left of the room's budget.
import AboutIcon from "@mui/icons-material/InfoOutlined";
import DelayedIcon from "@mui/icons-material/ScheduleOutlined";
import LateIcon from "@mui/icons-material/ErrorOutlineOutlined";
import PromptIcon from "@mui/icons-material/CheckCircleOutlined";
import Box from "@mui/material/Box";
import Collapse from "@mui/material/Collapse";
import IconButton from "@mui/material/IconButton";
import LinearProgress from "@mui/material/LinearProgress";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { UsageFigures } from "../../../api/types.ts";
import { useAppSelector } from "../../../app/store.ts";
import { useFormats } from "../../../parts/formats.ts";
import { selectConnection } from "../stay-slice.ts";
import { selectBudget, selectEngines, selectExhaustedAt, selectLeft } from "./interpreting-slice.ts";
import { promptnessOf } from "./lag.ts";

export function InterpretingPanel() {
  const { t } = useTranslation("room");
  const id = useId();
  const engines = useAppSelector(selectEngines);
  // While nothing is heard of the server, nobody knows how far its engines are behind.
  const online = useAppSelector((state) => selectConnection(state).kind === "online");
  const [explained, setExplained] = useState(false);
  const figures = Object.values(engines);
  return (
    <Box component="section" aria-labelledby={id} sx={{ display: "grid", gap: 1, minWidth: 0 }}>
      <Box sx={{ display: "flex", alignItems: "center", gap: 1 }}>
        <Typography id={id} variant="h3" component="h2" sx={{ flexGrow: 1 }}>
          {t("interpreting.title")}
        </Typography>
        <Tooltip title={t("interpreting.explain")}>
          <IconButton
            size="small"
            aria-label={t("interpreting.explain")}
            aria-expanded={explained}
            aria-controls={`${id}-explanation`}
            onClick={() => {
              setExplained(!explained);
            }}
          >
            <AboutIcon fontSize="small" />
          </IconButton>
        </Tooltip>
      </Box>
      <Collapse id={`${id}-explanation`} in={explained}>
        <Typography variant="caption" component="p" color="textSecondary">
          {t("interpreting.explanation")}
        </Typography>
      </Collapse>
      {figures.length === 0 ? (
        <Typography variant="body2" color="textSecondary">
          {t("interpreting.nothing")}
        </Typography>
      ) : (
        <Box component="ul" aria-labelledby={id} sx={{ listStyle: "none", m: 0, p: 0, display: "grid", gap: 1.25 }}>
          {figures.map((each) => (
            <Engine key={each.engine} figures={each} online={online} />
          ))}
        </Box>
      )}
      <BudgetLeft />
    </Box>
  );
}

function Engine({ figures, online }: { figures: UsageFigures; online: boolean }) {
  const { t } = useTranslation("room");
  const format = useFormats();
  const { engine, cost_usd: cost, tokens, audio_ms: audio, lag_ms: lag } = figures;
  const used = [t("interpreting.audio", { duration: format.duration(audio) })];
  if (tokens != null) used.push(t("interpreting.tokens", { count: tokens, tokens: format.count(tokens) }));
  return (
    <Box component="li" data-engine={engine} sx={{ display: "grid", minWidth: 0 }}>
      <Box sx={{ display: "flex", flexWrap: "wrap", columnGap: 1, alignItems: "baseline" }}>
        <Typography variant="body2" sx={{ fontWeight: 600, flexGrow: 1, overflowWrap: "anywhere", minWidth: 0 }}>
          {engine}
        </Typography>
        {cost == null || cost === 0 ? null : (
          <Typography variant="body2" sx={{ fontVariantNumeric: "tabular-nums" }}>
            {t("interpreting.cost", { cost: format.money(cost) })}
          </Typography>
        )}
      </Box>
      {online ? <Lag ms={lag} /> : null}
      <Typography variant="caption" color="textSecondary" sx={{ fontVariantNumeric: "tabular-nums" }}>
        {used.join(" · ")}
      </Typography>
    </Box>
  );
}

const LAG_LOOKS = {
  prompt: { Icon: PromptIcon, colour: "success.main" },
  delayed: { Icon: DelayedIcon, colour: "text.secondary" },
  late: { Icon: LateIcon, colour: "warning.main" },
} as const;

function Lag({ ms }: { ms: number }) {
  const { t } = useTranslation("room");
  const format = useFormats();
  const promptness = promptnessOf(ms);
  const { Icon, colour } = LAG_LOOKS[promptness];
  return (
    <Typography variant="body2" sx={{ display: "flex", alignItems: "center", gap: 0.75 }}>
      <Icon aria-hidden sx={{ fontSize: 16, color: colour, flex: "none" }} />
      <Box component="span" sx={{ fontVariantNumeric: "tabular-nums" }}>
        {t("interpreting.lag", { promptness: t(`interpreting.${promptness}`), delay: format.delay(ms) })}
      </Box>
    </Typography>
  );
}

/** What is left of the room's money, its minutes or both; nothing where the room has no budget. */
function BudgetLeft() {
  const { minutes, money, moneyLeft } = useFormats();
  const budget = useAppSelector(selectBudget);
  const left = useAppSelector(selectLeft);
  const exhausted = useAppSelector((state) => selectExhaustedAt(state) !== undefined);
  const parts = [
    { part: "cost_usd", whole: budget?.cost_usd, rest: left?.cost_usd, format: money, formatLeft: moneyLeft },
    { part: "minutes", whole: budget?.minutes, rest: left?.minutes, format: minutes, formatLeft: minutes },
  ] as const;
  return parts.map(({ part, whole, rest, format, formatLeft }) =>
    whole == null && rest == null ? null : (
      <Left
        key={part}
        whole={whole ?? undefined}
        rest={rest ?? undefined}
        format={format}
        formatLeft={formatLeft}
        // Which part of the budget is used up is not said where nothing was told of what is left.
        isOver={exhausted && rest === 0}
      />
    ),
  );
}

function Left(left: {
  whole: number | undefined;
  rest: number | undefined;
  format: (value: number) => string;
  formatLeft: (value: number) => string;
  isOver: boolean;
}) {
  const { t } = useTranslation("room");
  const id = useId();
  const { whole, rest, format, formatLeft, isOver } = left;
  const text =
    rest === undefined
      ? format(whole ?? 0)
      : whole === undefined
        ? formatLeft(rest)
        : t("interpreting.ofWhole", { left: formatLeft(rest), whole: format(whole) });
  return (
    <Box sx={{ minWidth: 0 }}>
      <Box sx={{ display: "flex", flexWrap: "wrap", columnGap: 1, alignItems: "baseline" }}>
        <Typography id={id} variant="body2" sx={{ flexGrow: 1 }}>
          {t(rest === undefined ? "interpreting.budget" : "interpreting.left")}
        </Typography>
        <Typography variant="body2" sx={{ fontVariantNumeric: "tabular-nums" }}>
          {text}
        </Typography>
      </Box>
      {rest === undefined || whole === undefined || whole === 0 ? null : (
        <LinearProgress
          variant="determinate"
          aria-labelledby={id}
          aria-valuetext={text}
          color={isOver ? "warning" : "primary"}
          value={Math.min(100, (100 * rest) / whole)}
          sx={{ mt: 0.5, height: 6, borderRadius: 3 }}
        />
      )}
    </Box>
  );
}
