import type { CallFailure } from '../genesys/failure.js';

/** What an answer to a send means. */
export type SendVerdict =
  /** Not sent. The gate closes for everybody; the job comes back without having used an attempt. */
  | { kind: 'rate_limited'; retryAfterMs: number }
  /** Not sent, and worth trying again: after the time asked for, or else after a backoff. */
  | { kind: 'try_later'; reason: string; retryAfterMs?: number }
  /** Not sent: the token was refused. Worth one more login. */
  | { kind: 'log_in_again' }
  /** Not sent, and nothing like it will be until a person mends it: jobs stay where they are. */
  | { kind: 'hold'; cause: HoldCause }
  /** Not sent: the customer is in a conversation right now. */
  | { kind: 'active_conversation' }
  /** Not sent, and this channel never will: the next one may. */
  | { kind: 'refused'; reason: string; detail?: string }
  /** Not sent: the worker is stopping. */
  | { kind: 'stopping' }
  /** Perhaps sent. Nobody may try again, on this or any other channel. */
  | { kind: 'unknown'; reason: string };

/** What is wrong with our own access to the platform. */
export type HoldCause =
  | { kind: 'credentials'; detail: string }
  | { kind: 'permission'; detail: string };

/*
 *  answer                                            | sent?   | next
 *  --------------------------------------------------|---------|----------------------------------
 *  429, or the gate is closed                        | no      | gate; no attempt used
 *  503 with Retry-After                              | no      | this job later
 *  connection refused, DNS or TLS failure            | no      | backoff
 *  401                                               | no      | one more login, then hold
 *  403 missing.permissions, missing.any.permissions  | no      | hold; the permission is named
 *  409                                               | no      | defer, or the next channel
 *  any other 3xx and 4xx, but 408                    | no      | next channel
 *  408, any other 5xx, timeout, connection lost,     | perhaps | unknown
 *  2xx without an id                                 |         |
 *  not issued (the intent was too old, no login, …)  | no      | backoff
 *
 * The line between "no" and "perhaps" is the product. A mistake to the left sends twice, one to the
 * right loses a message; where the platform leaves doubt, the message is lost to a person's decision
 * and not to luck. 408 stands among the doubts because a gateway may say it of a request that it
 * had already passed on.
 */
export function judgeSend(failure: CallFailure): SendVerdict {
  switch (failure.kind) {
    case 'gate_closed':
      return { kind: 'rate_limited', retryAfterMs: failure.retryAfterMs };
    case 'not_issued':
      return judgeNotIssued(failure);
    case 'credentials':
      return { kind: 'hold', cause: credentialsRefused(failure) };
    case 'unreachable':
      return { kind: 'try_later', reason: 'unreachable' };
    case 'http':
      return judgeStatus(failure);
    case 'timeout':
    case 'connection_lost':
    case 'malformed':
      return { kind: 'unknown', reason: failure.kind };
    case 'aborted':
      return { kind: 'unknown', reason: 'aborted' };
    default: {
      const never: never = failure;
      throw new Error(`unhandled failure ${String(never)}`);
    }
  }
}

type HttpFailure = Extract<CallFailure, { kind: 'http' }>;

function judgeStatus(failure: HttpFailure): SendVerdict {
  const { status, retryAfterMs } = failure;
  if (status === 429) return { kind: 'rate_limited', retryAfterMs: retryAfterMs ?? 1_000 };
  if (status === 503 && retryAfterMs !== undefined) {
    return { kind: 'try_later', reason: 'http_503', retryAfterMs };
  }
  if (status === 401) return { kind: 'log_in_again' };
  if (status === 403 && isMissingPermission(failure)) {
    return { kind: 'hold', cause: permissionMissing(failure) };
  }
  if (status === 409) return { kind: 'active_conversation' };
  if (status >= 500 || status === 408) return { kind: 'unknown', reason: `http_${status}` };
  const detail = refusalDetail(failure);
  return { kind: 'refused', reason: `http_${status}`, ...(detail !== undefined && { detail }) };
}

function judgeNotIssued(failure: Extract<CallFailure, { kind: 'not_issued' }>): SendVerdict {
  const { reason, retryAfterMs } = failure;
  if (reason === 'aborted' || reason === 'closed') return { kind: 'stopping' };
  return { kind: 'try_later', reason, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

export function isMissingPermission(failure: HttpFailure): boolean {
  return (
    failure.status === 403 &&
    (failure.code === 'missing.permissions' || failure.code === 'missing.any.permissions')
  );
}

export function permissionMissing(failure: HttpFailure): HoldCause {
  const names = failure.permissions ?? [];
  return { kind: 'permission', detail: names.length > 0 ? names.join(', ') : 'unnamed' };
}

export function credentialsRefused(
  failure: Extract<CallFailure, { kind: 'credentials' }>,
): HoldCause {
  return { kind: 'credentials', detail: failure.code ?? `http_${failure.status}` };
}

/** Code and field names are kept; values never are. */
export function refusalDetail(failure: HttpFailure): string | undefined {
  const parts = [failure.code, ...failure.fields].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(' ').slice(0, 120);
}
