// How much there is to do, and how well it goes: the newest figure large, its last 15 minutes beside it.
import ChartIcon from "@mui/icons-material/ShowChartOutlined";
import TableIcon from "@mui/icons-material/TableRowsOutlined";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Card from "@mui/material/Card";
import Skeleton from "@mui/material/Skeleton";
import Typography from "@mui/material/Typography";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAppSelector } from "../../app/store.ts";
import { Chart, ChartTable } from "../../parts/chart.tsx";
import type { ChartProps, SeriesColour } from "../../parts/chart.tsx";
import { useFormats } from "../../parts/formats.ts";
import type { Formats } from "../../parts/formats.ts";
import { KEPT_MS, selectOverview } from "./overview-slice.ts";
import { isGone } from "../../api/errors.ts";
import type { Sample } from "../../api/types.ts";
import { Failed, Section } from "../../parts/section.tsx";

type Measured = Exclude<keyof Sample, "at">;

interface Figure {
  title:
    | "connections"
    | "sessions"
    | "messages"
    | "captions"
    | "audio"
    | "lag"
    | "cpu"
    | "memory"
    | "translationLag"
    | "cost";
  format: "count" | "rate" | "delay" | "percent" | "bytes" | "money";
  series: readonly {
    measured: Measured;
    label: "connections" | "sessions" | "rooms" | "in" | "out" | "all" | "finals" | "lag" | "cpu" | "memory" | "cost";
    colour: SeriesColour;
  }[];
  /** The server counts it from its start; shown is what came on top since the first sample. */
  rises?: true;
  /** What the figures beside the picture are round multiples of. */
  unit?: number;
}

/** How high a picture reaches at least: noise shall not look like a storm. */
const LEAST = { count: 4, rate: 2, delay: 200, percent: 20, bytes: 1, money: 0.01 } as const;

const MIB = 1_024 ** 2;
const CENT = 0.01;
/** So many tiles are as wide as one where the window has room for four in a row, the others twice that. */
const NARROW_TILES = 8;

const FIGURES: readonly Figure[] = [
  {
    title: "connections",
    format: "count",
    series: [{ measured: "connections", label: "connections", colour: "primary" }],
  },
  {
    title: "sessions",
    format: "count",
    series: [
      { measured: "sessions", label: "sessions", colour: "primary" },
      { measured: "rooms", label: "rooms", colour: "secondary" },
    ],
  },
  {
    title: "messages",
    format: "rate",
    series: [
      { measured: "messages_in_per_second", label: "in", colour: "info" },
      { measured: "messages_out_per_second", label: "out", colour: "primary" },
    ],
  },
  {
    title: "captions",
    format: "rate",
    series: [
      { measured: "captions_per_second", label: "all", colour: "primary" },
      { measured: "finals_per_second", label: "finals", colour: "secondary" },
    ],
  },
  {
    title: "audio",
    format: "rate",
    series: [
      { measured: "audio_in_per_second", label: "in", colour: "info" },
      { measured: "audio_out_per_second", label: "out", colour: "primary" },
    ],
  },
  { title: "lag", format: "delay", series: [{ measured: "speech_lag_ms", label: "lag", colour: "secondary" }] },
  { title: "cpu", format: "percent", series: [{ measured: "cpu_percent", label: "cpu", colour: "info" }] },
  {
    title: "memory",
    format: "bytes",
    unit: MIB,
    series: [{ measured: "memory_bytes", label: "memory", colour: "info" }],
  },
  {
    title: "translationLag",
    format: "delay",
    series: [{ measured: "translation_lag_ms", label: "lag", colour: "secondary" }],
  },
  {
    title: "cost",
    format: "money",
    unit: CENT,
    rises: true,
    series: [{ measured: "cost_usd", label: "cost", colour: "primary" }],
  },
];

export function Figures({ failed, retry, peak }: { failed: unknown; retry: () => unknown; peak: number | undefined }) {
  const { t } = useTranslation("overview");
  const samples = useAppSelector((state) => selectOverview(state).samples);
  const loaded = useAppSelector((state) => selectOverview(state).live) !== undefined;
  const [asTable, setAsTable] = useState(false);
  const [pointed, setPointed] = useState<number>();
  const broken = failed !== undefined && !isGone(failed);
  if (samples.length === 0) {
    if (broken) {
      return (
        <Section title={t("figures.title")}>
          <Failed retry={retry}>{t("figures.failed")}</Failed>
        </Section>
      );
    }
    return loaded ? (
      <Section title={t("figures.title")}>
        <Typography color="textSecondary">{t("figures.empty")}</Typography>
      </Section>
    ) : (
      <Skeleton variant="rounded" height={240} />
    );
  }
  const Icon = asTable ? ChartIcon : TableIcon;
  return (
    <Section
      bare
      title={t("figures.title")}
      aside={
        <Button
          size="small"
          startIcon={<Icon />}
          onClick={() => {
            setAsTable(!asTable);
          }}
        >
          {t(asTable ? "figures.asCharts" : "figures.asTable")}
        </Button>
      }
    >
      <Box
        sx={{
          display: "grid",
          gap: { xs: 1.5, md: 2 },
          // Ten pictures, and no row that is not full.
          gridTemplateColumns: {
            xs: "minmax(0, 1fr)",
            sm: "repeat(2, minmax(0, 1fr))",
            lg: "repeat(4, minmax(0, 1fr))",
          },
          [`& > :nth-of-type(n + ${NARROW_TILES + 1})`]: { gridColumn: { lg: "span 2" } },
          "@media (min-width: 1700px)": {
            gridTemplateColumns: "repeat(5, minmax(0, 1fr))",
            [`& > :nth-of-type(n + ${NARROW_TILES + 1})`]: { gridColumn: "auto" },
          },
        }}
      >
        {FIGURES.map((figure) => (
          <Tile
            key={figure.title}
            figure={figure}
            samples={samples}
            asTable={asTable}
            pointed={pointed}
            onPoint={setPointed}
            peak={peak}
          />
        ))}
      </Box>
    </Section>
  );
}

interface TileProps {
  figure: Figure;
  samples: readonly Sample[];
  asTable: boolean;
  /** Which sample's figures are shown large; undefined: the newest. */
  pointed: number | undefined;
  onPoint: (index: number | undefined) => void;
  peak: number | undefined;
}

function Tile({ figure, samples, asTable, pointed, onPoint, peak }: TileProps) {
  const { t } = useTranslation("overview");
  const formats = useFormats();
  const format = formats[figure.format];
  const title = t(`figures.${figure.title}`);
  const drawn = useMemo(
    () => ({
      times: samples.map(({ at }) => Date.parse(at)),
      series: figure.series.map(({ measured, label, colour }) => ({
        label: t(`figures.${label}`),
        colour,
        values: valuesOf(samples, measured, figure.rises === true),
      })),
    }),
    [figure, samples, t],
  );
  const place = pointed === undefined ? samples.length - 1 : Math.min(pointed, samples.length - 1);
  const now = samples[place];
  const summaries = drawn.series.map(({ label, values }) =>
    t("figures.summary", {
      label,
      now: format(values.at(-1) ?? 0),
      lowest: format(Math.min(...values)),
      highest: format(Math.max(...values)),
    }),
  );
  const chart: ChartProps = {
    ...drawn,
    summary: t("figures.overall", { title, figures: summaries.join("; ") }),
    span: KEPT_MS,
    least: LEAST[figure.format],
    format,
    formatTime: formats.time,
    onPoint,
    ...(figure.unit === undefined ? {} : { unit: figure.unit }),
  };
  const [first] = figure.series;
  if (now === undefined || first === undefined) return null;
  return (
    <Card sx={{ p: 2, pb: 1.5, minWidth: 0 }}>
      <Typography variant="body2" component="h3" color="textSecondary">
        {title}
      </Typography>
      <Box sx={{ display: "flex", flexWrap: "wrap", alignItems: "baseline", columnGap: 1.5, mb: 0.75, minHeight: 44 }}>
        <Typography component="p" sx={{ fontSize: "1.75rem", fontWeight: 640, fontVariantNumeric: "tabular-nums" }}>
          {format(drawn.series[0]?.values[place] ?? 0)}
        </Typography>
        <Typography variant="body2" color="textSecondary" component="p">
          {pointed === undefined ? (
            <Beside figure={figure} now={now} formats={formats} peak={peak} />
          ) : (
            t("figures.at", { time: formats.time(Date.parse(now.at)) })
          )}
        </Typography>
      </Box>
      {asTable ? (
        <ChartTable chart={chart} label={t("figures.table", { title })} timeLabel={t("figures.time")} />
      ) : (
        <Chart {...chart} />
      )}
    </Card>
  );
}

function valuesOf(samples: readonly Sample[], measured: Measured, rises: boolean): number[] {
  const values = samples.map((sample) => sample[measured]);
  const before = rises ? (values[0] ?? 0) : 0;
  return values.map((value) => value - before);
}

/** What the large figure leaves out: the second line of the picture, and what else bears on it. */
function Beside({
  figure,
  now,
  formats,
  peak,
}: {
  figure: Figure;
  now: Sample;
  formats: Formats;
  peak: number | undefined;
}) {
  const { t } = useTranslation("overview");
  const [first, second] = figure.series;
  const format = formats[figure.format];
  switch (figure.title) {
    case "connections":
      return peak === undefined ? null : t("figures.peak", { count: peak });
    case "lag":
      return t("figures.lagHint");
    case "translationLag":
      return t("figures.translationLagHint");
    case "cost":
      return t("figures.sinceStart", { cost: formats.money(now.cost_usd) });
    case "cpu":
      return t("figures.cpuHint");
    case "memory":
      return null;
    case "sessions":
    case "messages":
    case "captions":
    case "audio":
  }
  return (
    <>
      {figure.title === "sessions" || first === undefined ? null : (
        <Key colour={first.colour} text={t(`figures.${first.label}`)} />
      )}
      {second === undefined ? null : (
        <Key colour={second.colour} text={`${t(`figures.${second.label}`)} ${format(now[second.measured])}`} />
      )}
      {figure.title === "messages" && now.refused_per_second > 0
        ? t("figures.refused", { rate: formats.rate(now.refused_per_second) })
        : null}
    </>
  );
}

function Key({ colour, text }: { colour: SeriesColour; text: string }) {
  return (
    <Box component="span" sx={{ display: "inline-flex", alignItems: "center", gap: 0.5, mr: 1 }}>
      <Box component="span" aria-hidden sx={{ width: 10, height: 3, borderRadius: 1, bgcolor: `${colour}.main` }} />
      {text}
    </Box>
  );
}
