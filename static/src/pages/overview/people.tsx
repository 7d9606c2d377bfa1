// People of a room as coloured initials; who talks has a ring around them.
import BotIcon from "@mui/icons-material/SmartToyOutlined";
import PhoneIcon from "@mui/icons-material/CallOutlined";
import Avatar from "@mui/material/Avatar";
import Box from "@mui/material/Box";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import type { ParticipantView } from "../../api/types.ts";
import { colourOf, initialsOf } from "./rooms.ts";

/** White on each has a contrast of 4.5 or more. */
const COLOURS = ["#0c756e", "#8a5a00", "#1f5f9e", "#7a3e9d", "#b3261e", "#1b6e3c", "#9c2f6b", "#4a5a61"] as const;
const SHOWN = 8;

export function personColour(sessionId: string): string {
  return COLOURS[colourOf(sessionId, COLOURS.length)] ?? COLOURS[0];
}

export function People({ people, talking }: { people: readonly ParticipantView[]; talking: ReadonlySet<string> }) {
  const { t } = useTranslation("overview");
  const more = people.length - SHOWN;
  return (
    <Box
      component="ul"
      aria-label={t("rooms.people", { count: people.length })}
      sx={{ display: "flex", flexWrap: "wrap", gap: 0.75, alignItems: "center", listStyle: "none", p: 0, m: 0 }}
    >
      {people.slice(0, SHOWN).map((person) => (
        <Box component="li" key={person.session_id} sx={{ position: "relative", zIndex: 1 }}>
          <Tooltip title={person.name}>
            <Avatar
              role="img"
              aria-label={person.name === "" ? "?" : person.name}
              sx={{
                width: 34,
                height: 34,
                fontSize: "0.8125rem",
                fontWeight: 650,
                color: "#ffffff",
                bgcolor: personColour(person.session_id),
                outlineOffset: "2px",
                outline: "2px solid transparent",
                ...(talking.has(person.session_id) ? { outlineColor: "var(--mui-palette-success-main)" } : {}),
                transition: "outline-color 0.3s",
              }}
            >
              {face(person)}
            </Avatar>
          </Tooltip>
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

function face({ kind, name }: ParticipantView) {
  if (kind === "bot") return <BotIcon fontSize="small" />;
  return kind === "phone" ? <PhoneIcon fontSize="small" /> : initialsOf(name);
}
