import type { RedisClient } from '../redis/redisClient.js';

/** From where to where the feed reaches now; ids as Redis makes them (`ms-number`). */
export interface FeedExtent {
  /** Absent where none is kept. */
  first?: string;
  /** The newest there ever was; `0-0` where there was none. */
  last: string;
  /** Whether older ones were taken away; absent where this server does not count them (before Redis 7). */
  isTrimmed?: boolean;
}

const EMPTY: FeedExtent = { last: '0-0', isTrimmed: false };

export async function readExtent(redis: RedisClient, feed: string): Promise<FeedExtent> {
  let answer: unknown;
  try {
    answer = await redis.xinfo('STREAM', feed);
  } catch (error) {
    if (error instanceof Error && error.message.includes('no such key')) return EMPTY;
    throw error;
  }
  const flat = answer as unknown[];
  const values = new Map<unknown, unknown>();
  for (let at = 0; at + 1 < flat.length; at += 2) values.set(flat[at], flat[at + 1]);
  const entry = values.get('first-entry');
  const added = values.get('entries-added');
  return {
    first: Array.isArray(entry) ? String(entry[0]) : undefined,
    last: String(values.get('last-generated-id')),
    isTrimmed: added === undefined ? undefined : added !== values.get('length'),
  };
}

/** Whether one id of an event is smaller than another. */
export function isBefore(one: string, other: string): boolean {
  const [ms, number] = partsOf(one);
  const [otherMs, otherNumber] = partsOf(other);
  return ms < otherMs || (ms === otherMs && number < otherNumber);
}

function partsOf(id: string): [bigint, bigint] {
  const [ms = '0', number = '0'] = id.split('-');
  return [BigInt(ms), BigInt(number)];
}
