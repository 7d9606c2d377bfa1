// A message to send: its fields as a form, and the same as JSON that may be changed by hand, even to what is no message.
import SendIcon from "@mui/icons-material/SendOutlined";
import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CLIENT_MESSAGES } from "./catalogue.ts";
import { Part } from "./part.tsx";
import { Fields, useHelp } from "./schema-field.tsx";
import { isObject, messagesOf, missingIn } from "./schema.ts";
import type { TestSocket } from "./test-socket.ts";

const MESSAGES = messagesOf(CLIENT_MESSAGES);
const FIRST = "create_session";
/** Ids that this page gives, and so may count on. */
const OWN_ID = /^m(?<number>\d+)$/u;

export function Composer({ socket, open }: { socket: TestSocket; open: boolean }) {
  const { t } = useTranslation("websocketTest");
  const help = useHelp();
  const [text, setText] = useState(() => written({ type: FIRST, id: "m1" }));
  // What is written by hand may be no JSON; then the form waits.
  const message = read(text);
  const type = typeof message?.type === "string" ? message.type : "";
  const described = MESSAGES.find((each) => each.type === type);
  const missing = described === undefined ? [] : missingIn(message, described.schema, CLIENT_MESSAGES);
  const problem =
    message === undefined
      ? t("form.notObject")
      : missing.length > 0
        ? t("form.missing", { fields: missing.join(", ") })
        : "";
  return (
    <Part title={t("form.title")}>
      <Stack
        component="form"
        sx={{ gap: 1.5 }}
        onSubmit={(event) => {
          event.preventDefault();
          if (socket.send(text) && message !== undefined) setText(written(withNextId(message)));
        }}
      >
        <TextField
          select
          size="small"
          label={t("form.type")}
          value={described === undefined ? "" : type}
          onChange={({ target }) => {
            const id = typeof message?.id === "string" ? message.id : "m1";
            setText(written({ type: target.value, id }));
          }}
        >
          {MESSAGES.map((each) => (
            <MenuItem key={each.type} value={each.type}>
              {each.type}
            </MenuItem>
          ))}
        </TextField>
        {described === undefined || message === undefined ? null : (
          <>
            <Typography variant="body2" color="textSecondary">
              {help("message", type, described.description)}
            </Typography>
            <Fields
              key={type}
              schema={described.schema}
              document={CLIENT_MESSAGES}
              value={message}
              without="type"
              onChange={(changed) => {
                setText(written(changed));
              }}
            />
          </>
        )}
        <TextField
          label={t("form.preview")}
          multiline
          minRows={3}
          maxRows={16}
          value={text}
          onChange={({ target }) => {
            setText(target.value);
          }}
          slotProps={{ htmlInput: { spellCheck: false, sx: { fontFamily: "monospace", fontSize: "0.8125rem" } } }}
        />
        {problem === "" ? null : <Alert severity="warning">{problem}</Alert>}
        <Button type="submit" variant="contained" startIcon={<SendIcon />} disabled={!open}>
          {t(problem === "" ? "form.send" : "form.sendAnyway")}
        </Button>
        {open ? null : (
          <Typography variant="body2" color="textSecondary">
            {t("form.connectFirst")}
          </Typography>
        )}
      </Stack>
    </Part>
  );
}

function written(message: Record<string, unknown>): string {
  return JSON.stringify(message, null, 2);
}

function read(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function withNextId(message: Record<string, unknown>): Record<string, unknown> {
  const number = typeof message.id === "string" ? OWN_ID.exec(message.id)?.groups?.number : undefined;
  return number === undefined ? message : { ...message, id: `m${Number(number) + 1}` };
}
