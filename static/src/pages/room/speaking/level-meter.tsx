// How loud the microphone is, drawn straight onto the page: fifty frames a second need no fifty renders.
import Box from "@mui/material/Box";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

/** Decibels below full scale at which the meter begins. */
const FLOOR = -60;
/** Share of the meter that it falls back by in a second. */
const FALL = 1.2;
/** Milliseconds between two values for screen readers. */
const SPOKEN_MS = 500;
/** Share of the meter from which on it is too loud: -3 decibels. */
const TOO_LOUD = 0.95;

export function LevelMeter({
  onLevel,
  dimmed,
}: {
  onLevel: (hear: (level: number) => void) => () => void;
  dimmed: boolean;
}) {
  const { t } = useTranslation("room");
  const meter = useRef<HTMLDivElement>(null);
  const bar = useRef<HTMLDivElement>(null);

  useEffect(() => {
    let loudest = 0;
    let shown = 0;
    let last = performance.now();
    let spokenAt = 0;
    const stop = onLevel((level) => {
      loudest = Math.max(loudest, level);
    });
    const draw = (now: number): void => {
      shown = Math.max(share(loudest), shown - (FALL * (now - last)) / 1_000, 0);
      loudest = 0;
      last = now;
      if (bar.current !== null) {
        bar.current.style.transform = `scaleX(${shown.toFixed(3)})`;
        bar.current.toggleAttribute("data-loud", shown > TOO_LOUD);
      }
      if (now - spokenAt > SPOKEN_MS) {
        spokenAt = now;
        meter.current?.setAttribute("aria-valuenow", String(Math.round(shown * 100)));
      }
      request = requestAnimationFrame(draw);
    };
    let request = requestAnimationFrame(draw);
    return () => {
      cancelAnimationFrame(request);
      stop();
    };
  }, [onLevel]);

  return (
    <Box
      ref={meter}
      role="meter"
      aria-label={t("speaking.level")}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={0}
      sx={{ height: 8, borderRadius: 4, overflow: "hidden", bgcolor: "action.selected", opacity: dimmed ? 0.6 : 1 }}
    >
      <Box
        ref={bar}
        sx={{
          height: "100%",
          bgcolor: dimmed ? "text.secondary" : "primary.main",
          transform: "scaleX(0)",
          transformOrigin: "left",
          willChange: "transform",
          "&[data-loud]": { bgcolor: "error.main" },
        }}
      />
    </Box>
  );
}

/** Loudness is heard in proportions: a tenth of full scale is far more than a tenth as loud. */
function share(level: number): number {
  return level <= 0 ? 0 : Math.max(0, 1 - (20 * Math.log10(level)) / FLOOR);
}
