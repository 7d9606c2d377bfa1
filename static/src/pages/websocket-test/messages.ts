// Every message that a client may send (API.md, section 1), in the dialect of `/asyncapi.json`. A test compares the types
// with those that the server reads.
import type { Schema, SchemaDocument } from "./schema.ts";

const text = (description: string, ...examples: string[]): Schema => ({ type: "string", description, examples });
const flag = (description: string): Schema => ({ type: "boolean", description });
const reference = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

const ID = text("Your own name for this message; its answer bears it as ref.");
const SESSION_ID = text("Id of a session.");
const RESUME_TOKEN = text("The secret that came with the session; gives the right to it.");
const USER_ID = text("Who owns the session, on a server without keys.");
const ROOM_ID = text("Id of the room.", "demo");
const AUDIO_DATA = text("Samples in the session's format, as base64.");
const TOPIC = text("What to be told of: room/ID, session/ID, metrics, actors and others.", "metrics");
const SERVICE = text("Instead of a topic: the name of a service.");

function message(
  type: string,
  description: string,
  fields: Record<string, Schema> = {},
  required: string[] = [],
): Schema {
  return {
    title: type,
    type: "object",
    description,
    properties: { type: { const: type }, id: ID, ...fields },
    required: ["type", ...required],
  };
}

export const CLIENT_MESSAGES: SchemaDocument = {
  components: {
    schemas: {
      Ping: message("ping", "Asks whether the server is there. Answer: pong."),
      Heartbeat: message("heartbeat", "As ping. Answer: heartbeat_received."),
      CreateSession: message("create_session", "Begins to take part, or attaches to one's own session.", {
        session_id: SESSION_ID,
        user_id: USER_ID,
        config: reference("SessionConfig"),
        data: { description: "Anything of yours, at most 4 KB; kept and given back." },
        resume_token: RESUME_TOKEN,
      }),
      JoinSession: message(
        "join_session",
        "Attaches this socket to a session that has another.",
        { session_id: SESSION_ID, resume_token: RESUME_TOKEN },
        ["session_id"],
      ),
      RecoverSession: message(
        "recover_session",
        "Goes on with a session whose connection broke; what was missed follows.",
        {
          session_id: SESSION_ID,
          resume_token: RESUME_TOKEN,
          last_seq: { type: "integer", description: "The last number seen; without it: the last one written." },
        },
        ["session_id"],
      ),
      LeaveSession: message("leave_session", "Ends the session on this socket."),
      Configure: message("configure", "Changes how one takes part.", { config: reference("SessionConfig") }, [
        "config",
      ]),
      JoinRoom: message("join_room", "Moves to a shared room.", { room_id: ROOM_ID }, ["room_id"]),
      LeaveRoom: message("leave_room", "Goes back to one's own room."),
      Text: message(
        "text",
        "Says something in writing.",
        {
          text: text("What is said.", "Good morning"),
          utterance_id: text("Your own name for what is said."),
        },
        ["text"],
      ),
      AudioEnd: message("audio_end", "Ends the utterance now instead of at the next pause."),
      TranscriptionStream: message(
        "transcription_stream",
        "Audio in text form, for who cannot send binary frames.",
        { audio_data: AUDIO_DATA },
        ["audio_data"],
      ),
      SpeakerStream: message("speaker_stream", "As transcription_stream.", { audio_data: AUDIO_DATA }, ["audio_data"]),
      TranslationStream: message(
        "translation_stream",
        "Translates one text for this socket alone; needs no session.",
        {
          text: text("What is said.", "Good morning"),
          target_lang: text("Into which language.", "es"),
          source_lang: text("From which language; without it: found out.", "en"),
        },
        ["text", "target_lang"],
      ),
      Subscribe: message("subscribe", "Asks to be told of what happens.", { topic: TOPIC, service: SERVICE }),
      Unsubscribe: message("unsubscribe", "Asks not to be told any more.", { topic: TOPIC, service: SERVICE }),
      ServiceMessage: message(
        "service_message",
        "Talks to a service behind the gateway.",
        {
          target_service: text("The name of the service.", "translation-service"),
          action: text("What it shall do.", "health"),
          data: { description: "Anything that goes with it." },
        },
        ["target_service", "action"],
      ),
      TestMessage: message("test_message", "Comes back as it was sent; any field is taken."),
      SessionConfig: {
        type: "object",
        description: "How one takes part; what is left out stays as it is.",
        properties: {
          room_id: ROOM_ID,
          name: text("The name that others see.", "Ana"),
          speaks: text("The language spoken and typed, or auto.", "en"),
          hears: {
            type: "array",
            items: { type: "string" },
            description: "Languages to read; the first also to hear.",
            examples: [["es"]],
          },
          speech: flag("Whether translated speech is wanted."),
          partials: flag("Whether captions that still change are wanted."),
          audio_enabled: flag("Whether this session's audio is listened to."),
          translation_enabled: flag("Whether translations are wanted."),
          language_pair: {
            type: "array",
            items: { type: "string" },
            description: "Two languages: the one spoken, the one heard.",
            examples: [["en", "es"]],
          },
          audio: {
            description: "The format of audio in both directions, or whether it is listened to at all.",
            oneOf: [reference("AudioFormat"), { type: "boolean", title: "true / false" }],
          },
          engine: text("The engine for what is said; without it: the server's default."),
          preset: text("A named set of options."),
          glossary: { description: "Terms and their translations, for engines that take them." },
        },
      },
      AudioFormat: {
        title: "encoding, sample_rate",
        type: "object",
        properties: {
          encoding: { const: "pcm_s16le", description: "Signed 16-bit little-endian, mono." },
          sample_rate: { enum: [16_000, 24_000, 48_000], description: "Samples in a second." },
        },
        required: ["encoding", "sample_rate"],
      },
    },
  },
};
