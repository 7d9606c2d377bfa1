// Who is talking now, in a line of its own below the captions; as high as ever when nobody does, so that nothing moves.
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { useAppSelector } from "../../../app/store.ts";
import { selectOwnId, selectParticipants, selectTalking } from "../stay-slice.ts";
import { SoundBars } from "./sound-bars.tsx";

export function TalkingLine() {
  const { t, i18n } = useTranslation("room");
  const talking = useAppSelector(selectTalking);
  const people = useAppSelector(selectParticipants);
  const ownId = useAppSelector(selectOwnId);
  const names = talking.filter((id) => id !== ownId && id in people).map((id) => people[id]?.name ?? "");
  const list = new Intl.ListFormat(i18n.language, { type: "conjunction" }).format(names);
  return (
    <Box sx={{ height: 24, px: { xs: 1.5, sm: 2 }, display: "flex", alignItems: "center", gap: 1, flex: "none" }}>
      {names.length === 0 ? null : (
        <>
          <SoundBars />
          <Typography variant="caption" color="textSecondary" noWrap>
            {t("captions.talking", { count: names.length, names: list })}
          </Typography>
        </>
      )}
    </Box>
  );
}
