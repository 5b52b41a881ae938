import { type Decision, keep, write } from './decision.js';
import type { Delivery } from './leg.js';
import { deliveryChecked, type NotificationRecord, step, withLeg } from './record.js';

export type RecordDeliveryResult =
  | { kind: 'settled'; record: NotificationRecord }
  /** The message did not arrive; the same attempt goes on with the next channel. */
  | { kind: 'undelivered'; record: NotificationRecord }
  | { kind: 'fenced' };

/** The sent leg whose delivery is awaited. */
export function legAwaitingDelivery(record: NotificationRecord): number {
  return record.legs.findIndex((leg) => leg.outcome === 'sent' && leg.delivery === undefined);
}

/**
 * Records what the platform says became of a sent message. `failed` is the platform's definite word
 * that it did not arrive, which is what allows the next channel; anything vaguer leaves it `sent`.
 */
export function recordDelivery(
  record: NotificationRecord,
  given: { fence: number; delivery: Delivery; mayFallBack: boolean },
  now: number,
): Decision<RecordDeliveryResult> {
  if (record.state !== 'sent' || record.fence !== given.fence) return keep({ kind: 'fenced' });
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
      const next = step(checked, now, { state: 'sent', reason: 'unconfirmed', ...where });
      return write(next, { kind: 'settled', record: next });
    }
    case 'failed': {
      const undelivered = step(checked, now, { state: 'undelivered', ...where });
      if (!given.mayFallBack || now >= record.deadline) {
        return write(undelivered, { kind: 'settled', record: undelivered });
      }
      const next = step(undelivered, now, { state: 'processing', reason: 'next_channel' });
      return write(next, { kind: 'undelivered', record: next });
    }
    default: {
      const never: never = delivery;
      throw new Error(`unhandled delivery ${String(never)}`);
    }
  }
}
