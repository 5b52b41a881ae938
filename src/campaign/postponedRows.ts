import { CHUNK_ROWS } from './campaign.js';

/**
 * Which rows of one chunk are postponed: the cursor has passed them, and they are not released yet,
 * since it is not their hour. A bit for each row of the chunk, written in hexadecimal digits: at most
 * 126 bytes for 500 rows.
 */
export class PostponedRows {
  /** Places of rows within the chunk, in rising order. */
  readonly places: readonly number[];

  constructor(places: readonly number[]) {
    this.places = places;
  }

  /** @param text as `toString` has written it, or '' where none is postponed */
  static parse(text: string): PostponedRows {
    const bits = Buffer.from(text, 'hex');
    const places: number[] = [];
    for (let place = 0; place < bits.length * 8; place += 1) {
      if (((bits[place >> 3] ?? 0) >> (place & 7)) & 1) places.push(place);
    }
    return new PostponedRows(places);
  }

  /** '' where none is postponed. */
  toString(): string {
    const bits = Buffer.alloc(CHUNK_ROWS / 8 + 1);
    let end = 0;
    for (const place of this.places) {
      bits[place >> 3] = (bits[place >> 3] ?? 0) | (1 << (place & 7));
      end = (place >> 3) + 1;
    }
    return bits.toString('hex', 0, end);
  }
}
