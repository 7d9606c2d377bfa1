// PLACEHOLDER until the client library's own comes: what pages use of it.
export { socketTo } from "./socket.ts";
export { TopicWatch } from "./topic-watch.ts";
export { decodeAudio, encodePcm } from "./protocol.ts";
export type { TopicWatchOptions, WatchState } from "./topic-watch.ts";
export type { Wire } from "./connection.ts";
