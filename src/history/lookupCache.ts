import type { EncryptedCache } from './encryptedCache.js';

/**
 * Who or what is unknown may become known any minute: an agent links an address, a customer writes
 * for the first time. A minute is long enough to spare a burst of notifications to the same person
 * one question each, and short enough for a person who corrects a contact and tries again.
 */
const NOTHING_KEEPS_MS = 60_000;

/**
 * Answers of the platform, remembered for all workers of the deployment. A failure never is.
 *
 * A save is not waited for. It is written before the commands that its caller sends next, in the same
 * turn of the event loop, so a later load over the same connection finds it.
 */
export class LookupCache<T> {
  readonly #sealed: EncryptedCache<T>;
  readonly #keepsMs: number;

  /** @param keepsMs how long an answer counts as fresh; 0 remembers nothing. */
  constructor(sealed: EncryptedCache<T>, keepsMs: number) {
    this.#sealed = sealed;
    this.#keepsMs = keepsMs;
  }

  async load(subject: readonly unknown[]): Promise<T | undefined> {
    if (this.#keepsMs === 0) return undefined;
    return this.#sealed.load(JSON.stringify(subject));
  }

  saveFound(subject: readonly unknown[], answer: T): void {
    this.#save(subject, answer, this.#keepsMs);
  }

  saveNothing(subject: readonly unknown[], answer: T): void {
    this.#save(subject, answer, Math.min(this.#keepsMs, NOTHING_KEEPS_MS));
  }

  #save(subject: readonly unknown[], answer: T, keepsMs: number): void {
    if (keepsMs === 0) return;
    // It never rejects.
    void this.#sealed.save(JSON.stringify(subject), answer, keepsMs);
  }
}
