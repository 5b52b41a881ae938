import { type Keyring, seal, unseal } from '../notification/keyring.js';
import type { RedisClient } from '../redis/client.js';

const DIGEST_BYTES = 16;

/** What is kept, and where: values of different kinds have keys of their own, in both senses. */
export interface CacheKind {
  name: string;
  keyOf: (digest: string) => string;
}

/**
 * Customer data that may be forgotten at any time. It lies under a keyed hash of what it is about,
 * encrypted with a key made for that alone: whoever reads Redis without the deployment's secret
 * learns neither whom it is about nor what it says.
 *
 * It never fails its caller. What cannot be read (another secret, a damaged value) counts as absent,
 * and trouble of Redis' is told and otherwise costs a lookup.
 */
export class EncryptedCache<T> {
  readonly #redis: RedisClient;
  readonly #keyring: Keyring;
  readonly #kind: CacheKind;
  readonly #onTrouble: (error: unknown) => void;

  constructor(
    redis: RedisClient,
    keyring: Keyring,
    kind: CacheKind,
    onTrouble: (error: unknown) => void,
  ) {
    this.#redis = redis;
    this.#keyring = keyring;
    this.#kind = kind;
    this.#onTrouble = onTrouble;
  }

  async load(subject: string): Promise<T | undefined> {
    try {
      const sealed = await this.#redis.getBuffer(this.#keyOf(subject));
      return sealed === null
        ? undefined
        : (unseal(this.#secretOf(subject), sealed) as T | undefined);
    } catch (error) {
      this.#onTrouble(error);
      return undefined;
    }
  }

  async save(subject: string, value: T, keepsMs: number): Promise<void> {
    try {
      await this.#redis.set(
        this.#keyOf(subject),
        seal(this.#secretOf(subject), value),
        'PX',
        keepsMs,
      );
    } catch (error) {
      this.#onTrouble(error);
    }
  }

  #keyOf(subject: string): string {
    const digest = this.#keyring.derive(`${this.#kind.name} key`, subject);
    return this.#kind.keyOf(digest.subarray(0, DIGEST_BYTES).toString('base64url'));
  }

  #secretOf(subject: string): Buffer {
    return this.#keyring.derive(`${this.#kind.name} value`, subject);
  }
}
