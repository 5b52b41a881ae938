import {
  type AccessDenied,
  credentialsRefused,
  type HttpFailure,
  isMissingPermission,
  permissionMissing,
  refusalDetail,
} from '../genesys/accessDenied.js';
import type { CallFailure } from '../genesys/call.js';
import type { TryLater } from '../history/lookupError.js';
import { factsOf } from '../notification/channelFacts.js';
import { DELAYS } from '../notification/delays.js';
import type { Channel } from '../notification/state.js';

/** What an answer to a send means. */
export type SendOutcome =
  /** Not sent. The gate closes for all workers; the job comes back without having used an attempt. */
  | { kind: 'rate_limited'; retryAfterMs: number }
  /** Not sent. */
  | TryLater
  /** Not sent: the token was refused. Worth one more login. */
  | { kind: 'log_in_again' }
  /** Not sent, and nothing like it will be until a person repairs it: jobs stay where they are. */
  | { kind: 'hold'; cause: AccessDenied }
  /** Not sent: the customer is in a conversation right now. */
  | { kind: 'active_conversation' }
  /** Not sent, and this channel never will: the next one may. */
  | { kind: 'refused'; reason: string; detail?: string }
  /** Not sent: the allowance is used up by others for a while. No attempt used. */
  | { kind: 'no_slot'; retryAfterMs: number }
  /** Not sent: its turn would have come after the notification's deadline. */
  | { kind: 'past_deadline' }
  /** Not sent: the worker is stopping. */
  | { kind: 'stopping' }
  /** Perhaps sent. It may not be tried again, on this or any other channel. */
  | { kind: 'unknown'; reason: string };

/** Redis lost its disk or its replica for a while: no fault of any notification. */
export const INTENT_NOT_DURABLE = 'intent_not_durable';

/*
 *  answer                                            | sent?   | next
 *  --------------------------------------------------|---------|----------------------------------
 *  429, or the gate is closed                        | no      | gate; no attempt used
 *  503 with Retry-After                              | no      | this job later
 *  connection refused, DNS or TLS failure, or login  | no      | backoff, no attempt used
 *  host that fails                                   |         |
 *  401                                               | no      | one more login, then hold
 *  403 missing.permissions, missing.any.permissions  | no      | hold; the permission is named
 *  407 (our own proxy wants a login)                 | no      | hold
 *  409 where CHANNEL_FACTS says active conversation  | no      | defer, or the next channel
 *  any other 4xx, but 406 and 408                    | no      | next channel
 *  406, 408, 3xx, any other 5xx, timeout,            | perhaps | unknown
 *  connection lost, 2xx without an id                |         |
 *  no slot of the budget for a while                 | no      | this job later, no attempt used
 *  its turn comes after its deadline                 | no      | expired
 *  its intent was not confirmed as safe by Redis     | no      | backoff, no attempt used
 *  not issued (the intent was too old, …)            | no      | backoff
 *
 * How long "later" is stands in src/notification/delays.ts.
 *
 * The line between "no" and "perhaps" is the product. A mistake to the left sends twice, one to the
 * right loses a message; where the platform leaves doubt, the message is lost to a person's decision
 * and not to luck. A gateway may say 408 of a request that it had already passed on, 406 is said of
 * the answer and not of the request, and a redirect after a POST may mean "done, look there".
 */
export function classifyResponse(failure: CallFailure, channel: Channel): SendOutcome {
  switch (failure.kind) {
    case 'gate_closed':
      return { kind: 'rate_limited', retryAfterMs: failure.retryAfterMs };
    case 'not_issued':
      return classifyNotIssued(failure);
    case 'credentials':
      return { kind: 'hold', cause: credentialsRefused(failure) };
    case 'unreachable':
      return { kind: 'try_later', reason: 'unreachable', usesAttempt: false };
    case 'http':
      return classifyStatus(failure, channel);
    case 'timeout':
    case 'connection_lost':
    case 'malformed':
    case 'mismatch':
      return { kind: 'unknown', reason: failure.kind };
    case 'aborted':
      return { kind: 'unknown', reason: 'aborted' };
    default: {
      const never: never = failure;
      throw new Error(`unhandled failure ${String(never)}`);
    }
  }
}

function classifyStatus(failure: HttpFailure, channel: Channel): SendOutcome {
  const { status, retryAfterMs } = failure;
  if (status === 429)
    return { kind: 'rate_limited', retryAfterMs: retryAfterMs ?? DELAYS.rateLimitedWithoutTime };
  if (status === 503 && retryAfterMs !== undefined) {
    return { kind: 'try_later', reason: 'http_503', retryAfterMs, usesAttempt: true };
  }
  if (status === 401) return { kind: 'log_in_again' };
  if (status === 403 && isMissingPermission(failure)) {
    return { kind: 'hold', cause: permissionMissing(failure) };
  }
  if (status === 407) {
    return { kind: 'hold', cause: { kind: 'credentials', detail: 'http_407 from the proxy' } };
  }
  if (status === 409 && factsOf(channel).conflict === 'active_conversation') {
    return { kind: 'active_conversation' };
  }
  if (status >= 500 || status < 400 || status === 406 || status === 408) {
    return { kind: 'unknown', reason: `http_${status}` };
  }
  const detail = refusalDetail(failure);
  return { kind: 'refused', reason: `http_${status}`, detail };
}

function classifyNotIssued(failure: Extract<CallFailure, { kind: 'not_issued' }>): SendOutcome {
  const { reason, retryAfterMs } = failure;
  if (reason === 'aborted' || reason === 'closed') return { kind: 'stopping' };
  if (reason === 'past_deadline') return { kind: 'past_deadline' };
  if (reason === 'no_slot') return { kind: 'no_slot', retryAfterMs: retryAfterMs ?? 0 };
  const usesAttempt = reason !== 'login_failed' && reason !== INTENT_NOT_DURABLE;
  const asked = retryAfterMs === undefined ? {} : { retryAfterMs };
  return { kind: 'try_later', reason, ...asked, usesAttempt };
}
