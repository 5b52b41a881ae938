/** The newest `capacity` items in order; older ones are dropped, so a load test cannot fill the memory. */
export class Ring<T> {
  readonly #capacity: number;
  #items: T[] = [];
  #first = 0;
  #dropped = 0;

  /** @param capacity Infinity keeps everything. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** How many items were pushed out since the last `clear`. */
  get dropped(): number {
    return this.#dropped;
  }

  push(item: T): void {
    if (this.#items.length < this.#capacity) {
      this.#items.push(item);
      return;
    }
    this.#items[this.#first] = item;
    this.#first = (this.#first + 1) % this.#capacity;
    this.#dropped += 1;
  }

  /** Oldest first. */
  toArray(): T[] {
    return [...this.#items.slice(this.#first), ...this.#items.slice(0, this.#first)];
  }

  clear(): void {
    this.#items = [];
    this.#first = 0;
    this.#dropped = 0;
  }
}
