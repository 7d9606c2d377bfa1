// Events of the server while the overview is open: figures and alerts, and what is said in the rooms that are followed.
import { useEffect, useRef } from "react";
import { useAppDispatch, useAppSelector } from "../../app/store.ts";
import type { Dispatch } from "../../app/store.ts";
import { socketTo, TopicWatch } from "../../client/index.ts";
import { readEvent } from "./events.ts";
import {
  alertChanged,
  captionsRefused,
  liveChanged,
  participantChanged,
  said,
  sampled,
  selectOverview,
} from "./overview-slice.ts";
import { askHealthAgain, askMissedAgain, askRoomsAgain } from "./questions.ts";

const METRICS = "metrics";
const ROOM = "room/";

/**
 * Follows the server over one socket while `wanted`, and captions of the followed rooms while `withCaptions`. Once
 * `serverIsThere` again after it was gone, the socket does not wait out its back-off.
 */
export function useLive(wanted: boolean, withCaptions: boolean, serverIsThere: boolean): void {
  const dispatch = useAppDispatch();
  const key = useAppSelector((state) => state.access.key);
  // Ids have no blanks in them, and a text is the same as long as the ids are.
  const rooms = useAppSelector((state) => selectOverview(state).followed.join(" "));
  const refused = useAppSelector((state) => selectOverview(state).captionsRefused);
  const watching = useRef<TopicWatch>(undefined);
  const following = useRef(new Set<string>());

  useEffect(() => {
    if (!wanted) return;
    const watch = watchServer(dispatch, key);
    watching.current = watch;
    following.current.clear();
    return () => {
      watch.close();
      watching.current = undefined;
      dispatch(liveChanged(undefined));
    };
  }, [wanted, key, dispatch]);

  useEffect(() => {
    const watch = watching.current;
    if (watch === undefined) return;
    const now = new Set(withCaptions && !refused ? rooms.split(" ").filter(Boolean) : []);
    for (const room of following.current) if (!now.has(room)) watch.unfollow(ROOM + room);
    for (const room of now) if (!following.current.has(room)) watch.follow(ROOM + room);
    following.current = now;
  }, [rooms, withCaptions, refused, wanted, key]);

  useEffect(() => {
    if (serverIsThere) watching.current?.retryNow();
  }, [serverIsThere]);
}

function watchServer(dispatch: Dispatch, key: string): TopicWatch {
  const watch = new TopicWatch({
    open: () => socketTo(key === "" ? {} : { token: key }),
    events: {
      state: (state) => {
        dispatch(liveChanged(state));
        // Whether only the socket broke or the server is gone, it tells by answering.
        if (state === "waiting") dispatch(askHealthAgain());
        // What was told while nobody listened is not told again.
        if (state === "online") dispatch(askMissedAgain());
      },
      event: (topic, event) => {
        take(dispatch, topic, event);
      },
      refused: (topic, code) => {
        if (topic.startsWith(ROOM) && code === "forbidden") dispatch(captionsRefused());
      },
    },
  });
  watch.follow(METRICS);
  watch.open();
  return watch;
}

function take(dispatch: Dispatch, topic: string, fields: Record<string, unknown>): void {
  const event = readEvent(fields);
  const room = topic.startsWith(ROOM) ? topic.slice(ROOM.length) : undefined;
  switch (event?.kind) {
    case "sample":
      dispatch(tookSample(event.sample));
      break;
    case "alert":
      dispatch(alertChanged(event));
      dispatch(askHealthAgain());
      break;
    case "caption":
      if (room !== undefined) dispatch(said({ room, caption: event.caption, at: Date.now() }));
      break;
    case "participant":
      if (room !== undefined) {
        const { participant, change } = event;
        dispatch(participantChanged({ room, participant, left: change === "left" }));
      }
      break;
    case "room_over":
    case "changed":
      dispatch(askRoomsAgain());
      break;
    case undefined:
  }
}

/** A sample; where it counts another number of rooms than the one before, there is a room to be asked for. */
function tookSample(sample: Parameters<typeof sampled>[0]) {
  return (dispatch: Dispatch, state: () => Parameters<typeof selectOverview>[0]) => {
    const before = selectOverview(state()).samples.at(-1);
    dispatch(sampled(sample));
    if (before?.rooms !== sample.rooms) dispatch(askRoomsAgain());
  };
}
