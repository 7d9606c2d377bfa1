// A coloured initial by which people are told apart at a glance; decoration, so screen readers pass over it.
import Box from "@mui/material/Box";
import { toneGround } from "../tones.ts";

/** One letter, whatever the script. */
const INITIAL = /[\p{L}\p{N}]/u;

export function Avatar({ name, tone, size = 28 }: { name: string; tone: number; size?: number }) {
  return (
    <Box
      aria-hidden
      sx={[
        {
          width: size,
          height: size,
          flex: "none",
          borderRadius: "50%",
          display: "grid",
          placeItems: "center",
          fontSize: size * 0.46,
          fontWeight: 700,
        },
        toneGround(tone),
      ]}
    >
      {INITIAL.exec(name)?.[0].toUpperCase() ?? "?"}
    </Box>
  );
}
