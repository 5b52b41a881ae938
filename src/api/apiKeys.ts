import { createHash, timingSafeEqual } from 'node:crypto';

interface NamedHash {
  name: string;
  hash: Buffer;
}

export type KeyCheck = { ok: true; name?: string } | { ok: false };

/**
 * Who may call. Keys are compared as hashes, all of them every time: neither the length of a key nor
 * its place in the list can be learned from how long a refusal takes.
 */
export class ApiKeys {
  readonly #keys: readonly NamedHash[];

  constructor(keys: readonly { name: string; key: string }[]) {
    this.#keys = keys.map(({ name, key }) => ({ name, hash: hashOf(key) }));
  }

  /** Whether no key is asked for. */
  get areOpen(): boolean {
    return this.#keys.length === 0;
  }

  /** Judges an `Authorization` header. Without any key configured, everyone may call. */
  check(authorization: string | undefined): KeyCheck {
    if (this.areOpen) return { ok: true };
    const given = hashOf(/^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? '');
    let name: string | undefined;
    for (const key of this.#keys) {
      if (timingSafeEqual(key.hash, given)) name = key.name;
    }
    return name === undefined ? { ok: false } : { ok: true, name };
  }
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
