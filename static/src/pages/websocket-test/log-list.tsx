// Entries as rows of one height, of which only those in sight are drawn; the list stays at its end while it is there.
import ReceivedIcon from "@mui/icons-material/SouthWestOutlined";
import NoteIcon from "@mui/icons-material/InfoOutlined";
import SentIcon from "@mui/icons-material/NorthEastOutlined";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "../../parts/formats.ts";
import type { Entry } from "./log.ts";

const ROW = 34;
const HEIGHT = 380;
/** Drawn above and below what is in sight. */
const BEYOND = 6;
const PAGE = Math.floor(HEIGHT / ROW);

const LOOKS = {
  sent: { icon: SentIcon, colour: "info.main" },
  received: { icon: ReceivedIcon, colour: "success.main" },
  note: { icon: NoteIcon, colour: "text.secondary" },
} as const;

interface ListProps {
  entries: readonly Entry[];
  chosen: number | undefined;
  onChoice: (number: number | undefined) => void;
  empty: string;
}

export function LogList({ entries, chosen, onChoice, empty }: ListProps) {
  const { t } = useTranslation("websocketTest");
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const atEnd = useRef(true);
  const newest = entries.at(-1)?.number;

  useEffect(() => {
    if (atEnd.current && newest !== undefined) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [newest]);

  const place = entries.findIndex(({ number }) => number === chosen);
  const first = Math.max(0, Math.min(Math.floor(top / ROW), entries.length - PAGE) - BEYOND);
  const drawn = entries.slice(first, first + PAGE + 2 * BEYOND + 1);
  const go = (to: number) => {
    const next = Math.max(0, Math.min(entries.length - 1, to));
    const entry = entries[next];
    const box = list.current;
    if (entry === undefined || box === null) return;
    onChoice(entry.number);
    if (next * ROW < box.scrollTop) box.scrollTop = next * ROW;
    else if ((next + 1) * ROW > box.scrollTop + box.clientHeight) box.scrollTop = (next + 1) * ROW - box.clientHeight;
  };
  const drawnChoice = drawn.some(({ number }) => number === chosen);
  return (
    <Box
      ref={list}
      role="listbox"
      tabIndex={0}
      aria-label={t("log.list")}
      {...(drawnChoice ? { "aria-activedescendant": `${id}-${chosen ?? ""}` } : {})}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        setTop(scrollTop);
        atEnd.current = scrollTop + clientHeight > scrollHeight - ROW;
      }}
      onKeyDown={(event) => {
        const steps: Record<string, number> = {
          ArrowDown: place + 1,
          ArrowUp: place === -1 ? entries.length - 1 : place - 1,
          PageDown: place + PAGE,
          PageUp: place - PAGE,
          Home: 0,
          End: entries.length - 1,
        };
        const to = steps[event.key];
        if (event.key === "Escape") onChoice(undefined);
        if (to === undefined) return;
        event.preventDefault();
        go(to);
      }}
      sx={{
        height: HEIGHT,
        overflowY: "auto",
        border: 1,
        borderColor: "divider",
        borderRadius: 1,
        "&:focus-visible": { outline: "2px solid var(--mui-palette-primary-main)", outlineOffset: "1px" },
      }}
    >
      {entries.length === 0 ? (
        <Typography
          role="option"
          aria-disabled
          aria-selected={false}
          color="textSecondary"
          sx={{ p: 3, textAlign: "center" }}
        >
          {empty}
        </Typography>
      ) : (
        <Box role="presentation" sx={{ position: "relative" }} style={{ height: entries.length * ROW }}>
          {drawn.map((entry, at) => (
            <Row
              key={entry.number}
              id={`${id}-${entry.number}`}
              entry={entry}
              place={first + at}
              all={entries.length}
              chosen={entry.number === chosen}
              onChoice={onChoice}
            />
          ))}
        </Box>
      )}
    </Box>
  );
}

interface RowProps {
  id: string;
  entry: Entry;
  place: number;
  all: number;
  chosen: boolean;
  onChoice: (number: number) => void;
}

function Row({ id, entry, place, all, chosen, onChoice }: RowProps) {
  const { t } = useTranslation("websocketTest");
  const format = useFormats();
  const { icon: Icon, colour } = LOOKS[entry.direction];
  return (
    <Box
      id={id}
      role="option"
      aria-selected={chosen}
      aria-posinset={place + 1}
      aria-setsize={all}
      onClick={() => {
        onChoice(entry.number);
      }}
      style={{ top: place * ROW }}
      sx={{
        position: "absolute",
        insetInline: 0,
        height: ROW,
        display: "flex",
        alignItems: "center",
        gap: 1,
        px: 1,
        cursor: "pointer",
        fontSize: "0.8125rem",
        whiteSpace: "nowrap",
        bgcolor: chosen ? "action.selected" : "transparent",
        "&:hover": { bgcolor: chosen ? "action.selected" : "action.hover" },
      }}
    >
      <Icon titleAccess={t(`log.${entry.direction}`)} sx={{ fontSize: 17, color: colour, flexShrink: 0 }} />
      <Box
        component="span"
        sx={{ color: "text.secondary", fontVariantNumeric: "tabular-nums", display: { xs: "none", sm: "inline" } }}
      >
        {format.time(entry.at)}
      </Box>
      <Box component="span" sx={{ fontWeight: 620, color: entry.type === "error" ? "error.main" : "text.primary" }}>
        {entry.direction === "note" ? t(entry.type === "open" ? "log.opened" : "log.closed") : entry.type}
      </Box>
      <Box
        component="span"
        sx={{ flexGrow: 1, minWidth: 0, overflow: "hidden", textOverflow: "ellipsis", color: "text.secondary" }}
      >
        {entry.audio === undefined
          ? entry.text
          : t("log.frames", { count: entry.audio.frames, frames: format.count(entry.audio.frames) })}
      </Box>
      {entry.bytes > 0 ? (
        <Box component="span" sx={{ color: "text.secondary", fontVariantNumeric: "tabular-nums" }}>
          {format.bytes(entry.bytes)}
        </Box>
      ) : null}
    </Box>
  );
}
