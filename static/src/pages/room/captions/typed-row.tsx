// Own typed text that the server has not confirmed yet: on the screen at once, and not lost when the connection breaks.
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { useAppDispatch, useAppSelector } from "../../../app/store.ts";
import { useStay } from "../stay-context.ts";
import {
  selectConnection,
  selectOwnId,
  selectParticipants,
  selectSpeaks,
  selectTone,
  typedDismissed,
} from "../stay-slice.ts";
import type { Typed } from "../stay-slice.ts";
import { CaptionFrame } from "./caption-row.tsx";
import { CaptionSide } from "./caption-side.tsx";

export function TypedRow({ typed }: { typed: Typed }) {
  const { t } = useTranslation("room");
  const stay = useStay();
  const dispatch = useAppDispatch();
  const ownId = useAppSelector(selectOwnId) ?? "";
  const name = useAppSelector((state) => selectParticipants(state)[ownId]?.name ?? state.preferences.name);
  const tone = useAppSelector((state) => selectTone(state, ownId));
  const language = useAppSelector(selectSpeaks);
  const online = useAppSelector((state) => selectConnection(state).kind === "online");
  return (
    <CaptionFrame
      name={name}
      tone={tone}
      own
      at={typed.at}
      marks={
        <Typography variant="caption" color={typed.uncertain ? "warning" : "textSecondary"}>
          {typed.uncertain ? t("captions.uncertain") : t("captions.sending")}
        </Typography>
      }
    >
      <Box>
        <CaptionSide
          kind="source"
          side={{ language, text: typed.text, final: typed.uncertain, revision: 0 }}
          interrupted={false}
        />
        {typed.uncertain && online ? (
          <Box sx={{ display: "flex", gap: 1, mt: 0.5 }}>
            <Button
              size="small"
              onClick={() => {
                stay.sayAgain(typed.id);
              }}
            >
              {t("captions.sendAgain")}
            </Button>
            <Button size="small" onClick={() => dispatch(typedDismissed(typed.id))}>
              {t("captions.dismiss")}
            </Button>
          </Box>
        ) : null}
      </Box>
    </CaptionFrame>
  );
}
