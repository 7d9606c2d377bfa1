// All captions, with the view on the latest unless a person has scrolled up to read.
import DownIcon from "@mui/icons-material/ArrowDownward";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useAppSelector } from "../../../app/store.ts";
import { selectExhaustedAt } from "../interpreting/interpreting-slice.ts";
import {
  selectAllUtterances,
  selectHeard,
  selectHears,
  selectOwnIds,
  selectTones,
  selectTyped,
  selectWarnings,
} from "../stay-slice.ts";
import { CaptionRow } from "./caption-row.tsx";
import { TypedRow } from "./typed-row.tsx";
import type { View } from "./views.ts";

/** Pixels from the end within which new captions pull the view along. */
const NEAR_THE_END = 80;

export function CaptionList({ view, empty }: { view: View; empty: ReactNode }) {
  const { t } = useTranslation("room");
  const utterances = useAppSelector(selectAllUtterances);
  const tones = useAppSelector(selectTones);
  const ownIds = useAppSelector(selectOwnIds);
  const hears = useAppSelector(selectHears);
  const typed = useAppSelector(selectTyped);
  const heard = useAppSelector(selectHeard);
  const translatedUntil = useAppSelector((state) =>
    selectWarnings(state).some(({ code }) => code === "translation_unavailable")
      ? -Infinity
      : (selectExhaustedAt(state) ?? Infinity),
  );
  const { scroll, content, toTheEnd, readUpTo } = useEndInView(heard);
  const unread = readUpTo === undefined ? 0 : heard - readUpTo;
  const nothing = utterances.length === 0 && typed.length === 0;
  return (
    <Box sx={{ position: "relative", flexGrow: 1, minHeight: 180, display: "flex" }}>
      <Box
        ref={scroll}
        tabIndex={0}
        role="group"
        aria-label={t("captions.label")}
        sx={{
          flexGrow: 1,
          minWidth: 0,
          overflowY: "auto",
          overscrollBehavior: "contain",
          containerName: "captions",
          containerType: "inline-size",
          "&:focus-visible": { outline: 2, outlineOffset: -2, outlineColor: "primary.main" },
        }}
      >
        <Box ref={content} sx={{ p: { xs: 1.5, sm: 2 }, display: "flow-root", minHeight: "100%" }}>
          {nothing ? empty : null}
          <Box component="ol" sx={{ listStyle: "none", m: 0, p: 0, display: "grid", gap: 1.75 }}>
            {utterances.map((utterance) => (
              <CaptionRow
                key={utterance.id}
                utterance={utterance}
                tone={tones[utterance.speaker.id] ?? 0}
                own={ownIds.includes(utterance.speaker.id)}
                hears={hears}
                view={view}
                translatedUntil={translatedUntil}
              />
            ))}
            {typed.map((one) => (
              <TypedRow key={one.id} typed={one} />
            ))}
          </Box>
        </Box>
      </Box>
      {readUpTo === undefined ? null : (
        <Button
          variant="contained"
          size="small"
          startIcon={<DownIcon />}
          onClick={toTheEnd}
          sx={{
            position: "absolute",
            bottom: 12,
            left: "50%",
            transform: "translateX(-50%)",
            borderRadius: 8,
            boxShadow: 3,
          }}
        >
          {unread === 0
            ? t("captions.latest")
            : `${t("captions.latest")} · ${t("captions.latestNew", { count: unread })}`}
        </Button>
      )}
    </Box>
  );
}

/**
 * Keeps the end of the content in view, whatever grows, while the person has not scrolled away from it. `readUpTo` is how much
 * had been heard when they did; undefined at the end.
 */
function useEndInView(heard: number) {
  const scroll = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const [readUpTo, setReadUpTo] = useState<number>();
  const stuck = useRef(true);
  const newest = useRef(heard);

  // Where an old caption goes for each new one, the content grows no more, and the browser holds on to what is in view.
  useLayoutEffect(() => {
    newest.current = heard;
    if (stuck.current && scroll.current !== null) scroll.current.scrollTop = scroll.current.scrollHeight;
  }, [heard]);

  const toTheEnd = useCallback(() => {
    const place = scroll.current;
    if (place === null) return;
    stuck.current = true;
    place.scrollTop = place.scrollHeight;
    setReadUpTo(undefined);
  }, []);

  useEffect(() => {
    const [place, grown] = [scroll.current, content.current];
    if (place === null || grown === null) return;
    let top = place.scrollTop;
    const look = () => {
      const atTheEnd = place.scrollHeight - place.scrollTop - place.clientHeight < NEAR_THE_END;
      // Captions that came since the last look make the end go away, too; only a person goes up.
      const wentUp = place.scrollTop < top;
      top = place.scrollTop;
      if (atTheEnd === stuck.current || (stuck.current && !wentUp)) return;
      stuck.current = atTheEnd;
      setReadUpTo(atTheEnd ? undefined : newest.current);
    };
    const follow = new ResizeObserver(() => {
      if (!stuck.current) return;
      place.scrollTop = place.scrollHeight;
      top = place.scrollTop;
    });
    follow.observe(grown);
    follow.observe(place);
    place.addEventListener("scroll", look, { passive: true });
    return () => {
      follow.disconnect();
      place.removeEventListener("scroll", look);
    };
  }, []);

  return { scroll, content, toTheEnd, readUpTo };
}
