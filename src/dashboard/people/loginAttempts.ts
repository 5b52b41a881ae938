import { LRUCache } from 'lru-cache';

const WITHIN_MS = 60_000;
const FAILURES_OF_ADDRESS = 10;
/** More than people mistype, from all addresses together. */
const FAILURES_OF_NAME = 30;
const IN_FLIGHT = 20;
const REMEMBERED = 10_000;
/** What is longer is no one's name. */
const LONGEST_NAME = 64;
const KNOWN_FOR_MS = 12 * 60 * 60 * 1_000;

export type Attempt =
  | { kind: 'go_on'; end(succeeded: boolean): void }
  | { kind: 'wait'; seconds: number };

/**
 * Slows down the guessing of passwords, in this process: wrong ones in a minute from one address, wrong
 * ones in a minute for one name, and tries at once. A try counts from its beginning, so many at the same
 * time are no way around it.
 *
 * The limit of a name keeps no one out from an address from which that person has logged in: another
 * could otherwise lock them out by guessing.
 */
export class LoginAttempts {
  readonly #ofAddress = new Failures(FAILURES_OF_ADDRESS);
  readonly #ofName = new Failures(FAILURES_OF_NAME);
  readonly #known = new LRUCache<string, true>({ max: REMEMBERED, ttl: KNOWN_FOR_MS });
  #inFlight = 0;

  begin(given: string, address: string): Attempt {
    const name = given.slice(0, LONGEST_NAME).toLowerCase();
    const pair = `${name} ${address}`;
    const seconds = Math.max(
      this.#ofAddress.waitFor(address),
      this.#known.has(pair) ? 0 : this.#ofName.waitFor(name),
      this.#inFlight >= IN_FLIGHT ? 1 : 0,
    );
    if (seconds > 0) return { kind: 'wait', seconds };
    this.#inFlight += 1;
    this.#ofAddress.count(address, 1);
    this.#ofName.count(name, 1);
    const end = (succeeded: boolean) => {
      this.#inFlight -= 1;
      if (!succeeded) return;
      this.#ofAddress.count(address, -1);
      this.#ofName.count(name, -1);
      this.#known.set(pair, true);
    };
    return { kind: 'go_on', end };
  }
}

/** Counts failures within a minute, by address or by name. */
class Failures {
  readonly #counts = new LRUCache<string, number>({ max: REMEMBERED, ttl: WITHIN_MS });
  readonly #allowed: number;

  constructor(allowed: number) {
    this.#allowed = allowed;
  }

  /** Seconds to wait before the next try; 0 when there may be one. */
  waitFor(key: string): number {
    if ((this.#counts.get(key) ?? 0) < this.#allowed) return 0;
    return Math.max(1, Math.ceil(this.#counts.getRemainingTTL(key) / 1000));
  }

  count(key: string, change: 1 | -1): void {
    const before = this.#counts.get(key);
    if (before === undefined && change === -1) return;
    // The minute begins with the first failure, or a guesser once a minute would never be free again.
    const ttl = before === undefined ? WITHIN_MS : this.#counts.getRemainingTTL(key);
    this.#counts.set(key, Math.max(0, (before ?? 0) + change), { ttl: Math.max(1, ttl) });
  }
}
