/** A limit of time is counted in so many parts. */
const PARTS = 10;

/**
 * Calls `act` once this process has run for so long (ms), unless the returned function is called before.
 *
 * A plain timer counts the time in which the process stood still: its event loop was busy, or the machine
 * gave it no turn. When it goes on, timers come first and what has arrived is read after them. So an answer
 * that is there would be called one that did not come, and what was done would be reported as perhaps not
 * done. Here a standstill counts as one part at the most, and what has arrived is read before the end.
 */
export function afterTimeAwake(ms: number, act: () => void): () => void {
  let left = PARTS;
  let immediate: NodeJS.Immediate | undefined;
  let timer = setTimeout(tick, ms / PARTS);

  function tick(): void {
    left -= 1;
    if (left > 0) timer = setTimeout(tick, ms / PARTS);
    else immediate = setImmediate(act);
  }

  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
}
