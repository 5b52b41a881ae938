const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** Daily quotas are answered with hours, so only a wait beyond a day is taken for nonsense. */
const LONGEST_WAIT = 24 * HOUR;
/** The header counts whole seconds, so `0` or a date already past still means "not this instant". */
const SHORTEST_RATE_LIMIT = 1 * SECOND;
/** The platform's limits refill within a minute: a longer wait only makes everything later. */
const LONGEST_BACKOFF = 64 * SECOND;

/** The three date forms HTTP allows all start with a weekday; Date.parse alone takes anything. */
const HTTP_DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d\d:\d\d:\d\d/;

/**
 * How long a `Retry-After` header asks to wait, in milliseconds, at most a day. Seconds or an HTTP
 * date; a date is measured against the answer's own `Date` header if there is one, so that a wrong
 * clock on either side does not stretch or swallow the wait. `undefined` for anything else.
 */
export function parseRetryAfter(header: unknown, answeredAt?: unknown): number | undefined {
  if (typeof header !== 'string') return undefined;
  const text = header.trim();
  if (/^\d{1,9}(\.\d+)?$/.test(text)) return bounded(Number(text) * SECOND);
  const until = parseHttpDate(text);
  if (until === undefined) return undefined;
  return bounded(until - (parseHttpDate(answeredAt) ?? Date.now()));
}

/** The same for a 429; `undefined` without a usable header, which `RateLimitBackoff` stands in for. */
export function rateLimitWait(header: unknown, answeredAt?: unknown): number | undefined {
  const wait = parseRetryAfter(header, answeredAt);
  return wait === undefined ? undefined : Math.max(wait, SHORTEST_RATE_LIMIT);
}

/**
 * How long to wait after a 429 that does not say: 2, 4, 8, … seconds for each one in a row, at most
 * 64. Answers to requests that were under way together count once. Times are of one clock, in
 * milliseconds.
 */
export class RateLimitBackoff {
  #inRow = 0;
  #until = Number.NEGATIVE_INFINITY;

  next(now: number): number {
    if (now >= this.#until) {
      this.#inRow += 1;
      this.#until = now + Math.min(LONGEST_BACKOFF, 2 ** this.#inRow * SECOND);
    }
    return Math.max(SHORTEST_RATE_LIMIT, Math.ceil(this.#until - now));
  }

  /** A request that was issued then was answered otherwise: if it came after the wait, the row ends. */
  answered(issuedAt: number): void {
    if (issuedAt >= this.#until) this.#inRow = 0;
  }
}

function parseHttpDate(text: unknown): number | undefined {
  if (typeof text !== 'string' || !HTTP_DATE.test(text)) return undefined;
  // The asctime form carries no zone and would be read as local time.
  const parsed = Date.parse(/GMT$/.test(text) ? text : `${text} GMT`);
  return Number.isNaN(parsed) ? undefined : parsed;
}

function bounded(ms: number): number {
  return Math.min(Math.max(Math.ceil(ms), 0), LONGEST_WAIT);
}
