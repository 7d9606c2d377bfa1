// Where to connect to and as whom; how the connection is, and why it ended.
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import ClosedIcon from "@mui/icons-material/LinkOffOutlined";
import OpenIcon from "@mui/icons-material/LinkOutlined";
import OpeningIcon from "@mui/icons-material/HourglassEmptyOutlined";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAppSelector } from "../../app/store.ts";
import { Part } from "./part.tsx";
import { OtherOriginError, ownAddress } from "./test-socket.ts";
import type { Status, TestSocket } from "./test-socket.ts";

const LOOKS = {
  open: { icon: OpenIcon, colour: "success" },
  opening: { icon: OpeningIcon, colour: "warning" },
  closed: { icon: ClosedIcon, colour: "default" },
} as const;

/** Those of API.md, section 1, and two that browsers make up. */
const EXPLAINED = [1000, 1001, 1005, 1006, 1008, 1009, 1011, 1012, 1013, 4001] as const;

export function ConnectionCard({ socket, status }: { socket: TestSocket; status: Status }) {
  const { t } = useTranslation("websocketTest");
  const key = useAppSelector((state) => state.access.key);
  const [address, setAddress] = useState(ownAddress);
  const [userId, setUserId] = useState("");
  const [token, setToken] = useState(key);
  const [wrong, setWrong] = useState<"wrongAddress" | "otherOrigin">();
  const { icon: Icon, colour } = LOOKS[status.state];
  return (
    <Part
      title={t("connection.title")}
      aside={
        <Box role="status">
          <Chip
            size="small"
            variant="outlined"
            color={colour}
            icon={<Icon />}
            label={t(`connection.${status.state}`)}
          />
        </Box>
      }
    >
      <Stack
        component="form"
        sx={{ gap: 1.5 }}
        onSubmit={(event) => {
          event.preventDefault();
          if (status.state !== "closed") {
            socket.close();
            return;
          }
          try {
            socket.connect({ address: address.trim(), userId: userId.trim(), token: token.trim() });
            setWrong(undefined);
          } catch (error) {
            setWrong(error instanceof OtherOriginError ? "otherOrigin" : "wrongAddress");
          }
        }}
      >
        <TextField
          label={t("connection.address")}
          size="small"
          required
          error={wrong !== undefined}
          helperText={wrong === undefined ? undefined : t(`connection.${wrong}`, { own: location.origin })}
          value={address}
          onChange={({ target }) => {
            setAddress(target.value);
          }}
          slotProps={{ htmlInput: { spellCheck: false } }}
        />
        <Box sx={{ display: "grid", gap: 1.5, gridTemplateColumns: { xs: "1fr", sm: "1fr 1fr" } }}>
          <TextField
            label={t("connection.userId")}
            size="small"
            value={userId}
            onChange={({ target }) => {
              setUserId(target.value);
            }}
          />
          <TextField
            label={t("connection.token")}
            type="password"
            autoComplete="off"
            size="small"
            value={token}
            onChange={({ target }) => {
              setToken(target.value);
            }}
          />
        </Box>
        <Button type="submit" variant={status.state === "closed" ? "contained" : "outlined"}>
          {t(status.state === "closed" ? "connection.connect" : "connection.disconnect")}
        </Button>
      </Stack>
      {status.closed === undefined ? null : <Ending {...status.closed} />}
    </Part>
  );
}

function Ending({ code, reason }: { code: number; reason: string }) {
  const { t } = useTranslation("websocketTest");
  const explained = EXPLAINED.find((known) => known === code);
  return (
    <Alert severity={code === 1000 ? "success" : "warning"} role="status" sx={{ mt: 1.5 }}>
      {t("connection.ended", { code })}: {explained === undefined ? t("codes.other") : t(`codes.code${explained}`)}
      {reason === "" ? null : (
        <Box component="span" sx={{ display: "block" }}>
          {t("connection.reason", { reason })}
        </Box>
      )}
    </Alert>
  );
}
