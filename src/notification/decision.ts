import type { NotificationRecord } from './record.js';

/**
 * What a change to a record comes to: the answer for the caller, and the record as it shall be,
 * or no `next` when it stays as it is. Decisions are pure; the ledger writes them atomically.
 */
export interface Decision<R> {
  result: R;
  next?: NotificationRecord;
}

export function keep<R>(result: R): Decision<R> {
  return { result };
}

export function write<R>(next: NotificationRecord, result: R): Decision<R> {
  return { next, result };
}
