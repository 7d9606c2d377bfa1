// All English texts.
import { frame } from "./frame.ts";
import { overview } from "./overview.ts";
import { room } from "./room.ts";
import { websocketTest } from "./websocket-test.ts";

export const en = { frame, overview, room, websocketTest };
