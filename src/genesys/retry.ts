import { type CallFailure, kindOf } from './call.js';
import type { CallContext } from './callContext.js';

export const RETRIES = 2;
const FIRST_PAUSE_MS = 250;

/** A redirect is no answer of the platform's: a gateway or a sign-in page stands in between just now. */
const TRANSIENT_STATUS: ReadonlySet<number> = new Set([
  300, 301, 302, 303, 307, 308, 500, 502, 503, 504,
]);

/**
 * Whether the same request may go out again within this call. Sends never: the platform has no
 * idempotency key. What starts a job, only when it surely did not arrive. Nor anything after a 429: the whole fleet waits then, and waiting is the queue's
 * business. A wait the platform asks for is honoured or, if the deadline comes first, handed on.
 */
export function isRepeatable(exchange: CallContext, failure: CallFailure): boolean {
  if (exchange.isSend || exchange.ending !== undefined) return false;
  const mayHaveStarted = kindOf(exchange.operation) === 'start';
  switch (failure.kind) {
    case 'unreachable':
      return true;
    case 'connection_lost':
      return !mayHaveStarted;
    case 'http':
      return (
        !mayHaveStarted &&
        TRANSIENT_STATUS.has(failure.status) &&
        (failure.retryAfterMs ?? 0) < exchange.remainingMs
      );
    case 'gate_closed':
    case 'not_issued':
    case 'credentials':
    case 'timeout':
    case 'malformed':
    case 'mismatch':
    case 'aborted':
      return false;
    default:
      return failure satisfies never;
  }
}

/**
 * Milliseconds before the `count`th retry. Jitter keeps workers that failed together from coming
 * back together; a wait given by the platform is used as it is.
 */
export function pauseBefore(count: number, failure: CallFailure): number {
  if (failure.kind === 'http' && failure.retryAfterMs !== undefined) return failure.retryAfterMs;
  const longest = FIRST_PAUSE_MS * 2 ** (count - 1);
  return longest * (0.5 + Math.random() / 2);
}
