import { NEXT_CHANNEL } from './attempt.js';
import { awaitedLeg, hasOwnCheck, legAwaitingDelivery } from './awaitedDelivery.js';
import { type Decision, keep, write } from './decision.js';
import {
  type CapPlaces,
  type Delivery,
  deliveryChecked,
  type Leg,
  type NotificationRecord,
  placeOf,
  step,
  unknownLegs,
  withLeg,
} from './record.js';
import type { State } from './state.js';

/** What the dispatcher learned about a leg it started. Codes and ids only. */
export type LegAnswer =
  | {
      outcome: 'sent';
      messageId?: string;
      conversationId?: string;
      /** Look after this time whether it arrived; absent where the platform cannot say. */
      deliveryCheckAt?: number;
    }
  | { outcome: 'refused' | 'not_sent' | 'unknown'; reason: string; detail?: string };

export type RecordAnswerResult =
  | { kind: 'recorded'; record: NotificationRecord }
  | { kind: 'kept' };

/**
 * Records what became of a leg. Only the attempt that wrote the intent may do so.
 *
 * It may do so late. When others have meanwhile called the leg `unknown`, a definite answer still
 * wins: a message id is knowledge and is never thrown away, and a definite refusal frees the
 * notification for its next step. Its job has ended by then, so it stands as `accepted` again, and
 * the sweeper gives it a new one. When a person has meanwhile
 * decided `not_sent`, a late "sent" wins too: it stops whatever a retry has begun, because no leg
 * may start after one that reached the customer.
 *
 * The intent itself may be gone: a Redis that fails over, or restarts, can lose its last second of
 * writes. Then the worker is the only one who remembers it, and what may have reached the customer
 * is put back, so that the attempt that holds the notification by now does not send it again.
 */
export function recordAnswer(
  record: NotificationRecord,
  given: { leg: Leg; answer: LegAnswer; places?: CapPlaces },
  now: number,
): Decision<RecordAnswerResult> {
  const { answer } = given;
  const place = placeOf(record, given.leg);
  const recorded = record.legs[place];
  if (recorded === undefined) {
    if (answer.outcome === 'refused' || answer.outcome === 'not_sent')
      return keep({ kind: 'kept' });
    const remembered = { ...record, legs: [...record.legs, given.leg] };
    const known = restored(remembered, remembered.legs.length - 1, answer, now);
    // Lost with the intent were its places of the cap: this change takes them again.
    const next = { ...known, places: given.places };
    return write(next, { kind: 'recorded', record: next });
  }
  const late = recorded.outcome !== undefined;
  if (late && !outweighs(answer, recorded)) return keep({ kind: 'kept' });

  const next =
    answer.outcome === 'sent'
      ? afterSent(record, place, answer, late, now)
      : afterNotSent(record, place, answer, late, now);
  return write(next, { kind: 'recorded', record: next });
}

function restored(
  record: NotificationRecord,
  place: number,
  answer: LegAnswer,
  now: number,
): NotificationRecord {
  if (answer.outcome === 'sent') return afterSent(record, place, answer, false, now);
  const marked = afterNotSent(record, place, answer, false, now);
  return MAY_GO_ON.has(record.state) ? marked : { ...marked, state: record.state };
}

/** A definite answer outweighs `unknown`; "sent" also outweighs a person's word, which knows no id. */
function outweighs(answer: LegAnswer, recorded: Leg): boolean {
  if (recorded.outcome === 'unknown') return answer.outcome !== 'unknown';
  if (answer.outcome !== 'sent') return false;
  return recorded.outcome === 'not_sent' || recorded.messageId === undefined;
}

/** States that say more than `sent`, or speak of another message; here the leg alone is corrected. */
const OUTLIVES_SENT: ReadonlySet<State> = new Set(['sent', 'delivered', 'read', 'undelivered']);

/** States from which a leg could still start. A message that may have been sent must prevent that. */
const MAY_GO_ON: ReadonlySet<State> = new Set(['accepted', 'queued', 'processing', 'failed']);

function afterSent(
  record: NotificationRecord,
  index: number,
  answer: Extract<LegAnswer, { outcome: 'sent' }>,
  late: boolean,
  now: number,
): NotificationRecord {
  const { outcome, messageId, conversationId, deliveryCheckAt } = answer;
  const ids = { ...(messageId && { messageId }), ...(conversationId && { conversationId }) };
  const marked = withLeg(record, index, { outcome, ...ids });
  const channel = record.legs[index]?.channel;
  const another = record.legs.some((leg, at) => at !== index && leg.outcome === undefined);
  if (another || OUTLIVES_SENT.has(record.state)) {
    const story = { state: record.state, reason: 'late_sent', channel };
    return step(marked, now, story);
  }
  return step(
    marked,
    now,
    { state: 'sent', channel },
    {
      attempts: record.attempts + (late ? 0 : 1),
      places: undefined,
      ...(deliveryCheckAt !== undefined && { deliveryCheckAt }),
    },
  );
}

function afterNotSent(
  record: NotificationRecord,
  index: number,
  answer: Extract<LegAnswer, { outcome: 'refused' | 'not_sent' | 'unknown' }>,
  late: boolean,
  now: number,
): NotificationRecord {
  const { outcome, reason, detail } = answer;
  const marked = withLeg(record, index, { outcome, reason });
  const channel = record.legs[index]?.channel;
  const story = { channel, reason, detail };
  if (outcome === 'unknown') {
    return step(marked, now, { state: 'unknown', ...story }, { attempts: record.attempts + 1 });
  }
  if (!late) return step(marked, now, { state: 'processing', ...story });
  return record.state === 'unknown' ? step(marked, now, { state: 'accepted', ...story }) : marked;
}

export type RecordDeliveryResult =
  | { kind: 'settled'; record: NotificationRecord }
  /** The message did not arrive; the same attempt goes on with the next channel. */
  | { kind: 'undelivered'; record: NotificationRecord }
  | { kind: 'fenced' };

/**
 * Records what the platform says became of a sent message. `failed` is the platform's definite word
 * that it did not arrive, which is what allows the next channel; anything vaguer leaves it `sent`.
 */
export function recordDelivery(
  record: NotificationRecord,
  given: { fencingToken: number; delivery: Delivery; mayFallBack: boolean; detail?: string },
  now: number,
): Decision<RecordDeliveryResult> {
  if (record.state !== 'sent' || record.fencingToken !== given.fencingToken)
    return keep({ kind: 'fenced' });
  const index = legAwaitingDelivery(record);
  const channel = record.legs[index]?.channel;
  const where = channel === undefined ? {} : { channel };
  const { delivery } = given;
  const checked = deliveryChecked(
    withLeg(record, index, { delivery, ...(delivery === 'failed' && { outcome: 'undelivered' }) }),
  );
  switch (delivery) {
    case 'delivered':
    case 'read': {
      const next = step(checked, now, { state: delivery, ...where });
      return write(next, { kind: 'settled', record: next });
    }
    case 'unconfirmed': {
      // The sweeper has said so already, once its deadline was over: no reader hears of it twice.
      if (record.reason === 'unconfirmed') return keep({ kind: 'settled', record });
      const next = step(checked, now, { state: 'sent', reason: 'unconfirmed', ...where });
      return write(next, { kind: 'settled', record: next });
    }
    case 'failed': {
      const { detail } = given;
      const doubtful = unknownLegs(checked.legs).at(-1);
      if (doubtful !== undefined) {
        // Another message of it may have arrived: "undelivered" would not be true, and the next channel a second one.
        const { reason } = doubtful;
        const next = step(checked, now, { state: 'unknown', reason, channel: doubtful.channel });
        return write(next, { kind: 'settled', record: next });
      }
      // A record that was put back (putBack.ts) may have the message of the next channel already.
      const another = checked.legs.findLast(({ outcome }) => outcome === 'sent');
      if (another !== undefined) {
        const next = step(checked, now, {
          state: 'sent',
          reason: record.reason,
          channel: another.channel,
        });
        return write(next, { kind: 'settled', record: next });
      }
      const undelivered = step(checked, now, { state: 'undelivered', ...where, detail });
      if (!given.mayFallBack || now >= record.deadline) {
        return write(undelivered, { kind: 'settled', record: undelivered });
      }
      const next = step(undelivered, now, { state: 'processing', reason: NEXT_CHANNEL });
      return write(next, { kind: 'undelivered', record: next });
    }
    default: {
      const never: never = delivery;
      throw new Error(`unhandled delivery ${String(never)}`);
    }
  }
}

/** What was learned of a message by a query for many, or by asking because of an event. */
export interface DeliveryNews {
  /** A record may wait for the news of a later message by now. */
  messageId: string;
  delivery: Exclude<Delivery, 'unconfirmed'>;
  mayFallBack: boolean;
  /** What was done about the address, for the timeline. */
  detail?: string;
}

/**
 * As `recordDelivery`, by a process that has not claimed the notification. However many hear of it, and
 * however often: only the first finds it `sent`, so the next channel is opened once.
 *
 * The fencing token rises, so an attempt that has claimed it meanwhile is fenced off. From the time of
 * its own check on a failure is left to that check, whose job then runs: it would end without the next
 * channel, and the notification would wait for the sweeper.
 */
export function recordNews(
  record: NotificationRecord,
  { messageId, delivery, mayFallBack, detail }: DeliveryNews,
  now: number,
): Decision<RecordDeliveryResult> {
  const isAwaited = awaitedLeg(record)?.messageId === messageId;
  const isLate = hasOwnCheck(record) && now >= (record.deliveryCheckAt ?? 0);
  if (!isAwaited || (delivery === 'failed' && isLate)) return keep({ kind: 'fenced' });
  const fencingToken = record.fencingToken + 1;
  const given = { fencingToken, delivery, mayFallBack, detail };
  return recordDelivery({ ...record, fencingToken }, given, now);
}

/** The query for many has looked, and there is no news of an email or SMS: it stays as it was sent. */
export function recordNoNews(record: NotificationRecord, messageId: string): Decision<boolean> {
  if (awaitedLeg(record)?.messageId !== messageId || hasOwnCheck(record)) return keep(false);
  return write(deliveryChecked(record), true);
}
