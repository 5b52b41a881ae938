import { type ConsentKeys, consentKeys } from '../redis/keys.js';
import { type RedisClient, readScript } from '../redis/redisClient.js';
import { packSuppression, unpackSuppression } from './packedSuppression.js';
import { SUPPRESSION_SOURCES, type Suppression, type SuppressionSource } from './suppression.js';

/** So many entries of a list of a million share a hash that Redis still packs: 15. */
const BUCKETS = 65_536;

const BUCKET_BYTES = 2;
const ENTRIES_A_CALL = 200;

interface StoreCommands {
  notifierSuppressBuffer(...args: (string | Buffer | number)[]): Promise<(Buffer | 1 | 2 | null)[]>;
}

/** One entry to be written, if what was read still stands there. Undefined is none. */
export interface StoreWrite {
  digest: Buffer;
  seen: Buffer | undefined;
  next: Suppression | undefined;
}

/** `was_so`: written by another process, or by this one before its connection broke. */
export type StoreAnswer =
  | { kind: 'written' | 'was_so' }
  | { kind: 'lost'; current: Buffer | undefined };

/** Where the entry of a digest lies. */
export function placeOf(digest: Buffer, keys: ConsentKeys): { bucket: string; field: Buffer } {
  return {
    bucket: keys.suppressed(digest.readUInt16BE(0)),
    field: digest.subarray(BUCKET_BYTES),
  };
}

/**
 * The suppression list as it lies in Redis, by digest: 65,536 hashes, small enough that Redis keeps them
 * packed, where a key for each entry would take 100 bytes more.
 */
export class SuppressionStore {
  readonly #redis: RedisClient;
  readonly #keys: ConsentKeys;

  constructor(redis: RedisClient, prefix: string) {
    this.#redis = redis;
    this.#keys = consentKeys(prefix);
    redis.defineCommand('notifierSuppress', { lua: readScript('suppress', import.meta.url) });
  }

  /** In one round trip, in the order of the digests; undefined where there is none. */
  async read(digests: readonly Buffer[]): Promise<(Buffer | undefined)[]> {
    const found = await Promise.all(
      digests.map((digest) => {
        const { bucket, field } = placeOf(digest, this.#keys);
        return this.#redis.hgetBuffer(bucket, field);
      }),
    );
    return found.map((packed) => packed ?? undefined);
  }

  /**
   * In one round trip, in the order of the writes. What was not written, since something else stands
   * there by now, is answered with what that is.
   */
  async write(writes: readonly StoreWrite[]): Promise<StoreAnswer[]> {
    const commands = this.#redis as unknown as StoreCommands;
    const portions: Promise<(Buffer | 1 | 2 | null)[]>[] = [];
    for (let from = 0; from < writes.length; from += ENTRIES_A_CALL) {
      const some = writes.slice(from, from + ENTRIES_A_CALL);
      const keys = [
        this.#keys.suppressionCounts,
        this.#keys.suppressionEnds,
        ...some.map(({ digest }) => placeOf(digest, this.#keys).bucket),
      ];
      const args = some.flatMap((one) => this.#argumentsOf(one));
      portions.push(commands.notifierSuppressBuffer(keys.length, ...keys, ...args));
    }
    const answers = (await Promise.all(portions)).flat();
    return answers.map((answer) => {
      if (answer === 1) return { kind: 'written' };
      if (answer === 2) return { kind: 'was_so' };
      return { kind: 'lost', current: answer ?? undefined };
    });
  }

  #argumentsOf({ digest, seen, next }: StoreWrite): (string | Buffer | number)[] {
    return [
      placeOf(digest, this.#keys).field,
      digest,
      seen ?? '',
      next === undefined ? '' : packSuppression(next),
      next?.until === undefined ? '' : Math.ceil(next.until / 1_000),
      seen === undefined ? '' : unpackSuppression(seen).source,
      next?.source ?? '',
    ];
  }

  /** All entries, some hundreds at a time. One that is added meanwhile may be missing. */
  async *all(): AsyncGenerator<{ digest: Buffer; packed: Buffer }[]> {
    for (let from = 0; from < BUCKETS; from += 64) {
      const buckets = Array.from({ length: 64 }, (_, at) => from + at);
      const read = await Promise.all(
        buckets.map((bucket) => this.#redis.callBuffer('HGETALL', this.#keys.suppressed(bucket))),
      );
      const entries = read.flatMap((found, at) => entriesOf(buckets[at] ?? 0, found as Buffer[]));
      if (entries.length > 0) yield entries;
    }
  }

  /** Digests of entries that have ended by then (epoch ms), the first to end first. */
  async ended(now: number, limit: number): Promise<Buffer[]> {
    const key = this.#keys.suppressionEnds;
    return this.#redis.zrangebyscoreBuffer(key, '-inf', now / 1_000, 'LIMIT', 0, limit);
  }

  /** How many there are by source, as counted when they were written. */
  async counts(): Promise<Record<SuppressionSource, number>> {
    const counted = await this.#redis.hgetall(this.#keys.suppressionCounts);
    const of = (source: SuppressionSource) => Math.max(0, Number(counted[source] ?? 0));
    return Object.fromEntries(SUPPRESSION_SOURCES.map((source) => [source, of(source)])) as Record<
      SuppressionSource,
      number
    >;
  }
}

function entriesOf(bucket: number, found: readonly Buffer[]): { digest: Buffer; packed: Buffer }[] {
  const head = Buffer.alloc(BUCKET_BYTES);
  head.writeUInt16BE(bucket);
  const entries: { digest: Buffer; packed: Buffer }[] = [];
  for (let at = 0; at + 1 < found.length; at += 2) {
    const [field, packed] = [found[at], found[at + 1]];
    if (field !== undefined && packed !== undefined) {
      entries.push({ digest: Buffer.concat([head, field]), packed });
    }
  }
  return entries;
}
