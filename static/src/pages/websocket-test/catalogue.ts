// Made from static/contract/asyncapi.json by `make contract`.
// What a client may send.
import type { SchemaDocument } from "./schema.ts";
export const CLIENT_MESSAGES: SchemaDocument = {
  components: {
    schemas: {
      Ping: {
        description: "Answered `pong`.",
        properties: {
          id: { $ref: "#/components/schemas/Reference", description: "Its answer carries this as `ref`." },
          type: { const: "ping", type: "string" },
        },
        required: ["type"],
        type: "object",
      },
      Heartbeat: {
        description: "Answered `heartbeat_received`.",
        properties: {
          id: { $ref: "#/components/schemas/Reference", description: "Its answer carries this as `ref`." },
          type: { const: "heartbeat", type: "string" },
        },
        required: ["type"],
        type: "object",
      },
      CreateSession: {
        description: "Makes a session, or attaches to one's own.",
        properties: {
          config: {
            oneOf: [{ $ref: "#/components/schemas/ConfigPatch", description: "How it begins." }, { type: "null" }],
          },
          data: { description: "Kept and returned: any JSON of at most 4 KB." },
          id: { $ref: "#/components/schemas/Reference", description: "Its answer carries this as `ref`." },
          resume_token: {
            description: "Proves the right to attach to a session that exists.",
            type: ["string", "null"],
          },
          session_id: {
            oneOf: [
              { $ref: "#/components/schemas/SessionId", description: "Wished id, or one is made." },
              { type: "null" },
            ],
          },
          type: { const: "create_session", type: "string" },
          user_id: { description: "Who owns it, on a server without keys.", type: ["string", "null"] },
        },
        required: ["type"],
        type: "object",
      },
      JoinSession: {
        description: "Attaches to a session that exists.",
        properties: {
          id: { $ref: "#/components/schemas/Reference", description: "Its answer carries this as `ref`." },
          resume_token: { description: "Proves the right to it.", type: ["string", "null"] },
          session_id: { $ref: "#/components/schemas/SessionId", description: "Which." },
          type: { const: "join_session", type: "string" },
        },
        required: ["session_id", "type"],
        type: "object",
      },
      RecoverSession: {
        description: "Attaches to a session and asks for what was missed.",
        properties: {
          id: { $ref: "#/components/schemas/Reference", description: "Its answer carries this as `ref`." },
          last_seq: {
            description: "The last number seen; absent means what was last written to any of its sockets.",
            type: ["integer", "null"],
          },
          resume_token: { description: "Proves the right to it.", type: ["string", "null"] },
          session_id: { $ref: "#/components/schemas/SessionId", description: "Which." },
          type: { const: "recover_session", type: "string" },
        },
        required: ["session_id", "type"],
        type: "object",
      },
      LeaveSession: {
        description: "Ends the session on this socket.",
        properties: {
          id: { $ref: "#/components/schemas/Reference", description: "Its answer carries this as `ref`." },
          type: { const: "leave_session", type: "string" },
        },
        required: ["type"],
        type: "object",
      },
      Configure: {
        description: "Changes the configuration.",
        properties: {
          config: { $ref: "#/components/schemas/ConfigPatch", description: "What changes." },
          id: { $ref: "#/components/schemas/Reference", description: "Its answer carries this as `ref`." },
          type: { const: "configure", type: "string" },
        },
        required: ["config", "type"],
        type: "object",
      },
      JoinRoom: {
        description: "Moves to a shared room.",
        properties: {
          id: { $ref: "#/components/schemas/Reference", description: "Its answer carries this as `ref`." },
          room_id: { $ref: "#/components/schemas/RoomId", description: "Where to." },
          type: { const: "join_room", type: "string" },
        },
        required: ["room_id", "type"],
        type: "object",
      },
      LeaveRoom: {
        description: "Goes back to a private room.",
        properties: {
          id: { $ref: "#/components/schemas/Reference", description: "Its answer carries this as `ref`." },
          type: { const: "leave_room", type: "string" },
        },
        required: ["type"],
        type: "object",
      },
      Text: {
        description: "Says something in writing.",
        properties: {
          id: { $ref: "#/components/schemas/Reference", description: "Its answer carries this as `ref`." },
          text: { description: "What is said, at most 10,000 characters.", type: "string" },
          type: { const: "text", type: "string" },
          utterance_id: {
            oneOf: [
              { $ref: "#/components/schemas/UtteranceId", description: "The client's own name for it." },
              { type: "null" },
            ],
          },
        },
        required: ["text", "type"],
        type: "object",
      },
      AudioEnd: {
        description: "Ends the current utterance now.",
        properties: {
          id: { $ref: "#/components/schemas/Reference", description: "Its answer carries this as `ref`." },
          type: { const: "audio_end", type: "string" },
        },
        required: ["type"],
        type: "object",
      },
      TranscriptionStream: {
        description: "Audio as base64.",
        properties: {
          audio_data: { description: "PCM in the session's format, as base64.", type: "string" },
          id: { $ref: "#/components/schemas/Reference", description: "Its answer carries this as `ref`." },
          type: { const: "transcription_stream", type: "string" },
        },
        required: ["audio_data", "type"],
        type: "object",
      },
      SpeakerStream: {
        description: "Audio as base64.",
        properties: {
          audio_data: { description: "PCM in the session's format, as base64.", type: "string" },
          id: { $ref: "#/components/schemas/Reference", description: "Its answer carries this as `ref`." },
          type: { const: "speaker_stream", type: "string" },
        },
        required: ["audio_data", "type"],
        type: "object",
      },
      TranslationStream: {
        description: "Translates one text, outside any session.",
        properties: {
          id: { $ref: "#/components/schemas/Reference", description: "Its answer carries this as `ref`." },
          source_lang: {
            oneOf: [{ $ref: "#/components/schemas/Language", description: "From what." }, { type: "null" }],
          },
          target_lang: { $ref: "#/components/schemas/Language", description: "Into what." },
          text: { description: "What to translate, at most 10,000 characters.", type: "string" },
          type: { const: "translation_stream", type: "string" },
        },
        required: ["text", "target_lang", "type"],
        type: "object",
      },
      Subscribe: {
        description: "Asks for a topic's events.",
        properties: {
          id: { $ref: "#/components/schemas/Reference", description: "Its answer carries this as `ref`." },
          service: { description: "In place of a topic: the name of a service.", type: ["string", "null"] },
          topic: {
            description: "Such as `room/demo`, `session/ID`, `call/*`, `service/*`, `metrics`.",
            type: ["string", "null"],
          },
          type: { const: "subscribe", type: "string" },
        },
        required: ["type"],
        type: "object",
      },
      Unsubscribe: {
        description: "Ends a subscription.",
        properties: {
          id: { $ref: "#/components/schemas/Reference", description: "Its answer carries this as `ref`." },
          service: { description: "In place of a topic: the name of a service.", type: ["string", "null"] },
          topic: {
            description: "Such as `room/demo`, `session/ID`, `call/*`, `service/*`, `metrics`.",
            type: ["string", "null"],
          },
          type: { const: "unsubscribe", type: "string" },
        },
        required: ["type"],
        type: "object",
      },
      ServiceMessage: {
        description: "Talks to a service.",
        properties: {
          action: { description: "What it is to do.", type: "string" },
          data: { description: "With what." },
          id: { $ref: "#/components/schemas/Reference", description: "Its answer carries this as `ref`." },
          target_service: { description: "Which service.", type: "string" },
          type: { const: "service_message", type: "string" },
        },
        required: ["target_service", "action", "type"],
        type: "object",
      },
      TestMessage: {
        description: "Sent back as it came.",
        properties: {
          id: { $ref: "#/components/schemas/Reference", description: "Its answer carries this as `ref`." },
          type: { const: "test_message", type: "string" },
        },
        required: ["type"],
        type: "object",
      },
      Reference: {
        description: "Chosen by the client, to know the answer by: a text of at most 256 bytes, or a number.",
        type: ["string", "number"],
      },
      ConfigPatch: {
        description: "A change to a configuration: what is absent or null stays as it is.",
        properties: {
          audio: {
            oneOf: [
              {
                $ref: "#/components/schemas/AudioPatch",
                description: "The format of its audio; `true` and `false` are `audio_enabled`.",
              },
              { type: "null" },
            ],
          },
          audio_enabled: { description: "Whether audio from this session is listened to.", type: ["boolean", "null"] },
          barge_in: {
            description: "Whether the translated speech it hears falls silent when it begins to speak itself.",
            type: ["boolean", "null"],
          },
          engine: { description: "The engine for what it says.", type: ["string", "null"] },
          glossary: {
            description: "Terms and their translations, for engines that take them; at most 16 KiB of JSON.",
          },
          hears: {
            description: "What is read, and (the first) heard.",
            items: { $ref: "#/components/schemas/Language" },
            type: ["array", "null"],
          },
          language_pair: {
            description: "`[a, b]` is `speaks: a, hears: [b]`.",
            items: { $ref: "#/components/schemas/Language" },
            type: ["array", "null"],
          },
          name: { description: "The name others see, at most 100 characters.", type: ["string", "null"] },
          partials: { description: "Whether it wants captions that still change.", type: ["boolean", "null"] },
          preset: { description: "A named set of options.", type: ["string", "null"] },
          room_id: {
            oneOf: [{ $ref: "#/components/schemas/RoomId", description: "The shared room." }, { type: "null" }],
          },
          speaks: {
            oneOf: [
              { $ref: "#/components/schemas/Speaks", description: "What is spoken and typed." },
              { type: "null" },
            ],
          },
          speech: {
            description: "Whether it wants translated speech, in the first of `hears`.",
            type: ["boolean", "null"],
          },
          translation_enabled: { description: "Whether this session gets translations.", type: ["boolean", "null"] },
        },
        type: "object",
      },
      SessionId: { description: "Names a session: one participant's durable place.", type: "string" },
      RoomId: { description: "Names a room.", type: "string" },
      UtteranceId: {
        description: "Names an utterance: all revisions of what one speaker said between two pauses.",
        type: "string",
      },
      Language: {
        description:
          "A language tag: lower-case language, title-case script, upper-case region (`en`, `pt-BR`, `zh-Hant-TW`).",
        examples: ["en", "pt-BR"],
        type: "string",
      },
      AudioPatch: {
        description: "Whether there is audio, or its format.",
        oneOf: [
          { type: "boolean" },
          {
            properties: {
              encoding: { oneOf: [{ $ref: "#/components/schemas/Encoding" }, { type: "null" }] },
              sample_rate: { description: "In Hz.", enum: [16000, 24000, 48000], type: "integer" },
            },
            type: "object",
          },
        ],
      },
      Speaks: {
        description: "What is spoken: a language tag, or `auto` where the engine is to find out.",
        examples: ["auto", "en"],
        type: "string",
      },
      Encoding: { description: "The only encoding of client audio.", enum: ["pcm_s16le"], type: "string" },
    },
  },
};
