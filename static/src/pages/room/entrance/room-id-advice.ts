// What is said of a room's name that is not allowed.
import { useTranslation } from "react-i18next";
import { LONGEST_ROOM_ID } from "../../../parts/room-id.ts";
import type { RoomIdProblem } from "../../../parts/room-id.ts";

export function useRoomIdAdvice(problem: RoomIdProblem | undefined): string | undefined {
  const { t } = useTranslation("room");
  switch (problem?.kind) {
    case undefined:
      return undefined;
    case "missing":
      return t("entrance.roomMissing");
    case "long":
      return t("entrance.roomLong", { most: LONGEST_ROOM_ID, count: problem.length });
    case "characters": {
      const shown = problem.characters.map((character) => (character === " " ? t("entrance.space") : character));
      return t("entrance.roomCharacters", { count: shown.length, characters: shown.join(" ") });
    }
  }
}
