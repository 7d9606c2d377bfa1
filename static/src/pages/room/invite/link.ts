// Addresses that lead into a room.
import { PAGES } from "../../../app/pages.ts";

export function linkTo(roomId: string, languages?: { speaks: string; hears: string }): string {
  const address = new URL(`${PAGES.rooms.path}/${encodeURIComponent(roomId)}`, location.origin);
  if (languages !== undefined) address.search = new URLSearchParams({ ...languages }).toString();
  return address.href;
}
