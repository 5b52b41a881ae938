/** What a notification can come to, after the work on it: each is worth an event. */
export const OUTCOME_STATES = [
  'sent',
  'delivered',
  'read',
  'undelivered',
  'unknown',
  'skipped',
  'failed',
  'cancelled',
  'expired',
] as const;

/** The ways a notification can reach a customer, each one endpoint of Genesys Cloud. */
export const CHANNELS = ['web', 'email', 'engage', 'sms'] as const;

export type Channel = (typeof CHANNELS)[number];

/**
 * Where a notification can stand.
 *
 * accepted ─▶ queued ─▶ processing ─▶ sending ─▶ sent ─▶ (delivered | read | undelivered)
 *                │          │            └────▶ unknown
 *                │          ├─▶ queued   (deferred: retry, closed gate, active conversation, …)
 *                │          ├─▶ skipped  (no_history, not_allowed, …)
 *                │          ├─▶ failed   (every channel refused, or attempts used up)
 *                └──────────┴─▶ cancelled | expired
 *
 * `sending` is the dangerous one: the ledger holds an intent and a request may be on the wire.
 * It may only change to `sent`, `unknown`, or, with a definite answer that the
 * customer was not reached, `processing` again. Treating it as "try again" is how customers get
 * messages twice.
 */
export const STATES = ['accepted', 'queued', 'processing', 'sending', ...OUTCOME_STATES] as const;

export type State = (typeof STATES)[number];

/** States that nothing but an explicit retry leaves. `sent` joins them once no delivery check is due. */
const FINAL_STATES: ReadonlySet<State> = new Set([
  'delivered',
  'read',
  'undelivered',
  'skipped',
  'failed',
  'cancelled',
  'expired',
]);

export function isFinalState(state: State): boolean {
  return FINAL_STATES.has(state);
}

/** The two queues. Each has workers of its own; both share one allowance of platform requests. */
export const LANES = ['transactional', 'campaign'] as const;

export type Lane = (typeof LANES)[number];
