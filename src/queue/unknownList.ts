import type { Ledger } from '../notification/ledger.js';
import { type NotificationRecord, unknownSince } from '../notification/record.js';
import type { Channel } from '../notification/state.js';
import type { RedisClient } from '../redis/redisClient.js';
import { fits, lastChannel, type SearchFilter } from './outcomeSearch.js';

/** Which notifications in state unknown. */
type UnknownFilter = Omit<SearchFilter, 'state'>;

export interface UnknownQuery extends UnknownFilter {
  limit: number;
  /** `next` of the page before. */
  after?: string;
}

export interface UnknownRecords {
  records: NotificationRecord[];
  /** Where to read on; absent at the end. */
  next?: string;
}

/** One kind of unknown: what is the same of all of them. Times are epoch ms. */
export interface UnknownKind {
  reason?: string;
  channel?: Channel;
  campaignId?: string;
  count: number;
  /** Of how many the platform is still asked about. */
  asked: number;
  /** Since when the first and the last of them wait. */
  first: number;
  last: number;
}

/** Kinds among these, the most frequent first. */
export function unknownKinds(records: readonly NotificationRecord[]): UnknownKind[] {
  const kinds = new Map<string, UnknownKind>();
  for (const record of records) {
    const { reason, campaignId } = record;
    const at = unknownSince(record);
    const channel = lastChannel(record);
    const key = JSON.stringify([reason, channel, campaignId]);
    const known = kinds.get(key) ?? {
      ...{ reason, channel, campaignId, first: at, last: at },
      ...{ count: 0, asked: 0 },
    };
    kinds.set(key, {
      ...known,
      count: known.count + 1,
      asked: known.asked + (record.looks?.nextAt === undefined ? 0 : 1),
      first: Math.min(known.first, at),
      last: Math.max(known.last, at),
    });
  }
  return [...kinds.values()].sort((a, b) => b.count - a.count);
}

interface Place {
  since: number;
  id: string;
}

const PAGE = 500;
/** Records looked at for one answer: a filter that fits few must not read them all at once. */
const LOOKED_AT_MOST = 10_000;

/**
 * The notifications that wait for a person, the longest waiting first. A cursor names a place and not
 * a number, so that decisions made meanwhile leave nothing out.
 */
export async function unknownRecords(
  { redis, ledger }: { redis: RedisClient; ledger: Ledger },
  { limit, after, ...filter }: UnknownQuery,
): Promise<UnknownRecords> {
  const records: NotificationRecord[] = [];
  let place = placeOf(after);
  for (let looked = 0; looked < LOOKED_AT_MOST; ) {
    const page = await placesAfter(redis, ledger.keys.unknown, place, PAGE);
    if (page.length === 0) return { records };
    const there = await ledger.readAll(page.map(({ id }) => id));
    for (const [at, record] of there.entries()) {
      if (record !== undefined && fits(record, { ...filter, state: 'unknown' })) {
        if (records.length === limit) return { records, ...next(place) };
        records.push(record);
      }
      place = page[at] ?? place;
    }
    looked += page.length;
  }
  return { records, ...next(place) };
}

/** Places behind one; many may share a moment. */
async function placesAfter(
  redis: RedisClient,
  key: string,
  { since, id }: Place,
  count: number,
): Promise<Place[]> {
  for (let offset = 0; ; offset += count) {
    const flat = await redis.zrange(
      key,
      since,
      '+inf',
      'BYSCORE',
      'LIMIT',
      offset,
      count,
      'WITHSCORES',
    );
    const places: Place[] = [];
    for (let at = 0; at + 1 < flat.length; at += 2) {
      places.push({ id: flat[at] ?? '', since: Number(flat[at + 1]) });
    }
    const later = places.filter((place) => place.since > since || place.id > id);
    if (later.length > 0 || places.length < count) return later;
  }
}

function next({ since, id }: Place): { next: string } {
  return { next: `${since}.${id}` };
}

/** From a cursor; anything else is the beginning. */
function placeOf(cursor: string | undefined): Place {
  const [, since, id] = /^(\d{1,16})\.(.+)$/.exec(cursor ?? '') ?? [];
  return { since: Number(since ?? 0), id: id ?? '' };
}
