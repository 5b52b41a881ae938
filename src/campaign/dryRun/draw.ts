/**
 * Draws a random sample of a stream whose length nobody knows beforehand, each item with the same
 * chance (reservoir sampling), holding no more than the sample itself.
 */
export class Draw<T> {
  readonly #size: number;
  readonly #drawn: T[] = [];
  #seen = 0;

  constructor(size: number) {
    this.#size = size;
  }

  offer(item: T): void {
    this.#seen += 1;
    if (this.#drawn.length < this.#size) {
      this.#drawn.push(item);
      return;
    }
    const place = Math.floor(Math.random() * this.#seen);
    if (place < this.#size) this.#drawn[place] = item;
  }

  get drawn(): readonly T[] {
    return this.#drawn;
  }
}
