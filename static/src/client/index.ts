// The client library: talk to an Interpres server from any page. Needs nothing but the browser.
export { Connection } from "./connection.ts";
export type { ConnectionEvents, ConnectionOptions, ConnectionState, SessionHandle } from "./connection.ts";
export type { LinkEnd, Wire } from "./link.ts";
export type {
  AudioFrame,
  Caption,
  ConfigPatch,
  Participant,
  ServerMessage,
  SessionConfig,
  Speaker,
  TopicEvent,
  Usage,
  Warning,
} from "./protocol.ts";
export { socketTo } from "./socket.ts";
export type { SocketOptions } from "./socket.ts";
export { TopicWatch } from "./topic-watch.ts";
export type { TopicWatchEvents, TopicWatchOptions, WatchState } from "./topic-watch.ts";
export { FileVoice, FileVoiceError, LONGEST_FILE_SECONDS } from "./audio/file-voice.ts";
export type { FileVoiceOptions, FileVoiceProblem } from "./audio/file-voice.ts";
export { peak } from "./audio/framing.ts";
export { listMicrophones, MicrophoneError, openMicrophone, watchMicrophones } from "./audio/microphone.ts";
export type { Microphone, MicrophoneDevice, MicrophoneOptions, MicrophoneProblem } from "./audio/microphone.ts";
export { Player } from "./audio/player.ts";
export type { StreamKind } from "./audio/player.ts";
