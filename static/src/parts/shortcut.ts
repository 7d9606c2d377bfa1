// Keyboard shortcuts of one key: they act while a person does not type and has not turned them off.
import { useHotkeys } from "react-hotkeys-hook";
import { useAppSelector } from "../app/store.ts";

/** Calls `act` on `keys`, in the notation of react-hotkeys-hook: `m`, `g>o` for one key after the other, `shift+?` for a character that needs Shift. */
export function useShortcut(keys: string, act: (event: KeyboardEvent) => void, whenever = true): void {
  const on = useAppSelector((state) => state.preferences.shortcuts);
  useHotkeys(keys, act, { enabled: on && whenever, useKey: true, preventDefault: true, ignoreModifiers: false }, [act]);
}
