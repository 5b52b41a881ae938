import type { LedgerKeys } from '../redis/keys.js';
import type { RedisClient } from '../redis/redisClient.js';
import { HmacKey } from './hmacKey.js';
import type { Keyring } from './keyring.js';
import { NO_OUTCOME, outcomeArguments } from './outcomes.js';
import { packId, unpackId } from './packedId.js';
import type { NotificationRecord } from './record.js';
import type { NotificationRequest } from './request.js';

/*
 * By what a notification is found beside its id: the addresses of its recipient, and the platform's
 * ids of its messages and conversations. All of them lie as keyed hashes: from Redis alone no address
 * can be read, and none can be tried without the deployment's secret.
 *
 * A day's entries are spread over 1,024 lists by their hash. An entry is 6 bytes of the hash and the
 * notification's id, so it takes a few bytes more than the id; a key for each would take 200. A list
 * expires as a whole, and a search reads one list a day and hash, however many entries there are.
 *
 * Written by the ledger's scripts in the same moment as the record (src/notification/lua), and never
 * by anything else. An entry may outlive its notification: who reads it looks at the record.
 */

export type FoundBy = 'email' | 'phone' | 'externalContactId' | 'message' | 'conversation';

/** Something to search for; an address in the one form that acceptance brings it into. */
export interface SearchTerm {
  by: FoundBy;
  value: string;
}

/** An entry as a script writes it. */
export interface IndexEntry {
  key: string;
  entry: Buffer;
}

const BUCKETS = 1_024;
/** 48 bits in a list of some hundreds: that two terms meet does not happen. */
const HASH_BYTES = 6;
const DAY_MS = 24 * 60 * 60 * 1_000;
/** Notifications of one recipient that a search looks at, the newest. */
const FOUND_AT_MOST = 1_000;

export class SearchIndex {
  /** How long an entry is found (ms); 0 when nothing is to be searched. */
  readonly retentionMs: number;
  readonly #keys: LedgerKeys;
  readonly #newest: HmacKey;
  readonly #all: readonly HmacKey[];

  constructor(keys: LedgerKeys, keyring: Keyring, retentionMs: number) {
    this.retentionMs = retentionMs;
    this.#keys = keys;
    this.#all = keyring.deriveAll('search', '').map((key) => new HmacKey(key));
    this.#newest = this.#all[0] ?? new HmacKey(keyring.derive('search', ''));
  }

  /** What leads to a notification that is accepted now. */
  ofRequest({ id, createdAt }: NotificationRecord, request: NotificationRequest): IndexEntry[] {
    const { email, phone, externalContactId } = request.recipient;
    const entries: IndexEntry[] = [];
    if (this.retentionMs === 0) return entries;
    if (email !== undefined) entries.push(this.#entry(id, createdAt, 'email', email));
    if (phone !== undefined) entries.push(this.#entry(id, createdAt, 'phone', phone));
    if (externalContactId !== undefined) {
      entries.push(this.#entry(id, createdAt, 'externalContactId', externalContactId));
    }
    return entries;
  }

  /** What leads to a notification from a change on: the platform's ids that it has brought. */
  ofChange(before: NotificationRecord, next: NotificationRecord): IndexEntry[] {
    if (next.legs === before.legs) return [];
    const known = new Set(before.legs.flatMap(idsOf).map(({ value }) => value));
    return next.legs
      .flatMap(idsOf)
      .filter(({ value }) => !known.has(value))
      .map(({ by, value }) => this.#entry(next.id, next.updatedAt, by, value));
  }

  /** When a list that is written to at that time is not needed any more (epoch ms). */
  expiresAt(now: number): number {
    return (dayOf(now) + 1) * DAY_MS + this.retentionMs;
  }

  /**
   * Ids of the notifications that any of these leads to, the newest first, a thousand at most. `since`: those that
   * it led to on that day or later (epoch ms).
   */
  async find(
    redis: RedisClient,
    terms: readonly SearchTerm[],
    now: number,
    since = now - this.retentionMs,
  ): Promise<string[]> {
    const reads = this.#placesOf(terms, now, since);
    const lists = await Promise.all(reads.map(({ key }) => redis.lrangeBuffer(key, 0, -1)));
    const ids = new Set<string>();
    for (const [at, { mark }] of reads.entries()) {
      for (const entry of (lists[at] ?? []).reverse()) {
        if (entry.subarray(0, HASH_BYTES).equals(mark))
          ids.add(unpackId(entry.subarray(HASH_BYTES)));
        if (ids.size === FOUND_AT_MOST) return [...ids];
      }
    }
    return [...ids];
  }

  /** Takes away whatever leads from these to a notification; answers how many entries it was. */
  async forget(redis: RedisClient, terms: readonly SearchTerm[], now: number): Promise<number> {
    let forgotten = 0;
    for (const { key, mark } of this.#placesOf(terms, now)) {
      const entries = await redis.lrangeBuffer(key, 0, -1);
      for (const entry of entries) {
        if (entry.subarray(0, HASH_BYTES).equals(mark))
          forgotten += await redis.lrem(key, 0, entry);
      }
    }
    return forgotten;
  }

  /** Forgets outcomes that are too old; what lists there are expire by themselves. */
  async forgetOutcomes(redis: RedisClient, now: number): Promise<void> {
    await redis.xtrim(this.#keys.outcomes, 'MINID', '~', Math.floor(now) - this.retentionMs);
  }

  /** The lists that may lead from these to a notification, the newest day first, and as what. */
  #placesOf(
    terms: readonly SearchTerm[],
    now: number,
    since = now - this.retentionMs,
  ): { key: string; mark: Buffer }[] {
    const hashes = terms.flatMap((term) => this.#all.map((key) => hashOf(key, term)));
    const places: { key: string; mark: Buffer }[] = [];
    // A clock may differ by a little, at midnight by a day.
    for (let day = dayOf(now) + 1; day >= dayOf(since); day -= 1) {
      for (const each of hashes) {
        places.push({ key: this.#keys.found(day, bucketOf(each)), mark: markOf(each) });
      }
    }
    return places;
  }

  #entry(id: string, now: number, by: FoundBy, value: string): IndexEntry {
    const term = hashOf(this.#newest, { by, value });
    return {
      key: this.#keys.found(dayOf(now), bucketOf(term)),
      entry: Buffer.concat([markOf(term), packId(id)]),
    };
  }
}

/** What the script of a change writes for searches: nothing where they are off. */
export function searchArguments(
  index: SearchIndex | undefined,
  before: NotificationRecord,
  next: NotificationRecord,
): { keys: string[]; args: (string | number | Buffer)[] } {
  if (index === undefined || index.retentionMs === 0) {
    return { keys: [], args: ['', 0, ...NO_OUTCOME] };
  }
  const entries = index.ofChange(before, next);
  return {
    keys: entries.map(({ key }) => key),
    args: [
      index.expiresAt(next.updatedAt),
      entries.length,
      ...outcomeArguments(before, next),
      ...entries.map(({ entry }) => entry),
    ],
  };
}

function idsOf({ messageId, conversationId }: NotificationRecord['legs'][number]): SearchTerm[] {
  const ids: SearchTerm[] = [];
  if (messageId !== undefined) ids.push({ by: 'message', value: messageId });
  if (conversationId !== undefined) ids.push({ by: 'conversation', value: conversationId });
  return ids;
}

function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}

function bucketOf(term: Buffer): number {
  return term.readUInt16BE(0) % BUCKETS;
}

function markOf(term: Buffer): Buffer {
  return term.subarray(2, 2 + HASH_BYTES);
}

function hashOf(key: HmacKey, { by, value }: SearchTerm): Buffer {
  // Mailboxes, and ids of the platform, that differ in case only do not exist in practice.
  return key.digest(`${by}\0${value.toLowerCase()}`);
}
