import type { Lane, Ticket } from './admission.js';
import type { CallFailure } from './failure.js';

export interface CallOptions {
  lane: Lane;
  /** Ends a read at any time, and a send only as long as nothing has been written. */
  signal?: AbortSignal;
  /** When whatever the call serves ends (epoch ms): it does not wait for its turn any longer. */
  deadline?: number;
  /**
   * What admission has said to this call already (`GenesysClient.admit`), so that its body could be
   * put together when its turn had come. A retry asks anew.
   */
  ticket?: Ticket;
  /** Goes into log lines only. */
  correlation?: { notificationId?: string; attempt?: number };
}

export type CallResult<T> =
  | { ok: true; data: T; status: number; correlationId?: string }
  | { ok: false; failure: CallFailure };
