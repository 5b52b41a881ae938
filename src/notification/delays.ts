/**
 * When a job comes back, by what kept it: the delays of the answer table (src/dispatch/sendOutcome.ts) and
 * of the rules around it, in milliseconds. A time that the platform asks for goes before these. What is
 * a promise of the ledger, as how long an intent is good for, stands with the ledger.
 */
export const DELAYS = {
  /** 409: when to look again whether the customer's conversation has ended. */
  activeConversation: 5 * 60 * 1000,
  /** 429, should it ever come without a time; the transport gives it one. */
  rateLimitedWithoutTime: 1_000,
  /** How often a worker asleep before a closed gate looks whether it was opened by hand. */
  gateLookedAtEvery: 2_000,
  /** 401 and 403: by the time the job is back, the worker has stopped taking jobs. */
  accessDenied: 1_000,
  /** The waits of the circuit breaker between two looks whether access is repaired. */
  breakerFirst: 5_000,
  breakerLongest: 60_000,
  /** A breaker that trips again this soon after it closed goes on waiting longer. */
  breakerRelapse: 2 * 60 * 1000,
  /** All sending is paused: by then the queues are paused too, and the job waits there. */
  sendingPaused: 1_000,
  /** Its campaign is paused: a resume may just have come and gone by. */
  campaignPausedFirst: 2_000,
  /** The same, later on: a resume wakes rows up; this is for one that was missed. */
  campaignPaused: 5 * 60 * 1000,
  /** A sent message is to be checked and its request cannot be decrypted: the key may be put back. */
  requestUnreadable: 60_000,
  /** Another attempt may have it. */
  inOtherHands: 5_000,
  /** A rule that is not clear about when does not make a job turn in circles. */
  policyAtLeast: 1_000,
  /** From when on a sent message without an answer counts as sent, and is not asked about again. */
  deliveryUnconfirmed: 15 * 60 * 1000,
  /** Redis refuses to record an answer: it is known here and nowhere else. */
  answerNotRecorded: 250,
} as const;

const BACKOFF = { firstMs: 3_000, factor: 2, longestMs: 10 * 60 * 1000, jitter: 0.5 } as const;

/**
 * How long to wait before the next attempt, in milliseconds: exponential from 3 s up to 10 minutes,
 * half of it random so that a thousand jobs that failed together do not come back together. Twelve
 * attempts last over half an hour. A longer delay that the platform asked for wins over the maximum. A
 * shorter one does not hurry the job: a "retry after 0" would use up all attempts within a second.
 */
export function backoffMs(
  attemptsMade: number,
  retryAfterMs?: number,
  random: () => number = Math.random,
): number {
  const { firstMs, factor, longestMs, jitter } = BACKOFF;
  const full = Math.min(longestMs, firstMs * factor ** Math.max(0, attemptsMade - 1));
  return Math.ceil(Math.max(retryAfterMs ?? 0, full * (1 - jitter * random())));
}
