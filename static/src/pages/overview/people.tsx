// People of a room as coloured initials; who talks has a ring around them.
import BotIcon from "@mui/icons-material/SmartToyOutlined";
import PhoneIcon from "@mui/icons-material/CallOutlined";
import Box from "@mui/material/Box";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import type { ParticipantView } from "../../api/types.ts";
import { Avatar } from "../../parts/avatar.tsx";
import { toneFor } from "../../parts/tones.ts";

const SHOWN = 8;

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
            <Box
              role="img"
              aria-label={person.name === "" ? "?" : person.name}
              sx={{
                borderRadius: "50%",
                outlineOffset: "2px",
                outline: "2px solid transparent",
                ...(talking.has(person.session_id) ? { outlineColor: "var(--mui-palette-success-main)" } : {}),
                transition: "outline-color 0.3s",
              }}
            >
              <Avatar name={person.name} tone={toneFor(person.session_id)} size={34} icon={iconOf(person)} />
            </Box>
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

function iconOf({ kind }: ParticipantView) {
  if (kind === "bot") return <BotIcon fontSize="small" />;
  return kind === "phone" ? <PhoneIcon fontSize="small" /> : undefined;
}
