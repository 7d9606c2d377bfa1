// Something that is asked for often and done at most so often: at once, and once more for all that was asked meanwhile.
export interface Paced {
  ask: () => void;
  /** Nothing is done any more of what was asked for. */
  stop: () => void;
}

/** `pauseMs` passes from the end of one to the beginning of the next. */
export function paced(work: () => void, pauseMs: number): Paced {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = false;
  const begin = () => {
    asked = false;
    timer = setTimeout(() => {
      timer = undefined;
      if (asked) begin();
    }, pauseMs);
    work();
  };
  return {
    ask: () => {
      if (timer === undefined) begin();
      else asked = true;
    },
    stop: () => {
      clearTimeout(timer);
      timer = undefined;
      asked = false;
    },
  };
}
