const EMPTY = 0;
const FIRST_CAPACITY = 1 << 12;
const FULLEST = 0.75;
const GROWTH = 1.5;
const HALF_HASHES = 2 ** 32;

/**
 * A set of 64-bit hashes, each given as two halves of 32 bits. Open addressing in one typed array that
 * grows by half: 11 to 16 bytes an entry, where a Set of strings takes over a hundred.
 */
export class HashSet {
  /** Low and high half of each place, next to each other. */
  #halves = new Uint32Array(2 * FIRST_CAPACITY);
  #size = 0;

  /** False when it was there before. */
  add(low: number, high: number): boolean {
    // All zero means a free place; the one hash that is so shares with its neighbour.
    const occupied = low === EMPTY && high === EMPTY ? 1 : low;
    if (!place(this.#halves, occupied, high)) return false;
    this.#size += 1;
    if (2 * this.#size > FULLEST * this.#halves.length) this.#grow();
    return true;
  }

  #grow(): void {
    const halves = new Uint32Array(2 * Math.ceil((GROWTH * this.#halves.length) / 2));
    for (let at = 0; at < this.#halves.length; at += 2) {
      const low = this.#halves[at] ?? EMPTY;
      const high = this.#halves[at + 1] ?? EMPTY;
      if (low !== EMPTY || high !== EMPTY) place(halves, low, high);
    }
    this.#halves = halves;
  }
}

/** Puts a hash into the first free place from its own on; false when it meets itself there. */
function place(halves: Uint32Array, low: number, high: number): boolean {
  const capacity = halves.length / 2;
  for (let at = 2 * Math.floor((low / HALF_HASHES) * capacity); ; at += 2) {
    if (at === halves.length) at = 0;
    const thereLow = halves[at];
    const thereHigh = halves[at + 1];
    if (thereLow === EMPTY && thereHigh === EMPTY) {
      halves[at] = low;
      halves[at + 1] = high;
      return true;
    }
    if (thereLow === low && thereHigh === high) return false;
  }
}
