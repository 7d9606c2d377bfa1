// Who is in the room, what each speaks and hears, and who is talking now.
import BotIcon from "@mui/icons-material/SmartToyOutlined";
import PhoneIcon from "@mui/icons-material/PhoneInTalkOutlined";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { useAppSelector } from "../../../app/store.ts";
import { Avatar } from "../../../parts/avatar.tsx";
import { SoundBars } from "../captions/sound-bars.tsx";
import { useLanguageName } from "../languages.ts";
import { selectIsOwn, selectParticipantIds, selectParticipants, selectTalking, selectTone } from "../stay-slice.ts";

const KINDS = { bot: BotIcon, phone: PhoneIcon };

export function People() {
  const { t } = useTranslation("room");
  const ids = useAppSelector(selectParticipantIds);
  if (ids.length === 0) return <Typography color="textSecondary">{t("people.nobody")}</Typography>;
  return (
    <Box
      component="ul"
      aria-label={t("people.title")}
      sx={{ listStyle: "none", m: 0, p: 0, display: "grid", gap: 1.25 }}
    >
      {ids.map((id) => (
        <Person key={id} id={id} />
      ))}
    </Box>
  );
}

const Person = memo(function Person({ id }: { id: string }) {
  const { t } = useTranslation("room");
  const languageName = useLanguageName();
  const person = useAppSelector((state) => selectParticipants(state)[id]);
  const tone = useAppSelector((state) => selectTone(state, id));
  const own = useAppSelector((state) => selectIsOwn(state, id));
  const talking = useAppSelector((state) => selectTalking(state).includes(id));
  if (person === undefined) return null;
  const speaks = person.speaks === "auto" ? t("languages.any") : languageName(person.speaks);
  const hears = person.hears.map(languageName).join(", ");
  const Icon = person.kind === "person" ? undefined : KINDS[person.kind];
  return (
    <Box component="li" data-talking={talking} sx={{ display: "flex", gap: 1.25, alignItems: "center" }}>
      <Box
        sx={{
          borderRadius: "50%",
          outlineStyle: "solid",
          outlineWidth: 2,
          outlineOffset: 2,
          outlineColor: "transparent",
          transition: "outline-color 200ms",
          ...(talking ? { outlineColor: "success.main" } : {}),
        }}
      >
        <Avatar name={person.name} tone={tone} size={32} />
      </Box>
      <Box sx={{ minWidth: 0, flexGrow: 1 }}>
        <Typography sx={{ fontWeight: 600, fontSize: "0.9375rem", overflowWrap: "anywhere", lineHeight: 1.3 }}>
          {person.name}
          {own ? ` (${t("people.you")})` : ""}
        </Typography>
        <Typography variant="caption" color="textSecondary" component="p" sx={{ lineHeight: 1.4 }}>
          {hears === "" ? t("people.speaks", { language: speaks }) : t("people.speaksAndHears", { speaks, hears })}
        </Typography>
      </Box>
      {Icon === undefined || person.kind === "person" ? null : (
        <Typography
          variant="caption"
          color="textSecondary"
          sx={{ display: "inline-flex", alignItems: "center", gap: 0.5, flex: "none" }}
        >
          <Icon aria-hidden sx={{ fontSize: 16 }} />
          {t(`people.${person.kind}`)}
        </Typography>
      )}
      {talking ? (
        <Box sx={{ display: "inline-flex", alignItems: "center", gap: 0.75, flex: "none" }}>
          <SoundBars />
          <Typography variant="caption" color="success">
            {t("people.talking")}
          </Typography>
        </Box>
      ) : null}
    </Box>
  );
});
