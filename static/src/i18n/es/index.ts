// All Spanish texts.
import { frame } from "./frame.ts";
import { overview } from "./overview.ts";
import { room } from "./room.ts";
import { websocketTest } from "./websocket-test.ts";

export const es = { frame, overview, room, websocketTest };
