// Coloured initials by which people are told apart at a glance; decoration, so screen readers pass over it.
import Box from "@mui/material/Box";
import type { ReactNode } from "react";
import { initialsOf } from "./initials.ts";
import { toneGround } from "./tones.ts";

interface AvatarProps {
  name: string;
  tone: number;
  /** Pixels across. */
  size?: number;
  /** In the place of initials, for what is no person. */
  icon?: ReactNode;
}

export function Avatar({ name, tone, size = 28, icon }: AvatarProps) {
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
          fontSize: size * 0.4,
          fontWeight: 700,
        },
        toneGround(tone),
      ]}
    >
      {icon ?? initialsOf(name)}
    </Box>
  );
}
