import type { ReadRow } from '../campaign/import/candidate.js';
import {
  CsvReader,
  type CsvRow,
  isEmptyRow,
  meaningUnder,
  separationOf,
} from '../campaign/import/csv.js';
import type { CountryCode } from '../notification/phoneNumber.js';
import { type AddressField, readAddress } from '../notification/recipientAddress.js';

const EXPIRES = /expir|until|valid/i;
const CELLS_LOOKED_AT = 20;
const NONE: readonly string[] = [];

/**
 * Rows of the export of a DNC list. How the platform names its columns is not documented. So a row's address is
 * the first cell that is one, of the kind that the list holds; the first row is a header where it has none.
 */
export class DncRows {
  readonly #field: AddressField | undefined;
  readonly #country: CountryCode | undefined;
  #head = '';
  #reader: CsvReader | undefined;
  #isBegun = false;
  #expiresAt = -1;

  /** @param contactMethod of the list: Phone, Email, WhatsApp or Any */
  constructor(contactMethod: string | undefined, country?: CountryCode) {
    this.#field = fieldOf(contactMethod);
    this.#country = country;
  }

  *push(piece: string): Generator<ReadRow> {
    if (this.#reader === undefined) {
      this.#head += piece;
      if (!/[\r\n]/.test(this.#head)) return;
      this.#reader = this.#begin();
    } else {
      this.#reader.add(piece);
    }
    yield* this.#complete(this.#reader);
  }

  *end(): Generator<ReadRow> {
    this.#reader ??= this.#begin();
    this.#reader.end();
    yield* this.#complete(this.#reader);
  }

  #begin(): CsvReader {
    const { separator, skip } = separationOf(this.#head);
    const reader = new CsvReader(separator);
    reader.add(this.#head.slice(skip));
    this.#head = '';
    return reader;
  }

  *#complete(reader: CsvReader): Generator<ReadRow> {
    for (let row = reader.read(); row !== undefined; row = reader.read()) {
      if (isEmptyRow(row)) continue;
      const cells = row.cells.map(meaningUnder(NONE));
      const at = this.#addressIn(cells);
      if (!this.#isBegun) {
        this.#isBegun = true;
        if (at < 0) {
          this.#expiresAt = cells.findIndex((name) => EXPIRES.test(name));
          continue;
        }
      }
      yield this.#rowOf(row, cells, Math.max(0, at));
    }
  }

  #addressIn(cells: readonly string[]): number {
    return cells.slice(0, CELLS_LOOKED_AT).findIndex((cell, at) => {
      if (at === this.#expiresAt || cell === '') return false;
      return readAddress(this.#kindOf(cell), cell, this.#country).kind === 'address';
    });
  }

  #kindOf(cell: string): AddressField {
    return this.#field ?? (cell.includes('@') ? 'email' : 'phone');
  }

  #rowOf({ number, flaw }: CsvRow, cells: string[], at: number): ReadRow {
    const cell = cells[at] ?? '';
    const until = cells[this.#expiresAt] ?? '';
    return {
      number,
      cells,
      problems: flaw === undefined ? [] : [{ column: '', expected: flaw }],
      candidate: {
        recipient: { [this.#kindOf(cell)]: cell },
        variables: until === '' ? {} : { until },
      },
      nameOf: new Map(),
      own: NONE,
    };
  }
}

function fieldOf(contactMethod: string | undefined): AddressField | undefined {
  switch (contactMethod?.toLowerCase()) {
    case 'phone':
    case 'whatsapp':
      return 'phone';
    case 'email':
      return 'email';
    default:
      return undefined;
  }
}
