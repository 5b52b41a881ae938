import type { Lane } from './admission.js';
import type { CallFailure } from './failure.js';

export interface CallOptions {
  lane: Lane;
  /** Ends a read at any time, and a send only as long as nothing has been written. */
  signal?: AbortSignal;
  /** Goes into log lines only. */
  correlation?: { notificationId?: string; attempt?: number };
}

export type CallResult<T> =
  | { ok: true; data: T; status: number; correlationId?: string }
  | { ok: false; failure: CallFailure };
