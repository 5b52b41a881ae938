/** The platform's own limit is not published; this many were never refused where it was tried. */
export const LARGEST_BATCH = 50;
const FORGOTTEN_AFTER_MS = 60 * 60 * 1000;

/**
 * How many contacts may be asked about at once. It is learned by being refused, and forgotten after
 * an hour: a lesson that was wrong, or no longer holds, costs little for that long.
 */
export class BatchLimit {
  readonly #now: () => number;
  #learned: { size: number; at: number } | undefined;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  get size(): number {
    if (this.#learned === undefined) return LARGEST_BATCH;
    if (this.#now() - this.#learned.at > FORGOTTEN_AFTER_MS) return LARGEST_BATCH;
    return this.#learned.size;
  }

  /** More than `size` were refused, and `size` of them were not. */
  learn(size: number): void {
    this.#learned = { size, at: this.#now() };
  }
}
