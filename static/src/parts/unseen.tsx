// Text for screen readers only.
import Box from "@mui/material/Box";
import type { ReactNode } from "react";

export const UNSEEN = {
  position: "absolute",
  width: "1px",
  height: "1px",
  overflow: "hidden",
  clipPath: "inset(50%)",
  whiteSpace: "nowrap",
} as const;

export function Unseen({ children }: { children: ReactNode }) {
  return (
    <Box component="span" sx={UNSEEN}>
      {children}
    </Box>
  );
}
