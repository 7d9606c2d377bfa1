// PLACEHOLDER until the hearing panel is merged.
import Typography from "@mui/material/Typography";
import type { Player } from "../../../client/index.ts";
import type { Voice } from "../stay-slice.ts";

export function HearingPanel({ voices }: { player: Player; voices: readonly Voice[] }) {
  return <Typography variant="body2">{voices.map(({ speaker }) => speaker).join(", ")}</Typography>;
}
