// What a person hears: how loud translated voices are, how far originals get out of their way, and who is heard now.
import HeadphonesIcon from "@mui/icons-material/HeadphonesOutlined";
import SpeakerIcon from "@mui/icons-material/GraphicEqOutlined";
import VolumeOffIcon from "@mui/icons-material/VolumeOffOutlined";
import VolumeUpIcon from "@mui/icons-material/VolumeUpOutlined";
import Box from "@mui/material/Box";
import Chip from "@mui/material/Chip";
import FormControlLabel from "@mui/material/FormControlLabel";
import Slider from "@mui/material/Slider";
import Switch from "@mui/material/Switch";
import ToggleButton from "@mui/material/ToggleButton";
import Typography from "@mui/material/Typography";
import { useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { prefer } from "../../../app/preferences.ts";
import { useAppDispatch, useAppSelector } from "../../../app/store.ts";
import type { Player } from "../../../client/index.ts";

interface HearingPanelProps {
  player: Player;
  voices: readonly string[];
  /** Whether translated voices are to fall silent when this person begins to speak. */
  onBargeIn: (bargeIn: boolean) => void;
}

export function HearingPanel({ player, voices, onBargeIn }: HearingPanelProps) {
  const { t } = useTranslation("room");
  const id = useId();
  const dispatch = useAppDispatch();
  const volume = useAppSelector((state) => state.preferences.volume);
  const ducking = useAppSelector((state) => state.preferences.ducking);
  const bargeIn = useAppSelector((state) => state.preferences.bargeIn);
  const [muted, setMuted] = useState(player.muted);

  useEffect(() => {
    player.setVolume(volume);
  }, [player, volume]);
  useEffect(() => {
    player.setDucking(ducking);
  }, [player, ducking]);
  useEffect(() => {
    player.setMuted(muted);
  }, [player, muted]);

  return (
    <Box component="section" aria-labelledby={id} sx={{ display: "grid", gap: 1.25, minWidth: 0 }}>
      <Box sx={{ display: "flex", alignItems: "center", gap: 1 }}>
        <Typography id={id} variant="h3" component="h2" sx={{ flexGrow: 1 }}>
          {t("hearing.title")}
        </Typography>
        <ToggleButton
          size="small"
          value="muted"
          selected={muted}
          onChange={() => {
            setMuted(!muted);
          }}
          sx={{ gap: 0.75, px: 1.25, py: 0.5, textTransform: "none" }}
        >
          {muted ? <VolumeOffIcon fontSize="small" aria-hidden /> : <VolumeUpIcon fontSize="small" aria-hidden />}
          {t("hearing.muteAll")}
        </ToggleButton>
      </Box>
      <Share
        label={t("hearing.volume")}
        value={volume}
        dimmed={muted}
        onChange={(value) => {
          dispatch(prefer({ volume: value }));
        }}
      />
      <Share
        label={t("hearing.ducking")}
        hint={t("hearing.duckingHint")}
        value={ducking}
        dimmed={muted}
        onChange={(value) => {
          dispatch(prefer({ ducking: value }));
        }}
      />
      <FormControlLabel
        control={
          <Switch
            size="small"
            checked={bargeIn}
            onChange={(_, chosen) => {
              dispatch(prefer({ bargeIn: chosen }));
              onBargeIn(chosen);
            }}
          />
        }
        label={<Typography variant="body2">{t("hearing.bargeIn")}</Typography>}
        sx={{ mx: 0, gap: 1 }}
      />
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 0.75, alignItems: "center", minHeight: 28 }}>
        {voices.length === 0 ? (
          <Typography variant="body2" color="text.secondary">
            {t("hearing.nobody")}
          </Typography>
        ) : (
          <>
            <Typography variant="body2">{t("hearing.now")}</Typography>
            {[...new Set(voices)].map((voice) => (
              <Chip
                key={voice}
                size="small"
                variant="outlined"
                color="primary"
                icon={<SpeakerIcon aria-hidden />}
                label={voice}
                sx={{ maxWidth: "100%" }}
              />
            ))}
          </>
        )}
      </Box>
      <Typography variant="caption" color="text.secondary" sx={{ display: "flex", gap: 0.75, alignItems: "center" }}>
        <HeadphonesIcon aria-hidden sx={{ fontSize: 18, flex: "none" }} />
        {t("hearing.headphones")}
      </Typography>
    </Box>
  );
}

/** A share of full volume, 0 to 1, chosen in steps of 5 %. */
function Share(share: {
  label: string;
  hint?: string;
  value: number;
  dimmed: boolean;
  onChange: (value: number) => void;
}) {
  const id = useId();
  const percent = (value: number): string => `${Math.round(value * 100)} %`;
  return (
    <Box sx={{ minWidth: 0 }}>
      <Box sx={{ display: "flex", gap: 1, alignItems: "baseline" }}>
        <Typography id={id} variant="body2" sx={{ flexGrow: 1 }}>
          {share.label}
        </Typography>
        <Typography
          variant="caption"
          color="text.secondary"
          aria-hidden
          sx={{ fontVariantNumeric: "tabular-nums", flex: "none" }}
        >
          {percent(share.value)}
        </Typography>
      </Box>
      <Box sx={{ px: 1 }}>
        <Slider
          size="small"
          aria-labelledby={id}
          {...(share.hint === undefined ? {} : { "aria-describedby": `${id}-hint` })}
          min={0}
          max={1}
          step={0.05}
          value={share.value}
          getAriaValueText={percent}
          onChange={(_, value) => {
            share.onChange(value);
          }}
          sx={{ py: 1, opacity: share.dimmed ? 0.5 : 1 }}
        />
      </Box>
      {share.hint === undefined ? null : (
        <Typography id={`${id}-hint`} variant="caption" component="p" color="text.secondary">
          {share.hint}
        </Typography>
      )}
    </Box>
  );
}
