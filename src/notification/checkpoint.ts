import { type LedgerKeys, ledgerKeys } from '../redis/keys.js';
import { type RedisClient, readScript } from '../redis/redisClient.js';
import { type Keyring, seal, unseal } from './keyring.js';

const PURPOSE = 'checkpoint';

interface SaveCommand {
  notifierSaveCheckpoint(
    request: string,
    checkpoint: string,
    sealed: Buffer,
    maxAgeMs: number,
  ): Promise<number>;
}

/**
 * What an attempt has found out so far, so that a job deferred at dispatch does not look its
 * history up again. It holds customer text, so it lives apart from the ledger, only for as long as
 * the history in it is fresh, and goes when the notification is settled. It is sealed with the
 * deployment's secret. What cannot be opened, such as one that an older version wrote open, counts as
 * absent and costs a lookup.
 */
export class CheckpointStore<T> {
  readonly #redis: RedisClient;
  readonly #keys: LedgerKeys;
  readonly #keyring: Keyring;
  readonly #maxAgeMs: number;

  constructor(redis: RedisClient, prefix: string, keyring: Keyring, maxAgeMs: number) {
    this.#redis = redis;
    this.#keyring = keyring;
    this.#keys = ledgerKeys(prefix);
    this.#maxAgeMs = maxAgeMs;
    const lua = readScript('saveCheckpoint', import.meta.url);
    redis.defineCommand('notifierSaveCheckpoint', { numberOfKeys: 2, lua });
  }

  async load(id: string): Promise<T | undefined> {
    const sealed = await this.#redis.getBuffer(this.#keys.checkpoint(id));
    if (sealed === null) return undefined;
    // By an older key, too: a rotation must not cost every waiting notification its lookups.
    for (const secret of this.#keyring.deriveAll(PURPOSE, id)) {
      const found = unseal(secret, sealed);
      if (found !== undefined) return found as T;
    }
    return undefined;
  }

  async drop(id: string): Promise<void> {
    await this.#redis.del(this.#keys.checkpoint(id));
  }

  /** Saves nothing once the request is gone: its person was erased while an attempt was under way. */
  async save(id: string, found: T): Promise<void> {
    const sealed = seal(this.#keyring.derive(PURPOSE, id), found);
    await (this.#redis as unknown as SaveCommand).notifierSaveCheckpoint(
      this.#keys.request(id),
      this.#keys.checkpoint(id),
      sealed,
      this.#maxAgeMs,
    );
  }
}
