import { packRecord, unpackRecord } from './codec.js';
import { takeRandom } from './randomPool.js';
import type { NotificationRecord } from './record.js';
import { UnreadableRecordError } from './unreadableRecord.js';

/** A record as it was read: its tag makes sure that only this version is replaced. */
export interface Snapshot {
  record: NotificationRecord;
  tag: Buffer;
}

export const TAG_BYTES = 8;

/** The record as it lies in Redis, under a tag that no other version has. */
export function tagged(record: NotificationRecord): Buffer {
  return Buffer.concat([takeRandom(TAG_BYTES), packRecord(record)]);
}

export function snapshotOf(id: string, bytes: Buffer): Snapshot {
  const snapshot = trySnapshotOf(id, bytes);
  if (snapshot instanceof UnreadableRecordError) throw snapshot;
  return snapshot;
}

/** For many at once: one record that cannot be read must not hide the others. */
export function trySnapshotOf(id: string, bytes: Buffer): Snapshot | UnreadableRecordError {
  try {
    return {
      record: unpackRecord(id, bytes.subarray(TAG_BYTES)),
      tag: bytes.subarray(0, TAG_BYTES),
    };
  } catch {
    return new UnreadableRecordError(id);
  }
}

/** What a look at one of many has found; undefined where there is none (any more). */
export type Seen = Snapshot | UnreadableRecordError | undefined;

export function recordIn(seen: Seen): NotificationRecord | undefined {
  return seen instanceof Error ? undefined : seen?.record;
}

export function seenIn(id: string, bytes: Buffer | null | undefined): Seen {
  return bytes === null || bytes === undefined ? undefined : trySnapshotOf(id, bytes);
}
