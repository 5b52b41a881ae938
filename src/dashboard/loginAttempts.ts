import { LRUCache } from 'lru-cache';

const FAILURES_ALLOWED = 10;
const WITHIN_MS = 60_000;
const CALLERS_REMEMBERED = 10_000;

/** Slows down whoever guesses passwords: ten wrong ones a minute from one address, in this process. */
export class LoginAttempts {
  readonly #failures = new LRUCache<string, number>({ max: CALLERS_REMEMBERED, ttl: WITHIN_MS });

  /** Seconds to wait before the next try from this address; 0 when it may try. */
  waitFor(address: string): number {
    if ((this.#failures.get(address) ?? 0) < FAILURES_ALLOWED) return 0;
    return Math.max(1, Math.ceil(this.#failures.getRemainingTTL(address) / 1000));
  }

  failed(address: string): void {
    const failures = (this.#failures.get(address) ?? 0) + 1;
    // The minute begins with the first failure, or a guesser once a minute would never be free again.
    const ttl = failures === 1 ? WITHIN_MS : this.#failures.getRemainingTTL(address);
    this.#failures.set(address, failures, { ttl: Math.max(1, ttl) });
  }
}
