// The calls that are over lately: who, when, how long, and why each one ended, in plain words.
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CallView } from "../../api/types.ts";
import { useFormats } from "../../parts/formats.ts";
import { Section } from "../../parts/section.tsx";
import { useNow } from "../../parts/now.ts";
import { endedAt, talkedFor } from "./calls.ts";
import { useWords } from "./words.ts";

/** Shown at first; nobody reads hundreds. */
const SHOWN = 10;

export function OverSection({ calls }: { calls: readonly CallView[] }) {
  const { t } = useTranslation("calls");
  const [all, setAll] = useState(false);
  if (calls.length === 0) return null;
  return (
    <Section title={t("over.title")}>
      <Box component="ul" aria-label={t("over.title")} sx={{ listStyle: "none", p: 0, m: 0 }}>
        {calls.slice(0, all ? calls.length : SHOWN).map((call) => (
          <Row key={call.call_id} call={call} />
        ))}
      </Box>
      {calls.length > SHOWN ? (
        <Button
          size="small"
          sx={{ mt: 1 }}
          aria-expanded={all}
          onClick={() => {
            setAll(!all);
          }}
        >
          {all ? t("over.fewer") : t("over.all", { count: calls.length })}
        </Button>
      ) : null}
    </Section>
  );
}

function Row({ call }: { call: CallView }) {
  const { t } = useTranslation("calls");
  const format = useFormats();
  const words = useWords();
  const talked = talkedFor(call);
  return (
    <Box
      component="li"
      sx={{
        display: "grid",
        gridTemplateColumns: { xs: "minmax(0, 1fr)", sm: "minmax(0, 2fr) minmax(0, 3fr) minmax(0, 2fr)" },
        columnGap: 2,
        py: 1,
        "& + &": { borderTop: 1, borderColor: "divider" },
      }}
    >
      <Box sx={{ minWidth: 0 }}>
        <Typography noWrap sx={{ fontWeight: 600 }} title={call.name}>
          {call.name}
        </Typography>
        <Typography variant="body2" color="textSecondary">
          {t(`directions.${call.direction}`)}
        </Typography>
      </Box>
      <Typography sx={{ overflowWrap: "anywhere" }}>{words.reason(call.reason ?? "")}</Typography>
      <Typography
        variant="body2"
        color="textSecondary"
        sx={{ textAlign: { sm: "right" }, fontVariantNumeric: "tabular-nums" }}
      >
        <Ago ended={endedAt(call)} />
        <br />
        {talked === undefined ? t("over.never") : t("over.lasted", { duration: format.duration(talked) })}
      </Typography>
    </Box>
  );
}

function Ago({ ended }: { ended: number }) {
  const format = useFormats();
  const now = useNow();
  return (
    <time dateTime={new Date(ended).toISOString()} title={format.time(ended)}>
      {format.ago(ended, now)}
    </time>
  );
}
