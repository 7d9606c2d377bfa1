// Quiet marks beside a caption: how sure the engine is, and that the server could not store it.
import UnstoredIcon from "@mui/icons-material/CloudOffOutlined";
import Box from "@mui/material/Box";
import Tooltip from "@mui/material/Tooltip";
import { useTranslation } from "react-i18next";
import { Unseen } from "../../../parts/unseen.tsx";

/** Shares of certainty from which on another bar is filled. */
const BARS = [0, 0.5, 0.8] as const;

/** `confidence` from 0 to 1. */
export function ConfidenceMark({ confidence }: { confidence: number }) {
  const { t } = useTranslation("room");
  const text = t("captions.confidence", { percent: Math.round(confidence * 100) });
  return (
    <Tooltip title={text}>
      <Box component="span" sx={{ display: "inline-flex", alignItems: "flex-end", gap: "2px", height: 12 }}>
        {BARS.map((from, place) => (
          <Box
            key={from}
            component="span"
            sx={{
              width: 3,
              height: 4 + place * 4,
              borderRadius: 1,
              bgcolor: "text.secondary",
              opacity: confidence >= from ? 0.9 : 0.25,
            }}
          />
        ))}
        <Unseen>{text}</Unseen>
      </Box>
    </Tooltip>
  );
}

export function UnstoredMark() {
  const { t } = useTranslation("room");
  return (
    <Tooltip title={t("captions.undurableHint")}>
      <Box
        component="span"
        sx={{ display: "inline-flex", alignItems: "center", gap: 0.5, fontSize: "0.75rem", color: "warning.main" }}
      >
        <UnstoredIcon aria-hidden sx={{ fontSize: 14 }} />
        {t("captions.undurable")}
      </Box>
    </Tooltip>
  );
}
