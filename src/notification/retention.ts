/** How long what has ended is kept, in whole milliseconds. */
export interface Retention {
  /** How long a settled record can be read. */
  ledgerMs: number;
  /** How long a settled notification can be retried. */
  requestMs: number;
  /**
   * How many events the feed may hold. Left out where another process sees to that: of two that say it, the smaller
   * number counts.
   */
  eventsMax?: number;
}

/** @throws RangeError for what Redis would refuse: by then half of a change would be written. */
export function checkRetention({ eventsMax, ...retention }: Retention): void {
  for (const [name, ms] of Object.entries(retention)) {
    if (!Number.isSafeInteger(ms) || ms < 1_000) {
      throw new RangeError(`${name}: expected whole milliseconds, at least 1000`);
    }
  }
  if (eventsMax !== undefined && (!Number.isSafeInteger(eventsMax) || eventsMax < 1)) {
    throw new RangeError('eventsMax: expected a whole number, at least 1');
  }
}
