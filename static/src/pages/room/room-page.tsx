// The room page: the entrance, and the room behind it. The address names the room; the tab remembers whether one is in it.
import { useEffect, useState } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { PAGES } from "../../app/pages.ts";
import { useAppDispatch, useAppSelector } from "../../app/store.ts";
import { socketTo } from "../../client/index.ts";
import { Entrance } from "./entrance/entrance.tsx";
import { leaveKept } from "./leave-kept.ts";
import { Room } from "./room.tsx";
import type { Open } from "./stay.ts";
import { forgetStay, keepStay, keptStay } from "./stay-record.ts";
import { left } from "./stay-slice.ts";

/** `open` is for tests that hold the wire in their hands. */
export function RoomPage({ open }: { open?: Open }) {
  const { roomId } = useParams();
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const dispatch = useAppDispatch();
  const key = useAppSelector((state) => state.access.key);
  const [record, setRecord] = useState(keptStay);
  const [entries, setEntries] = useState(0);
  const inside = record !== undefined && (roomId === undefined || roomId === record.roomId);
  const addressed = record?.roomId;
  const connect = open ?? (() => socketTo(key === "" ? {} : { token: key }));

  useEffect(() => {
    if (roomId === undefined && addressed !== undefined) void navigate(pathOf(addressed), { replace: true });
  }, [roomId, addressed, navigate]);

  if (!inside) {
    return (
      <Entrance
        roomId={roomId ?? ""}
        proposed={proposedBy(search)}
        onJoin={(chosen) => {
          const session = keptStay()?.session;
          if (session !== undefined) leaveKept(session, connect);
          keepStay(chosen);
          setRecord(chosen);
          setEntries(entries + 1);
          // Without what the link proposed: a reload comes back with what was chosen. And in the entrance's place, which
          // would lead back into the room.
          void navigate(pathOf(chosen.roomId), { replace: true });
        }}
      />
    );
  }
  return (
    <Room
      key={entries}
      record={record}
      open={connect}
      onLeft={() => {
        forgetStay();
        dispatch(left());
        setRecord(undefined);
      }}
      onAgain={() => {
        setEntries(entries + 1);
      }}
    />
  );
}

function pathOf(roomId: string): string {
  return `${PAGES.rooms.path}/${encodeURIComponent(roomId)}`;
}

function proposedBy(search: URLSearchParams): { speaks?: string; hears?: string } {
  const [speaks, hears] = [search.get("speaks"), search.get("hears")];
  return { ...(speaks === null ? {} : { speaks }), ...(hears === null ? {} : { hears }) };
}
