// Ready examples, each one click: they send one message after the other as each is answered.
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { EXAMPLES } from "./examples.ts";
import type { Example } from "./examples.ts";
import { Part } from "./part.tsx";
import type { TestSocket } from "./test-socket.ts";

/** Answers that an example does not go on after. */
const STOPPING = new Set(["error", "close"]);

export function ExamplesCard({ socket, open }: { socket: TestSocket; open: boolean }) {
  const { t } = useTranslation("websocketTest");
  const [running, setRunning] = useState(false);
  const [stopped, setStopped] = useState<string>();
  const run = async ({ messages }: Example) => {
    setRunning(true);
    setStopped(undefined);
    // After the last one there is nothing to wait for; what comes of it, the log shows.
    for (const message of messages.slice(0, -1)) {
      const answer = await socket.ask(message);
      if (STOPPING.has(answer)) {
        setStopped(`${String(message.type)}: ${answer}`);
        setRunning(false);
        return;
      }
    }
    const last = messages.at(-1);
    if (last !== undefined) socket.send(JSON.stringify(last));
    setRunning(false);
  };
  return (
    <Part title={t("examples.title")}>
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1 }}>
        {EXAMPLES.map((example) => (
          <Button
            key={example.name}
            variant="outlined"
            size="small"
            disabled={!open || running}
            onClick={() => {
              void run(example);
            }}
          >
            {t(`examples.${example.name}`)}
          </Button>
        ))}
      </Box>
      {stopped === undefined ? null : (
        <Alert severity="warning" sx={{ mt: 1.5 }}>
          {t("examples.stopped", { where: stopped })}
        </Alert>
      )}
    </Part>
  );
}
