import type { LedgerKeys } from '../redis/keys.js';
import { factsOf } from './channelFacts.js';
import type { Leg, NotificationRecord } from './record.js';

/*
 * A message that was sent and of which news is still to come. Two kinds wait:
 *
 * - Whether a web message arrived must be known. At `deliveryCheckAt` a job of its own asks about it,
 *   if nothing has been learned by then from a query for many or from an event.
 * - Of an email or an SMS only news changes anything. No job asks about it: once the query for many
 *   has looked, it stays as it is. `deliveryCheckAt` is then when that query may look first.
 */

/** The place of the sent leg whose delivery is awaited, or -1. */
export function legAwaitingDelivery(record: NotificationRecord): number {
  return record.legs.findIndex((leg) => leg.outcome === 'sent' && leg.delivery === undefined);
}

/** The leg of which news is awaited now. */
export function awaitedLeg(record: NotificationRecord): Leg | undefined {
  if (record.state !== 'sent' || record.deliveryCheckAt === undefined) return undefined;
  return record.legs[legAwaitingDelivery(record)];
}

/** Whether a job of its own asks about it at `deliveryCheckAt`. */
export function hasOwnCheck(record: NotificationRecord): boolean {
  const leg = awaitedLeg(record);
  return leg !== undefined && factsOf(leg.channel).confirmsDelivery;
}

/** A message that waits for this long is one of those the query for many asks about (share of the wait). */
const ASKED_FROM = 1 / 3;

/**
 * From when on (epoch ms) a query for many may ask about it. A web message is asked about before its
 * own check is due. A bounce shows 25 s after an email, so that is asked about when its time is over.
 */
export function askedFrom(record: NotificationRecord): number | undefined {
  const leg = awaitedLeg(record);
  const dueAt = record.deliveryCheckAt;
  if (leg === undefined || dueAt === undefined) return undefined;
  return hasOwnCheck(record) ? leg.intentAt + (dueAt - leg.intentAt) * ASKED_FROM : dueAt;
}

/** An email or SMS about which nothing could be asked for this long stays `sent`. */
const NEWS_AWAITED_MS = 2 * 60 * 1000;

/** When one without a check of its own is no longer waited for (epoch ms). */
export function newsAwaitedUntil(deliveryCheckAt: number): number {
  return deliveryCheckAt + NEWS_AWAITED_MS;
}

/** An entry by message id is removed when its news has come; this is for one that was left behind. */
const ENTRY_OUTLIVES_CHECK_MS = 10 * 60 * 1000;

/** What the script of a change shall note of a sent message of which news begins or ends to be awaited. */
export function deliveryArguments(
  keys: LedgerKeys,
  before: NotificationRecord,
  next: NotificationRecord,
): { keys: string[]; args: (string | number)[] } {
  const awaited = awaitedLeg(next);
  const leg = awaited ?? awaitedLeg(before);
  const from = askedFrom(next);
  if (leg === undefined || (awaited !== undefined && from === askedFrom(before)))
    return { keys: [], args: ['', '', '', ''] };
  const messageId = leg.messageId ?? '';
  const hasEntry = messageId !== '' && hasOwnCheck(next);
  return {
    keys: [keys.awaited, keys.undelivered, keys.message(messageId), keys.heardEarly(messageId)],
    args: [
      awaited === undefined ? 'over' : 'awaited',
      Math.ceil(from ?? 0),
      next.updatedAt,
      hasEntry
        ? Math.ceil((next.deliveryCheckAt ?? 0) - next.updatedAt) + ENTRY_OUTLIVES_CHECK_MS
        : '',
    ],
  };
}
