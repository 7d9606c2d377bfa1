// Draws a chart with uPlot. Loaded by `Chart` when there is something to draw.
import Box from "@mui/material/Box";
import { alpha, useColorScheme, useTheme } from "@mui/material/styles";
import { useEffect, useEffectEvent, useRef } from "react";
import type {} from "@mui/material/themeCssVarsAugmentation";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { CHART_HEIGHT } from "./chart.tsx";
import type { ChartProps, SeriesColour } from "./chart.tsx";

const FONT = '10.5px "Inter Variable", system-ui, sans-serif';
/** Room for the figures beside the picture, in pixels of CSS. */
const FIGURES_WIDTH = 54;
const TIMES_HEIGHT = 20;
/** Charts with the same key show the same time when one of them is pointed at. */
const SYNCHRONISED = "charts";
const MINUTE_MS = 60_000;

export function ChartCanvas(chart: ChartProps) {
  const { times, series } = chart;
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(undefined);
  const colours = useColours();
  const look = JSON.stringify([colours, series.map(({ colour }) => colour)]);

  const pointed = useEffectEvent((index: number | undefined) => {
    chart.onPoint?.(index);
  });
  const draw = useEffectEvent((into: HTMLElement, onCursor: (shown: UPlot) => void) => {
    const made = new UPlot(
      { ...options(chart, colours, into.clientWidth), hooks: { setCursor: [onCursor] } },
      data(chart),
      into,
    );
    plot.current = made;
    return made;
  });
  const fill = useEffectEvent(() => {
    plot.current?.setData(data(chart));
  });

  useEffect(() => {
    const into = place.current;
    if (into === null) return;
    const made = draw(into, ({ cursor }) => {
      pointed(cursor.idx ?? undefined);
    });
    const sizes = new ResizeObserver(() => {
      if (into.clientWidth > 0) made.setSize({ width: into.clientWidth, height: CHART_HEIGHT });
    });
    sizes.observe(into);
    return () => {
      sizes.disconnect();
      plot.current = undefined;
      made.destroy();
    };
  }, [look]);

  useEffect(() => {
    fill();
  }, [times, series]);

  return <Box ref={place} aria-hidden sx={{ height: CHART_HEIGHT, overflow: "hidden" }} />;
}

interface Colours {
  text: string;
  grid: string;
  paper: string;
  of: Record<SeriesColour, string>;
}

/** A canvas takes no variables of CSS, so the colours of the scheme in force are read from the theme. */
function useColours(): Colours {
  const theme = useTheme();
  const { colorScheme } = useColorScheme();
  const { palette } = theme.colorSchemes[colorScheme ?? "light"] ?? theme;
  return {
    text: palette.text.secondary,
    grid: palette.divider,
    paper: palette.background.paper,
    of: {
      primary: palette.primary.main,
      secondary: palette.secondary.main,
      info: palette.info.main,
      success: palette.success.main,
      error: palette.error.main,
    },
  };
}

function data({ times, series }: ChartProps): UPlot.AlignedData {
  return [times.map((time) => time / 1_000), ...series.map(({ values }) => [...values])];
}

function options(chart: ChartProps, colours: Colours, width: number): UPlot.Options {
  const { unit = 1, least = 1 } = chart;
  return {
    width: Math.max(width, 1),
    height: CHART_HEIGHT,
    padding: [8, 4, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      sync: { key: SYNCHRONISED, setSeries: false },
      points: { size: 7 },
    },
    scales: {
      x: {
        time: true,
        range: (_, __, newest) => {
          const end = Number.isFinite(newest) ? newest : Date.now() / 1_000;
          return [end - chart.span / 1_000, end];
        },
      },
      y: { range: (_, __, most) => [0, Math.max(least, ceiling(most / unit) * unit)] },
    },
    axes: [
      {
        stroke: colours.text,
        font: FONT,
        size: TIMES_HEIGHT,
        gap: 3,
        grid: { show: false },
        ticks: { show: false },
        // Minutes before the newest, at thirds of the picture: the clock's own are in the table.
        splits: (plot) => {
          const end = plot.scales.x?.max ?? 0;
          return [2 / 3, 1 / 3].map((share) => end - (share * chart.span) / 1_000);
        },
        values: (plot, splits) => {
          const end = plot.scales.x?.max ?? 0;
          return splits.map((split) => `−${Math.round(((end - split) * 1_000) / MINUTE_MS)} min`);
        },
      },
      {
        stroke: colours.text,
        font: FONT,
        size: FIGURES_WIDTH,
        gap: 6,
        grid: { stroke: colours.grid, width: 1 },
        ticks: { show: false },
        splits: (plot) => {
          const most = plot.scales.y?.max ?? 1;
          return [0, most / 2, most];
        },
        values: (_, splits) => splits.map((split) => chart.format(split)),
      },
    ],
    series: [
      {},
      ...chart.series.map(({ colour }) => ({
        stroke: colours.of[colour],
        width: 1.75,
        fill: alpha(colours.of[colour], chart.series.length === 1 ? 0.16 : 0.09),
        points: { show: false },
      })),
    ],
  };
}

/** A round number above `most`, so that the line keeps away from the upper edge. */
function ceiling(most: number): number {
  if (!Number.isFinite(most) || most <= 0) return 0;
  const step = 10 ** Math.floor(Math.log10(most));
  return ([2, 4, 6, 8, 10].find((factor) => factor * step > most) ?? 20) * step;
}
