// Keyboard and screen reader stay in a place whose buttons give way to others.
import { useEffect, useRef } from "react";
import type { FocusEvent, RefObject } from "react";

export interface KeptFocus {
  ref: RefObject<HTMLElement | null>;
  onFocus: () => void;
  onBlur: (event: FocusEvent) => void;
}

/**
 * For the place, whose first button that can be pressed takes over when the focused one went with another `content`. While the
 * content is not `settled`, it is waited for.
 */
export function useKeptFocus(content: string, settled: boolean): KeptFocus {
  const ref = useRef<HTMLElement>(null);
  const inside = useRef(false);
  useEffect(() => {
    if (!settled || !inside.current || document.activeElement !== document.body) return;
    ref.current?.querySelector<HTMLElement>("button:not(:disabled)")?.focus();
  }, [content, settled]);
  return {
    ref,
    onFocus: () => {
      inside.current = true;
    },
    onBlur: ({ target, relatedTarget, currentTarget }) => {
      // The person did not go: the button can no longer be pressed. One that is taken away says nothing at all.
      // A choice of a list tells of its blur with something that is no element.
      if (!(target instanceof Element) || target.matches(":disabled")) return;
      inside.current = relatedTarget instanceof Node && currentTarget.contains(relatedTarget);
    },
  };
}
