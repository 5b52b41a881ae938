export type Admission = { admitted: true } | { admitted: false; retryAfterSeconds: number };

/**
 * A sliding window over arrivals: no span of `windowMs`, however aligned, admits more than `limit`
 * requests. The platform does not publish how it counts; this is the strictest reading, so a client
 * that stays within it stays within a fixed window too. Refused requests do not count, or a client
 * that asks too often could never recover.
 */
export class SlidingWindow {
  #admitted: number[] = [];
  #oldest = 0;

  /** @param limit 0 admits everything. */
  admit(now: number, limit: number, windowMs: number): Admission {
    if (limit === 0) return { admitted: true };
    this.#forget(now - windowMs);
    const surplus = this.#admitted.length - this.#oldest - limit;
    if (surplus < 0) {
      this.#admitted.push(now);
      return { admitted: true };
    }
    const blocking = this.#admitted[this.#oldest + surplus] ?? now;
    const waitMs = blocking + windowMs - now;
    return { admitted: false, retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) };
  }

  clear(): void {
    this.#admitted = [];
    this.#oldest = 0;
  }

  #forget(until: number): void {
    while ((this.#admitted[this.#oldest] ?? Number.POSITIVE_INFINITY) <= until) this.#oldest += 1;
    if (this.#oldest > 1024 && this.#oldest * 2 > this.#admitted.length) {
      this.#admitted = this.#admitted.slice(this.#oldest);
      this.#oldest = 0;
    }
  }
}
