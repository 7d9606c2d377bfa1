// Brings a call together with somebody: with another caller who waits, to a room where people are, or a session to the call.
import Box from "@mui/material/Box";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { isWaiting, useAttachCallMutation } from "../../api/calls.ts";
import { useLiveRoomsQuery } from "../../api/questions.ts";
import type { Attachment, CallView } from "../../api/types.ts";
import { PAGES } from "../../app/pages.ts";
import { roomIdProblem } from "../../parts/room-id.ts";
import { stay } from "./hang-up-dialog.tsx";
import { OrderDialog } from "./order-dialog.tsx";
import { useWords } from "./words.ts";

/** A room is named by its id, in which no colon is; a caller by their call, for without them nobody is to come to their room. */
const BY_ROOM = "by:room";
const BY_SESSION = "by:session";
const CALLER = "caller:";

export function AttachDialog(dialog: {
  call: CallView;
  calls: readonly CallView[];
  onDone: () => void;
  onClose: () => void;
}) {
  const { t } = useTranslation("calls");
  const [attach, { isLoading, error }] = useAttachCallMutation();
  const { call, calls, onDone, onClose } = dialog;
  const places = usePlaces(call, calls);
  const [choice, setChoice] = useState("");
  const [id, setId] = useState("");
  const [tried, setTried] = useState(false);
  const byId = choice === BY_ROOM || choice === BY_SESSION;
  const place = places.find(({ value }) => value === choice);
  // A caller may hang up while one still looks at the choice; once the order is given, they wait no longer.
  const isGone = choice !== "" && !byId && place === undefined && !isLoading;
  const target = byId ? id.trim() : (place?.room ?? "");
  const advice = isGone
    ? t("attach.gone")
    : !tried
      ? undefined
      : target === ""
        ? t("attach.missing")
        : roomIdProblem(target) && t("attach.invalid");
  return (
    <OrderDialog
      title={t("attach.title", { name: call.name })}
      order={t("attach.confirm")}
      pending={isLoading}
      error={error}
      onClose={onClose}
      onOrder={() => {
        setTried(true);
        if (roomIdProblem(target) !== undefined) return;
        const to: Attachment = choice === BY_SESSION ? { session_id: target } : { room_id: target };
        void attach({ call: call.call_id, to }).unwrap().then(onDone, stay);
      }}
    >
      <TextField
        select
        label={t("attach.with")}
        value={byId || place !== undefined ? choice : ""}
        error={advice !== undefined && !byId}
        helperText={byId ? undefined : advice}
        onChange={(event) => {
          setChoice(event.target.value);
          setTried(false);
        }}
      >
        {places.map(({ value, text }) => (
          <MenuItem key={value} value={value} sx={{ whiteSpace: "normal", overflowWrap: "anywhere" }}>
            {text}
          </MenuItem>
        ))}
        <MenuItem value={BY_ROOM}>{t("attach.byRoom")}</MenuItem>
        <MenuItem value={BY_SESSION}>{t("attach.bySession")}</MenuItem>
      </TextField>
      {byId ? (
        <TextField
          label={t(choice === BY_ROOM ? "attach.room" : "attach.session")}
          value={id}
          error={advice !== undefined}
          helperText={advice ?? t(choice === BY_ROOM ? "attach.roomHint" : "attach.sessionHint")}
          onChange={(event) => {
            setId(event.target.value);
          }}
          slotProps={{ htmlInput: { spellCheck: false, autoCapitalize: "none", autoComplete: "off" } }}
        />
      ) : null}
      <Typography variant="body2" color="textSecondary">
        {t("attach.yourself")}{" "}
        <Box
          component={Link}
          to={`${PAGES.rooms.path}/${encodeURIComponent(call.room_id)}`}
          sx={{ color: "primary.main" }}
        >
          {t("joinRoom")}
        </Box>
      </Typography>
    </OrderDialog>
  );
}

interface Place {
  value: string;
  room: string;
  text: string;
}

/** Callers who wait come first: two of them are often who is to talk to each other. */
function usePlaces(call: CallView, calls: readonly CallView[]): Place[] {
  const { t } = useTranslation("calls");
  const words = useWords();
  const { data } = useLiveRoomsQuery(undefined, { refetchOnMountOrArgChange: true });
  const waiting = calls.filter((other) => isWaiting(other) && other.room_id !== call.room_id);
  const taken = new Set([call.room_id, ...waiting.map(({ room_id }) => room_id)]);
  const rooms = (data?.rooms ?? []).filter((room) => !room.private && !taken.has(room.room_id));
  return [
    ...waiting.map(({ call_id, room_id, name, speaks }) => ({
      value: `${CALLER}${call_id}`,
      room: room_id,
      text: t("attach.caller", { name, language: words.spoken(speaks) }),
    })),
    ...rooms.map(({ room_id, name, participants }) => ({
      value: room_id,
      room: room_id,
      text: t("attach.people", { room: name ?? room_id, count: participants.length }),
    })),
  ];
}
