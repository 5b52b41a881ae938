import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Keyring } from './bodyHash.js';
import type { RedisClient } from './redisScripts.js';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
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
export class SealedCache<T> {
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
      return sealed === null ? undefined : this.#open(subject, sealed);
    } catch (error) {
      this.#onTrouble(error);
      return undefined;
    }
  }

  async save(subject: string, value: T, keepsMs: number): Promise<void> {
    try {
      await this.#redis.set(this.#keyOf(subject), this.#seal(subject, value), 'PX', keepsMs);
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

  #seal(subject: string, value: T): Buffer {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.#secretOf(subject), iv);
    const hidden = Buffer.concat([cipher.update(JSON.stringify(value)), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), hidden]);
  }

  #open(subject: string, sealed: Buffer): T | undefined {
    const iv = sealed.subarray(0, IV_BYTES);
    const tag = sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES);
    const hidden = sealed.subarray(IV_BYTES + TAG_BYTES);
    try {
      const decipher = createDecipheriv(CIPHER, this.#secretOf(subject), iv, {
        authTagLength: TAG_BYTES,
      });
      decipher.setAuthTag(tag);
      const json = Buffer.concat([decipher.update(hidden), decipher.final()]).toString('utf8');
      return JSON.parse(json) as T;
    } catch {
      return undefined;
    }
  }
}
