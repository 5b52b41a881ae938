import { type Decision, keep, write } from './decision.js';
import { type Leg, type NotificationRecord, placeOf, step, surelyNotReached } from './record.js';
import type { State } from './state.js';

/** As for an attempt that Redis has forgotten: it must not pass for a later one. */
const CLAIMS_FORGOTTEN_AT_MOST = 100;

/**
 * Redis has gone back in time, and this worker remembers the record as it wrote it since. Messages that may have
 * gone out are put back, with their ids, and attempts that have claimed the older record are fenced off. A record
 * that has all of them stays as it is, so it may be put back as often as one likes, by several workers.
 */
export function putBack(
  record: NotificationRecord,
  remembered: NotificationRecord,
  now: number,
): Decision<boolean> {
  const missing = remembered.legs.filter(
    (leg) => leg.outcome !== undefined && !surelyNotReached(leg) && placeOf(record, leg) < 0,
  );
  if (missing.length === 0) return keep(false);
  const legs = [...record.legs, ...missing];
  const channel = missing.at(-1)?.channel;
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

/** What was remembered may say more than `sent`. */
function stateWith(legs: readonly Leg[], remembered: State): State {
  if (legs.some(({ outcome }) => outcome === 'unknown')) return 'unknown';
  return remembered === 'delivered' || remembered === 'read' ? remembered : 'sent';
}
