// One stay in a room, from entering to leaving: brings connection and player together, and tells the store what happens.
import { addListener, nanoid } from "@reduxjs/toolkit";
import i18next from "i18next";
import { keyRefused, signOut } from "../../app/access.ts";
import { dismiss, notify } from "../../app/notices.ts";
import type { Store } from "../../app/store.ts";
import { api } from "../../api/api.ts";
import { Connection, Player } from "../../client/index.ts";
import type { ConnectionState, ServerMessage } from "../../client/index.ts";
import { sameLanguage } from "../../parts/same-language.ts";
import { endAdvice, errorAdvice } from "./advice.ts";
import { Announcer } from "./announcer.ts";
import { budgetExhausted, engineUsed, roomQuestion, selectExhaustedAt } from "./interpreting/interpreting-slice.ts";
import { concernsSpeechOnly, Troubles } from "./interpreting/troubles.ts";
import { forgetStay, keepStay } from "./stay-record.ts";
import type { StayRecord } from "./stay-record.ts";
import {
  announced,
  captioned,
  connectionChanged,
  entered,
  interrupted,
  languagesChosen,
  left,
  participantCame,
  participantWent,
  refused,
  rosterCame,
  selectHears,
  selectIsOwn,
  selectParticipants,
  selectTyped,
  selectUtterance,
  selectWarnings,
  talked,
  typedDismissed,
  voiceBegan,
  voiceEnded,
  warned,
  wrote,
} from "./stay-slice.ts";
import { isOfRoom, TRANSLATION_PATIENCE_MS, utteranceId } from "./utterance.ts";
import type { CaptionMessage } from "./utterance.ts";

/** Opens a socket to the server. */
export type Open = ConstructorParameters<typeof Connection>[0]["open"];

export interface StayOptions {
  store: Store;
  record: StayRecord;
  open: Open;
  /** The person has left, here or in another window of the same session. */
  onLeft: () => void;
}

/** For how long it is shown that the connection is back. */
const NEWS_MS = 8_000;
/** Topics of the notices of a stay; they go with it. */
const TOPICS = ["connection", "session", "sound", "problem"] as const;
/** Nothing more is translated in the room. */
const BUDGET_EXHAUSTED = "budget_exhausted";
/** Stays after it: the entrance shows it. */
const LEFT = "left";
const GESTURES = ["pointerdown", "keydown"] as const;

export class Stay {
  readonly connection: Connection;
  readonly player: Player;
  readonly #store: Store;
  readonly #onLeft: () => void;
  readonly #announcer: Announcer;
  readonly #troubles: Troubles;
  #record: StayRecord;
  /** Everything up to this number was said before the page came back, and is not read out. */
  #readUpTo = 0;
  /** The session is resumed from its beginning: what is replayed was not missed, */
  #returning: boolean;
  /** and where it ends is still to be learnt. */
  #learning: boolean;
  #soundAllowed = false;
  #news: ReturnType<typeof setTimeout> | undefined;
  /** Utterances of others whose translation is waited for before they are read out in their own language. */
  readonly #awaited = new Map<string, ReturnType<typeof setTimeout>>();
  #unlisten: (() => void) | undefined;

  constructor({ store, record, open, onLeft }: StayOptions) {
    this.#store = store;
    this.#record = record;
    this.#onLeft = onLeft;
    this.#returning = record.session !== undefined;
    this.#learning = this.#returning;
    this.#announcer = new Announcer((text, language) => {
      store.dispatch(announced({ text, language }));
    });
    this.#troubles = new Troubles(store);
    this.player = new Player((streamId) => {
      store.dispatch(voiceEnded(streamId));
    });
    const { roomId, name, speaks, hears, session } = record;
    this.connection = new Connection({
      open,
      config: {
        room_id: roomId,
        name,
        speaks,
        hears: [hears],
        speech: true,
        barge_in: store.getState().preferences.bargeIn,
        partials: true,
        audio: { encoding: "pcm_s16le", sample_rate: 16_000 },
      },
      // From the first message on: the page shows nothing yet.
      ...(session === undefined ? {} : { resume: { ...session, lastSeq: 0 } }),
      events: {
        state: (state) => {
          this.#enter(state);
        },
        message: (message) => {
          this.#hear(message);
        },
        audio: (frame) => {
          this.player.play(frame);
        },
        recovered: (missed, gap) => {
          this.#recovered(missed, gap);
        },
        replaced: () => {
          this.#returning = false;
          this.#learning = false;
          store.dispatch(interrupted());
          this.#tell("connection", i18next.t("room:connection.replaced"));
        },
        session: (handle) => {
          this.#keep({ ...this.#record, session: handle });
        },
        usage: (usage) => {
          store.dispatch(engineUsed(usage));
        },
      },
    });
  }

  /** Connects. In the click that leads into the room, or the page stays silent until the next one. */
  begin(): void {
    const { roomId, speaks, hears } = this.#record;
    const { volume, ducking } = this.#store.getState().preferences;
    this.player.setVolume(volume);
    this.player.setDucking(ducking);
    if (navigator.userActivation.hasBeenActive) this.#allowSound();
    else for (const gesture of GESTURES) addEventListener(gesture, this.#allowSound);
    addEventListener("online", this.#retryNow);
    this.#unlisten = this.#store.dispatch(
      addListener({
        actionCreator: signOut,
        effect: () => {
          this.leave();
          // That, too, is no business of who comes next.
          this.#store.dispatch(dismiss(LEFT));
        },
      }),
    );
    for (const topic of [...TOPICS, LEFT]) this.#store.dispatch(dismiss(topic));
    this.#store.dispatch(entered({ roomId, speaks, hears }));
    this.#store.dispatch(interrupted());
    this.#keep(this.#record);
    this.connection.open();
  }

  /** The page is left for another one; coming back goes on with the session. */
  end(): void {
    this.#rest();
    this.connection.disconnect();
  }

  leave(): void {
    this.connection.leave();
  }

  /** False when there is no connection: nothing was sent. The text is on the screen at once. */
  say(text: string): boolean {
    const sent = this.connection.sendText(text);
    if (sent) this.#store.dispatch(wrote(nanoid(), text));
    return sent;
  }

  /** Sends once more what may not have arrived. */
  sayAgain(id: string): void {
    const typed = selectTyped(this.#store.getState()).find((one) => one.id === id);
    if (typed !== undefined && this.say(typed.text)) this.#store.dispatch(typedDismissed(id));
  }

  setLanguages(speaks: string, hears: string): void {
    this.#store.dispatch(languagesChosen({ speaks, hears }));
    this.#keep({ ...this.#record, speaks, hears });
    this.connection.configure({ speaks, hears: [hears] });
  }

  setBargeIn(bargeIn: boolean): void {
    this.connection.configure({ barge_in: bargeIn });
  }

  readonly #allowSound = (): void => {
    this.#soundAllowed = true;
    this.#restGestures();
    this.player.allow();
    this.#store.dispatch(dismiss("sound"));
  };

  readonly #retryNow = (): void => {
    this.connection.retryNow();
  };

  #hear(message: ServerMessage): void {
    const { dispatch } = this.#store;
    switch (message.type) {
      case "session_created":
      case "session_recovered":
        if (this.#learning) this.#readUpTo = message.seq;
        this.#learning = false;
        dispatch(rosterCame({ ownId: message.session_id, participants: message.participants }));
        dispatch(warned(message.warnings ?? []));
        // What was used before is told to nobody who comes later.
        void dispatch(roomQuestion.initiate(message.room_id, { subscribe: false, forceRefetch: true }));
        break;
      case "session_configured":
        dispatch(warned(message.warnings));
        break;
      case "participant_joined":
      case "participant_updated":
        dispatch(participantCame(message.participant));
        break;
      case "participant_left":
        dispatch(participantWent(message.participant.session_id));
        break;
      case "speech_started":
      case "speech_stopped":
        dispatch(talked({ id: message.speaker.session_id, talking: message.type === "speech_started" }));
        break;
      case "transcription":
      case "translation":
        if (isOfRoom(message)) this.#show(message);
        break;
      case "audio_start":
        this.player.start(message.stream_id, message.sample_rate, this.#kindOf(message));
        dispatch(
          voiceBegan({ streamId: message.stream_id, speaker: message.speaker.name, language: message.language }),
        );
        if (!this.#soundAllowed) this.#tell("sound", i18next.t("room:connection.asleep"));
        break;
      case "audio_stop":
        this.player.stop(message.stream_id, message.reason === "cancelled");
        break;
      case "system_announcement":
        this.#tell("announcement", i18next.t("room:connection.announcement", { message: message.message }));
        break;
      case "session_expiring":
        this.#tell("session", i18next.t("room:connection.expiring", { reason: message.reason }));
        break;
      case "error":
        this.#wentWrong(message);
        break;
      default:
    }
  }

  #wentWrong({ code, message, ref }: ServerMessage & { type: "error" }): void {
    const { dispatch } = this.#store;
    if (code === BUDGET_EXHAUSTED) {
      dispatch(budgetExhausted());
      return;
    }
    if (concernsSpeechOnly(code)) {
      // Where nothing is translated any more, what is missing is no news.
      if (selectExhaustedAt(this.#store.getState()) === undefined) this.#troubles.tell(code);
      return;
    }
    dispatch(refused());
    // What one asked for is always answered; what comes by itself may come with every word.
    if (ref === undefined && this.#troubles.tell(code)) return;
    dispatch(notify({ topic: "problem", kind: "problem", text: errorAdvice(code, message) }));
  }

  /** Who speaks the language that is heard is heard themselves: their own voice, which makes room for translations. */
  #kindOf({ speaker, language }: ServerMessage & { type: "audio_start" }): "original" | "translated" {
    const speaks = selectParticipants(this.#store.getState())[speaker.session_id]?.speaks;
    return speaks !== undefined && sameLanguage(speaks, language) ? "original" : "translated";
  }

  #show(message: CaptionMessage): void {
    const before = selectUtterance(this.#store.getState(), utteranceId(message));
    this.#store.dispatch(captioned(message));
    const state = this.#store.getState();
    const isNews =
      selectUtterance(state, utteranceId(message)) !== before && (message.seq ?? Infinity) > this.#readUpTo;
    if (!isNews || !message.final || selectIsOwn(state, message.speaker.session_id)) return;
    if (sameLanguage(message.language, selectHears(state))) {
      this.#stopAwaiting(utteranceId(message));
      this.#announce(message);
    } else if (message.type === "transcription") this.#announceUntranslated(message);
  }

  /** Words in a language that is not the heard one are read as they are where no translation of them comes. */
  #announceUntranslated(message: CaptionMessage): void {
    const state = this.#store.getState();
    const id = utteranceId(message);
    const isTranslated = !selectWarnings(state).some(({ code }) => code === "translation_unavailable");
    if (!isTranslated || selectExhaustedAt(state) !== undefined) {
      this.#announce(message);
      return;
    }
    // It may be there already, as what was missed comes in the order of its numbers.
    if (selectUtterance(state, id)?.translation?.final === true) return;
    this.#stopAwaiting(id);
    const timer = setTimeout(() => {
      this.#awaited.delete(id);
      this.#announce(message);
    }, TRANSLATION_PATIENCE_MS);
    this.#awaited.set(id, timer);
  }

  #stopAwaiting(id: string): void {
    clearTimeout(this.#awaited.get(id));
    this.#awaited.delete(id);
  }

  #announce({ speaker, text, language }: CaptionMessage): void {
    if (!this.#store.getState().preferences.announceCaptions) return;
    this.#announcer.push({ name: speaker.name, text, language });
  }

  #recovered(missed: number, gap: boolean): void {
    const returning = this.#returning;
    this.#returning = false;
    // Of what was half said before the break, the rest may never come; what goes on says so with its next words.
    this.#store.dispatch(interrupted());
    if (returning) {
      if (gap) this.#tell("connection", i18next.t("room:connection.gapOnReturn"));
    } else if (gap) this.#tell("connection", i18next.t("room:connection.gap"));
    else {
      const text =
        missed === 0
          ? i18next.t("room:connection.recovered")
          : i18next.t("room:connection.recoveredMissed", { count: missed });
      this.#tell("connection", text);
      this.#news = setTimeout(() => {
        this.#store.dispatch(dismiss("connection"));
      }, NEWS_MS);
    }
  }

  #enter(state: ConnectionState): void {
    this.#store.dispatch(connectionChanged(state));
    if (state.kind === "waiting") this.player.silence();
    if (state.kind === "ended") this.#over(state);
  }

  #over(ended: Extract<ConnectionState, { kind: "ended" }>): void {
    this.#rest();
    const { dispatch } = this.#store;
    const state = this.#store.getState();
    const { roomId, session, ...rest } = this.#record;
    switch (ended.why) {
      case "left":
        forgetStay();
        dispatch(left());
        dispatch(notify({ topic: LEFT, kind: "news", text: endAdvice(ended, roomId) }));
        this.#onLeft();
        break;
      case "authentication":
        // With another key the same session goes on.
        if (api.endpoints.access.select()(state).data?.authentication === "required") {
          dispatch(keyRefused(state.access.key === "" ? "required" : "expired"));
        }
        break;
      case "policy":
        // The session is still there.
        break;
      case "closed":
      case "refused":
        if (session !== undefined) this.#keep({ roomId, ...rest });
    }
  }

  #keep(record: StayRecord): void {
    this.#record = record;
    keepStay(record);
  }

  #tell(topic: string, text: string): void {
    clearTimeout(this.#news);
    this.#store.dispatch(notify({ topic, kind: "news", text }));
  }

  /** Lets go of everything that would outlive the connection. */
  #rest(): void {
    clearTimeout(this.#news);
    this.#announcer.stop();
    this.#troubles.stop();
    this.#restGestures();
    this.#unlisten?.();
    for (const id of this.#awaited.keys()) this.#stopAwaiting(id);
    removeEventListener("online", this.#retryNow);
    this.player.close();
    for (const topic of TOPICS) this.#store.dispatch(dismiss(topic));
  }

  #restGestures(): void {
    for (const gesture of GESTURES) removeEventListener(gesture, this.#allowSound);
  }
}
