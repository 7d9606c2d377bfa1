// Three bars that move: somebody is talking. Decoration beside a text that says so.
import Box from "@mui/material/Box";

export function SoundBars() {
  return (
    <Box aria-hidden component="span" sx={{ display: "inline-flex", alignItems: "center", gap: "2px", height: 14 }}>
      {[0, 150, 300].map((delay) => (
        <Box
          key={delay}
          component="span"
          sx={{
            width: 3,
            height: 12,
            borderRadius: 1,
            bgcolor: "success.main",
            animation: "sounding 0.9s ease-in-out infinite",
            animationDelay: `${delay}ms`,
            "@keyframes sounding": { "0%, 100%": { transform: "scaleY(0.35)" }, "50%": { transform: "scaleY(1)" } },
          }}
        />
      ))}
    </Box>
  );
}
