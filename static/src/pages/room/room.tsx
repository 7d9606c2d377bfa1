// A room from inside: captions in the middle, what one says below them, everything else beside them or, where the window is
// narrow, in a drawer.
import CloseIcon from "@mui/icons-material/Close";
import EmptyIcon from "@mui/icons-material/ForumOutlined";
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Drawer from "@mui/material/Drawer";
import IconButton from "@mui/material/IconButton";
import Paper from "@mui/material/Paper";
import useMediaQuery from "@mui/material/useMediaQuery";
import type { Theme } from "@mui/material/styles";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useStore } from "react-redux";
import { useLanguagesQuery } from "../../api/questions.ts";
import { useAppSelector } from "../../app/store.ts";
import type { Store } from "../../app/store.ts";
import { useTitle } from "../../app/title.ts";
import { EmptyState } from "../../parts/empty-state.tsx";
import { useShortcut } from "../../parts/shortcut.ts";
import { otherWarnings } from "./advice.ts";
import { Ended } from "./bar/ended.tsx";
import { RoomBar } from "./bar/room-bar.tsx";
import { Announcements } from "./captions/announcements.tsx";
import { CaptionList } from "./captions/caption-list.tsx";
import { TalkingLine } from "./captions/talking-line.tsx";
import type { View } from "./captions/views.ts";
import { Details } from "./details.tsx";
import { BudgetNotice } from "./interpreting/budget-notice.tsx";
import { SecondWindow } from "./invite/second-window.tsx";
import { swapOf } from "./languages/language-choice.tsx";
import { NO_LANGUAGES, otherLanguage, useLanguageName } from "./languages.ts";
import { SpeakingPanel } from "./speaking/speaking-panel.tsx";
import { Stay } from "./stay.ts";
import type { Open } from "./stay.ts";
import { StayContext, useStay } from "./stay-context.ts";
import { keptStay } from "./stay-record.ts";
import type { StayRecord } from "./stay-record.ts";
import {
  selectConnection,
  selectHears,
  selectParticipantIds,
  selectRoomId,
  selectSpeaks,
  selectWarnings,
} from "./stay-slice.ts";
import { WritingBox } from "./writing/writing-box.tsx";

const DETAILS_WIDTH = 320;

export interface RoomProps {
  record: StayRecord;
  open: Open;
  /** The person has left. */
  onLeft: () => void;
  /** They want back in after an end. */
  onAgain: () => void;
}

/** The stay begins when the room is shown, and rests when another page is. */
export function Room({ record, open, onLeft, onAgain }: RoomProps) {
  const store = useStore() as Store;
  const [stay] = useState(() => {
    // What the tab keeps is newer: it has the session.
    const kept = keptStay();
    return new Stay({ store, record: kept?.roomId === record.roomId ? kept : record, open, onLeft });
  });
  useEffect(() => {
    stay.begin();
    return () => {
      stay.end();
    };
  }, [stay]);
  return (
    <StayContext value={stay}>
      <Inside onLeft={onLeft} onAgain={onAgain} />
    </StayContext>
  );
}

/** Whose way in was the entrance's button, which is gone, goes on here with keyboard and screen reader. */
function useArrival() {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (document.activeElement === document.body) title.current?.focus({ preventScroll: true });
  }, []);
  return title;
}

function Inside({ onLeft, onAgain }: Pick<RoomProps, "onLeft" | "onAgain">) {
  const { t } = useTranslation("room");
  const stay = useStay();
  const wide = useMediaQuery((theme: Theme) => theme.breakpoints.up("lg"));
  const languageName = useLanguageName();
  const { data: languages = NO_LANGUAGES } = useLanguagesQuery();
  const [view, setView] = useState<View>("both");
  const [details, setDetails] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const roomId = useAppSelector(selectRoomId);
  const connection = useAppSelector(selectConnection);
  const speaks = useAppSelector(selectSpeaks);
  const hears = useAppSelector(selectHears);
  const recognised = speaks === "auto" || languages.some(({ code, speak }) => code === speaks && speak);
  const title = useArrival();
  useTitle(roomId);
  useShortcut("t", () => {
    field.current?.focus();
  });
  useShortcut("l", () => {
    const swapped = swapOf(languages, { speaks, hears });
    if (swapped !== undefined) stay.setLanguages(swapped.speaks, swapped.hears);
  });
  return (
    <Box data-fills sx={{ flexGrow: 1, minHeight: { xs: 420, lg: 480 }, display: "flex", gap: 2 }}>
      <Paper
        variant={wide ? "outlined" : "elevation"}
        square={!wide}
        sx={{ flexGrow: 1, minWidth: 0, display: "flex", flexDirection: "column", overflow: "hidden" }}
      >
        <RoomBar
          title={title}
          view={view}
          onView={setView}
          ended={connection.kind === "ended"}
          onDetails={
            wide
              ? undefined
              : () => {
                  setDetails(true);
                }
          }
        />
        {connection.kind === "ended" && connection.why !== "left" ? (
          <Ended state={connection} roomId={roomId} onAgain={onAgain} onEntrance={onLeft} />
        ) : null}
        <BudgetNotice />
        <Warnings />
        <CaptionList view={view} empty={<NothingYet />} />
        <Announcements />
        <TalkingLine />
        <Box
          sx={{
            flex: "none",
            borderTop: 1,
            borderColor: "divider",
            p: { xs: 1, sm: 1.5 },
            display: "grid",
            gap: 1,
            bgcolor: "background.paper",
          }}
        >
          <WritingBox field={field} />
          <SpeakingPanel
            connection={stay.connection}
            player={stay.player}
            online={connection.kind === "online"}
            recognised={recognised}
            languageName={speaks === "auto" ? t("languages.any") : languageName(speaks)}
          />
        </Box>
      </Paper>
      {wide ? (
        <Paper variant="outlined" sx={{ width: DETAILS_WIDTH, flex: "none", overflowY: "auto", p: 2 }}>
          <Details />
        </Paper>
      ) : (
        <Drawer
          anchor="right"
          open={details}
          // What it holds also sets volume and voices.
          keepMounted
          onClose={() => {
            setDetails(false);
          }}
          slotProps={{
            paper: {
              role: "dialog",
              "aria-label": t("details.open"),
              sx: { width: "min(380px, 100%)", p: 2, pt: 1, backgroundImage: "none" },
            },
          }}
        >
          <IconButton
            aria-label={t("details.close")}
            onClick={() => {
              setDetails(false);
            }}
            sx={{ alignSelf: "flex-end" }}
          >
            <CloseIcon />
          </IconButton>
          <Details />
        </Drawer>
      )}
    </Box>
  );
}

/** What has to be known of the languages and has no field to stand beside on a small screen. */
function Warnings() {
  const { t } = useTranslation("room");
  const languageName = useLanguageName();
  const warnings = useAppSelector(selectWarnings);
  const hears = useAppSelector(selectHears);
  const texts = otherWarnings(warnings, languageName);
  if (warnings.some(({ code }) => code === "translation_unavailable")) {
    texts.unshift(t("languages.untranslatable", { language: languageName(hears) }));
  }
  return texts.map((text) => (
    <Alert key={text} severity="info" sx={{ mx: { xs: 1.5, sm: 2 }, mt: 1.5, py: 0, flex: "none" }}>
      {text}
    </Alert>
  ));
}

function NothingYet() {
  const { t } = useTranslation("room");
  const { data: languages = NO_LANGUAGES } = useLanguagesQuery();
  const roomId = useAppSelector(selectRoomId);
  const speaks = useAppSelector(selectSpeaks);
  const alone = useAppSelector((state) => selectParticipantIds(state).length <= 1);
  const other = alone ? otherLanguage(languages, speaks) : undefined;
  return (
    <EmptyState
      icon={EmptyIcon}
      title={t("captions.nothing")}
      action={other === undefined ? undefined : <SecondWindow roomId={roomId} language={other} />}
    >
      {t("captions.nothingText")}
      {alone ? ` ${t("captions.aloneText")}` : null}
    </EmptyState>
  );
}
