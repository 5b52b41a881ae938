const S = 1_000;
const MIN = 60 * S;
const HOUR = 60 * MIN;

/** How long after a failed attempt comes the next one (ms); the last one repeats. */
const DELAYS = [5 * S, 30 * S, 2 * MIN, 10 * MIN, 30 * MIN, HOUR] as const;

/** How long an event is tried, if others get through meanwhile (ms). */
export const TRIED_FOR_MS = 24 * HOUR;

/** How long an endpoint may fail as a whole before it is disabled (ms), and the fewest failures for it. */
export const FAILS_FOR_MS = 3 * 24 * HOUR;
export const FAILURES_FEWEST = 10;

const LONGEST_ASKED_MS = HOUR;
/** Up to this share is added, so that what failed together does not come back together. */
const JITTER = 0.2;

/** When an event is tried again after its attempt number `attempts` has failed; `now` is epoch ms. */
export function nextAttemptAt(attempts: number, now: number, askedMs = 0): number {
  const delay = DELAYS[Math.min(attempts, DELAYS.length) - 1] ?? DELAYS[0];
  const jittered = delay * (1 + Math.random() * JITTER);
  return Math.round(now + Math.max(jittered, Math.min(askedMs, LONGEST_ASKED_MS)));
}

/** What a `Retry-After` header asks for in milliseconds: seconds, or a date; undefined for anything else. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * S;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
