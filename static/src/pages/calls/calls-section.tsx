// A list of calls that are not over.
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import type { CallView } from "../../api/types.ts";
import { Section } from "../../parts/section.tsx";
import { CallCard } from "./call-card.tsx";

export function CallsSection(section: {
  title: string;
  /** What it is about, below the title. */
  hint?: string;
  calls: readonly CallView[];
  waiting: boolean;
  onAttach: (call: CallView) => void;
  onHangUp: (call: CallView) => void;
}) {
  const { title, hint, calls, waiting, onAttach, onHangUp } = section;
  if (calls.length === 0) return null;
  return (
    <Section bare title={title}>
      {hint === undefined ? null : (
        <Typography variant="body2" color="textSecondary" sx={{ mt: -1, mb: 1.5 }}>
          {hint}
        </Typography>
      )}
      <Box
        component="ul"
        aria-label={title}
        sx={{
          display: "grid",
          gap: { xs: 1.5, md: 2 },
          gridTemplateColumns: "repeat(auto-fill, minmax(min(100%, 380px), 1fr))",
          listStyle: "none",
          p: 0,
          m: 0,
        }}
      >
        {calls.map((call) => (
          <CallCard
            key={call.call_id}
            call={call}
            waiting={waiting}
            onAttach={() => {
              onAttach(call);
            }}
            onHangUp={() => {
              onHangUp(call);
            }}
          />
        ))}
      </Box>
    </Section>
  );
}
