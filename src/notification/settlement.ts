import { expired, intentSettlesAt, isOpenedByNews, loseIntent } from './attempt.js';
import { hasOwnCheck, newsAwaitedUntil } from './awaitedDelivery.js';
import { type Decision, keep, write } from './decision.js';
import { DELAYS } from './delays.js';
import {
  deliveryChecked,
  isSettled,
  type NotificationRecord,
  step,
  surelyNotReached,
} from './record.js';
import type { State } from './state.js';

export const CAMPAIGN_PAUSED = 'campaign_paused';

const PARKABLE: ReadonlySet<State> = new Set(['accepted', 'queued', 'processing']);

/** Whether it waits for its campaign to be resumed. */
export function waitsForResume({ state, reason }: NotificationRecord): boolean {
  return state === 'queued' && reason === CAMPAIGN_PAUSED;
}

/**
 * A row's job has met the pause of its campaign before it was claimed. It waits until then (epoch ms)
 * and uses no attempt; one that has ended or is on its way has nothing to wait for.
 */
export function waitForResume(
  record: NotificationRecord,
  now: number,
): Decision<{ kind: 'waits'; until: number } | { kind: 'ended'; state: State }> {
  if (waitsForResume(record)) return keep({ kind: 'waits', until: now + DELAYS.campaignPaused });
  if (!PARKABLE.has(record.state)) return keep({ kind: 'ended', state: record.state });
  const next = step(record, now, { state: 'queued', reason: CAMPAIGN_PAUSED });
  return write(next, { kind: 'waits', until: now + DELAYS.campaignPausedFirst });
}

export type CancelResult =
  | { kind: 'cancelled'; record: NotificationRecord }
  | { kind: 'too_late'; state: State };

const CANCELLABLE: ReadonlySet<State> = new Set(['accepted', 'queued', 'processing']);

/** Cancels what has not begun to leave. A second cancel of the same notification changes nothing. */
export function cancel(
  record: NotificationRecord,
  now: number,
  by?: string,
  reason?: string,
): Decision<CancelResult> {
  if (record.state === 'cancelled') return keep({ kind: 'cancelled', record });
  if (!CANCELLABLE.has(record.state)) return keep({ kind: 'too_late', state: record.state });
  const next = step(record, now, { state: 'cancelled', reason, detail: by && `by ${by}` });
  return write(next, { kind: 'cancelled', record: next });
}

/** Ends a row of a cancelled campaign, if it has not begun to leave. */
export function cancelWithCampaign(
  record: NotificationRecord,
  now: number,
): Decision<{ state: State }> {
  if (!CANCELLABLE.has(record.state)) return keep({ state: record.state });
  const next = step(record, now, { state: 'cancelled', reason: 'campaign_cancelled' });
  return write(next, { state: next.state });
}

export type ResolveResult =
  | { kind: 'resolved'; record: NotificationRecord }
  /** It stands already, by another decision or because it never was unknown. */
  | { kind: 'not_unknown'; state: State; record: NotificationRecord };

/**
 * A person decides what became of an `unknown`. `sent` ends it there; `not_sent` ends it as failed,
 * from where a retry may open a new generation. Deciding the same again changes nothing.
 */
export function resolve(
  record: NotificationRecord,
  verdict: 'sent' | 'not_sent',
  now: number,
  by?: string,
): Decision<ResolveResult> {
  const reason = verdict === 'sent' ? 'resolved_sent' : 'resolved_not_sent';
  if (record.state !== 'unknown') {
    if (record.reason === reason) return keep({ kind: 'resolved', record });
    return keep({ kind: 'not_unknown', state: record.state, record });
  }
  const legs = record.legs.map((leg) =>
    leg.outcome === 'unknown' ? { ...leg, outcome: verdict, reason } : leg,
  );
  const state = verdict === 'sent' ? 'sent' : 'failed';
  const places = verdict === 'sent' ? undefined : record.places;
  const next = step(record, now, { state, reason, detail: by && `by ${by}` }, { legs, places });
  return write(next, { kind: 'resolved', record: next });
}

export type RetryResult =
  | { kind: 'retried'; record: NotificationRecord }
  | { kind: 'refused'; state: State; because: 'still_running' | 'may_have_arrived' };

/** Opens a new generation of something that surely did not reach the customer. */
export function retry(
  record: NotificationRecord,
  renewed: { deadline: number; by?: string },
  now: number,
): Decision<RetryResult> {
  const { state } = record;
  if (!record.legs.every(surelyNotReached)) {
    return keep({ kind: 'refused', state, because: 'may_have_arrived' });
  }
  if (!isSettled(record)) return keep({ kind: 'refused', state, because: 'still_running' });
  const next = step(
    record,
    now,
    { state: 'accepted', reason: 'retry', detail: renewed.by && `by ${renewed.by}` },
    {
      generation: record.generation + 1,
      attempts: 0,
      deadline: Math.max(record.deadline, renewed.deadline),
    },
  );
  return write(next, { kind: 'retried', record: next });
}

/** What the sweeper has to do about a record whose next check is due. */
export type SweepFinding =
  | 'nothing'
  | 'expired'
  | 'intent_lost'
  | 'delivery_given_up'
  | 'needs_job';

/**
 * A message that could not be asked about for this long, and until its deadline, stays `sent`, its
 * arrival unconfirmed. Before the deadline the answer still matters: it may open the next channel.
 */
const GIVE_UP_DELIVERY_CHECK_AFTER_MS = 60 * 60 * 1000;

export function sweep(record: NotificationRecord, now: number): Decision<SweepFinding> {
  switch (record.state) {
    case 'accepted':
    case 'queued':
    case 'processing':
      if (now >= record.deadline) return write(expired(record, now), 'expired');
      return keep('needs_job');
    case 'sending':
      if (now < intentSettlesAt(record)) return keep('nothing');
      return write(loseIntent(record, now), 'intent_lost');
    case 'sent': {
      if (record.deliveryCheckAt === undefined) return keep('nothing');
      if (!hasOwnCheck(record)) {
        if (now < newsAwaitedUntil(record.deliveryCheckAt)) return keep('nothing');
        return write(deliveryChecked(record), 'delivery_given_up');
      }
      const giveUpAt = Math.max(
        record.deadline,
        record.deliveryCheckAt + GIVE_UP_DELIVERY_CHECK_AFTER_MS,
      );
      if (now < giveUpAt) return keep('needs_job');
      const given = step(deliveryChecked(record), now, { state: 'sent', reason: 'unconfirmed' });
      return write(given, 'delivery_given_up');
    }
    default:
      return keep('nothing');
  }
}

/**
 * A live notification whose job has ended, been removed, or been failed by the queue itself (its
 * workers died too often) goes back to the queue. That uses an attempt: a notification that kills
 * every worker it meets must come to an end.
 */
export function takeOver(
  record: NotificationRecord,
  maxAttempts: number,
  now: number,
): Decision<'queued' | 'failed'> {
  const attempts = record.attempts + 1;
  if (record.state === 'sent') return keep('queued');
  if (attempts >= maxAttempts) {
    const end = { state: 'failed', reason: 'attempts_exhausted', detail: 'job_lost' } as const;
    return write(step(record, now, end, { attempts }), 'failed');
  }
  const back = { state: 'queued', reason: 'job_lost' } as const;
  return write(step(record, now, back, { attempts }), 'queued');
}

const AFTER_ACCEPTANCE_MS = 5_000;
const WHILE_QUEUED_AT_LEAST_MS = 120_000;
const WHILE_QUEUED_AT_MOST_MS = 900_000;
const WHILE_PROCESSING_MS = 60_000;
/** The process that heard the news starts the job at once, unless it dies in between. */
const AFTER_NEWS_MS = 5_000;
const AFTER_DELIVERY_CHECK_MS = 15_000;

/** The longer it has waited, the less often it is looked at: a backlog must not keep the sweeper busy. */
function whileQueuedMs(record: NotificationRecord, now: number): number {
  const age = now - record.createdAt;
  return Math.min(WHILE_QUEUED_AT_MOST_MS, Math.max(WHILE_QUEUED_AT_LEAST_MS, age / 2));
}

/** When the sweeper shall look at a record next (epoch ms), or undefined when nothing can be overdue. */
export function nextCheck(record: NotificationRecord, now: number): number | undefined {
  const byDeadline = (at: number) => Math.max(now + 1, Math.min(at, record.deadline));
  switch (record.state) {
    case 'accepted':
      return byDeadline(now + AFTER_ACCEPTANCE_MS);
    case 'queued':
      return byDeadline(Math.max(record.sendAt ?? 0, now) + whileQueuedMs(record, now));
    case 'processing': {
      const startedBy = record.updatedAt + AFTER_NEWS_MS;
      if (isOpenedByNews(record) && now < startedBy) return byDeadline(startedBy);
      return byDeadline(now + WHILE_PROCESSING_MS);
    }
    case 'sending':
      return intentSettlesAt(record) + 1;
    case 'sent':
      if (record.deliveryCheckAt === undefined) return undefined;
      return hasOwnCheck(record)
        ? Math.max(now, record.deliveryCheckAt) + AFTER_DELIVERY_CHECK_MS
        : newsAwaitedUntil(record.deliveryCheckAt) + 1;
    default:
      return undefined;
  }
}
