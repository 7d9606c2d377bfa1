// Made from static/contract/openapi.json by `make contract`.
export interface paths {
  "/admin/actors": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The actors of the tree, in the order of their paths. */
    get: operations["actors"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/admin/actors/{path}/panic": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Makes an actor panic, to see that it comes back. Only with `admin.fault_injection: true`. */
    post: operations["panic"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/admin/audit": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Shows what was ordered and by whom, the newest first. */
    get: operations["audit"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/access": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Says what the caller may do with the key they show, or without one. A key that opens nothing is refused. */
    get: operations["granted"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/audio/transcribe": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Writes down a recording: WAV, MP3, FLAC, Ogg or WebM (Vorbis or Opus), as the body or as the field `audio` of a form. */
    post: operations["transcribe_upload"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/broadcast": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Shows a message to everybody who is connected. */
    post: operations["broadcast"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/calls": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists calls, the newest first, with the last of those that are over. */
    get: operations["list_calls"];
    put?: never;
    /** Calls somebody, or joins a call. */
    post: operations["place_call"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/calls/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Shows one call. */
    get: operations["show_call"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/calls/{id}/attach": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Brings a call to a room, or a session to the room of the call. */
    post: operations["attach_call"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/calls/{id}/hangup": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Hangs up our leg of a call; the others of the call go on, unless `acs.terminate` is set. */
    post: operations["hang_up_call"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/dashboard": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How the server does, what is wrong with it, and how busy it was in the last quarter of an hour. */
    get: operations["dashboard"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/engines": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The engines at hand: what was found, which package is missing. */
    get: operations["engines"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/health": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How the server and what it uses do. */
    get: operations["health"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/languages": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The languages of the engines that serve whoever names none, with those that cannot be spoken or heard said to be so. */
    get: operations["languages"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/metrics": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** All figures of `/metrics`, as JSON or as there. */
    get: operations["metrics"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/metrics/dashboard": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The same as `/api/dashboard`. */
    get: operations["metrics_dashboard"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/rooms": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists the rooms that run, in the order of their ids. */
    get: operations["list_rooms"];
    put?: never;
    /** Makes a room, which waits a while for its first participant. */
    post: operations["create_room"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/rooms/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Shows one room: who is there, who is listened to, which translations run. */
    get: operations["show_room"];
    put?: never;
    post?: never;
    /**
     * Closes a room: its sessions end, and everybody in it is told. What was said stays for transcripts, unless it is to be
     *     erased; then it is no matter whether the room runs.
     */
    delete: operations["close_room"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/rooms/{id}/announce": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Shows a message to everybody in a room. */
    post: operations["announce_to_room"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/rooms/{id}/transcript": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What was said in a room: as JSON, WebVTT, SubRip or text, in one language or as it was said, after it or live. */
    get: operations["transcript"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/sessions": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists the sessions, attached or not, in the order of their ids. */
    get: operations["list_sessions"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/sessions/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Shows a session to its owner or an operator. */
    get: operations["show_session"];
    put?: never;
    post?: never;
    /**
     * Ends a session; its clients are told. What it said stays for transcripts, unless it is to be erased: then it goes from
     *     every room, with its translations and its comings and goings. An operator may erase one that has ended already.
     */
    delete: operations["end_session"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/sessions/create": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Makes a session, which is stored when this is answered. */
    post: operations["create_session"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/translate": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Translates a text. */
    post: operations["translate"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/usage": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What engines were used for and what that cost, by day, as far back as `store.keep_audit` keeps it. */
    get: operations["usage"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/websocket/connections": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists the WebSocket connections, in the order of their ids. */
    get: operations["connections"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/whisper/transcribe": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The same under its other name. */
    post: operations["transcribe_whisper"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/callbacks/{contextId}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Takes what the service tells of a call, in any order and more than once. Always answered at once. */
    post: operations["take_callbacks"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/healthz": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Whether the process lives. */
    get: operations["alive"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/incoming-call": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Takes events of Event Grid: a call rings, has begun, has ended. Always answered at once; what is not understood, known
     *     already or too old is counted and otherwise left alone. A validation event is answered with its code.
     */
    post: operations["take_events"];
    delete?: never;
    /** Answers Event Grid when it asks whether CloudEvents may be sent here. */
    options: operations["allow_events"];
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/metrics": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Metrics in Prometheus' text format. */
    get: operations["metrics_text"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/readyz": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Whether the server can serve; if not, what is missing and what to do. */
    get: operations["ready"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    /** @description A page of actors. */
    Actors: {
      actors: components["schemas"]["ActorView"][];
      page: number;
      total: number;
    };
    /**
     * @description What an actor is doing.
     * @enum {string}
     */
    ActorState: "starting" | "running" | "stopping" | "restarting" | "held" | "parked" | "ended";
    /** @description An actor as operators see it. Times are in milliseconds. */
    ActorView: {
      /** @description The message in hand, if there is one. */
      busy_with: string | null;
      children: number;
      /** Format: u-int64 */
      handled: number;
      /** Format: u-int64 */
      idle_ms: number;
      kind: string;
      /** @description What the last failure was, if there was one. */
      last_failure: string | null;
      /** Format: u-int32 */
      mailbox_bound: number;
      /** Format: u-int32 */
      mailbox_depth: number;
      path: string;
      /** Format: double */
      queue_ms: number;
      /** Format: u-int32 */
      restarts: number;
      state: components["schemas"]["ActorState"];
      /** Format: u-int64 */
      uptime_ms: number;
    };
    /** @description Something that is wrong now. */
    Alert: {
      /** @description What is wrong with it, a stable word: `connections_high`, `store_slow`. */
      code: string;
      /** @description What it is about: `connections`, `store`, `engine/local/translator`. There is one alert about a thing at a time. */
      id: string;
      /** @description What is wrong, for people. */
      message: string;
      /** @description What to do about it, for people. */
      remedy: string;
      /** @description How bad it is. */
      severity: components["schemas"]["Severity"];
      /**
       * Format: date-time
       * @description When it began.
       */
      since: string;
    };
    Alive: {
      status: components["schemas"]["AliveStatus"];
    };
    /**
     * @description What a process that answers is.
     * @enum {string}
     */
    AliveStatus: "alive";
    /** @description How many were reached. */
    Announced: {
      sockets: number;
    };
    /** @description What everybody is to read. */
    Announcement: {
      message: string;
    };
    /** @description Who comes together with a call: one of the two. */
    Attachment: {
      room_id?: components["schemas"]["RoomId"] | null;
      session_id?: components["schemas"]["SessionId"] | null;
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
    /** @description What was ordered, the newest first. */
    AuditTrail: {
      records: components["schemas"]["AuditView"][];
    };
    /** @description Something that was ordered. */
    AuditView: {
      /** @description What: `room.close`, `session.erase`. */
      action: string;
      /** @description When. */
      at: components["schemas"]["Timestamp"];
      /** @description `done`, or a stable error code. */
      outcome: string;
      /** @description With which role. */
      role: components["schemas"]["Role"];
      /** @description By whom; null without keys. */
      subject: string | null;
      /** @description Upon what: an id or a path. */
      target: string;
    };
    /**
     * @description Whether this server asks for keys.
     * @enum {string}
     */
    Authentication: "none" | "required";
    /** @description A bound of a histogram. */
    BucketReading: {
      /**
       * Format: u-int64
       * @description How many were not larger.
       */
      count: number;
      /**
       * Format: double
       * @description The bound.
       */
      up_to: number;
    };
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
    /**
     * @description From where to where a call goes.
     * @enum {string}
     */
    CallDirection: "inbound" | "outbound" | "joined";
    /** @description Names a call: our leg of it, by our own id. */
    CallId: string;
    /** @description The room of a call, as it is now. */
    CallInterpretation: {
      /**
       * Format: double
       * @description What its engines cost since the room was started, in US dollars by the prices in the settings; absent where they
       *     cost nothing.
       */
      cost_usd?: number | null;
      /**
       * Format: u-int64
       * @description How far the most delayed speech or translation in the room is behind on our side, in milliseconds.
       */
      lag_ms: number;
      /** @description Who is in the room, those on the call among them; 32 at the most, `GET /api/rooms/{id}` names all. */
      participants: components["schemas"]["Participant"][];
      /** @description The room's name for people. */
      room_name: string | null;
    };
    /** @description The calls of this server. */
    CallList: {
      /** @description How many are not over. */
      active: number;
      /** @description The newest first; those that are over stay for a while. */
      calls: components["schemas"]["CallView"][];
      /** @description Whether there can be calls: the server has a way to the service. */
      configured: boolean;
    };
    /**
     * @description How far a call is.
     * @enum {string}
     */
    CallStage: "ringing" | "answering" | "connected" | "media" | "ending" | "ended";
    /** @description A call as operators see it. */
    CallView: {
      /** @description The service's id of our leg, once there is one. */
      call_connection_id: string | null;
      /** @description Its id, ours. */
      call_id: components["schemas"]["CallId"];
      connected_at: components["schemas"]["Timestamp"] | null;
      /** @description When it began to ring. */
      created_at: components["schemas"]["Timestamp"];
      /** @description From where to where it goes. */
      direction: components["schemas"]["CallDirection"];
      ended_at: components["schemas"]["Timestamp"] | null;
      /** @description Who called, by raw id. */
      from: string | null;
      /** @description What is heard on it. */
      hears: components["schemas"]["Language"][];
      interpretation?: components["schemas"]["CallInterpretation"] | null;
      /** @description The name others see. */
      name: string;
      /** @description Who is in it, by raw id. */
      participants: string[];
      /** @description Why it ends or ended. */
      reason: string | null;
      /** @description Where it is interpreted. */
      room_id: components["schemas"]["RoomId"];
      /**
       * Format: u-int32
       * @description The rate of its sound while that is here, in Hz.
       */
      sample_rate: number | null;
      /** @description The service's id of the call. */
      server_call_id: string | null;
      /** @description The session of those on it. */
      session_id: components["schemas"]["SessionId"];
      /** @description What is spoken on it. */
      speaks: components["schemas"]["Speaks"];
      /** @description How far it is. */
      state: components["schemas"]["CallStage"];
      /** @description Who was called, by raw id. */
      to: string | null;
      /** @description Whether it waits for somebody to join its room. */
      waiting: boolean;
    };
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
    /** @description Names one WebSocket connection. */
    ConnectionId: string;
    /** @description A page of connections, with totals since the start. */
    ConnectionList: {
      /** Format: u-int64 */
      active: number;
      connections: components["schemas"]["ConnectionView"][];
      next: components["schemas"]["ConnectionId"] | null;
      /** Format: u-int64 */
      peak: number;
      /** Format: u-int64 */
      total: number;
    };
    /** @description WebSocket connections. */
    Connections: {
      /**
       * Format: u-int64
       * @description Open now.
       */
      active: number;
      /**
       * Format: u-int64
       * @description Most at once since the start.
       */
      peak: number;
      /**
       * Format: u-int64
       * @description Opened since the start.
       */
      total: number;
    };
    /** @description A WebSocket connection. */
    ConnectionView: {
      /** @description When it was made. */
      connected_at: components["schemas"]["Timestamp"];
      connection_id: components["schemas"]["ConnectionId"];
      /**
       * Format: u-int64
       * @description Frames from the client that were handled.
       */
      handled: number;
      /**
       * Format: u-int64
       * @description How long ago something last happened in it.
       */
      idle_ms: number;
      /** @description Bytes that wait for the client to read. */
      queued_bytes: number;
      /** @description What the caller may do. */
      role: components["schemas"]["Role"];
      /** @description The room of that session. */
      room_id: string | null;
      /** @description The session it is attached to. */
      session_id: string | null;
      /** @description Who the caller is, if keys or tokens tell. */
      subject: string | null;
      /**
       * Format: u-int32
       * @description Frames from the client that wait.
       */
      waiting: number;
    };
    /**
     * @description What became of the wish for a session.
     * @enum {string}
     */
    CreatedStatus: "created";
    /** @description How the server does and did in the last quarter of an hour. */
    Dashboard: {
      /** @description What is wrong now, the worst first. */
      alerts: components["schemas"]["Alert"][];
      /** @description WebSocket connections. */
      connections: components["schemas"]["Connections"];
      /** @description The engines, by name: those that serve without being wished for, and those that were used. */
      engines: components["schemas"]["EngineActivity"][];
      /**
       * Format: date-time
       * @description The server's time.
       */
      now: string;
      /**
       * Format: u-int64
       * @description Rooms running, private ones of sessions counted.
       */
      rooms: number;
      /** @description How busy the server was. */
      samples: components["schemas"]["Samples"];
      /**
       * Format: u-int64
       * @description Sessions in the store, attached or not.
       */
      sessions: number;
      /** @description As in `/api/health`. */
      status: components["schemas"]["HealthState"];
      /**
       * Format: double
       * @description Seconds since the start.
       */
      uptime: number;
      /** @description Version of the server. */
      version: string;
    };
    /** @description What one engine was used for on one day. */
    DayOfUse: {
      /**
       * Format: u-int64
       * @description Audio it was given, once for each of its streams, in milliseconds.
       */
      audio_ms: number;
      /**
       * Format: double
       * @description What it cost in US dollars, by the prices in the settings of that time.
       */
      cost_usd: number;
      /**
       * @description In UTC.
       * @example 2026-11-21
       */
      day: string;
      /** @description The engine. */
      engine: string;
      /**
       * Format: u-int64
       * @description Tokens of all kinds.
       */
      tokens: number;
    };
    /**
     * @description The only encoding of client audio.
     * @enum {string}
     */
    Encoding: "pcm_s16le";
    /** @description What an engine does. */
    EngineActivity: {
      /**
       * Format: u-int64
       * @description Audio it was given since the server was started, in milliseconds.
       */
      audio_ms: number;
      /** @description Whether it can be used: what it needs is there or set. */
      available: boolean;
      /**
       * Format: double
       * @description What it has cost since then in US dollars, by the prices in the settings; absent where it cost nothing.
       */
      cost_usd?: number | null;
      /** @description Its name. */
      engine: string;
      /**
       * Format: u-int64
       * @description How far the most delayed of them was behind its speaker on our side when it was last looked: speech that waited for
       *     the engine, and translated speech that was not played, in milliseconds.
       */
      lag_ms: number;
      /** @description Whether it is left alone for a while, because it failed again and again. */
      resting: boolean;
      /**
       * Format: u-int64
       * @description Tokens since then, for an engine that is billed by them.
       */
      tokens?: number | null;
      /**
       * Format: u-int64
       * @description Translations that it serves now.
       */
      translations: number;
    };
    /** @description One part of an engine: a recognizer, a translator, a voice. */
    EnginePart: {
      /** @description Whether it was found. */
      available: boolean;
      /** @description What was found, or which package to install, for people. */
      detail: string;
      /** @description What it is: `pocketsphinx`, `apertium`, `espeak-ng`. */
      name: string;
      /** @description What it is for. */
      role: components["schemas"]["PartRole"];
    };
    /** @description What an engine can do here, as `GET /api/engines` and `GET /api/languages` show it. */
    EngineReport: {
      /** @description Whether it can serve anybody at all. */
      available: boolean;
      /** @description What has gone otherwise than it should since the start, by what it is; empty for engines that count nothing. */
      counted?: {
        [key: string]: number;
      };
      /** @description The engine's name. */
      name: string;
      /** @description Directions it can translate. */
      pairs: components["schemas"]["LanguagePair"][];
      /** @description Its parts, with what was found or which package is missing. */
      parts: components["schemas"]["EnginePart"][];
      /** @description Languages it can write down from speech. */
      recognizes: string[];
      /** @description Languages it can speak. */
      speaks: string[];
      /** @description Speakers that are admitted without a look at the lag. */
      talker_limit: number;
      /** @description Speakers being heard now. */
      talkers: number;
    };
    /** @description All engines. */
    Engines: {
      engines: components["schemas"]["EngineView"][];
    };
    /** @description An engine and whether it serves those who name none. */
    EngineView: components["schemas"]["EngineReport"] & {
      default: boolean;
    };
    /** @description The body of every error. */
    ErrorBody: {
      error: components["schemas"]["ErrorView"];
    };
    /** @description What went wrong. */
    ErrorView: {
      /**
       * @description Stable, snake_case: what programs decide by.
       * @example room_not_found
       */
      code: string;
      /** @description What programs may want to know besides. */
      details?: {
        [key: string]: unknown;
      };
      /** @description What failed and what to do, for people. */
      message: string;
    };
    /** @description A figure. */
    Figure: {
      /** @description What it says. */
      help: string;
      /** @description What it is. */
      kind: components["schemas"]["FigureKind"];
      /** @description Its name, as in `/metrics`. */
      name: string;
      /** @description Its values, one for each combination of labels. */
      samples: components["schemas"]["Reading"][];
    };
    /**
     * @description What a figure is.
     * @enum {string}
     */
    FigureKind: "counter" | "gauge" | "histogram";
    /** @description All figures. */
    Figures: {
      /** @description In the order of their names. */
      metrics: components["schemas"]["Figure"][];
    };
    /** @description What the caller may do. */
    Granted: {
      authentication: components["schemas"]["Authentication"];
      role: components["schemas"]["Role"] | null;
      /** @description The name that owns what the caller makes; null for nobody in particular. */
      subject: string | null;
    };
    Health: {
      components: {
        [key: string]: components["schemas"]["HealthState"];
      };
      connections: components["schemas"]["Connections"];
      services: {
        [key: string]: components["schemas"]["HealthState"];
      };
      status: components["schemas"]["HealthState"];
      /**
       * Format: double
       * @description Seconds since the start.
       */
      uptime: number;
      /** @description Version of the server. */
      version: string;
    };
    /**
     * @description How something does.
     * @enum {string}
     */
    HealthState: "healthy" | "degraded" | "unhealthy" | "not_configured";
    /** @description What a histogram holds. */
    HistogramReading: {
      /** @description How many were at most so large. */
      buckets: components["schemas"]["BucketReading"][];
      /**
       * Format: u-int64
       * @description How many were measured.
       */
      count: number;
      /**
       * Format: double
       * @description What they add up to.
       */
      sum: number;
    };
    /**
     * @description What an Invoker is doing.
     * @enum {string}
     */
    InvokerState: "waiting" | "opening" | "translating" | "speaking";
    /** @description An Invoker as operators see it. */
    InvokerView: {
      /** @description The engine that serves. */
      engine: string;
      /**
       * Format: u-int64
       * @description Sockets that hear it.
       */
      hearers: number;
      /**
       * Format: u-int64
       * @description Speech made that has not been played yet, in milliseconds.
       */
      lag_ms: number;
      /** @description Into which language. */
      language: components["schemas"]["Language"];
      /**
       * Format: u-int64
       * @description Speech that was left out because the engine was too far behind, in milliseconds.
       */
      left_out_ms: number;
      /** @description Whose words. */
      session_id: components["schemas"]["SessionId"];
      /** @description What it is doing. */
      state: components["schemas"]["InvokerState"];
      /**
       * Format: u-int64
       * @description Speech that waits for an engine that interprets end to end, in milliseconds.
       */
      waiting_ms: number;
    };
    /**
     * @description A language tag: lower-case language, title-case script, upper-case region (`en`, `pt-BR`, `zh-Hant-TW`).
     * @example en
     * @example pt-BR
     */
    Language: string;
    /** @description A direction of translation. */
    LanguagePair: {
      /** @description Offered, but known to be poor. */
      experimental: boolean;
      /** @description The steps taken, for people: `["eng-cat", "cat-spa"]`. */
      route: string[];
      /** @description From. */
      source: components["schemas"]["Language"];
      /** @description To. */
      target: components["schemas"]["Language"];
    };
    /** @description What can be spoken, read and heard. */
    Languages: {
      languages: components["schemas"]["LanguageView"][];
      pairs: components["schemas"]["LanguagePair"][];
    };
    /** @description A language and what can be done with it. */
    LanguageView: {
      /** @description Its BCP 47 tag. */
      code: components["schemas"]["Language"];
      /** @description Whether what others say can be heard in it. */
      hear: boolean;
      /** @description Its name in English. */
      name: string;
      /** @description Whether what others say can be read in it. */
      read: boolean;
      /** @description What does not work, and why, for people. */
      reason?: string;
      /** @description Whether speech in it is understood. */
      speak: boolean;
      /** @description Whether text typed in it can be translated. */
      type: boolean;
    };
    /** @description A message with a number in a room's log: what transcripts and recoveries consist of. */
    LoggedMessage:
      | components["schemas"]["ParticipantJoined"]
      | components["schemas"]["ParticipantUpdated"]
      | components["schemas"]["ParticipantLeft"]
      | components["schemas"]["Transcription"]
      | components["schemas"]["Translation"];
    /** @description What is missing, and what to do about it. */
    Missing: {
      /**
       * @description What to do: "install apertium-eng-cat".
       * @example apt-get install apertium-eng-cat
       */
      remedy: string;
      /**
       * @description What is not there: "the translator en-es".
       * @example translator en-es
       */
      what: string;
    };
    /** @description Whom to call, or what call to join: one of `room_id`, `server_call_id` and `target`. */
    NewCall: {
      /** @description The number of ours that a phone is shown; needed to call one. */
      caller_id?: string | null;
      /** @description What is heard on it: a language or several. */
      hears?: components["schemas"]["Language"][] | null;
      into?: components["schemas"]["RoomId"] | null;
      /** @description A room of the service, whose call is joined. */
      room_id?: string | null;
      /** @description A call that is joined, by the service's id of it. */
      server_call_id?: string | null;
      speaks?: components["schemas"]["Speaks"] | null;
      /**
       * @description Somebody who is called: a number (`+15550100`) or a raw id.
       * @example +15550100
       */
      target?: string | null;
    };
    /** @description What a room is made of. */
    NewRoom: {
      budget?: components["schemas"]["BudgetFigures"] | null;
      /** @description Its name for people. */
      name?: string | null;
      room_id?: components["schemas"]["RoomId"] | null;
    };
    /** @description What a session is made of. */
    NewSession: {
      config?: components["schemas"]["ConfigPatch"] | null;
      /** @description Any JSON of at most 4 KB, kept and given back. */
      data?: unknown;
      session_id?: components["schemas"]["SessionId"] | null;
      /** @description Who owns it, where no keys are configured; with a key its bearer does. */
      user_id?: string | null;
    };
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
    /**
     * @description What a part of an engine is for.
     * @enum {string}
     */
    PartRole: "transcriber" | "translator" | "synthesizer" | "interpreter";
    Readiness: {
      missing: components["schemas"]["Missing"][];
      status: components["schemas"]["ReadyStatus"];
      /** @description What does not keep it from serving. */
      warnings: components["schemas"]["Missing"][];
    };
    /** @description A value of a figure. */
    Reading: {
      histogram?: components["schemas"]["HistogramReading"] | null;
      /** @description What it is the value of: `{"kind": "room"}`; empty for a figure with one value. */
      labels: {
        [key: string]: string;
      };
      /**
       * Format: double
       * @description The value of a counter or gauge; null where it is no number, and for a histogram.
       */
      value: number | null;
    };
    /**
     * @description Whether a server can serve.
     * @enum {string}
     */
    ReadyStatus: "ready" | "not_ready";
    /**
     * Format: binary
     * @description The bytes of a recording, in any container that is understood.
     */
    RecordingBytes: string;
    /** @description A recording as a form. For the schema alone: its fields are read as they arrive. */
    RecordingForm: {
      /**
       * Format: binary
       * @description The recording; `file` is taken for it too.
       */
      audio: string;
      /** @description The language spoken. */
      language?: string;
    };
    /** @description Chosen by the client, to know the answer by: a text of at most 256 bytes, or a number. */
    Reference: string | number;
    /**
     * @description What somebody may do. Each role may do all that the ones before it may.
     * @enum {string}
     */
    Role: "client" | "operator" | "admin";
    /** @description Names a room. */
    RoomId: string;
    /** @description A page of the rooms that run. */
    RoomList: {
      /** @description What to send as `after` for the next page, if there is one. */
      next: string | null;
      /** @description The rooms, without those that did not answer in time. */
      rooms: components["schemas"]["RoomView"][];
      /** @description How many run altogether. */
      total: number;
    };
    /** @description A room that was made. */
    RoomMade: {
      created_at: components["schemas"]["Timestamp"];
      /** @description Its name for people. */
      name: string | null;
      room_id: components["schemas"]["RoomId"];
    };
    /** @description A room as `GET /api/rooms/{id}` shows it. */
    RoomView: {
      budget?: components["schemas"]["BudgetFigures"] | null;
      budget_left?: components["schemas"]["BudgetFigures"] | null;
      /** @description When it was started. */
      created_at: components["schemas"]["Timestamp"];
      /** @description The translations under way. */
      invokers: components["schemas"]["InvokerView"][];
      /** @description Its name for people. */
      name: string | null;
      /** @description Who is there. */
      participants: components["schemas"]["Participant"][];
      /** @description Whether it is one session's own. */
      private: boolean;
      /** @description Its id. */
      room_id: components["schemas"]["RoomId"];
      /**
       * Format: u-int64
       * @description The highest number in its log.
       */
      seq: number;
      /** @description How many sockets are attached. */
      sockets: number;
      /** @description Who is listened to. */
      sources: components["schemas"]["SourceView"][];
      /** @description What its engines were used for since it was started. */
      usage: components["schemas"]["UsageFigures"][];
    };
    /** @description How busy the server was at a moment, and since the sample before it. */
    Sample: {
      /**
       * Format: date-time
       * @description When it was taken.
       */
      at: string;
      /**
       * Format: double
       * @description Audio frames from clients, of whatever length they send, per second.
       */
      audio_in_per_second: number;
      /**
       * Format: double
       * @description Frames of 20 ms of speech to clients, per second.
       */
      audio_out_per_second: number;
      /**
       * Format: double
       * @description Captions made that still change, per second.
       */
      captions_per_second: number;
      /**
       * Format: u-int64
       * @description WebSocket connections open.
       */
      connections: number;
      /**
       * Format: double
       * @description What engines have cost since the server was started, in US dollars.
       */
      cost_usd: number;
      /**
       * Format: double
       * @description Time on processors of this process without its child processes, as a share of one core in percent: beyond 100
       *     with several cores.
       */
      cpu_percent: number;
      /**
       * Format: u-int64
       * @description Failures of actors since the sample before, those that led to no restart among them.
       */
      failures: number;
      /**
       * Format: double
       * @description Final captions made, per second.
       */
      finals_per_second: number;
      /**
       * Format: u-int64
       * @description Memory of this process that is in use, without its child processes; 0 where the system does not tell.
       */
      memory_bytes: number;
      /**
       * Format: double
       * @description Text messages from clients, per second.
       */
      messages_in_per_second: number;
      /**
       * Format: double
       * @description Text messages to clients, captions among them, per second.
       */
      messages_out_per_second: number;
      /**
       * Format: double
       * @description What was answered with an error or turned away at the door because of a limit, per second.
       */
      refused_per_second: number;
      /**
       * Format: u-int64
       * @description Actors that were started anew since the sample before.
       */
      restarts: number;
      /**
       * Format: u-int64
       * @description Rooms running, private ones of sessions counted.
       */
      rooms: number;
      /**
       * Format: u-int64
       * @description Sessions in the store, attached or not.
       */
      sessions: number;
      /**
       * Format: u-int64
       * @description People being heard: they speak, or what they said has no final yet.
       */
      speaking: number;
      /**
       * Format: u-int64
       * @description How far the most delayed speaker's recognition is behind, in milliseconds.
       */
      speech_lag_ms: number;
      /**
       * Format: u-int64
       * @description How far the most delayed translation was behind its speaker on our side since the sample before: speech that waited
       *     for its engine, and translated speech that was not played, in milliseconds.
       */
      translation_lag_ms: number;
    };
    /** @description Samples of the last quarter of an hour. */
    Samples: {
      /**
       * Format: u-int64
       * @description How often one is taken (`metrics.sample_interval`).
       */
      interval_ms: number;
      /** @description The samples, oldest first. */
      points: components["schemas"]["Sample"][];
    };
    /** @description One utterance of a recording. */
    Segment: {
      /**
       * Format: float
       * @description How sure the engine is, 0 to 1, where it knows.
       */
      confidence?: number;
      /**
       * Format: double
       * @description In seconds from the beginning.
       */
      end: number;
      /** @description Counts from 0. */
      id: number;
      /**
       * Format: double
       * @description In seconds from the beginning.
       */
      start: number;
      /** @description What was said. */
      text: string;
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
    /** @description Names a session: one participant's durable place. */
    SessionId: string;
    /** @description A page of sessions. */
    SessionList: {
      next: components["schemas"]["SessionId"] | null;
      sessions: components["schemas"]["SessionRow"][];
    };
    /** @description A session that was made. */
    SessionMade: {
      created_at: components["schemas"]["Timestamp"];
      /** @description `false` if the store does not work, and the session lives in memory for now. */
      durable?: boolean;
      /** @description Lets whoever has it attach to the session. */
      resume_token: string;
      room_id: components["schemas"]["RoomId"];
      session_id: components["schemas"]["SessionId"];
      status: components["schemas"]["CreatedStatus"];
      warnings?: components["schemas"]["StoreWarning"][];
    };
    /** @description A session in a list. */
    SessionRow: {
      /** @description When something last happened in it. */
      active_at: components["schemas"]["Timestamp"];
      /** @description Whether it is served by this process now: a socket is attached, or was a moment ago. */
      attached: boolean;
      created_at: components["schemas"]["Timestamp"];
      /** @description As others see it. */
      name: string;
      /** @description Whose it is; null if it is nobody's. */
      owner: string | null;
      /** @description Whether the room is its own. */
      private: boolean;
      room_id: components["schemas"]["RoomId"];
      session_id: components["schemas"]["SessionId"];
    };
    /** @description A session. */
    SessionView: components["schemas"]["SessionRow"] & {
      /** @description How it is served. */
      config: components["schemas"]["SessionConfig"];
      /** @description What its maker gave to keep; null if it gave nothing. */
      data: unknown;
      /**
       * Format: u-int64
       * @description The last number of its room's log that was written to it.
       */
      seq: number;
    };
    /**
     * @description How bad something is.
     * @enum {string}
     */
    Severity: "info" | "warning" | "critical";
    /**
     * @description What a Source is doing.
     * @enum {string}
     */
    SourceState: "resting" | "listening" | "hearing" | "opening";
    /** @description A Source as operators see it. */
    SourceView: {
      /** @description The engine. */
      engine: string;
      /**
       * Format: u-int64
       * @description Speech heard that the engine has not been given yet, in milliseconds.
       */
      lag_ms: number;
      /** @description What is spoken. */
      language: components["schemas"]["Language"];
      /** @description Whose. */
      session_id: components["schemas"]["SessionId"];
      /** @description What it is doing. */
      state: components["schemas"]["SourceState"];
    };
    /** @description The speaker of an utterance, as captions name them. */
    Speaker: {
      /** @description Their name. */
      name: string;
      /** @description Their session. */
      session_id: components["schemas"]["SessionId"];
    };
    /**
     * @description What is spoken: a language tag, or `auto` where the engine is to find out.
     * @example auto
     * @example en
     */
    Speaks: string;
    /** @description Something that is not as it should be. */
    StoreWarning: {
      /** @description `not_durable`. */
      code: string;
      message: string;
    };
    /** @description What is answered at once; what was asked for is done after it. */
    Taken: {
      /** @description The code of a validation event. */
      validationResponse?: string | null;
    };
    /**
     * Format: date-time
     * @description A moment in UTC, to the millisecond.
     * @example 2026-11-21T12:00:00.000Z
     */
    Timestamp: string;
    /** @description What was said in a recording, and how long that took to find out. */
    Transcribed: components["schemas"]["Transcript"] & {
      /**
       * Format: double
       * @description In seconds.
       */
      processing_time: number;
    };
    /** @description What was said in a recording. */
    Transcript: {
      /**
       * Format: double
       * @description Of the recording, in seconds.
       */
      duration: number;
      /** @description The language it was taken to be in. */
      language: components["schemas"]["Language"];
      /** @description Who wrote it down. */
      model: string;
      /** @description Its utterances, in order. */
      segments: components["schemas"]["Segment"][];
      /** @description All of it. */
      text: string;
    };
    /** @description The room's messages as they were sent, in the order of their numbers. */
    TranscriptDocument: {
      entries: components["schemas"]["LoggedMessage"][];
      room_id: components["schemas"]["RoomId"];
    };
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
    /** @description A text in another language. */
    TranslatedText: {
      /** Format: float */
      confidence?: number;
      model: string;
      /**
       * Format: double
       * @description In seconds.
       */
      processing_time: number;
      source_language: components["schemas"]["Language"];
      target_language: components["schemas"]["Language"];
      translated_text: string;
    };
    /** @description A text to translate. */
    TranslateRequest: {
      /**
       * @description Its language, or `auto`.
       * @example en
       */
      source_language?: string | null;
      /** @description The language wanted. */
      target_language: components["schemas"]["Language"];
      /** @description At most 100,000 characters. */
      text: string;
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
    /** @description The ledger of these days. */
    Usage: {
      /**
       * Format: double
       * @description What it cost together, in US dollars.
       */
      cost_usd: number;
      /** @description By day and engine, in this order. */
      usage: components["schemas"]["DayOfUse"][];
    };
    /** @description What an engine was used for in a room since that was started. */
    UsageFigures: {
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
      /**
       * Format: u-int64
       * @description Tokens of all kinds, for an engine that is billed by them.
       */
      tokens?: number | null;
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
export interface operations {
  actors: {
    parameters: {
      query?: {
        /** @description Only down to this depth. */
        depth?: number;
        /** @description Only of this kind: `room`, `socket`. */
        kind?: string;
        /** @description Which page of 500, from 0. */
        page?: number;
        /** @description Only at or below this path. */
        path?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Actors"];
        };
      };
      /** @description Needs the role admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  panic: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The actor, such as rooms/demo */
        path: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It will panic before its next message */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Faults are not allowed here */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description There is no such actor */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  audit: {
    parameters: {
      query?: {
        /** @description At most this many, 1 to 1000; 100 without it. */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["AuditTrail"];
        };
      };
      /** @description Needs the role admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  granted: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What the caller may do */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Granted"];
        };
      };
      /** @description The key or token is wrong, or has expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  transcribe_upload: {
    parameters: {
      query?: {
        /** @description The language spoken */
        language?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/octet-stream": components["schemas"]["RecordingBytes"];
        "multipart/form-data": components["schemas"]["RecordingForm"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Transcribed"];
        };
      };
      /** @description The recording is too large or too long */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description The recording is in no format that is understood */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  broadcast: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Announcement"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Announced"];
        };
      };
      /** @description The message is empty or too long */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Needs the role operator */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  list_calls: {
    parameters: {
      query?: {
        /**
         * @description Whether each is to say how it is interpreted; `false` asks no room, for whoever only wants to know who waits. `true`
         *     without it.
         */
        interpretation?: boolean;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CallList"];
        };
      };
      /** @description Needs the role operator */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  place_call: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["NewCall"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CallView"];
        };
      };
      /** @description It is not said whom to call, or from which number */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Needs the role operator, or the room of ours is somebody's own */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description There are no calls on this server */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description One of ours is in that call already */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description There are as many calls as the server takes */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  show_call: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Our id of the call, or the service's of our leg */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CallView"];
        };
      };
      /** @description No such call */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  attach_call: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Our id of the call, or the service's of our leg */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Attachment"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CallView"];
        };
      };
      /** @description Neither a room nor a session, or both */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Needs the role operator, or the room is somebody's own */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description No such call or session */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description The room takes nobody more */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  hang_up_call: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Our id of the call, or the service's of our leg */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is being hung up */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Needs the role operator */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description No such call, or it is over */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  dashboard: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Dashboard"];
        };
      };
      /** @description Needs the role operator */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  engines: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Engines"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  health: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description How it does */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Health"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  languages: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Languages"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  metrics: {
    parameters: {
      query?: {
        /** @description Without it JSON. */
        format?: "json" | "prometheus";
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The figures */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Figures"];
          "text/plain": string;
        };
      };
      /** @description There is no such format */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Needs the role operator */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  metrics_dashboard: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Dashboard"];
        };
      };
      /** @description Needs the role operator */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  list_rooms: {
    parameters: {
      query?: {
        /** @description Only those after this one: the `next` of the page before. */
        after?: string;
        /** @description At most this many, 1 to 1000; 100 without it. */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RoomList"];
        };
      };
      /** @description Needs the role operator */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  create_room: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["NewRoom"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RoomMade"];
        };
      };
      /** @description There is a room of this id, or the caller has made as many as one may */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description As many rooms run as the server takes */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  show_room: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The room */
        id: components["schemas"]["RoomId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RoomView"];
        };
      };
      /** @description No such room runs */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  close_room: {
    parameters: {
      query?: {
        /** @description Whether it is erased, completely and for good; without it transcripts stay. */
        erase?: boolean;
      };
      header?: never;
      path: {
        /** @description The room */
        id: components["schemas"]["RoomId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is being closed */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Closed, and erased if that was asked */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description No such room runs; to be erased: nor is one stored */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description It did not end, or the store does not work; nothing is promised */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  announce_to_room: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The room */
        id: components["schemas"]["RoomId"];
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Announcement"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Announced"];
        };
      };
      /** @description No such room runs */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  transcript: {
    parameters: {
      query?: {
        /** @description `1`: goes on while the room does, and ends with it. JSON is then a line for each message (NDJSON). */
        follow?: string;
        /** @description What it is written as; JSON without it. */
        format?: "json" | "vtt" | "srt" | "txt";
        /**
         * @description The reading of one who reads this language: what was said in it, and the translations of all else. Without it
         *     everything as it was said; in JSON also translations, and who came and went.
         */
        lang?: components["schemas"]["Language"];
      };
      header?: never;
      path: {
        /** @description The room */
        id: components["schemas"]["RoomId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The transcript */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TranscriptDocument"];
          "application/x-ndjson": string;
          "application/x-subrip": string;
          "text/plain": string;
          "text/vtt": string;
        };
      };
      /** @description `invalid_format`, `invalid_language` or `invalid_follow` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description It is for operators, and for clients with a session that is or was in the room */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description No such room is running or stored */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  list_sessions: {
    parameters: {
      query?: {
        /** @description Only those after this one: the `next` of the page before. */
        after?: components["schemas"]["SessionId"];
        /** @description At most this many, 1 to 1000; 100 without it. */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SessionList"];
        };
      };
      /** @description Needs the role operator */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  show_session: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The session */
        id: components["schemas"]["SessionId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SessionView"];
        };
      };
      /** @description It is somebody else's */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description There is none */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  end_session: {
    parameters: {
      query?: {
        /** @description Whether it is erased, completely and for good; without it transcripts stay. */
        erase?: boolean;
      };
      header?: never;
      path: {
        /** @description The session */
        id: components["schemas"]["SessionId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Ended, and erased if that was asked */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description It is somebody else's */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description There is none */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description It did not end, or the store does not work; nothing is promised */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  create_session: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["NewSession"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SessionMade"];
        };
      };
      /** @description `invalid_config`: a field of config is wrong; `data_too_large` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description `session_exists`, `too_many_own_sessions` */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description `too_many_sessions`, `store_unavailable` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  translate: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["TranslateRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TranslatedText"];
        };
      };
      /** @description There is no way from the one language to the other */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  usage: {
    parameters: {
      query?: {
        /**
         * @description The first day in UTC, as `2026-11-21`; without it from the first that is kept.
         * @example 2026-11-01
         */
        from?: string;
        /** @description Of this room only; without it of all rooms together. */
        room_id?: components["schemas"]["RoomId"];
        /**
         * @description The last day; without it until today.
         * @example 2026-11-30
         */
        to?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Usage"];
        };
      };
      /** @description from or to is not a day */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Needs the role operator */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description The store does not work */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  connections: {
    parameters: {
      query?: {
        /** @description Only those after this one: the `next` of the page before. */
        after?: components["schemas"]["ConnectionId"];
        /** @description At most this many, 1 to 1000; 100 without it. */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ConnectionList"];
        };
      };
      /** @description Needs the role operator */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  transcribe_whisper: {
    parameters: {
      query?: {
        /** @description The language spoken */
        language?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/octet-stream": components["schemas"]["RecordingBytes"];
        "multipart/form-data": components["schemas"]["RecordingForm"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Transcribed"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  take_callbacks: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The secret of the call's addresses */
        contextId: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": unknown;
      };
    };
    responses: {
      /** @description Taken, or known already, or of a call that is not known */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Taken"];
        };
      };
      /** @description No good token of the service */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description There are no calls on this server */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description The keys of the service cannot be fetched; it is to be sent again */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  alive: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It lives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Alive"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  take_events: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": unknown;
      };
    };
    responses: {
      /** @description Taken; the body of an answer to a validation event holds its code */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Taken"];
        };
      };
      /** @description Neither the secret of the registered address nor a good token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description There are no calls on this server */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description The server is going down, or the keys of Entra cannot be fetched; the event is to be sent again */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  allow_events: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description They may */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Taken"];
        };
      };
      /** @description Nobody asks: the header WebHook-Request-Origin is missing */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Neither the secret of the registered address nor a good token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description There are no calls on this server */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description The keys of Entra cannot be fetched; it is to be asked again */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  metrics_text: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Metrics */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/plain": string;
        };
      };
      /** @description Needs the role operator */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
  ready: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It can serve */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Readiness"];
        };
      };
      /** @description Something is missing */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Readiness"];
        };
      };
      /** @description Any other error */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ErrorBody"];
        };
      };
    };
  };
}
