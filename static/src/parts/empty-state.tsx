// What stands where there is nothing yet, or nothing any more: a picture, what it means, and what to do.
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import type { SvgIconComponent } from "@mui/icons-material";
import type { ReactNode } from "react";

export function EmptyState(state: { icon: SvgIconComponent; title?: string; children: ReactNode; action?: ReactNode }) {
  const Icon = state.icon;
  return (
    <Box
      sx={{ display: "grid", justifyItems: "center", gap: 1.5, textAlign: "center", p: 4, maxWidth: 520, mx: "auto" }}
    >
      <Icon aria-hidden sx={{ fontSize: 44, color: "primary.main", opacity: 0.8 }} />
      {state.title === undefined ? null : (
        <Typography variant="h2" component="p">
          {state.title}
        </Typography>
      )}
      <Typography sx={{ color: "text.secondary" }}>{state.children}</Typography>
      {state.action}
    </Box>
  );
}
