import { type Decision, keep, write } from './decision.js';
import { type Leg, type NotificationRecord, placeOf, step, surelyNotReached } from './record.js';
import type { State } from './state.js';

/** As for an attempt that Redis has forgotten: it must not pass for a later one. */
const CLAIMS_FORGOTTEN_AT_MOST = 100;

/**
 * Redis has gone back in time, and this worker remembers the record as it wrote it since. Messages that may have
 * gone out are put back, with their ids, and attempts that have claimed the older record are fenced off. Of a message
 * that Redis still has, what became of it is put back: one that is known not to have arrived would be waited for, and
 * the news of it would end a notification whose next message has arrived. A record that has all of that stays as it
 * is, so it may be put back as often as one likes, by several workers.
 */
export function putBack(
  record: NotificationRecord,
  remembered: NotificationRecord,
  now: number,
): Decision<boolean> {
  const answered = remembered.legs.filter(({ outcome }) => outcome !== undefined);
  const missing = answered.filter((leg) => !surelyNotReached(leg) && placeOf(record, leg) < 0);
  const known = record.legs.map((leg, place) => {
    const same = answered.find((other) => placeOf(record, other) === place);
    return same !== undefined && saysMore(same, leg) ? same : leg;
  });
  const legs = [...known, ...missing];
  const isNew = missing.length > 0 || known.some((leg, place) => leg !== record.legs[place]);
  // Where none may have arrived, Redis learns so again: nothing is sent twice by that.
  const reached = legs.findLast((leg) => leg.outcome !== undefined && !surelyNotReached(leg));
  if (!isNew || reached === undefined) return keep(false);
  const { channel } = reached;
  const state = stateWith(legs, remembered.state);
  const next = step(
    record,
    now,
    { state, reason: 'redis_went_back', channel },
    {
      legs,
      fencingToken:
        Math.max(record.fencingToken, remembered.fencingToken) + CLAIMS_FORGOTTEN_AT_MOST,
      generation: Math.max(record.generation, remembered.generation),
      attempts: remembered.attempts,
      deliveryCheckAt: state === 'sent' ? remembered.deliveryCheckAt : undefined,
      places: remembered.places,
    },
  );
  return write(next, true);
}

/** Whether it is known what became of a message of which Redis knows less. */
function saysMore(known: Leg, there: Leg): boolean {
  if (there.outcome === 'sent') {
    if (known.outcome === 'undelivered') return true;
    return known.outcome === 'sent' && there.delivery === undefined && known.delivery !== undefined;
  }
  if (there.outcome !== undefined && there.outcome !== 'unknown') return false;
  return known.outcome === 'sent' || known.outcome === 'undelivered';
}

/** What was remembered may say more than `sent`. */
function stateWith(legs: readonly Leg[], remembered: State): State {
  if (legs.some(({ outcome }) => outcome === 'unknown')) return 'unknown';
  return remembered === 'delivered' || remembered === 'read' ? remembered : 'sent';
}
