/** A failure after which the attempt shall be repeated. Its message is a code, never a value. */
export class RetryableError extends Error {
  override name = 'RetryableError' as const;
  readonly reason: string;
  /** What the platform asked for; absent when it asked for nothing. */
  readonly retryAfterMs: number | undefined;

  constructor(reason: string, retryAfterMs?: number) {
    super(reason);
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

const BASE_MS = 2_000;
const FACTOR = 2;
const MAX_MS = 10 * 60 * 1000;
const JITTER = 0.5;

/**
 * How long to wait before the next attempt, in milliseconds: exponential from 2 s up to 10 minutes,
 * half of it random so that a thousand jobs that failed together do not come back together. A delay
 * that the platform asked for is taken as it is: coming earlier is rude, and it is no maximum's
 * business to shorten it.
 */
export function backoffMs(
  attemptsMade: number,
  retryAfterMs?: number,
  random: () => number = Math.random,
): number {
  if (retryAfterMs !== undefined) return Math.ceil(retryAfterMs);
  const full = Math.min(MAX_MS, BASE_MS * FACTOR ** Math.max(0, attemptsMade - 1));
  return Math.ceil(full * (1 - JITTER * random()));
}
