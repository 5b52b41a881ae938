import type { State } from '../notification/state.js';
import type { HoldCause } from './answerTable.js';

/**
 * How an attempt ended, for the queue to act upon. The ledger has been written by then; the queue
 * only decides when, if ever, the job runs again.
 */
export type AttemptOutcome =
  /** Nothing is left to do (`unknown` included: that waits for a person, not for a worker). */
  | { kind: 'done'; state: State | 'gone' }
  | { kind: 'failed'; reason: string }
  /** Uses an attempt. */
  | { kind: 'retry'; reason: string; retryAfterMs?: number }
  /** Uses no attempt; `until` is epoch milliseconds. */
  | { kind: 'park'; reason: string; until: number }
  | { kind: 'gate_closed'; forMs: number }
  | { kind: 'hold'; cause: HoldCause };
