// PLACEHOLDER until the speaking panel is merged.
import MicIcon from "@mui/icons-material/MicNoneOutlined";
import Button from "@mui/material/Button";
import type { Connection, Player } from "../../../client/index.ts";

export interface SpeakingPanelProps {
  connection: Connection;
  player: Player;
  online: boolean;
  /** Speech in the language that the person speaks is recognised here. */
  recognised: boolean;
  /** Of the language that the person speaks. */
  languageName: string;
}

export function SpeakingPanel({ online, recognised, languageName }: SpeakingPanelProps) {
  return (
    <Button variant="outlined" startIcon={<MicIcon />} disabled={!online || !recognised}>
      {languageName}
    </Button>
  );
}
