import { LRUCache } from 'lru-cache';
import { type Keyring, seal, unseal } from '../notification/keyring.js';
import type { RedisClient } from '../redis/redisClient.js';

const DIGEST_BYTES = 16;
/** More than the lookups that a process has under way at a time. */
const PLACES = 500;

/** Where a value lies, and what it is encrypted with. */
interface Place {
  key: string;
  secret: Buffer;
}

/** What is kept, and where: values of different kinds have keys of their own, in both senses. */
export interface CacheKind {
  name: string;
  keyOf: (digest: string) => string;
}

/**
 * Customer data that may be forgotten at any time. It lies under a keyed hash of what it is about,
 * encrypted with a key made for that alone: a reader of Redis without the deployment's secret
 * learns neither whom it is about nor what it says.
 *
 * It never fails its caller. What cannot be read (another secret, a damaged value) counts as absent,
 * and an error of Redis is reported and costs one lookup.
 */
export class EncryptedCache<T> {
  readonly #redis: RedisClient;
  readonly #keyring: Keyring;
  readonly #kind: CacheKind;
  readonly #onError: (error: unknown) => void;
  readonly #places = new LRUCache<string, Place>({ max: PLACES });

  constructor(
    redis: RedisClient,
    keyring: Keyring,
    kind: CacheKind,
    onError: (error: unknown) => void,
  ) {
    this.#redis = redis;
    this.#keyring = keyring;
    this.#kind = kind;
    this.#onError = onError;
  }

  async load(subject: string): Promise<T | undefined> {
    try {
      const { key, secret } = this.#placeOf(subject);
      const sealed = await this.#redis.getBuffer(key);
      return sealed === null ? undefined : (unseal(secret, sealed) as T | undefined);
    } catch (error) {
      this.#onError(error);
      return undefined;
    }
  }

  async save(subject: string, value: T, keepsMs: number): Promise<void> {
    try {
      const { key, secret } = this.#placeOf(subject);
      await this.#redis.set(key, seal(secret, value), 'PX', keepsMs);
    } catch (error) {
      this.#onError(error);
    }
  }

  /** A lookup asks for what is kept, and keeps what it found after it: derived once for both. */
  #placeOf(subject: string): Place {
    const known = this.#places.get(subject);
    if (known !== undefined) return known;
    const digest = this.#keyring.derive(`${this.#kind.name} key`, subject);
    const place = {
      key: this.#kind.keyOf(digest.subarray(0, DIGEST_BYTES).toString('base64url')),
      secret: this.#keyring.derive(`${this.#kind.name} value`, subject),
    };
    this.#places.set(subject, place);
    return place;
  }
}
