// One stay in a room, from joining to leaving: brings connection, captions, people, microphone and player together.
import { endAdvice, errorAdvice, microphoneAdvice } from "./advice.ts";
import { showCaption, showRoom } from "./caption-list.ts";
import { element } from "./element.ts";
import { clearNotice, showNews, showProblem } from "./notices.ts";
import { People } from "./people.ts";
import { peak } from "../audio/framing.ts";
import { MicrophoneError, openMicrophone } from "../audio/microphone.ts";
import type { Microphone } from "../audio/microphone.ts";
import { Player } from "../audio/player.ts";
import { Connection } from "../client/connection.ts";
import type { ConnectionState } from "../client/connection.ts";
import type { ServerMessage, Warning } from "../client/protocol.ts";

export interface Stay {
  name: string;
  roomId: string;
  speaks: string;
  hears: string;
}

const connectionText = element("connection", HTMLElement);
const retryButton = element("retry", HTMLButtonElement);
const microphoneButton = element("microphone", HTMLButtonElement);
const level = element("level", HTMLMeterElement);
const levelField = element("level-field", HTMLElement);
const microphoneLabel = element("microphone-label", HTMLElement);
const playing = element("playing", HTMLElement);

export class Room {
  readonly #stay: Stay;
  readonly #connection: Connection;
  readonly #people: People;
  readonly #player: Player;
  readonly #languageName: (code: string) => string;
  readonly #onEnd: () => void;
  /** By audio stream: whose words are being played, and in which language. */
  readonly #voices = new Map<number, string>();
  #microphone: "off" | "opening" | Microphone = "off";

  /** Has to be made in a click: the page may make sounds from then on. `onEnd` is called when the stay is over. */
  constructor(stay: Stay, languageName: (code: string) => string, onEnd: () => void) {
    this.#stay = stay;
    this.#languageName = languageName;
    this.#onEnd = onEnd;
    this.#people = new People(languageName);
    this.#player = new Player((streamId) => {
      this.#voices.delete(streamId);
      this.#showVoices();
    });
    this.#player.allow();
    showRoom(stay.roomId);
    this.#connection = new Connection({
      open: () => new WebSocket(`${location.origin.replace(/^http/u, "ws")}/ws`),
      config: {
        room_id: stay.roomId,
        name: stay.name,
        speaks: stay.speaks,
        hears: [stay.hears],
        speech: true,
        partials: true,
        audio: { encoding: "pcm_s16le", sample_rate: 16_000 },
      },
      events: {
        state: (state) => {
          this.#showState(state);
        },
        message: (message) => {
          this.#hear(message);
        },
        audio: (frame) => {
          this.#player.play(frame);
        },
        recovered: (missed, gap) => {
          showNews("connection", recoveredText(missed, gap));
        },
        replaced: () => {
          showNews(
            "connection",
            "The server was restarted or forgot your session, so you were given a new one. What was said meanwhile may be missing.",
          );
        },
      },
    });
    this.#connection.open();
  }

  /** False when there is no connection. */
  sendText(text: string): boolean {
    const sent = this.#connection.sendText(text);
    if (sent) clearNotice("text");
    else showProblem("text", "Not sent: there is no connection at the moment. Your text is still in the box.");
    return sent;
  }

  setLanguages(speaks: string, hears: string): void {
    this.#stay.speaks = speaks;
    this.#stay.hears = hears;
    this.#connection.configure({ speaks, hears: [hears] });
  }

  setVolume(volume: number): void {
    this.#player.setVolume(volume);
  }

  async toggleMicrophone(): Promise<void> {
    if (this.#isOpening()) return;
    if (typeof this.#microphone !== "string") {
      this.closeMicrophone();
      this.#connection.endUtterance();
      return;
    }
    this.#microphone = "opening";
    this.#showMicrophone();
    clearNotice("microphone");
    try {
      const opened = await openMicrophone(
        (samples) => {
          level.value = peak(samples);
          this.#connection.sendAudio(samples);
        },
        () => {
          this.closeMicrophone();
          this.#connection.endUtterance();
          showProblem("microphone", "The microphone went away. Plug it in again, then turn it on.");
        },
      );
      // The person may have left while the browser was asking for permission.
      if (this.#isOpening()) this.#microphone = opened;
      else opened.stop();
    } catch (error) {
      this.#microphone = "off";
      showProblem("microphone", microphoneAdvice(error instanceof MicrophoneError ? error.problem : "failed"));
    }
    this.#showMicrophone();
  }

  closeMicrophone(): void {
    if (typeof this.#microphone !== "string") this.#microphone.stop();
    this.#microphone = "off";
    this.#showMicrophone();
  }

  retryNow(): void {
    this.#connection.retryNow();
  }

  leave(): void {
    this.#connection.leave();
  }

  #hear(message: ServerMessage): void {
    switch (message.type) {
      case "session_created":
      case "session_recovered":
        this.#people.replace(message.participants, message.session_id);
        this.#warn(message.warnings);
        break;
      case "participant_joined":
      case "participant_updated":
        this.#people.put(message.participant);
        break;
      case "participant_left":
        this.#people.remove(message.participant.session_id);
        break;
      case "speech_started":
      case "speech_stopped":
        this.#people.talks(message.speaker.session_id, message.type === "speech_started");
        break;
      case "transcription":
      case "translation":
        showCaption(message, { id: this.#connection.sessionId, hears: this.#stay.hears });
        break;
      case "audio_start":
        this.#player.start(message.stream_id, message.sample_rate);
        this.#voices.set(message.stream_id, `${message.speaker.name} in ${this.#languageName(message.language)}`);
        this.#showVoices();
        break;
      case "audio_stop":
        this.#player.stop(message.stream_id, message.reason === "cancelled");
        break;
      case "session_configured":
        this.#warn(message.warnings);
        break;
      case "system_announcement":
        showNews("announcement", message.message);
        break;
      case "session_expiring":
        showNews("session", errorAdvice("session_expiring", message.reason ?? "Your session is about to end"));
        break;
      case "error":
        showProblem(message.code, errorAdvice(message.code, message.message));
        break;
      default:
    }
  }

  #warn(warnings: readonly Warning[] = []): void {
    // That a language cannot be spoken here is said where the microphone would be.
    const others = warnings.filter(({ code }) => code !== "speech_unavailable");
    if (others.length === 0) clearNotice("language");
    else showNews("language", others.map(({ code, message }) => errorAdvice(code, message)).join(" "));
  }

  #showState(state: ConnectionState): void {
    connectionText.dataset.state = state.kind;
    retryButton.hidden = state.kind !== "waiting";
    switch (state.kind) {
      case "connecting":
        connectionText.textContent = "Connecting…";
        break;
      case "online":
        connectionText.textContent = "Connected";
        clearNotice("text");
        break;
      case "waiting":
        connectionText.textContent = "Connection lost, trying again…";
        this.#player.silence();
        break;
      case "ended":
        connectionText.textContent = "Not connected";
        this.closeMicrophone();
        this.#player.silence();
        if (state.why === "left") clearNotice("connection");
        else showProblem("connection", endAdvice(state));
        this.#onEnd();
    }
  }

  #isOpening(): boolean {
    return this.#microphone === "opening";
  }

  #showMicrophone(): void {
    const state = typeof this.#microphone === "string" ? this.#microphone : "on";
    microphoneButton.dataset.state = state;
    microphoneLabel.textContent =
      state === "off" ? "Turn microphone on" : state === "on" ? "Turn microphone off" : "Opening the microphone…";
    levelField.hidden = state !== "on";
    level.value = 0;
  }

  #showVoices(): void {
    playing.hidden = this.#voices.size === 0;
    playing.textContent = `Playing ${[...new Set(this.#voices.values())].join("; ")}`;
  }
}

function recoveredText(missed: number, gap: boolean): string {
  if (gap) return "Connected again. Some of what was said meanwhile is lost.";
  if (missed === 0) return "Connected again. Nothing was missed.";
  return "Connected again. What was said meanwhile is shown below.";
}
