// Figures over time: a picture that follows theme and size, with what it shows in words, or the same as a table. The
// drawing library is loaded when the first picture is.
import Box from "@mui/material/Box";
import Skeleton from "@mui/material/Skeleton";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import { lazy, Suspense } from "react";

/** A place in the theme's palette; the same name in both themes. */
export type SeriesColour = "primary" | "secondary" | "info" | "success" | "error";

export interface Series {
  label: string;
  colour: SeriesColour;
  /** One for each time. */
  values: readonly number[];
}

export interface ChartProps {
  /** What a screen reader says instead of the picture. */
  summary: string;
  /** Milliseconds since 1970, ascending. */
  times: readonly number[];
  series: readonly Series[];
  /** How long a time the picture spans, up to the newest, in milliseconds. */
  span: number;
  format: (value: number) => string;
  /** What figures beside the picture are round multiples of; 1 without it. */
  unit?: number;
  /** How high the picture reaches at least; 1 without it. */
  least?: number;
  formatTime: (ms: number) => string;
  /** Told which time is pointed at, here or in another chart of the page; undefined: none. */
  onPoint?: (index: number | undefined) => void;
}

const ChartCanvas = lazy(async () => ({ default: (await import("./chart-canvas.tsx")).ChartCanvas }));

/** Pixels of CSS. */
export const CHART_HEIGHT = 112;

export function Chart(chart: ChartProps) {
  return (
    <Box role="img" aria-label={chart.summary} sx={{ height: CHART_HEIGHT, minWidth: 0 }}>
      <Suspense fallback={<Skeleton variant="rounded" height={CHART_HEIGHT} />}>
        <ChartCanvas {...chart} />
      </Suspense>
    </Box>
  );
}

/** The same figures, as the mean of each minute, newest first. */
export function ChartTable({ chart, label, timeLabel }: { chart: ChartProps; label: string; timeLabel: string }) {
  return (
    <TableContainer tabIndex={0} role="group" aria-label={label} sx={{ maxHeight: 220 }}>
      <Table size="small" stickyHeader aria-label={label}>
        <TableHead>
          <TableRow>
            <TableCell>{timeLabel}</TableCell>
            {chart.series.map((series) => (
              <TableCell key={series.label} align="right">
                {series.label}
              </TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {minutesOf(chart).map(({ time, means }) => (
            <TableRow key={time}>
              <TableCell component="th" scope="row">
                {chart.formatTime(time)}
              </TableCell>
              {chart.series.map(({ label: name }, place) => (
                <TableCell key={name} align="right">
                  {chart.format(means[place] ?? 0)}
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </TableContainer>
  );
}

const MINUTE_MS = 60_000;

function minutesOf({ times, series }: ChartProps): { time: number; means: number[] }[] {
  const minutes = Map.groupBy(times.keys(), (index) => Math.floor((times[index] ?? 0) / MINUTE_MS) * MINUTE_MS);
  return [...minutes]
    .map(([time, places]) => ({
      time,
      means: series.map(({ values }) => places.reduce((sum, place) => sum + (values[place] ?? 0), 0) / places.length),
    }))
    .reverse();
}
