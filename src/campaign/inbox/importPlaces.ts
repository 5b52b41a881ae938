const PLACES = 4;
/** The rest is kept for small files, so that none of them waits for a gigabyte. */
const PLACES_FOR_LARGE = 2;

/** Files that this process works on at the same time. */
export class ImportPlaces {
  readonly #running = new Map<string, { isLarge: boolean; work: Promise<void> }>();
  readonly #lastOf = new Map<string, Promise<unknown>>();

  get isIdle(): boolean {
    return this.#running.size === 0;
  }

  hasRoom(isLarge: boolean): boolean {
    const large = [...this.#running.values()].filter((each) => each.isLarge);
    return this.#running.size < PLACES && !(isLarge && large.length >= PLACES_FOR_LARGE);
  }

  isTaken(pickupId: string): boolean {
    return this.#running.has(pickupId);
  }

  /** `work` never rejects. */
  take(pickupId: string, isLarge: boolean, work: Promise<void>): void {
    const ended = work.finally(() => this.#running.delete(pickupId));
    this.#running.set(pickupId, { isLarge, work: ended });
  }

  async untilIdle(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ work }) => work));
  }

  /**
   * Files of one campaign come one after the other: of two uploads at the same time the later one
   * would take the first one's place, and the first file would be called imported although it is not.
   */
  async inTurn<T>(campaignId: string, work: () => Promise<T>): Promise<T> {
    const before = this.#lastOf.get(campaignId) ?? Promise.resolve();
    const own = before.then(work, work);
    this.#lastOf.set(campaignId, own);
    try {
      return await own;
    } finally {
      if (this.#lastOf.get(campaignId) === own) this.#lastOf.delete(campaignId);
    }
  }
}
