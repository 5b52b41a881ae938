const BASE_MS = 3_000;
const FACTOR = 2;
const MAX_MS = 10 * 60 * 1000;
const JITTER = 0.5;

/**
 * How long to wait before the next attempt, in milliseconds: exponential from 3 s up to 10 minutes,
 * half of it random so that a thousand jobs that failed together do not come back together. Twelve
 * attempts last over half an hour. A longer delay that the platform asked for is taken as it is:
 * coming earlier is rude, and it is no maximum's business to shorten it. A shorter one does not
 * hurry anybody, or a "retry after 0" would use up all attempts within a second.
 */
export function backoffMs(
  attemptsMade: number,
  retryAfterMs?: number,
  random: () => number = Math.random,
): number {
  const full = Math.min(MAX_MS, BASE_MS * FACTOR ** Math.max(0, attemptsMade - 1));
  return Math.ceil(Math.max(retryAfterMs ?? 0, full * (1 - JITTER * random())));
}
