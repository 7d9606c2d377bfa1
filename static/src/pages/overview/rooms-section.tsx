// The rooms: those with people as cards that are followed, all others as a compact list.
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Chip from "@mui/material/Chip";
import Skeleton from "@mui/material/Skeleton";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { PAGES } from "../../app/pages.ts";
import { useAppSelector } from "../../app/store.ts";
import { selectOverview } from "./overview-slice.ts";
import { isForbidden, isGone } from "../../api/errors.ts";
import { useLiveRoomsQuery } from "../../api/questions.ts";
import type { RoomView } from "../../api/types.ts";
import { QuickStart } from "./quick-start.tsx";
import { RoomCard, roomName } from "./room-card.tsx";
import { Failed, Section } from "../../parts/section.tsx";

const ROOMS_EVERY_MS = 5_000;

export function Rooms({ seesCaptions }: { seesCaptions: boolean }) {
  const { t } = useTranslation("overview");
  const { data, error, refetch } = useLiveRoomsQuery(undefined, {
    pollingInterval: ROOMS_EVERY_MS,
    refetchOnMountOrArgChange: true,
  });
  const followed = useAppSelector((state) => selectOverview(state).followed);
  const refused = useAppSelector((state) => selectOverview(state).captionsRefused);
  const live = useAppSelector((state) => selectOverview(state).live);
  const speaking = useAppSelector((state) => selectOverview(state).samples.at(-1)?.speaking);
  if (data === undefined) {
    if (error === undefined || isGone(error)) return <Skeleton variant="rounded" height={240} />;
    return isForbidden(error) ? null : <Failed retry={() => void refetch()}>{t("rooms.failed")}</Failed>;
  }
  const byId = new Map(data.rooms.map((room) => [room.room_id, room]));
  const cards = followed.map((id) => byId.get(id)).filter((room) => room !== undefined);
  const others = data.rooms.filter(({ room_id }) => !followed.includes(room_id));
  const withCaptions = seesCaptions && !refused;
  const paused = withCaptions && (live === "waiting" || live === "ended");
  return (
    <Section
      bare
      title={t("rooms.title")}
      aside={
        <Typography variant="body2" color="textSecondary">
          {t("rooms.live", { count: data.rooms.filter(({ participants }) => participants.length > 0).length })}
          {speaking === undefined ? null : ` · ${t("figures.speaking")}: ${speaking}`}
        </Typography>
      }
    >
      {cards.length === 0 ? (
        <QuickStart quiet />
      ) : (
        <>
          {withCaptions ? null : (
            <Alert severity="info" sx={{ mb: 1.5 }}>
              {t("rooms.forbidden")}
            </Alert>
          )}
          {paused ? (
            <Alert severity="info" sx={{ mb: 1.5 }}>
              {t("rooms.paused")}
            </Alert>
          ) : null}
          <Box
            component="ul"
            aria-label={t("rooms.title")}
            sx={{
              display: "grid",
              gap: { xs: 1.5, md: 2 },
              gridTemplateColumns: "repeat(auto-fill, minmax(min(100%, 330px), 1fr))",
              listStyle: "none",
              p: 0,
              m: 0,
            }}
          >
            {cards.map((room) => (
              <RoomCard key={room.room_id} room={room} captions={withCaptions} />
            ))}
          </Box>
        </>
      )}
      <Others rooms={others} />
      {data.next == null ? null : (
        <Typography variant="body2" color="textSecondary" sx={{ mt: 1 }}>
          {t("rooms.part", { count: data.rooms.length })}
        </Typography>
      )}
    </Section>
  );
}

function Others({ rooms }: { rooms: readonly RoomView[] }) {
  const { t } = useTranslation("overview");
  if (rooms.length === 0) return null;
  return (
    <Box sx={{ mt: 2 }}>
      <Typography variant="h3" sx={{ mb: 1 }}>
        {t("rooms.others")}
      </Typography>
      <Box component="ul" sx={{ display: "flex", flexWrap: "wrap", gap: 0.75, listStyle: "none", p: 0, m: 0 }}>
        {rooms.map((room) => (
          <Box component="li" key={room.room_id} sx={{ maxWidth: "100%" }}>
            <Chip
              component={Link}
              clickable
              to={`${PAGES.rooms.path}/${encodeURIComponent(room.room_id)}`}
              variant="outlined"
              label={`${roomName(room, t("rooms.unnamed"))} · ${
                room.participants.length === 0
                  ? t("rooms.empty")
                  : t("rooms.people", { count: room.participants.length })
              }`}
            />
          </Box>
        ))}
      </Box>
    </Box>
  );
}
