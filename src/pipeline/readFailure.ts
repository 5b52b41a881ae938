import type { CallFailure } from '../genesys/failure.js';
import {
  credentialsRefused,
  type HoldCause,
  isMissingPermission,
  permissionMissing,
  refusalDetail,
  type TryLater,
} from './answerTable.js';

/** What a failed read means for the attempt. Reads change nothing, so all but a refusal can be repeated. */
export type ReadTrouble =
  | { kind: 'rate_limited'; retryAfterMs: number }
  | TryLater
  | { kind: 'hold'; cause: HoldCause }
  | { kind: 'refused'; reason: string; detail?: string }
  /** The allowance is used up by others for a while. */
  | { kind: 'no_slot'; retryAfterMs: number }
  /** Its turn would have come after the notification's deadline. */
  | { kind: 'past_deadline' }
  | { kind: 'stopping' };

/** An answer about another customer than the one asked about: never used, and asked for again. */
export const HISTORY_MISMATCH: ReadTrouble = {
  kind: 'try_later',
  reason: 'history_mismatch',
  usesAttempt: true,
};

/**
 * Whether somebody who watches the log should see it. The others say only that this was not the
 * moment: a campaign that is paused would else write a line for every row that was under way.
 */
export function isTrouble({ kind }: ReadTrouble): boolean {
  return kind === 'try_later' || kind === 'hold' || kind === 'refused';
}

export function judgeRead(failure: CallFailure): ReadTrouble {
  switch (failure.kind) {
    case 'gate_closed':
      return { kind: 'rate_limited', retryAfterMs: failure.retryAfterMs };
    case 'credentials':
      return { kind: 'hold', cause: credentialsRefused(failure) };
    case 'aborted':
      return { kind: 'stopping' };
    case 'not_issued': {
      const { reason, retryAfterMs } = failure;
      if (reason === 'aborted' || reason === 'closed') return { kind: 'stopping' };
      if (reason === 'past_deadline') return { kind: 'past_deadline' };
      if (reason === 'no_slot') return { kind: 'no_slot', retryAfterMs: retryAfterMs ?? 0 };
      const asked = retryAfterMs === undefined ? {} : { retryAfterMs };
      return { kind: 'try_later', reason, ...asked, usesAttempt: reason !== 'login_failed' };
    }
    case 'unreachable':
      return { kind: 'try_later', reason: 'unreachable', usesAttempt: false };
    case 'timeout':
    case 'connection_lost':
    case 'malformed':
    case 'mismatch':
      return { kind: 'try_later', reason: `history_${failure.kind}`, usesAttempt: true };
    case 'http':
      return judgeReadStatus(failure);
    default: {
      const never: never = failure;
      throw new Error(`unhandled failure ${String(never)}`);
    }
  }
}

function judgeReadStatus(failure: Extract<CallFailure, { kind: 'http' }>): ReadTrouble {
  const { status, retryAfterMs } = failure;
  if (status === 429) return { kind: 'rate_limited', retryAfterMs: retryAfterMs ?? 1_000 };
  // The client has already logged in once more: a token that is still refused is a matter for people.
  if (status === 401) return { kind: 'hold', cause: { kind: 'credentials', detail: 'http_401' } };
  if (isMissingPermission(failure)) return { kind: 'hold', cause: permissionMissing(failure) };
  // A redirect is a gateway's, not the platform's: what is read may be there again in a moment.
  if (status >= 500 || status === 408 || status < 400) {
    const reason = `history_http_${status}`;
    const asked = retryAfterMs === undefined ? {} : { retryAfterMs };
    return { kind: 'try_later', reason, ...asked, usesAttempt: true };
  }
  const detail = refusalDetail(failure);
  return {
    kind: 'refused',
    reason: `history_http_${status}`,
    ...(detail !== undefined && { detail }),
  };
}
