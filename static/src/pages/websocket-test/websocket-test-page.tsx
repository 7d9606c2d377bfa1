// For developers: a socket in one's own hands. Connect, send any message of the protocol and audio, and see all of it.
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useEffect, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { AudioCard } from "./audio-card.tsx";
import { Composer } from "./composer.tsx";
import { ConnectionCard } from "./connection-card.tsx";
import { ExamplesCard } from "./examples-card.tsx";
import { LogCard } from "./log-card.tsx";
import { TestSocket } from "./test-socket.ts";

export function WebSocketTestPage() {
  const { t } = useTranslation("websocketTest");
  const [socket] = useState(() => new TestSocket());
  const status = useSyncExternalStore(socket.subscribe, socket.status);
  useEffect(
    () => () => {
      socket.close();
    },
    [socket],
  );
  const gap = { xs: 1.5, md: 2 };
  return (
    <Box sx={{ maxWidth: 2000, mx: "auto" }}>
      <Typography color="textSecondary" sx={{ mb: 2, maxWidth: 760 }}>
        {t("intro")}
      </Typography>
      <Box
        sx={{
          display: "grid",
          gap,
          gridTemplateColumns: { xs: "minmax(0, 1fr)", lg: "minmax(0, 1fr) minmax(0, 1.15fr)" },
          alignItems: "start",
        }}
      >
        <Box sx={{ display: "grid", gap, minWidth: 0 }}>
          <ConnectionCard socket={socket} status={status} />
          <ExamplesCard socket={socket} open={status.state === "open"} />
          <Composer socket={socket} open={status.state === "open"} />
          <AudioCard socket={socket} status={status} />
        </Box>
        <Box sx={{ minWidth: 0, position: { lg: "sticky" }, top: 64 }}>
          <LogCard log={socket.log} />
        </Box>
      </Box>
    </Box>
  );
}
