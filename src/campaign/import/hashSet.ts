const EMPTY = 0;
const FIRST_CAPACITY = 1 << 12;
const FULLEST = 0.75;

/**
 * A set of 64-bit hashes, each given as two halves of 32 bits. Open addressing in one typed array
 * that doubles: 11 to 21 bytes an entry, where a Set of strings takes over a hundred.
 */
export class HashSet {
  /** Low and high half of each place, next to each other. */
  #halves = new Uint32Array(2 * FIRST_CAPACITY);
  #capacity = FIRST_CAPACITY;
  #size = 0;

  /** False when it was there before. */
  add(low: number, high: number): boolean {
    // All zero means a free place; the one hash that is so shares with its neighbour.
    const occupied = low === EMPTY && high === EMPTY ? 1 : low;
    if (!place(this.#halves, this.#capacity, occupied, high)) return false;
    this.#size += 1;
    if (this.#size > FULLEST * this.#capacity) this.#grow();
    return true;
  }

  #grow(): void {
    const capacity = 2 * this.#capacity;
    const halves = new Uint32Array(2 * capacity);
    for (let at = 0; at < this.#halves.length; at += 2) {
      const low = this.#halves[at] ?? EMPTY;
      const high = this.#halves[at + 1] ?? EMPTY;
      if (low !== EMPTY || high !== EMPTY) place(halves, capacity, low, high);
    }
    this.#halves = halves;
    this.#capacity = capacity;
  }
}

/** Puts a hash into the first free place from its own on; false when it meets itself there. */
function place(halves: Uint32Array, capacity: number, low: number, high: number): boolean {
  const mask = capacity - 1;
  for (let slot = low & mask; ; slot = (slot + 1) & mask) {
    const at = 2 * slot;
    const thereLow = halves[at];
    const thereHigh = halves[at + 1];
    if (thereLow === EMPTY && thereHigh === EMPTY) {
      halves[at] = low;
      halves[at + 1] = high;
      return true;
    }
    if (thereLow === low >>> 0 && thereHigh === high >>> 0) return false;
  }
}
