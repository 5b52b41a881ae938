import { ledgerKeys } from '../redis/keys.js';
import type { RedisClient } from '../redis/redisClient.js';
import { type Keyring, seal, unseal } from './keyring.js';

/**
 * What an attempt has found out so far, so that a job deferred at dispatch does not look its
 * history up again. It holds customer text, so it lives apart from the ledger, only for as long as
 * the history in it is fresh, and goes when the notification is settled. It is sealed with the
 * deployment's secret. What cannot be opened, such as one that an older version wrote open, counts as
 * absent and costs a lookup.
 */
export class CheckpointStore<T> {
  readonly #redis: RedisClient;
  readonly #keyOf: (id: string) => string;
  readonly #keyring: Keyring;
  readonly #maxAgeMs: number;

  constructor(redis: RedisClient, prefix: string, keyring: Keyring, maxAgeMs: number) {
    this.#redis = redis;
    this.#keyring = keyring;
    this.#keyOf = ledgerKeys(prefix).checkpoint;
    this.#maxAgeMs = maxAgeMs;
  }

  async load(id: string): Promise<T | undefined> {
    const sealed = await this.#redis.getBuffer(this.#keyOf(id));
    return sealed === null ? undefined : (unseal(this.#secretOf(id), sealed) as T | undefined);
  }

  async drop(id: string): Promise<void> {
    await this.#redis.del(this.#keyOf(id));
  }

  async save(id: string, found: T): Promise<void> {
    await this.#redis.set(this.#keyOf(id), seal(this.#secretOf(id), found), 'PX', this.#maxAgeMs);
  }

  #secretOf(id: string): Buffer {
    return this.#keyring.derive('checkpoint', id);
  }
}
