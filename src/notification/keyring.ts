import { createCipheriv, createDecipheriv, timingSafeEqual } from 'node:crypto';
import { takeRandom } from './codec.js';
import { HmacKey } from './hmacKey.js';
import type { NotificationRequest } from './request.js';

/** A secret with a name, so that hashes made before a rotation can still be distinguished and checked. */
interface SecretKey {
  id: string;
  secret: HmacKey;
}

/** Names the key of processes without a secret: what it hides, everyone can read. */
export const DEVELOPMENT_KEY = 'dev';

/**
 * Keyed hashes of what is written about a recipient. Without a key, an address could be found again
 * from its hash by trying addresses.
 */
export class Keyring {
  readonly #keys: readonly [SecretKey, ...SecretKey[]];

  private constructor(keys: readonly [SecretKey, ...SecretKey[]]) {
    this.#keys = keys;
  }

  /**
   * Reads `secret` or `id:secret[,id:secret…]`: the first key makes new hashes, the others only
   * check old ones. Throws when one is shorter than 16 characters or an id is given twice.
   */
  static parse(text: string): Keyring {
    const keys = text.split(',').map((part) => {
      const colon = part.indexOf(':');
      const keyId = colon < 0 ? 'k1' : part.slice(0, colon).trim();
      const secret = part.slice(colon + 1).trim();
      if (!/^[A-Za-z0-9]{1,8}$/.test(keyId))
        throw new RangeError('key ids: 1 to 8 letters or digits');
      if (secret.length < 16) throw new RangeError('secrets of at least 16 characters');
      return { id: keyId, secret: new HmacKey(secret) };
    });
    if (new Set(keys.map((key) => key.id)).size !== keys.length) {
      throw new RangeError('each key id once');
    }
    const [first, ...rest] = keys;
    if (first === undefined) throw new RangeError('at least one secret');
    return new Keyring([first, ...rest]);
  }

  /** For a Redis on this very machine, where nothing needs protection. */
  static forDevelopment(): Keyring {
    return new Keyring([{ id: DEVELOPMENT_KEY, secret: new HmacKey('development-only') }]);
  }

  /**
   * The keyed hash of a request, `keyId:base64url`: of its meaning, not of its spelling. The caller has
   * brought the addresses into their one form; the order of keys does not matter; the id does not count.
   */
  hashRequest(request: NotificationRequest): string {
    return hashWith(this.#keys[0], request);
  }

  /**
   * 32 bytes for one purpose, made from `text` by the key that makes new hashes. A purpose never
   * begins with a brace, so nothing derived here is the hash of a request.
   */
  derive(purpose: string, text: string): Buffer {
    return deriveWith(this.#keys[0], purpose, text);
  }

  /** As `derive`, by each key, the one that makes new hashes first: for what older keys have made. */
  deriveAll(purpose: string, text: string): Buffer[] {
    return this.#keys.map((key) => deriveWith(key, purpose, text));
  }

  /** The id of the key that makes new hashes. */
  get keyId(): string {
    return this.#keys[0].id;
  }

  /** As `derive`, by the key of this id; undefined where the secret has no such key any more. */
  deriveBy(keyId: string, purpose: string, text: string): Buffer | undefined {
    const key = this.#keys.find(({ id }) => id === keyId);
    return key && deriveWith(key, purpose, text);
  }

  /** Whether this request has that hash, under whichever key made it. */
  matches(request: NotificationRequest, hash: string): boolean {
    const key = this.#keys.find((candidate) => hash.startsWith(`${candidate.id}:`));
    if (key === undefined) return false;
    const expected = Buffer.from(hashWith(key, request));
    const given = Buffer.from(hash);
    return expected.length === given.length && timingSafeEqual(expected, given);
  }
}

function deriveWith({ secret }: SecretKey, purpose: string, text: string): Buffer {
  return secret.digest(`${purpose}\0${text}`);
}

const HASH_BYTES = 12;

function hashWith(key: SecretKey, request: NotificationRequest): string {
  const { id: _id, ...body } = request;
  const digest = key.secret.digest(canonicalJson(body));
  return `${key.id}:${digest.subarray(0, HASH_BYTES).toString('base64url')}`;
}

/**
 * JSON with sorted keys, so that the same body hashes alike however its writer ordered it. Written directly:
 * a sorted copy of the body to be printed would take more than twice as long.
 */
export function canonicalJson(value: unknown): string {
  return canonical(value) ?? 'null';
}

/** Undefined for what JSON does not have. */
function canonical(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) {
    return `[${value.map((inner: unknown) => canonical(inner) ?? 'null').join(',')}]`;
  }
  let json = '';
  for (const key of sortedKeys(value)) {
    const inner = canonical((value as Record<string, unknown>)[key]);
    if (inner === undefined) continue;
    json += `${json === '' ? '' : ','}${JSON.stringify(key)}:${inner}`;
  }
  return `{${json}}`;
}

const INDEX = /^(?:0|[1-9]\d{0,9})$/;

/**
 * Names that are numbers come first and by their size, as an engine prints them: hashes that were made of a
 * sorted copy have to stay valid.
 */
function sortedKeys(value: object): string[] {
  const keys = Object.keys(value).sort();
  if (!keys.some((key) => INDEX.test(key))) return keys;
  return Object.keys(Object.fromEntries(keys.map((key) => [key, true])));
}

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const NO_HEAD = Buffer.alloc(0);

/** A value, encrypted under a key of 32 bytes. */
export function seal(key: Buffer, value: unknown): Buffer {
  return sealBytes(key, JSON.stringify(value));
}

/** The value, or undefined for what this key has not sealed: another secret, a damaged or an open value. */
export function unseal(key: Buffer, sealed: Buffer): unknown {
  const json = unsealBytes(key, sealed);
  if (json === undefined) return undefined;
  try {
    return JSON.parse(json.toString('utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Bytes, or text in UTF-8, encrypted under a key of 32 bytes: `head` as it is, 12 random bytes, 16 of tag, then
 * what is hidden.
 */
export function sealBytes(key: Buffer, open: Buffer | string, head: Buffer = NO_HEAD): Buffer {
  const iv = takeRandom(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv);
  const hidden = typeof open === 'string' ? cipher.update(open, 'utf8') : cipher.update(open);
  // Of this cipher there is nothing left to come; it makes the tag.
  cipher.final();
  return Buffer.concat([head, iv, cipher.getAuthTag(), hidden]);
}

/** As `unseal`, for what `sealBytes` has sealed. */
export function unsealBytes(key: Buffer, sealed: Buffer): Buffer | undefined {
  const iv = sealed.subarray(0, IV_BYTES);
  const tag = sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES);
  const hidden = sealed.subarray(IV_BYTES + TAG_BYTES);
  try {
    const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
    decipher.setAuthTag(tag);
    return Buffer.concat([decipher.update(hidden), decipher.final()]);
  } catch {
    return undefined;
  }
}
