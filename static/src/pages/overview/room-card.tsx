// One room where there are people: who, who talks, in which languages, how late, and what was said last.
import LagIcon from "@mui/icons-material/ScheduleOutlined";
import TalkIcon from "@mui/icons-material/GraphicEqOutlined";
import Box from "@mui/material/Box";
import Card from "@mui/material/Card";
import Chip from "@mui/material/Chip";
import Typography from "@mui/material/Typography";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { PAGES } from "../../app/pages.ts";
import { useAppSelector } from "../../app/store.ts";
import { useFormats } from "../../parts/formats.ts";
import { useNow } from "../../parts/now.ts";
import { selectOverview } from "./overview-slice.ts";
import type { CaptionLine, FollowedRoom } from "./overview-slice.ts";
import type { RoomView } from "../../api/types.ts";
import { toneBorder, toneFor } from "../../parts/tones.ts";
import { People } from "./people.tsx";
import { directionsAmong, lagOf, talkersOf } from "./rooms.ts";

const DIRECTIONS = 4;
/** Up to here nobody notices. */
const PROMPT_MS = 300;

const UNHEARD: FollowedRoom = { captions: [], heard: {}, participants: [] };

export const RoomCard = memo(function RoomCard({ room, captions }: { room: RoomView; captions: boolean }) {
  const { t } = useTranslation("overview");
  const format = useFormats();
  const now = useNow();
  const followed = useAppSelector((state) => selectOverview(state).rooms[room.room_id]) ?? UNHEARD;
  const people = followed.participants;
  const talking = talkersOf(room, followed.heard, now);
  const talkers = people.filter(({ session_id }) => talking.has(session_id)).map(({ name }) => name);
  const lag = lagOf(room);
  const name = roomName(room, t("rooms.unnamed"));
  return (
    <Card
      component="li"
      sx={{
        position: "relative",
        minWidth: 0,
        p: 2,
        display: "flex",
        flexDirection: "column",
        gap: 1.25,
        borderColor: talkers.length > 0 ? "success.main" : "divider",
        transition: "border-color 0.4s",
        "&:hover": { bgcolor: "action.hover" },
      }}
    >
      <Box sx={{ display: "flex", alignItems: "baseline", gap: 1 }}>
        <Typography variant="h3" component="h3" noWrap sx={{ flexGrow: 1 }}>
          <Box
            component={Link}
            to={`${PAGES.rooms.path}/${encodeURIComponent(room.room_id)}`}
            title={t("rooms.open", { name })}
            sx={{
              color: "inherit",
              textDecoration: "none",
              outline: "none",
              // The whole card is the link, and yet what stands in it is read for itself.
              "&::after": { content: '""', position: "absolute", inset: 0, borderRadius: "inherit" },
              "&:focus-visible::after": {
                outline: "3px solid",
                outlineColor: "var(--mui-palette-primary-main)",
                outlineOffset: "-3px",
              },
            }}
          >
            {name}
          </Box>
        </Typography>
        <Typography
          variant="body2"
          color={lag > PROMPT_MS ? "warning" : "textSecondary"}
          sx={{ display: "flex", alignItems: "center", gap: 0.5, whiteSpace: "nowrap" }}
        >
          <LagIcon aria-hidden sx={{ fontSize: 16 }} />
          {lag > PROMPT_MS ? t("rooms.lag", { delay: format.delay(lag) }) : t("rooms.prompt")}
        </Typography>
      </Box>
      <People people={people} talking={talking} />
      <Directions room={room} people={people} />
      <Typography
        variant="body2"
        color={talkers.length > 0 ? "success" : "textSecondary"}
        sx={{ display: "flex", alignItems: "center", gap: 0.5, fontWeight: talkers.length > 0 ? 600 : 400 }}
      >
        <TalkIcon aria-hidden sx={{ fontSize: 18, opacity: talkers.length > 0 ? 1 : 0.6 }} />
        {talkers.length > 0 ? t("rooms.talking", { names: talkers.join(", ") }) : t("rooms.silent")}
      </Typography>
      {captions ? <Captions lines={followed.captions} /> : null}
    </Card>
  );
});

export function roomName(room: RoomView, unnamed: string): string {
  return room.name ?? (room.private ? `${unnamed} ${room.room_id.slice(0, 8)}` : room.room_id);
}

function Directions({ room, people }: { room: RoomView; people: RoomView["participants"] }) {
  const { t } = useTranslation("overview");
  const format = useFormats();
  const directions = directionsAmong(people, room.private);
  if (directions.length === 0) return null;
  const more = directions.length - DIRECTIONS;
  return (
    <Box
      component="ul"
      aria-label={t("rooms.directions")}
      sx={{ display: "flex", flexWrap: "wrap", gap: 0.5, listStyle: "none", p: 0, m: 0 }}
    >
      {directions.slice(0, DIRECTIONS).map(({ from, to }) => (
        <Box component="li" key={`${from}>${to}`}>
          <Chip
            size="small"
            label={
              <span
                role="img"
                aria-label={t("rooms.direction", { from: format.language(from), to: format.language(to) })}
              >
                {from} → {to}
              </span>
            }
          />
        </Box>
      ))}
      {more > 0 ? (
        <Typography component="li" variant="body2" color="textSecondary">
          {t("rooms.more", { count: more })}
        </Typography>
      ) : null}
    </Box>
  );
}

function Captions({ lines }: { lines: readonly CaptionLine[] }) {
  const { t } = useTranslation("overview");
  // Many rooms talk at once: a screen reader reads them when it comes here and is not told of each word.
  return (
    <Box
      aria-label={t("rooms.captions")}
      role="group"
      sx={{
        borderTop: 1,
        borderColor: "divider",
        pt: 1.25,
        flexGrow: 1,
        display: "grid",
        gap: 1,
        minHeight: 130,
        alignContent: "start",
      }}
    >
      {lines.length === 0 ? (
        <Typography variant="body2" color="textSecondary" sx={{ pt: 4, justifySelf: "center" }}>
          {t("rooms.noCaptions")}
        </Typography>
      ) : (
        lines.map((line) => <Line key={line.utteranceId} line={line} />)
      )}
    </Box>
  );
}

function Line({ line }: { line: CaptionLine }) {
  return (
    <Box
      data-final={line.final}
      sx={[
        { borderLeft: 3, pl: 1, overflowWrap: "anywhere", minWidth: 0 },
        toneBorder(toneFor(line.speaker.session_id)),
      ]}
    >
      <Typography
        variant="body2"
        lang={line.language}
        sx={{ fontStyle: line.final ? "normal" : "italic", ...clamped(2) }}
      >
        <Box component="span" sx={{ fontWeight: 650 }}>
          {line.speaker.name}
        </Box>{" "}
        {line.text}
      </Typography>
      {line.translations.map(({ language, text, final }) => (
        <Typography
          key={language}
          variant="body2"
          color="textSecondary"
          lang={language}
          sx={{ fontStyle: final ? "normal" : "italic", ...clamped(2) }}
        >
          <Box component="span" aria-hidden sx={{ mr: 0.5 }}>
            → {language}
          </Box>
          {text}
        </Typography>
      ))}
    </Box>
  );
}

/** At most so many lines: cards stay of one size, and the room page shows everything. */
function clamped(lines: number) {
  return { display: "-webkit-box", WebkitBoxOrient: "vertical", WebkitLineClamp: String(lines), overflow: "hidden" };
}
