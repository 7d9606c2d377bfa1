// Calls somebody: their number, ours that they are shown, and what is spoken and heard on the call.
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { usePlaceCallMutation } from "../../api/calls.ts";
import { useLanguagesQuery } from "../../api/questions.ts";
import type { LanguageView, NewCall } from "../../api/types.ts";
import { useFormats } from "../../parts/formats.ts";
import { roomIdProblem } from "../../parts/room-id.ts";
import { stay } from "./hang-up-dialog.tsx";
import { OrderDialog } from "./order-dialog.tsx";

interface Wishes {
  target: string;
  caller: string;
  /** BCP 47; empty: as the server is set. */
  speaks: string;
  hears: string;
  /** Empty: a room of the call's own. */
  room: string;
}

const NOTHING: Wishes = { target: "", caller: "", speaks: "", hears: "", room: "" };

export function PlaceDialog({ onDone, onClose }: { onDone: (target: string) => void; onClose: () => void }) {
  const { t } = useTranslation("calls");
  const [place, { isLoading, error }] = usePlaceCallMutation();
  const { data: languages = [] } = useLanguagesQuery();
  const [wishes, setWishes] = useState(NOTHING);
  const [tried, setTried] = useState(false);
  const problems = problemsOf(wishes);
  const advice = (field: keyof Wishes) => {
    const problem = tried ? problems[field] : undefined;
    return problem === undefined ? undefined : t(`place.${problem}`);
  };
  const field = (name: "target" | "caller" | "room", hint?: string) => ({
    label: t(`place.${name}`),
    value: wishes[name],
    error: advice(name) !== undefined,
    helperText: advice(name) ?? hint,
    onChange: (event: { target: { value: string } }) => {
      setWishes({ ...wishes, [name]: event.target.value });
    },
    slotProps: { htmlInput: { spellCheck: false, autoCapitalize: "none", autoComplete: "off" } },
  });
  return (
    <OrderDialog
      title={t("place.title")}
      order={t("place.confirm")}
      pending={isLoading}
      error={error}
      onClose={onClose}
      onOrder={() => {
        setTried(true);
        if (Object.keys(problems).length > 0) return;
        void place(callOf(wishes))
          .unwrap()
          .then(() => {
            onDone(wishes.target.trim());
          }, stay);
      }}
    >
      <TextField {...field("target", t("place.targetHint"))} autoFocus />
      <TextField {...field("caller", t("place.callerHint"))} />
      {(["speaks", "hears"] as const).map((side) => (
        <LanguageField
          key={side}
          label={t(`place.${side}`)}
          languages={languages.filter((language) => (side === "speaks" ? language.speak : language.hear))}
          value={wishes[side]}
          onChange={(language) => {
            setWishes({ ...wishes, [side]: language });
          }}
        />
      ))}
      <TextField {...field("room", t("place.roomHint"))} />
    </OrderDialog>
  );
}

function LanguageField(choice: {
  label: string;
  languages: readonly LanguageView[];
  value: string;
  onChange: (language: string) => void;
}) {
  const { t } = useTranslation("calls");
  const { languageAlone } = useFormats();
  return (
    <TextField
      select
      label={choice.label}
      value={choice.value}
      onChange={(event) => {
        choice.onChange(event.target.value);
      }}
      slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
    >
      <MenuItem value="">{t("place.asSet")}</MenuItem>
      {choice.languages.map(({ code }) => (
        <MenuItem key={code} value={code}>
          {languageAlone(code)}
        </MenuItem>
      ))}
    </TextField>
  );
}

/** A number as phones are called by: with its country. */
const NUMBER = /^\+[0-9]{3,15}$/u;

function problemsOf({
  target,
  caller,
  room,
}: Wishes): Partial<Record<keyof Wishes, "missing" | "notANumber" | "needed" | "badRoom">> {
  const [called, shown, into] = [target.trim(), caller.trim(), room.trim()];
  const isPhone = called.startsWith("+") || called.startsWith("4:");
  return {
    ...(called === "" ? { target: "missing" } : {}),
    // Raw ids of the service have a colon; anything else is meant as a number.
    ...(called !== "" && !called.includes(":") && !NUMBER.test(bare(called)) ? { target: "notANumber" } : {}),
    ...(shown === ""
      ? isPhone
        ? { caller: "needed" }
        : {}
      : NUMBER.test(bare(shown))
        ? {}
        : { caller: "notANumber" }),
    ...(into !== "" && roomIdProblem(into) !== undefined ? { room: "badRoom" } : {}),
  };
}

function callOf({ target, caller, speaks, hears, room }: Wishes): NewCall {
  const called = target.trim();
  return {
    target: called.includes(":") ? called : bare(called),
    ...(caller.trim() === "" ? {} : { caller_id: bare(caller) }),
    ...(speaks === "" ? {} : { speaks }),
    ...(hears === "" ? {} : { hears: [hears] }),
    ...(room.trim() === "" ? {} : { into: room.trim() }),
  };
}

/** A number without what people write between its digits. */
function bare(number: string): string {
  return number.replaceAll(/[\s().-]/gu, "");
}
