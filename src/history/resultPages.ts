import { PAGE_SIZE } from './conversationQuery.js';

/** Without a page that was not read before: a platform whose results move each time is not followed for ever. */
const RETURNS_AT_MOST = 5;

/**
 * Counts through the pages of a query's results, which stand in order of time and may move while they are read.
 *
 * - What comes to the front moves others to later pages, and only shows some of them again.
 * - What goes from the front moves others onto pages that were read already, and the next page leaves them out: a
 *   conversation is deleted, or another replica of the platform's index answers, which does not know the newest
 *   yet. There are fewer results in all then, so pages are read again from where results can have moved to.
 *
 * Without this "no history" would be untrue of a customer who has one, and "not there" of a message that was sent.
 */
export class ResultPages {
  #number = 1;
  #furthest = 1;
  #total: number | undefined;
  #returns = 0;

  /** The page to read, from 1. */
  get number(): number {
    return this.#number;
  }

  /**
   * Turns the page after it was read.
   *
   * @param total how many results the platform counted with this page, if it says so
   * @returns `moved`: results may have moved onto pages that were read, which are read again; `unsteady`: that has happened
   *   time and again without a new page, and what was read is not complete
   */
  turn(total: number | undefined): 'next' | 'moved' | 'unsteady' {
    const gone = total === undefined ? 0 : (this.#total ?? total) - total;
    this.#total = total ?? this.#total;
    if (gone <= 0 || this.#number === 1) {
      this.#number += 1;
      if (this.#number > this.#furthest) {
        this.#furthest = this.#number;
        this.#returns = 0;
      }
      return 'next';
    }
    if (this.#returns === RETURNS_AT_MOST) return 'unsteady';
    this.#returns += 1;
    this.#number = Math.max(1, this.#number - Math.ceil(gone / PAGE_SIZE));
    return 'moved';
  }
}
