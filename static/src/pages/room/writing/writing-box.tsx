// Text as equal to speech: Enter sends it, Shift and Enter begin a new line, and what was not sent stays.
import SendIcon from "@mui/icons-material/SendOutlined";
import Box from "@mui/material/Box";
import IconButton from "@mui/material/IconButton";
import TextField from "@mui/material/TextField";
import Tooltip from "@mui/material/Tooltip";
import { useId, useState } from "react";
import type { KeyboardEvent, RefObject } from "react";
import { useTranslation } from "react-i18next";
import { useAppSelector } from "../../../app/store.ts";
import { useLanguageName } from "../languages.ts";
import { useStay } from "../stay-context.ts";
import { selectConnection, selectSpeaks } from "../stay-slice.ts";

/** Characters that the server takes in one text (src/domain/client_message.rs, LONGEST_TEXT). */
export const LONGEST_TEXT = 10_000;
/** From here on it is shown how many there are. */
const COUNTED_FROM = 9_000;

export function WritingBox({ field }: { field: RefObject<HTMLTextAreaElement | null> }) {
  const { t } = useTranslation("room");
  const stay = useStay();
  const languageName = useLanguageName();
  const hint = useId();
  const [text, setText] = useState("");
  const [unsent, setUnsent] = useState(false);
  const online = useAppSelector((state) => selectConnection(state).kind === "online");
  const speaks = useAppSelector(selectSpeaks);
  // As the server counts: characters, not the halves of surrogate pairs.
  const length = text.length < COUNTED_FROM ? text.length : Array.from(text.trim()).length;
  const tooLong = length > LONGEST_TEXT;
  const offline = unsent && !online;

  const send = () => {
    const said = text.trim();
    if (said === "" || tooLong) return;
    const sent = stay.say(said);
    if (sent) setText("");
    setUnsent(!sent);
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // While a character is being composed, Enter chooses it.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  const counted = length >= COUNTED_FROM ? t("writing.count", { count: length, most: LONGEST_TEXT }) : undefined;
  const problem = tooLong
    ? t("writing.long", { count: length, most: LONGEST_TEXT })
    : offline
      ? t("writing.offline")
      : undefined;
  return (
    <Box
      component="form"
      sx={{ display: "flex", alignItems: "flex-start", gap: 0.5 }}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <TextField
        multiline
        maxRows={6}
        fullWidth
        size="small"
        value={text}
        inputRef={field}
        error={problem !== undefined}
        helperText={problem ?? counted}
        placeholder={
          speaks === "" || speaks === "auto"
            ? t("writing.label")
            : t("writing.placeholder", { language: languageName(speaks) })
        }
        onChange={(event) => {
          setText(event.target.value);
        }}
        onKeyDown={onKeyDown}
        slotProps={{
          htmlInput: {
            "aria-label": t("writing.label"),
            "aria-keyshortcuts": "T",
            enterKeyHint: "send",
            dir: "auto",
            ...(problem === undefined && counted === undefined ? { "aria-describedby": hint } : {}),
          },
          formHelperText: { role: problem === undefined ? "note" : "alert" },
        }}
      />
      <Box id={hint} hidden>
        {t("writing.hint")}
      </Box>
      <Tooltip title={t("writing.hint")}>
        <Box component="span">
          <IconButton
            type="submit"
            color="primary"
            aria-label={t("writing.send")}
            disabled={text.trim() === "" || tooLong}
          >
            <SendIcon />
          </IconButton>
        </Box>
      </Tooltip>
    </Box>
  );
}
