import { randomFillSync } from 'node:crypto';
import type { Row } from '../campaign.js';

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

type Recipient = Row['recipient'];

/** No address that is valid is as long. */
const MAX_ADDRESS_BYTES = 260;

/**
 * Whom an import has met so far, so that no recipient gets a campaign twice because they stand in its file
 * twice: two rows are the same recipient's if they share any address. A folded row's other addresses
 * count as met, too.
 *
 * Addresses are kept as hashes of 64 bits. Of a million rows with two addresses each, one is folded
 * that should not be in one of nine million imports (n² / 2⁶⁵); which one that would be differs
 * each time, because the hashes are seeded anew.
 */
export class SeenRecipients {
  readonly #hashes = new HashSet();
  readonly #seeds = randomFillSync(new Uint32Array(2));
  readonly #words = new Uint32Array(MAX_ADDRESS_BYTES / 4);
  readonly #bytes = Buffer.from(this.#words.buffer);

  /** Notes a recipient whose addresses are in their one form; false when one of them has been met before. */
  add({ email, externalContactId, phone }: Recipient): boolean {
    // Each is added, whatever the others come to.
    const isNewEmail = email === undefined || this.#add(1, email.toLowerCase());
    const isNewContact = externalContactId === undefined || this.#add(2, externalContactId);
    const isNewPhone = phone === undefined || this.#add(3, phone);
    return isNewEmail && isNewContact && isNewPhone;
  }

  /**
   * MurmurHash3 (32 bits), twice side by side with multipliers and a seed of its own each, over the
   * address' characters, all of which are ASCII.
   */
  #add(kind: number, address: string): boolean {
    const length = this.#bytes.write(address, 'latin1');
    // The last word may be longer than the address.
    this.#bytes[length] = 0;
    this.#bytes[length + 1] = 0;
    this.#bytes[length + 2] = 0;
    let low = (this.#seeds[0] ?? 0) ^ kind;
    let high = (this.#seeds[1] ?? 0) ^ kind;
    for (let at = 0; 4 * at < length; at += 1) {
      const word = this.#words[at] ?? 0;
      low = mixed(low, word, 0xcc9e2d51, 0x1b873593);
      high = mixed(high, word, 0x239b961b, 0xab0e9789);
    }
    return this.#hashes.add(finished(low ^ length), finished(high ^ length));
  }
}

function mixed(hash: number, word: number, c1: number, c2: number): number {
  const block = Math.imul(word, c1);
  const next = hash ^ Math.imul((block << 15) | (block >>> 17), c2);
  return (Math.imul((next << 13) | (next >>> 19), 5) + 0xe6546b64) | 0;
}

function finished(hash: number): number {
  const half = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const whole = Math.imul(half ^ (half >>> 13), 0xc2b2ae35);
  return (whole ^ (whole >>> 16)) >>> 0;
}
