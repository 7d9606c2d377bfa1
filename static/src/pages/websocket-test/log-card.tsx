// The log: a list of which only the rows in sight are drawn, and the chosen entry in full.
import ClearIcon from "@mui/icons-material/DeleteSweepOutlined";
import DownloadIcon from "@mui/icons-material/DownloadOutlined";
import GoIcon from "@mui/icons-material/PlayArrowOutlined";
import PauseIcon from "@mui/icons-material/PauseOutlined";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { save } from "../../parts/save.ts";
import { EntryDetail } from "./entry-detail.tsx";
import { asJsonLines, matches, MOST_ENTRIES } from "./log.ts";
import type { Entry, MessageLog } from "./log.ts";
import { LogList } from "./log-list.tsx";
import { Part } from "./part.tsx";

export function LogCard({ log }: { log: MessageLog }) {
  const { t } = useTranslation("websocketTest");
  const all = useSyncExternalStore(log.subscribe, log.entries);
  const [held, setHeld] = useState<readonly Entry[]>();
  const [wanted, setWanted] = useState("");
  const [chosen, setChosen] = useState<number>();
  const entries = (held ?? all).filter((entry) => matches(entry, wanted));
  const shown = entries.find(({ number }) => number === chosen);
  const waiting = held === undefined ? 0 : (all.at(-1)?.number ?? 0) - (held.at(-1)?.number ?? 0);
  return (
    <Part
      title={t("log.title")}
      aside={
        <Typography variant="body2" color="textSecondary">
          {t("log.count", { shown: entries.length, all: all.length, most: MOST_ENTRIES })}
        </Typography>
      }
    >
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, mb: 1.5, alignItems: "center" }}>
        <TextField
          size="small"
          type="search"
          label={t("log.filter")}
          value={wanted}
          onChange={({ target }) => {
            setWanted(target.value);
          }}
          sx={{ flexGrow: 1, minWidth: 160 }}
        />
        <Button
          size="small"
          aria-pressed={held !== undefined}
          startIcon={held === undefined ? <PauseIcon /> : <GoIcon />}
          onClick={() => {
            setHeld(held === undefined ? all : undefined);
          }}
        >
          {held === undefined ? t("log.pause") : t("log.resume", { count: Math.max(0, waiting) })}
        </Button>
        <Button
          size="small"
          startIcon={<ClearIcon />}
          onClick={() => {
            log.clear();
            setHeld(held === undefined ? undefined : []);
          }}
        >
          {t("log.clear")}
        </Button>
        <Button
          size="small"
          startIcon={<DownloadIcon />}
          disabled={entries.length === 0}
          onClick={() => {
            save(new Blob([asJsonLines(entries)], { type: "application/jsonl" }), "websocket-log.jsonl");
          }}
        >
          {t("log.download")}
        </Button>
      </Box>
      <LogList
        entries={entries}
        chosen={chosen}
        onChoice={setChosen}
        empty={t(wanted === "" ? "log.empty" : "log.nothing")}
      />
      {shown === undefined ? (
        <Typography variant="body2" color="textSecondary" sx={{ mt: 1.5 }}>
          {t("log.choose")}
        </Typography>
      ) : (
        <EntryDetail entry={shown} />
      )}
    </Part>
  );
}
