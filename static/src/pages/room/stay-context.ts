// The stay that the parts of a room act upon.
import { createContext, useContext } from "react";
import type { Stay } from "./stay.ts";

export const StayContext = createContext<Stay | undefined>(undefined);

/** @throws {Error} outside a room. */
export function useStay(): Stay {
  const stay = useContext(StayContext);
  if (stay === undefined) throw new Error("this part belongs into a room");
  return stay;
}
