/** A limit of time is counted in so many parts. */
const PARTS = 10;

/** A limit that is being counted. */
export interface AwakeTimer {
  /** What is left of it (ms); stands still once it was called off. */
  readonly leftMs: number;
  /** It never comes. */
  cancel(): void;
}

/**
 * Calls `act` once this process has run for so long (ms), unless it is called off before.
 *
 * A plain timer counts the time in which the process stood still: its event loop was busy, or the machine
 * gave it no turn. When it goes on, timers come first and what has arrived is read after them. So an answer
 * that is there would be called one that did not come, and what was done would be reported as perhaps not
 * done. Here a standstill counts as one part at the most, and what has arrived is read before the end.
 *
 * Not for what others conclude from the clock: the time in which a message may leave, a lock, a lease.
 */
export function afterTimeAwake(ms: number, act: () => void): AwakeTimer {
  const part = ms / PARTS;
  let left = PARTS;
  let since = performance.now();
  let stoppedAt: number | undefined;
  let immediate: NodeJS.Immediate | undefined;
  let timer = setTimeout(tick, part);

  function tick(): void {
    left -= 1;
    since = performance.now();
    if (left > 0) timer = setTimeout(tick, part);
    else immediate = setImmediate(act);
  }

  return {
    get leftMs() {
      const now = stoppedAt ?? performance.now();
      return left === 0 ? 0 : left * part - Math.min(part, now - since);
    },
    cancel() {
      stoppedAt ??= performance.now();
      clearTimeout(timer);
      clearImmediate(immediate);
    },
  };
}
