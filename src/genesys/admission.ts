import type { Operation } from './operation.js';

/** Which queue a request serves. Transactional requests go first wherever requests wait. */
export type Lane = 'transactional' | 'campaign';

/**
 * Whoever shares out the platform's request allowance. Every request but login asks here first,
 * each retry anew.
 */
export interface Admission {
  /**
   * May wait for its turn, but ends early when `signal` aborts. `retryAfterMs` says when asking
   * again makes sense. A rejection is an infrastructure failure: the request is not issued.
   */
  admit(request: {
    operation: Operation;
    lane: Lane;
    signal?: AbortSignal;
  }): Promise<{ admitted: true } | { admitted: false; retryAfterMs: number }>;

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
