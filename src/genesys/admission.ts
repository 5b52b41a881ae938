import type { Operation } from './operation.js';

/** Which queue a request serves. Transactional requests go first wherever requests wait. */
export type Lane = 'transactional' | 'campaign';

export interface AdmissionRequest {
  operation: Operation;
  lane: Lane;
  /** Ends the wait early. */
  signal?: AbortSignal;
  /** From then on (epoch ms) the request serves nobody any more: the wait ends. */
  deadline?: number;
}

/** The word of whoever shares out the allowance: one request may be issued, now; or none, and why. */
export type Ticket =
  | { admitted: true }
  /** The platform has asked everybody to wait. */
  | { admitted: false; because: 'gate_closed'; retryAfterMs: number }
  /** The allowance is used up by others for so long that waiting here would only hold a place. */
  | { admitted: false; because: 'no_slot'; retryAfterMs: number }
  | { admitted: false; because: 'deadline' }
  | { admitted: false; because: 'aborted' };

/**
 * Whoever shares out the platform's request allowance. Every request but login asks here first,
 * each retry anew.
 */
export interface Admission {
  /** May wait for its turn. A rejection is an infrastructure failure: the request is not issued. */
  admit(request: AdmissionRequest): Promise<Ticket>;

  /** Told of every 429, login's included, before the caller sees the failure. */
  rateLimited(answer: { operation: Operation; retryAfterMs: number }): Promise<void>;
}

/**
 * The sender's last word before a message goes out, asked after admission and login so that nothing
 * slow stands between the word and the request. `sendBy` is in epoch milliseconds: when it has
 * passed before the first byte can be written, nothing is sent.
 */
export interface SendGuard {
  beforeWrite(): Promise<{ go: true; sendBy: number } | { go: false; reason: string }>;
}
