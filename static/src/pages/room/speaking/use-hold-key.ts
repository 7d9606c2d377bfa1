// The space bar held anywhere on the page: acts like the other shortcuts, while a person does not type and has not turned
// them off, and not where the space bar already has a meaning.
import { useEffect } from "react";
import { useAppSelector } from "../../../app/store.ts";

/** What the space bar presses, opens, writes into or scrolls by itself. */
const TAKEN =
  "a[href], button, input, select, textarea, summary, audio, video, [contenteditable=true], [role=button], [role=slider], " +
  "[role=option], [role=combobox], [role=switch], [role=tab], [role^=menuitem], [role=dialog]";

export function useHoldKey(onHold: (held: boolean) => void, whenever: boolean): void {
  const on = useAppSelector((state) => state.preferences.shortcuts) && whenever;
  useEffect(() => {
    if (!on) return undefined;
    let held = false;
    const press = (event: KeyboardEvent): void => {
      if (event.key !== " " || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
      if (!held && event.target instanceof Element && event.target.closest(TAKEN) !== null) return;
      // Held down, it would scroll the page.
      event.preventDefault();
      if (held || event.repeat) return;
      held = true;
      onHold(true);
    };
    const release = (event: Event): void => {
      if (!held || (event instanceof KeyboardEvent && event.key !== " ")) return;
      held = false;
      onHold(false);
    };
    addEventListener("keydown", press);
    addEventListener("keyup", release);
    // The key may be let go where this page does not see it.
    addEventListener("blur", release);
    return () => {
      removeEventListener("keydown", press);
      removeEventListener("keyup", release);
      removeEventListener("blur", release);
      if (held) onHold(false);
    };
  }, [on, onHold]);
}
