import { ledgerKeys } from './keys.js';
import type { RedisClient } from './redisScripts.js';

/**
 * What an attempt has found out so far, so that a job deferred at dispatch does not look its
 * history up again. It holds customer text, so it lives apart from the ledger, only for as long as
 * the history in it is fresh, and goes when the notification is settled.
 */
export class CheckpointStore<T> {
  readonly #redis: RedisClient;
  readonly #keyOf: (id: string) => string;
  readonly #maxAgeMs: number;

  constructor(redis: RedisClient, prefix: string, maxAgeMs: number) {
    this.#redis = redis;
    this.#keyOf = ledgerKeys(prefix).checkpoint;
    this.#maxAgeMs = maxAgeMs;
  }

  async load(id: string): Promise<T | undefined> {
    const json = await this.#redis.get(this.#keyOf(id));
    return json === null ? undefined : (JSON.parse(json) as T);
  }

  async drop(id: string): Promise<void> {
    await this.#redis.del(this.#keyOf(id));
  }

  async save(id: string, found: T): Promise<void> {
    await this.#redis.set(this.#keyOf(id), JSON.stringify(found), 'PX', this.#maxAgeMs);
  }
}
