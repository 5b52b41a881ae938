import {
  type AccessDenied,
  credentialsRefused,
  isMissingPermission,
  permissionMissing,
  refusalDetail,
} from '../genesys/accessDenied.js';
import type { CallFailure, CallResult } from '../genesys/call.js';
import { DELAYS } from '../notification/delays.js';

/**
 * Worth trying again: after the time asked for, or else after a backoff. When no worker can reach the
 * platform at all, that is no job's fault and uses no attempt; the deadline bounds it.
 */
export interface TryLater {
  kind: 'try_later';
  reason: string;
  retryAfterMs?: number;
  usesAttempt: boolean;
}

/** What a failed read means for the attempt. Reads change nothing, so all but a refusal can be repeated. */
export type LookupError =
  | { kind: 'rate_limited'; retryAfterMs: number }
  | TryLater
  | { kind: 'hold'; cause: AccessDenied }
  | { kind: 'refused'; reason: string; detail?: string }
  /** The allowance is used up by others for a while. */
  | { kind: 'no_slot'; retryAfterMs: number }
  /** Its turn would have come after the notification's deadline. */
  | { kind: 'past_deadline' }
  | { kind: 'stopping' };

/** An answer about another customer than the one asked about: never used, and asked for again. */
export const HISTORY_MISMATCH: LookupError = {
  kind: 'try_later',
  reason: 'history_mismatch',
  usesAttempt: true,
};

/** The platform's pages of conversations moved each time they were read: what is missing is not known. */
export const HISTORY_UNSTEADY: LookupError = {
  kind: 'try_later',
  reason: 'history_unsteady',
  usesAttempt: true,
};

/**
 * Whether an operator should see it in the log. The others say only that this was not the
 * moment: a campaign that is paused would else write a line for every row that was under way.
 */
export function isLookupError({ kind }: LookupError): boolean {
  return kind === 'try_later' || kind === 'hold' || kind === 'refused';
}

export function classifyRead(failure: CallFailure): LookupError {
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
      return classifyReadStatus(failure);
    default: {
      const never: never = failure;
      throw new Error(`unhandled failure ${String(never)}`);
    }
  }
}

function classifyReadStatus(failure: Extract<CallFailure, { kind: 'http' }>): LookupError {
  const { status, retryAfterMs } = failure;
  if (status === 429)
    return { kind: 'rate_limited', retryAfterMs: retryAfterMs ?? DELAYS.rateLimitedWithoutTime };
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
    detail,
  };
}

/** Why the platform could not be asked, for the caller who waits for the answer. */
export function describeLookupError(error: LookupError): string {
  switch (error.kind) {
    case 'rate_limited':
      return `Genesys Cloud asks for a pause of ${Math.ceil(error.retryAfterMs / 1000)} s`;
    case 'try_later':
      return `Genesys Cloud could not be asked (${error.reason})`;
    case 'refused':
      return `Genesys Cloud refused the lookup (${error.reason})`;
    case 'hold':
      return error.cause.kind === 'credentials'
        ? `Genesys Cloud refuses the OAuth client (${error.cause.detail})`
        : `the OAuth client lacks a permission (${error.cause.detail})`;
    case 'no_slot':
    case 'past_deadline':
      return 'there was no room for the lookup in the request budget';
    case 'stopping':
      return 'it was interrupted';
    default:
      return error satisfies never;
  }
}

/** What a lookup found, or why it could not look. */
export type Read<T> = { ok: true; value: T } | { ok: false; error: LookupError };

export function found<T>(value: T): Read<T> {
  return { ok: true, value };
}

export function fromCall<T>(result: CallResult<T>): Read<T> {
  return result.ok
    ? { ok: true, value: result.data }
    : { ok: false, error: classifyRead(result.failure) };
}

/** Whether the platform no longer has what was asked for, or never had. */
export function isGone({ error }: Extract<Read<unknown>, { ok: false }>): boolean {
  return error.kind === 'refused' && error.reason === 'history_http_404';
}

/**
 * What several ask for at the same time is looked up once. They share an answer, and a failure too,
 * but not what concerns the first of them alone: that its time is up or its worker stops.
 */
export class SingleFlight<T> {
  readonly #underway = new Map<string, Promise<Read<T>>>();

  async run(key: string, lookUp: () => Promise<Read<T>>): Promise<Read<T>> {
    for (;;) {
      const underway = this.#underway.get(key);
      if (underway === undefined) break;
      const read = await underway;
      if (read.ok || !concernsTheAskerAlone(read.error)) return read;
    }
    const lookup = lookUp().finally(() => this.#underway.delete(key));
    this.#underway.set(key, lookup);
    return lookup;
  }
}

function concernsTheAskerAlone({ kind }: LookupError): boolean {
  return kind === 'past_deadline' || kind === 'stopping';
}
