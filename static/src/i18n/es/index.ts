// All Spanish texts.
import { calls } from "./calls.ts";
import { frame } from "./frame.ts";
import { overview } from "./overview.ts";
import { room } from "./room.ts";
import { websocketTest } from "./websocket-test.ts";

export const es = { calls, frame, overview, room, websocketTest };
