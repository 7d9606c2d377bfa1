// Made from static/contract/asyncapi.json by `make contract`.
export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    /** @description Ends the current utterance now. */
    AudioEnd: {
      /** @description Its answer carries this as `ref`. */
      id?: components["schemas"]["Reference"];
      /** @constant */
      type: "audio_end";
    };
    /** @description The format of audio in both directions. */
    AudioFormat: {
      /** @description How samples are written. */
      encoding: components["schemas"]["Encoding"];
      /**
       * @description In Hz.
       * @enum {integer}
       */
      sample_rate: 16000 | 24000 | 48000;
    };
    /** @description Whether there is audio, or its format. */
    AudioPatch:
      | boolean
      | {
          encoding?: components["schemas"]["Encoding"] | null;
          /**
           * @description In Hz.
           * @enum {integer}
           */
          sample_rate?: 16000 | 24000 | 48000;
        };
    /** @description Translated speech begins: binary frames with this `stream_id` follow. */
    AudioStart: {
      language: components["schemas"]["Language"];
      /**
       * Format: u-int32
       * @description In Hz: that of the session.
       */
      sample_rate: number;
      speaker: components["schemas"]["Speaker"];
      /** Format: u-int32 */
      stream_id: number;
      /** @constant */
      type: "audio_start";
      utterance_id: components["schemas"]["UtteranceId"];
    };
    /** @description Translated speech ends: no more frames with this `stream_id`. */
    AudioStop: {
      reason: components["schemas"]["AudioStopReason"];
      /** Format: u-int32 */
      stream_id: number;
      /** @constant */
      type: "audio_stop";
      utterance_id: components["schemas"]["UtteranceId"];
    };
    /**
     * @description Why a stream of translated audio ended.
     * @enum {string}
     */
    AudioStopReason: "complete" | "cancelled" | "dropped";
    /** @description A budget in the figures of people: how much a room may use, or what is left of that. Either may be left out. */
    BudgetFigures: {
      /**
       * Format: double
       * @description US dollars.
       */
      cost_usd?: number | null;
      /**
       * Format: double
       * @description Minutes of audio given to engines, counted once for each of their streams.
       */
      minutes?: number | null;
    };
    /** @description Any text message from a client. */
    ClientMessage:
      | components["schemas"]["Ping"]
      | components["schemas"]["Heartbeat"]
      | components["schemas"]["CreateSession"]
      | components["schemas"]["JoinSession"]
      | components["schemas"]["RecoverSession"]
      | components["schemas"]["LeaveSession"]
      | components["schemas"]["Configure"]
      | components["schemas"]["JoinRoom"]
      | components["schemas"]["LeaveRoom"]
      | components["schemas"]["Text"]
      | components["schemas"]["AudioEnd"]
      | components["schemas"]["TranscriptionStream"]
      | components["schemas"]["SpeakerStream"]
      | components["schemas"]["TranslationStream"]
      | components["schemas"]["Subscribe"]
      | components["schemas"]["Unsubscribe"]
      | components["schemas"]["ServiceMessage"]
      | components["schemas"]["TestMessage"];
    /** @description A change to a configuration: what is absent or null stays as it is. */
    ConfigPatch: {
      audio?: components["schemas"]["AudioPatch"] | null;
      /** @description Whether audio from this session is listened to. */
      audio_enabled?: boolean | null;
      /** @description Whether the translated speech it hears falls silent when it begins to speak itself. */
      barge_in?: boolean | null;
      /** @description The engine for what it says. */
      engine?: string | null;
      /** @description Terms and their translations, for engines that take them; at most 16 KiB of JSON. */
      glossary?: unknown;
      /** @description What is read, and (the first) heard. */
      hears?: components["schemas"]["Language"][] | null;
      /** @description `[a, b]` is `speaks: a, hears: [b]`. */
      language_pair?: components["schemas"]["Language"][] | null;
      /** @description The name others see, at most 100 characters. */
      name?: string | null;
      /** @description Whether it wants captions that still change. */
      partials?: boolean | null;
      /** @description A named set of options. */
      preset?: string | null;
      room_id?: components["schemas"]["RoomId"] | null;
      speaks?: components["schemas"]["Speaks"] | null;
      /** @description Whether it wants translated speech, in the first of `hears`. */
      speech?: boolean | null;
      /** @description Whether this session gets translations. */
      translation_enabled?: boolean | null;
    };
    /** @description Changes the configuration. */
    Configure: {
      /** @description What changes. */
      config: components["schemas"]["ConfigPatch"];
      /** @description Its answer carries this as `ref`. */
      id?: components["schemas"]["Reference"];
      /** @constant */
      type: "configure";
    };
    /** @description Something in a configuration that will not work as asked here. */
    ConfigWarning: {
      /** @description A stable code. */
      code: string;
      /** @description The language it is about, where it is about one. */
      language?: components["schemas"]["Language"];
      /** @description What will not work, and what to do. */
      message: string;
    };
    /** @description The first message on every connection. */
    Connected: {
      connection_id: components["schemas"]["ConnectionId"];
      /**
       * Format: u-int32
       * @description Version of this protocol: 1.
       */
      protocol: number;
      server_time: components["schemas"]["Timestamp"];
      /** @constant */
      type: "connected";
    };
    /** @description Names one WebSocket connection. */
    ConnectionId: string;
    /** @description Makes a session, or attaches to one's own. */
    CreateSession: {
      config?: components["schemas"]["ConfigPatch"] | null;
      /** @description Kept and returned: any JSON of at most 4 KB. */
      data?: unknown;
      /** @description Its answer carries this as `ref`. */
      id?: components["schemas"]["Reference"];
      /** @description Proves the right to attach to a session that exists. */
      resume_token?: string | null;
      session_id?: components["schemas"]["SessionId"] | null;
      /** @constant */
      type: "create_session";
      /** @description Who owns it, on a server without keys. */
      user_id?: string | null;
    };
    /**
     * @description The only encoding of client audio.
     * @enum {string}
     */
    Encoding: "pcm_s16le";
    /** @description A message could not be done, named by its `ref`; or something failed later. */
    Error: {
      /** @description Stable, snake_case: what programs decide by. */
      code: string;
      /** @description What failed and what to do, for people. */
      message: string;
      /** @description The `id` of what it answers. */
      ref?: components["schemas"]["Reference"];
      /** @constant */
      type: "error";
    };
    /** @description Something happened under a topic that was subscribed to. */
    Event: {
      event: {
        kind: string;
      } & {
        [key: string]: unknown;
      };
      /**
       * Format: u-int64
       * @description Counts per topic.
       */
      seq: number;
      topic: string;
      /** @constant */
      type: "event";
    };
    /** @description Answered `heartbeat_received`. */
    Heartbeat: {
      /** @description Its answer carries this as `ref`. */
      id?: components["schemas"]["Reference"];
      /** @constant */
      type: "heartbeat";
    };
    /** @description Answers `heartbeat`. */
    HeartbeatReceived: {
      /** @description The `id` of what it answers. */
      ref?: components["schemas"]["Reference"];
      /** @constant */
      type: "heartbeat_received";
    };
    /** @description Moves to a shared room. */
    JoinRoom: {
      /** @description Its answer carries this as `ref`. */
      id?: components["schemas"]["Reference"];
      /** @description Where to. */
      room_id: components["schemas"]["RoomId"];
      /** @constant */
      type: "join_room";
    };
    /** @description Attaches to a session that exists. */
    JoinSession: {
      /** @description Its answer carries this as `ref`. */
      id?: components["schemas"]["Reference"];
      /** @description Proves the right to it. */
      resume_token?: string | null;
      /** @description Which. */
      session_id: components["schemas"]["SessionId"];
      /** @constant */
      type: "join_session";
    };
    /**
     * @description A language tag: lower-case language, title-case script, upper-case region (`en`, `pt-BR`, `zh-Hant-TW`).
     * @example en
     * @example pt-BR
     */
    Language: string;
    /** @description Goes back to a private room. */
    LeaveRoom: {
      /** @description Its answer carries this as `ref`. */
      id?: components["schemas"]["Reference"];
      /** @constant */
      type: "leave_room";
    };
    /** @description Ends the session on this socket. */
    LeaveSession: {
      /** @description Its answer carries this as `ref`. */
      id?: components["schemas"]["Reference"];
      /** @constant */
      type: "leave_session";
    };
    /** @description A message with a number in a room's log: what transcripts and recoveries consist of. */
    LoggedMessage:
      | components["schemas"]["ParticipantJoined"]
      | components["schemas"]["ParticipantUpdated"]
      | components["schemas"]["ParticipantLeft"]
      | components["schemas"]["Transcription"]
      | components["schemas"]["Translation"];
    /** @description One who takes part in a room, as the wire shows them. */
    Participant: {
      /** @description What they hear, the first one also as speech where they want it. */
      hears: components["schemas"]["Language"][];
      /** @description What they are. */
      kind: components["schemas"]["ParticipantKind"];
      /** @description Their name, as they gave it. */
      name: string;
      /** @description Their session. */
      session_id: components["schemas"]["SessionId"];
      /** @description What they speak: a language tag or `auto`. */
      speaks: components["schemas"]["Speaks"];
    };
    /** @description Somebody came into the room. */
    ParticipantJoined: {
      /**
       * @description There if it was sent before the store had taken it.
       * @constant
       */
      durable?: false;
      participant: components["schemas"]["Participant"];
      room_id: components["schemas"]["RoomId"];
      /** Format: u-int64 */
      seq: number;
      /** @constant */
      type: "participant_joined";
    };
    /**
     * @description What a participant is.
     * @enum {string}
     */
    ParticipantKind: "person" | "bot" | "phone";
    /** @description Somebody left the room. */
    ParticipantLeft: {
      /**
       * @description There if it was sent before the store had taken it.
       * @constant
       */
      durable?: false;
      participant: components["schemas"]["Participant"];
      room_id: components["schemas"]["RoomId"];
      /** Format: u-int64 */
      seq: number;
      /** @constant */
      type: "participant_left";
    };
    /** @description Somebody in the room changed their name or languages. */
    ParticipantUpdated: {
      /**
       * @description There if it was sent before the store had taken it.
       * @constant
       */
      durable?: false;
      participant: components["schemas"]["Participant"];
      room_id: components["schemas"]["RoomId"];
      /** Format: u-int64 */
      seq: number;
      /** @constant */
      type: "participant_updated";
    };
    /** @description Answered `pong`. */
    Ping: {
      /** @description Its answer carries this as `ref`. */
      id?: components["schemas"]["Reference"];
      /** @constant */
      type: "ping";
    };
    /** @description Answers `ping`. */
    Pong: {
      /** @description The `id` of what it answers. */
      ref?: components["schemas"]["Reference"];
      /** @constant */
      type: "pong";
    };
    /** @description Attaches to a session and asks for what was missed. */
    RecoverSession: {
      /** @description Its answer carries this as `ref`. */
      id?: components["schemas"]["Reference"];
      /**
       * Format: u-int64
       * @description The last number seen; absent means what was last written to any of its sockets.
       */
      last_seq?: number | null;
      /** @description Proves the right to it. */
      resume_token?: string | null;
      /** @description Which. */
      session_id: components["schemas"]["SessionId"];
      /** @constant */
      type: "recover_session";
    };
    /** @description Chosen by the client, to know the answer by: a text of at most 256 bytes, or a number. */
    Reference: string | number;
    /** @description Names a room. */
    RoomId: string;
    /** @description Answers `join_room`. */
    RoomJoined: {
      participants: components["schemas"]["Participant"][];
      /** @description The `id` of what it answers. */
      ref?: components["schemas"]["Reference"];
      room_id: components["schemas"]["RoomId"];
      /**
       * Format: u-int64
       * @description The highest number of the room's log.
       */
      seq: number;
      /** @constant */
      type: "room_joined";
    };
    /** @description Answers `leave_room`; the private room is entered. */
    RoomLeft: {
      /** @description The `id` of what it answers. */
      ref?: components["schemas"]["Reference"];
      room_id: components["schemas"]["RoomId"];
      /** @constant */
      type: "room_left";
    };
    /** @description Any text message to a client. */
    ServerMessage:
      | components["schemas"]["Connected"]
      | components["schemas"]["Pong"]
      | components["schemas"]["HeartbeatReceived"]
      | components["schemas"]["SessionCreated"]
      | components["schemas"]["SessionJoined"]
      | components["schemas"]["SessionRecovered"]
      | components["schemas"]["SessionLeft"]
      | components["schemas"]["SessionConfigured"]
      | components["schemas"]["RoomJoined"]
      | components["schemas"]["RoomLeft"]
      | components["schemas"]["TranscriptionReceived"]
      | components["schemas"]["SpeakerReceived"]
      | components["schemas"]["TranslationReceived"]
      | components["schemas"]["Subscribed"]
      | components["schemas"]["Unsubscribed"]
      | components["schemas"]["ServiceResponse"]
      | components["schemas"]["ParticipantJoined"]
      | components["schemas"]["ParticipantUpdated"]
      | components["schemas"]["ParticipantLeft"]
      | components["schemas"]["SpeechStarted"]
      | components["schemas"]["SpeechStopped"]
      | components["schemas"]["Transcription"]
      | components["schemas"]["Translation"]
      | components["schemas"]["AudioStart"]
      | components["schemas"]["AudioStop"]
      | components["schemas"]["Usage"]
      | components["schemas"]["Event"]
      | components["schemas"]["SystemAnnouncement"]
      | components["schemas"]["SessionExpiring"]
      | components["schemas"]["SessionClosed"]
      | components["schemas"]["Error"]
      | components["schemas"]["TestMessage"];
    /** @description Talks to a service. */
    ServiceMessage: {
      /** @description What it is to do. */
      action: string;
      /** @description With what. */
      data?: unknown;
      /** @description Its answer carries this as `ref`. */
      id?: components["schemas"]["Reference"];
      /** @description Which service. */
      target_service: string;
      /** @constant */
      type: "service_message";
    };
    /** @description Answers `service_message`. */
    ServiceResponse: {
      action: string;
      /** @description What the service says; with the status `error` an object with `code` and `message`. */
      data: unknown;
      /** @description The `id` of what it answers. */
      ref?: components["schemas"]["Reference"];
      source_service: string;
      status: components["schemas"]["ServiceStatus"];
      /** @constant */
      type: "service_response";
    };
    /**
     * @description Whether a service did what it was asked.
     * @enum {string}
     */
    ServiceStatus: "success" | "error";
    /** @description The session has ended. */
    SessionClosed: {
      reason: string;
      /** @constant */
      type: "session_closed";
    };
    /** @description The whole configuration of a session. What an older version stored without a field has its default. */
    SessionConfig: {
      /**
       * @description The format of its audio.
       * @default {
       *       "encoding": "pcm_s16le",
       *       "sample_rate": 16000
       *     }
       */
      audio: components["schemas"]["AudioFormat"];
      /**
       * @description Whether audio from this session is listened to.
       * @default true
       */
      audio_enabled: boolean;
      /**
       * @description Whether the translated speech it hears falls silent when it begins to speak itself. Off unless asked for: without
       *     headphones the microphone hears the translation too.
       * @default false
       */
      barge_in: boolean;
      /**
       * @description The engine for what it says, or the server's default.
       * @default null
       */
      engine: string | null;
      /** @description Terms and their translations, for engines that take them. */
      glossary: unknown;
      /**
       * @description What is read, and (the first) heard.
       * @default []
       */
      hears: components["schemas"]["Language"][];
      /**
       * @description The name others see.
       * @default
       */
      name: string;
      /**
       * @description Whether it wants captions that still change.
       * @default true
       */
      partials: boolean;
      /**
       * @description A named set of options.
       * @default null
       */
      preset: string | null;
      /** @default null */
      room_id: components["schemas"]["RoomId"] | null;
      /**
       * @description What is spoken and typed.
       * @default auto
       */
      speaks: components["schemas"]["Speaks"];
      /**
       * @description Whether it wants translated speech.
       * @default false
       */
      speech: boolean;
      /**
       * @description Whether this session gets translations.
       * @default true
       */
      translation_enabled: boolean;
    };
    /** @description Answers `configure`. */
    SessionConfigured: {
      /** @description All of it. */
      config: components["schemas"]["SessionConfig"];
      /** @description The `id` of what it answers. */
      ref?: components["schemas"]["Reference"];
      session_id: components["schemas"]["SessionId"];
      /** @constant */
      type: "session_configured";
      /** @description What will not work as asked here. */
      warnings: components["schemas"]["ConfigWarning"][];
    };
    /** @description Answers `create_session`. */
    SessionCreated: {
      /** @description What its maker gave to keep. */
      data?: unknown;
      participants: components["schemas"]["Participant"][];
      /** @description The `id` of what it answers. */
      ref?: components["schemas"]["Reference"];
      /** @description Proves the right to this session on another connection. */
      resume_token: string;
      room_id: components["schemas"]["RoomId"];
      /** Format: u-int64 */
      seq: number;
      session_id: components["schemas"]["SessionId"];
      /** @constant */
      type: "session_created";
      /** @description What will not work as asked here, if there is anything. */
      warnings?: components["schemas"]["ConfigWarning"][];
    };
    /** @description The session ends soon if nothing happens in it. */
    SessionExpiring: {
      reason: string;
      /** @constant */
      type: "session_expiring";
    };
    /** @description Names a session: one participant's durable place. */
    SessionId: string;
    /** @description Answers `join_session`. */
    SessionJoined: {
      /** @description What its maker gave to keep. */
      data?: unknown;
      participants: components["schemas"]["Participant"][];
      /** @description The `id` of what it answers. */
      ref?: components["schemas"]["Reference"];
      /** @description Proves the right to this session on another connection. */
      resume_token: string;
      room_id: components["schemas"]["RoomId"];
      /** Format: u-int64 */
      seq: number;
      session_id: components["schemas"]["SessionId"];
      /** @constant */
      type: "session_joined";
      /** @description What will not work as asked here, if there is anything. */
      warnings?: components["schemas"]["ConfigWarning"][];
    };
    /** @description Answers `leave_session`. */
    SessionLeft: {
      /** @description The `id` of what it answers. */
      ref?: components["schemas"]["Reference"];
      session_id: components["schemas"]["SessionId"];
      /** @constant */
      type: "session_left";
    };
    /** @description Answers `recover_session`; all that was missed follows, in order. */
    SessionRecovered: {
      /** @description What its maker gave to keep. */
      data?: unknown;
      /** @description Whether the log no longer reaches back to what was seen last. */
      gap: boolean;
      /** @description How many messages follow that were missed. */
      missed: number;
      participants: components["schemas"]["Participant"][];
      /** @description The `id` of what it answers. */
      ref?: components["schemas"]["Reference"];
      /** @description Proves the right to this session on another connection. */
      resume_token: string;
      room_id: components["schemas"]["RoomId"];
      /** Format: u-int64 */
      seq: number;
      session_id: components["schemas"]["SessionId"];
      /** @constant */
      type: "session_recovered";
      /** @description What will not work as asked here, if there is anything. */
      warnings?: components["schemas"]["ConfigWarning"][];
    };
    /** @description The speaker of an utterance, as captions name them. */
    Speaker: {
      /** @description Their name. */
      name: string;
      /** @description Their session. */
      session_id: components["schemas"]["SessionId"];
    };
    /** @description Answers `speaker_stream`. */
    SpeakerReceived: {
      bytes: number;
      /** @description The `id` of what it answers. */
      ref?: components["schemas"]["Reference"];
      /** @constant */
      type: "speaker_received";
    };
    /** @description Audio as base64. */
    SpeakerStream: {
      /** @description PCM in the session's format, as base64. */
      audio_data: string;
      /** @description Its answer carries this as `ref`. */
      id?: components["schemas"]["Reference"];
      /** @constant */
      type: "speaker_stream";
    };
    /**
     * @description What is spoken: a language tag, or `auto` where the engine is to find out.
     * @example auto
     * @example en
     */
    Speaks: string;
    /** @description Somebody began to speak. */
    SpeechStarted: {
      at: components["schemas"]["Timestamp"];
      room_id: components["schemas"]["RoomId"];
      speaker: components["schemas"]["Speaker"];
      /** @constant */
      type: "speech_started";
    };
    /** @description Somebody fell silent. */
    SpeechStopped: {
      at: components["schemas"]["Timestamp"];
      room_id: components["schemas"]["RoomId"];
      speaker: components["schemas"]["Speaker"];
      /** @constant */
      type: "speech_stopped";
    };
    /** @description Asks for a topic's events. */
    Subscribe: {
      /** @description Its answer carries this as `ref`. */
      id?: components["schemas"]["Reference"];
      /** @description In place of a topic: the name of a service. */
      service?: string | null;
      /** @description Such as `room/demo`, `session/ID`, `call/*`, `service/*`, `metrics`. */
      topic?: string | null;
      /** @constant */
      type: "subscribe";
    };
    /** @description Answers `subscribe`. */
    Subscribed: {
      /** @description The `id` of what it answers. */
      ref?: components["schemas"]["Reference"];
      topic: string;
      /** @constant */
      type: "subscribed";
    };
    /** @description A message of the operators to people. */
    SystemAnnouncement: {
      message: string;
      /** @constant */
      type: "system_announcement";
    };
    /** @description Sent back as it came. */
    TestMessage: {
      /** @description Its answer carries this as `ref`. */
      id?: components["schemas"]["Reference"];
      /** @constant */
      type: "test_message";
    } & {
      [key: string]: unknown;
    };
    /** @description Says something in writing. */
    Text: {
      /** @description Its answer carries this as `ref`. */
      id?: components["schemas"]["Reference"];
      /** @description What is said, at most 10,000 characters. */
      text: string;
      /** @constant */
      type: "text";
      utterance_id?: components["schemas"]["UtteranceId"] | null;
    };
    /**
     * Format: date-time
     * @description A moment in UTC, to the millisecond.
     * @example 2026-11-21T12:00:00.000Z
     */
    Timestamp: string;
    /** @description What was said, in the language it was said in; replaces earlier revisions of its utterance. */
    Transcription: {
      /**
       * Format: float
       * @description How sure the engine is, 0 to 1, where it knows.
       */
      confidence?: number;
      /**
       * @description There if it was sent before the store had taken it.
       * @constant
       */
      durable?: false;
      ended_at?: components["schemas"]["Timestamp"];
      engine: string;
      /** @description Whether it changes no more. */
      final: boolean;
      language: components["schemas"]["Language"];
      /**
       * Format: u-int32
       * @description Rises with each version of the utterance.
       */
      revision: number;
      room_id: components["schemas"]["RoomId"];
      /**
       * Format: u-int64
       * @description Its number in the room's log, if it is final.
       */
      seq?: number;
      speaker: components["schemas"]["Speaker"];
      started_at: components["schemas"]["Timestamp"];
      text: string;
      /** @constant */
      type: "transcription";
      utterance_id: components["schemas"]["UtteranceId"];
    };
    /** @description Answers `transcription_stream`. */
    TranscriptionReceived: {
      bytes: number;
      /** @description The `id` of what it answers. */
      ref?: components["schemas"]["Reference"];
      /** @constant */
      type: "transcription_received";
    };
    /** @description Audio as base64. */
    TranscriptionStream: {
      /** @description PCM in the session's format, as base64. */
      audio_data: string;
      /** @description Its answer carries this as `ref`. */
      id?: components["schemas"]["Reference"];
      /** @constant */
      type: "transcription_stream";
    };
    /** @description What was said, in another language; replaces earlier revisions of its utterance in that language. */
    Translation: {
      /**
       * Format: float
       * @description How sure the engine is, 0 to 1, where it knows.
       */
      confidence?: number;
      /**
       * @description There if it was sent before the store had taken it.
       * @constant
       */
      durable?: false;
      ended_at?: components["schemas"]["Timestamp"];
      engine: string;
      /** @description Whether it changes no more. */
      final: boolean;
      language: components["schemas"]["Language"];
      /** @description The `id` of what it answers. */
      ref?: components["schemas"]["Reference"];
      /**
       * Format: u-int32
       * @description Rises with each version of the utterance.
       */
      revision: number;
      room_id?: components["schemas"]["RoomId"];
      /**
       * Format: u-int64
       * @description Its number in the room's log, if it is final.
       */
      seq?: number;
      source_language: components["schemas"]["Language"];
      source_text?: string;
      speaker?: components["schemas"]["Speaker"];
      started_at: components["schemas"]["Timestamp"];
      text: string;
      /** @constant */
      type: "translation";
      utterance_id: components["schemas"]["UtteranceId"];
    };
    /** @description Answers `translation_stream`; the `translation` follows. */
    TranslationReceived: {
      /** @description The `id` of what it answers. */
      ref?: components["schemas"]["Reference"];
      /** @constant */
      type: "translation_received";
      utterance_id: components["schemas"]["UtteranceId"];
    };
    /** @description Translates one text, outside any session. */
    TranslationStream: {
      /** @description Its answer carries this as `ref`. */
      id?: components["schemas"]["Reference"];
      source_lang?: components["schemas"]["Language"] | null;
      /** @description Into what. */
      target_lang: components["schemas"]["Language"];
      /** @description What to translate, at most 10,000 characters. */
      text: string;
      /** @constant */
      type: "translation_stream";
    };
    /** @description Ends a subscription. */
    Unsubscribe: {
      /** @description Its answer carries this as `ref`. */
      id?: components["schemas"]["Reference"];
      /** @description In place of a topic: the name of a service. */
      service?: string | null;
      /** @description Such as `room/demo`, `session/ID`, `call/*`, `service/*`, `metrics`. */
      topic?: string | null;
      /** @constant */
      type: "unsubscribe";
    };
    /** @description Answers `unsubscribe`. */
    Unsubscribed: {
      /** @description The `id` of what it answers. */
      ref?: components["schemas"]["Reference"];
      topic: string;
      /** @constant */
      type: "unsubscribed";
    };
    /** @description What an engine was used for in the room. */
    Usage: {
      /**
       * Format: u-int64
       * @description Audio it was given, once for each of its streams, in milliseconds.
       */
      audio_ms: number;
      budget_left?: components["schemas"]["BudgetFigures"] | null;
      /**
       * Format: double
       * @description What that cost in US dollars, by the prices in the settings; absent where it cost nothing.
       */
      cost_usd?: number | null;
      /** @description The engine. */
      engine: string;
      /**
       * Format: u-int64
       * @description How far the most delayed of its translations in the room is behind on our side: speech that waits for the engine,
       *     and translated speech that is not played yet, in milliseconds.
       */
      lag_ms: number;
      room_id: components["schemas"]["RoomId"];
      /**
       * Format: u-int64
       * @description Tokens of all kinds, for an engine that is billed by them.
       */
      tokens?: number | null;
      /** @constant */
      type: "usage";
    };
    /** @description Names an utterance: all revisions of what one speaker said between two pauses. */
    UtteranceId: string;
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
