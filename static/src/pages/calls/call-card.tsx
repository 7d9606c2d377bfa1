// One call that is not over: who, how far, since when, in which languages, with whom, how late, for how much, and what to do.
import InboundIcon from "@mui/icons-material/CallReceivedOutlined";
import JoinedIcon from "@mui/icons-material/GroupAddOutlined";
import OutboundIcon from "@mui/icons-material/CallMadeOutlined";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Card from "@mui/material/Card";
import Chip from "@mui/material/Chip";
import Typography from "@mui/material/Typography";
import { useId } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { PAGES } from "../../app/pages.ts";
import type { CallView } from "../../api/types.ts";
import { useFormats } from "../../parts/formats.ts";
import { useNow } from "../../parts/now.ts";
import { beganAt, companyOf, peopleOf } from "./calls.ts";
import { useWords } from "./words.ts";

const DIRECTIONS = { inbound: InboundIcon, outbound: OutboundIcon, joined: JoinedIcon } as const;
const COLOURS = {
  ringing: "info",
  answering: "info",
  connected: "warning",
  media: "success",
  ending: "default",
  ended: "default",
} as const;
/** Up to here nobody notices. */
const PROMPT_MS = 300;

export interface Orders {
  onAttach: () => void;
  onHangUp: () => void;
}

export function CallCard({ call, waiting, onAttach, onHangUp }: { call: CallView; waiting: boolean } & Orders) {
  const { t } = useTranslation("calls");
  const id = useId();
  const Icon = DIRECTIONS[call.direction];
  return (
    <Card
      component="li"
      aria-labelledby={id}
      sx={{
        minWidth: 0,
        p: 2,
        display: "flex",
        flexDirection: "column",
        gap: 1.25,
        ...(waiting ? { borderColor: "warning.main", borderWidth: 2 } : {}),
      }}
    >
      <Box sx={{ display: "flex", flexWrap: "wrap", alignItems: "center", columnGap: 1, rowGap: 0.5 }}>
        <Icon titleAccess={t(`directions.${call.direction}`)} fontSize="small" color="action" />
        <Typography id={id} variant="h3" noWrap sx={{ flexGrow: 1, minWidth: 0 }} title={call.name}>
          {call.name}
        </Typography>
        <Chip
          size="small"
          variant={waiting ? "filled" : "outlined"}
          color={waiting ? "warning" : COLOURS[call.state]}
          label={waiting ? t("states.waiting") : t(`states.${call.state}`)}
        />
      </Box>
      <Way call={call} />
      <Facts call={call} waiting={waiting} />
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, mt: "auto", pt: 0.5 }}>
        {call.state === "ending" ? null : (
          <>
            <Button variant={waiting ? "contained" : "outlined"} size="small" onClick={onAttach}>
              {waiting ? t("attach.open") : t("attach.elsewhere")}
            </Button>
            <Button
              component={Link}
              to={`${PAGES.rooms.path}/${encodeURIComponent(call.room_id)}`}
              variant={waiting ? "outlined" : "text"}
              size="small"
            >
              {t("joinRoom")}
            </Button>
            <Button color="error" size="small" sx={{ ml: "auto" }} onClick={onHangUp}>
              {t("hangUp.open")}
            </Button>
          </>
        )}
      </Box>
    </Card>
  );
}

/** From where to where. */
function Way({ call }: { call: CallView }) {
  const { t } = useTranslation("calls");
  const words = useWords();
  const from = call.from == null ? undefined : words.somebody(call.from);
  const to = call.to == null ? undefined : words.somebody(call.to);
  if (from === undefined && to === undefined) return null;
  const text =
    from === undefined ? t("toOnly", { to }) : to === undefined ? t("fromOnly", { from }) : t("fromTo", { from, to });
  return (
    <Typography variant="body2" color="textSecondary" sx={{ overflowWrap: "anywhere" }}>
      {text}
    </Typography>
  );
}

function Facts({ call, waiting }: { call: CallView; waiting: boolean }) {
  const { t } = useTranslation("calls");
  const format = useFormats();
  const words = useWords();
  const { interpretation } = call;
  const company = companyOf(call);
  const people = peopleOf(call);
  const isLate = interpretation != null && interpretation.lag_ms > PROMPT_MS;
  return (
    <Box
      component="dl"
      sx={{ display: "grid", gridTemplateColumns: "auto minmax(0, 1fr)", columnGap: 2, rowGap: 0.5, m: 0 }}
    >
      <Fact name={waiting ? t("facts.waiting") : call.connected_at == null ? t("facts.ringing") : t("facts.connected")}>
        <Since began={beganAt(call)} />
      </Fact>
      <Fact name={t("facts.languages")}>
        {t("languages", {
          speaks: words.spoken(call.speaks),
          hears: call.hears.map((language) => format.language(language)).join(", "),
        })}
      </Fact>
      {people.length > 1 ? <Fact name={t("facts.people")}>{people.map(words.somebody).join(", ")}</Fact> : null}
      {interpretation == null ? null : (
        <>
          <Fact name={t("facts.company")}>
            {company.length === 0
              ? t("nobody")
              : company.map(({ name, speaks }) => t("person", { name, language: words.spoken(speaks) })).join(", ")}
          </Fact>
          {/* Nobody hears late what nobody hears. */}
          {waiting ? null : (
            <Fact name={t("facts.lag")}>
              <Box component="span" sx={isLate ? { color: "warning.main", fontWeight: 600 } : {}}>
                {isLate ? format.delay(interpretation.lag_ms) : t("prompt")}
              </Box>
            </Fact>
          )}
          {waiting && interpretation.cost_usd == null ? null : (
            <Fact name={t("facts.cost")}>
              {interpretation.cost_usd == null ? t("free") : format.money(interpretation.cost_usd)}
            </Fact>
          )}
        </>
      )}
    </Box>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <Typography component="dt" variant="body2" color="textSecondary">
        {name}
      </Typography>
      <Typography
        component="dd"
        variant="body2"
        sx={{ m: 0, overflowWrap: "anywhere", fontVariantNumeric: "tabular-nums" }}
      >
        {children}
      </Typography>
    </>
  );
}

/** How long already, and since what time of day. */
function Since({ began }: { began: number }) {
  const { t } = useTranslation("calls");
  const format = useFormats();
  const now = useNow();
  return t("since", { duration: format.duration(Math.max(0, now - began)), time: format.time(began) });
}
