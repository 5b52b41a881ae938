import type { CallFailure } from '../genesys/call.js';

/** What a failed request of the prefetch means for it. */
export type BulkFailure =
  /** The platform does not offer it to us, or not so: nothing more is asked of it. */
  | { kind: 'refused'; detail: string }
  /** To be tried again, not before `waitMs`; `counts` where it is tried a few times only. */
  | { kind: 'later'; waitMs: number; counts: boolean };

const AGAIN_AFTER_MS = 5_000;
const WITHOUT_ACCESS_AGAIN_AFTER_MS = 30_000;

export function classifyBulk(failure: CallFailure): BulkFailure {
  switch (failure.kind) {
    case 'gate_closed':
      return { kind: 'later', waitMs: failure.retryAfterMs, counts: false };
    case 'not_issued':
      return { kind: 'later', waitMs: failure.retryAfterMs ?? AGAIN_AFTER_MS, counts: false };
    case 'credentials':
      return { kind: 'later', waitMs: WITHOUT_ACCESS_AGAIN_AFTER_MS, counts: true };
    case 'aborted':
      return { kind: 'later', waitMs: AGAIN_AFTER_MS, counts: false };
    case 'unreachable':
    case 'timeout':
    case 'connection_lost':
      return { kind: 'later', waitMs: AGAIN_AFTER_MS, counts: true };
    case 'malformed':
    case 'mismatch':
      return { kind: 'refused', detail: failure.kind };
    case 'http': {
      const { status, retryAfterMs = AGAIN_AFTER_MS, code } = failure;
      if (status === 429) return { kind: 'later', waitMs: retryAfterMs, counts: false };
      if (status === 401 || status === 408 || status >= 500 || status < 400) {
        return { kind: 'later', waitMs: retryAfterMs, counts: true };
      }
      return { kind: 'refused', detail: code ?? `http_${status}` };
    }
    default:
      return failure satisfies never;
  }
}

/** Perhaps more was asked for at once than the platform takes: its limits are not documented. */
export function isTooMuch(failure: CallFailure): boolean {
  return failure.kind === 'http' && failure.status === 400;
}
