// Audio over the socket: a tone, silence or a file, at the pace of a microphone.
import StopIcon from "@mui/icons-material/StopOutlined";
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import LinearProgress from "@mui/material/LinearProgress";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { FRAME_MS, framesOf, RATES, samplesOf, silence, tone } from "./audio.ts";
import type { Rate } from "./audio.ts";
import { Part } from "./part.tsx";
import type { Status, TestSocket } from "./test-socket.ts";

const LONGEST_MS = 60_000;

export function AudioCard({ socket, status }: { socket: TestSocket; status: Status }) {
  const { t } = useTranslation("websocketTest");
  const [rate, setRate] = useState<Rate>(16_000);
  // As it is typed: a number under way is no length yet.
  const [length, setLength] = useState("1000");
  const [unreadable, setUnreadable] = useState("");
  const picker = useRef<HTMLInputElement>(null);
  const idle = status.state === "open" && status.audio === undefined;
  const send = (samples: Int16Array) => {
    socket.sendAudio(framesOf(samples, rate));
  };
  return (
    <Part title={t("audio.title")}>
      <Stack sx={{ gap: 1.5 }}>
        <Typography variant="body2" color="textSecondary">
          {t("audio.hint")}
        </Typography>
        <Box sx={{ display: "grid", gap: 1.5, gridTemplateColumns: "1fr 1fr" }}>
          <TextField
            select
            size="small"
            label={t("audio.rate")}
            value={rate}
            onChange={({ target }) => {
              const chosen = RATES.find((each) => each === Number(target.value));
              if (chosen !== undefined) setRate(chosen);
            }}
          >
            {RATES.map((each) => (
              <MenuItem key={each} value={each}>
                {each} Hz
              </MenuItem>
            ))}
          </TextField>
          <TextField
            size="small"
            type="number"
            label={t("audio.length")}
            value={length}
            onChange={({ target }) => {
              setLength(target.value);
            }}
            onBlur={() => {
              setLength(String(lengthOf(length)));
            }}
            slotProps={{ htmlInput: { min: FRAME_MS, max: LONGEST_MS, step: FRAME_MS } }}
          />
        </Box>
        <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1 }}>
          <Button
            variant="outlined"
            disabled={!idle}
            onClick={() => {
              send(tone(lengthOf(length), rate));
            }}
          >
            {t("audio.tone")}
          </Button>
          <Button
            variant="outlined"
            disabled={!idle}
            onClick={() => {
              send(silence(FRAME_MS, rate));
            }}
          >
            {t("audio.silence")}
          </Button>
          <Button variant="outlined" disabled={!idle} onClick={() => picker.current?.click()}>
            {t("audio.file")}
          </Button>
          <input
            ref={picker}
            type="file"
            accept="audio/*"
            hidden
            aria-label={t("audio.file")}
            onChange={({ target }) => {
              const [file] = target.files ?? [];
              target.value = "";
              if (file === undefined) return;
              setUnreadable("");
              samplesOf(file, rate).then(send, () => {
                setUnreadable(file.name);
              });
            }}
          />
        </Box>
        {status.audio === undefined ? null : (
          <Box sx={{ display: "flex", alignItems: "center", gap: 1.5 }}>
            <LinearProgress
              variant="determinate"
              aria-label={t("audio.progress")}
              value={(100 * status.audio.sent) / status.audio.all}
              sx={{ flexGrow: 1 }}
            />
            <Button
              size="small"
              startIcon={<StopIcon />}
              onClick={() => {
                socket.stopAudio();
              }}
            >
              {t("audio.stop")}
            </Button>
          </Box>
        )}
        {unreadable === "" ? null : <Alert severity="error">{t("audio.unreadable", { name: unreadable })}</Alert>}
      </Stack>
    </Part>
  );
}

/** Milliseconds within what may be sent. */
function lengthOf(typed: string): number {
  return Math.min(LONGEST_MS, Math.max(FRAME_MS, Number(typed)));
}
