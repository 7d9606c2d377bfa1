// Leaves the room in which this tab still has a session, before it goes into another one: the others there would go on seeing
// somebody who hears nobody.
import { Connection } from "../../client/index.ts";
import type { SessionHandle } from "../../client/index.ts";
import type { Open } from "./stay.ts";

/** Goes back into the session only to end it, as often as the network needs. One that is gone already is left alone. */
export function leaveKept(session: SessionHandle, open: Open): void {
  const connection = new Connection({
    open,
    config: {},
    resume: session,
    events: {
      state: ({ kind }) => {
        if (kind === "online") connection.leave();
      },
      message: () => undefined,
      audio: () => undefined,
      recovered: () => undefined,
      replaced: () => {
        connection.disconnect();
      },
    },
  });
  connection.open();
}
