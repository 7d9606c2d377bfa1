// Brings a call together with somebody: to a room where people are, to another caller who waits, or a session to the call.
import Autocomplete from "@mui/material/Autocomplete";
import Box from "@mui/material/Box";
import FormControlLabel from "@mui/material/FormControlLabel";
import Radio from "@mui/material/Radio";
import RadioGroup from "@mui/material/RadioGroup";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { isWaiting, useAttachCallMutation } from "../../api/calls.ts";
import { useLiveRoomsQuery } from "../../api/questions.ts";
import type { CallView, RoomView } from "../../api/types.ts";
import { PAGES } from "../../app/pages.ts";
import { roomIdProblem } from "../../parts/room-id.ts";
import { stay } from "./hang-up-dialog.tsx";
import { OrderDialog } from "./order-dialog.tsx";
import { useWords } from "./words.ts";

type Way = "room" | "session";

interface Choice {
  id: string;
  text: string;
}

export function AttachDialog(dialog: {
  call: CallView;
  calls: readonly CallView[];
  onDone: () => void;
  onClose: () => void;
}) {
  const { t } = useTranslation("calls");
  const [attach, { isLoading, error }] = useAttachCallMutation();
  const [way, setWay] = useState<Way>("room");
  const [room, setRoom] = useState("");
  const [session, setSession] = useState("");
  const [tried, setTried] = useState(false);
  const { call, calls, onDone, onClose } = dialog;
  const target = (way === "room" ? room : session).trim();
  const wrong = roomIdProblem(target) !== undefined;
  const advice = tried && wrong ? t(target === "" ? "attach.missing" : "attach.invalid") : undefined;
  return (
    <OrderDialog
      title={t("attach.title", { name: call.name })}
      order={t("attach.confirm")}
      pending={isLoading}
      error={error}
      onClose={onClose}
      onOrder={() => {
        setTried(true);
        if (wrong) return;
        const to = way === "room" ? { room_id: target } : { session_id: target };
        void attach({ call: call.call_id, to }).unwrap().then(onDone, stay);
      }}
    >
      <RadioGroup
        aria-label={t("attach.way")}
        value={way}
        onChange={(_, chosen) => {
          setWay(chosen === "session" ? "session" : "room");
          setTried(false);
        }}
      >
        <FormControlLabel value="room" control={<Radio />} label={t("attach.toRoom")} />
        <FormControlLabel value="session" control={<Radio />} label={t("attach.bringSession")} />
      </RadioGroup>
      {way === "room" ? (
        <RoomField call={call} calls={calls} advice={advice} room={room} onChange={setRoom} />
      ) : (
        <TextField
          label={t("attach.session")}
          value={session}
          error={advice !== undefined}
          helperText={advice ?? t("attach.sessionHint")}
          onChange={(event) => {
            setSession(event.target.value);
          }}
          slotProps={{ htmlInput: { spellCheck: false, autoCapitalize: "none", autoComplete: "off" } }}
        />
      )}
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

function RoomField(field: {
  call: CallView;
  calls: readonly CallView[];
  room: string;
  advice: string | undefined;
  onChange: (room: string) => void;
}) {
  const { t } = useTranslation("calls");
  const choices = useChoices(field.call, field.calls);
  const { advice } = field;
  return (
    <Autocomplete
      freeSolo
      openOnFocus
      autoHighlight={false}
      options={choices}
      getOptionLabel={(choice) => (typeof choice === "string" ? choice : choice.id)}
      getOptionKey={(choice) => (typeof choice === "string" ? choice : choice.id)}
      inputValue={field.room}
      onInputChange={(_, typed) => {
        field.onChange(typed);
      }}
      renderOption={({ key, ...props }, { id, text }) => (
        <Box component="li" key={key} {...props}>
          <Box sx={{ minWidth: 0 }}>
            <Typography sx={{ overflowWrap: "anywhere" }}>{text}</Typography>
            {text === id ? null : (
              <Typography variant="caption" component="p" color="textSecondary" noWrap>
                {id}
              </Typography>
            )}
          </Box>
        </Box>
      )}
      renderInput={(params) => (
        <TextField
          {...params}
          label={t("attach.room")}
          error={advice !== undefined}
          helperText={advice ?? t("attach.roomHint")}
        />
      )}
    />
  );
}

/** Callers who wait come first: two of them are often who is to talk to each other. */
function useChoices(call: CallView, calls: readonly CallView[]): Choice[] {
  const { t } = useTranslation("calls");
  const words = useWords();
  const { data } = useLiveRoomsQuery(undefined, { refetchOnMountOrArgChange: true });
  const waiting = calls.filter((other) => isWaiting(other) && other.room_id !== call.room_id);
  const taken = new Set([call.room_id, ...waiting.map(({ room_id }) => room_id)]);
  const rooms = (data?.rooms ?? []).filter((room) => !room.private && !taken.has(room.room_id));
  const described = (room: RoomView) =>
    t("attach.people", { room: room.name ?? room.room_id, count: room.participants.length });
  return [
    ...waiting.map(({ room_id, name, speaks }) => ({
      id: room_id,
      text: t("attach.caller", { name, language: words.spoken(speaks) }),
    })),
    ...rooms.map((room) => ({ id: room.room_id, text: described(room) })),
  ];
}
