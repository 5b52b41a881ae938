import { LETTERS_EXPECTED } from '../../notification/damagedText.js';
import type { CountryCode } from '../../notification/phoneNumber.js';
import { zoneOfRecipient } from '../../notification/recipientClock.js';
import type { FieldProblem } from '../../notification/request.js';
import type { TemplateEntry } from '../../templates/catalogue.js';
import {
  type Campaign,
  CHUNK_ROWS,
  type ImportedRow,
  type ImportSummary,
  type Row,
  type RowReason,
} from '../campaign.js';
import { describeProblems, type RejectedRow } from '../rowStore.js';
import { isNote, NOTE_EXPECTED, type ReadRow } from './candidate.js';
import { SeenRecipients } from './deduplicator.js';
import type { TextFacts } from './fileText.js';
import { RowValidator } from './rowValidator.js';
import type { FileProblem } from './unusableFile.js';

/** Texts of ours times columns of the file: hardly ever more. The campaign's record holds them all. */
const MAX_REASONS = 50;
const ROWS_NAMED = 10;
const MAX_COLUMN_CHARS = 64;

const OTHERS = { column: '', expected: 'something else; the rejected rows say it one by one' };

/** Counts rows by what was expected of them and in which column; never holds what stands in a cell. */
export class ReasonTally {
  readonly #counts = new Map<string, RowReason>();

  /** A row with two problems counts under each. */
  add(row: number, problems: readonly { column: string; expected: string }[]): void {
    for (const problem of problems) this.#add(row, problem);
  }

  /** The most frequent first. */
  get reasons(): RowReason[] {
    return [...this.#counts.values()].sort((a, b) => b.rows - a.rows);
  }

  #add(row: number, { column, expected }: { column: string; expected: string }): void {
    const reason = this.#reasonFor(column.slice(0, MAX_COLUMN_CHARS), expected);
    reason.rows += 1;
    if (reason.firstRows.length < ROWS_NAMED) reason.firstRows.push(row);
  }

  #reasonFor(column: string, expected: string): RowReason {
    const known = this.#counts.get(`${column}\n${expected}`);
    if (known !== undefined) return known;
    if (this.#counts.size >= MAX_REASONS && expected !== OTHERS.expected) {
      return this.#reasonFor(OTHERS.column, OTHERS.expected);
    }
    const reason = { column, expected, rows: 0, firstRows: [] };
    this.#counts.set(`${column}\n${expected}`, reason);
    return reason;
  }
}

/** Of rejected rows so many are kept to be corrected; the rest is counted. */
const MAX_REJECTED_KEPT = 50_000;
const MAX_REJECTED_CHARS_KEPT = 64 * 1024 * 1024;
const REJECTED_CHUNK_ROWS = 200;
const REJECTED_CHUNK_CHARS = 256 * 1024;
const SAMPLE = 10;
/** Zones: the campaign's record, which is read twice a second, holds them all. */
const MAX_CLOCKS = 40;

const A_NOTE = [{ column: '', expected: NOTE_EXPECTED }];

/** What is ready to be stored. */
export interface SortedChunks {
  rows: ImportedRow[][];
  rejected: RejectedRow[][];
}

/**
 * Sorts rows into those that can be sent to, rejected ones and duplicates; counts them, and cuts them into chunks.
 */
export class RowCollector {
  rows = 0;
  rejected = 0;
  duplicates = 0;
  /** Rows of which an address was left out, because it cannot be used. */
  warned = 0;
  readonly rejectedBy = new ReasonTally();
  readonly warnings = new ReasonTally();
  /** The first rejected ones. */
  readonly rejectedSample: RejectedRow[] = [];
  readonly addressedBy: ImportSummary['addressedBy'] = {
    externalContactId: 0,
    email: 0,
    phone: 0,
  };
  readonly #clocks = new Map<string, number>();
  readonly #judge: RowValidator;
  readonly #facts: TextFacts;
  readonly #seen = new SeenRecipients();
  #complete: SortedChunks = { rows: [], rejected: [] };
  #chunk: ImportedRow[] = [];
  #rejectedChunk: RejectedRow[] = [];
  #rejectedChunkChars = 0;
  #rejectedKept = 0;
  #rejectedCharsKept = 0;

  constructor(
    campaign: Campaign,
    entry: TemplateEntry,
    { now, country, facts = {} }: { now: number; country?: CountryCode; facts?: TextFacts },
  ) {
    this.#judge = new RowValidator(campaign, entry, now, country);
    this.#facts = facts;
  }

  /** Recipients by their time zone; undefined where there are more of them than are worth keeping. */
  get clocks(): ImportSummary['clocks'] {
    return this.#clocks.size > MAX_CLOCKS ? undefined : Object.fromEntries(this.#clocks);
  }

  /** What is wrong for every recipient. */
  problemsOfAll(): FileProblem[] {
    return this.#judge.problemsOfAll().map(({ field, expected }) => ({ column: field, expected }));
  }

  take(read: ReadRow): void {
    if (read.problems.length > 0) {
      this.#reject(read, read.problems);
      return;
    }
    const judgement = this.#judge.validate(read.candidate);
    if (!judgement.ok) {
      const { problems } = judgement;
      this.#reject(read, isNote(read.cells) ? A_NOTE : this.#inColumns(read, problems));
      return;
    }
    const { row, warnings } = judgement;
    if (!this.#seen.add(row.recipient)) {
      this.duplicates += 1;
      return;
    }
    this.rows += 1;
    this.#countAddress(row.recipient);
    this.#countClock(row.recipient);
    this.#chunk.push(this.#numbered(read, row, warnings));
    if (this.#chunk.length === CHUNK_ROWS) this.#completeRows();
  }

  /** The chunks that have become full since the last call. */
  takeComplete(): SortedChunks {
    const complete = this.#complete;
    this.#complete = { rows: [], rejected: [] };
    return complete;
  }

  /** As `takeComplete`, with the last ones, however full they are. */
  takeAll(): SortedChunks {
    if (this.#chunk.length > 0) this.#completeRows();
    if (this.#rejectedChunk.length > 0) this.#completeRejected();
    return this.takeComplete();
  }

  #numbered(read: ReadRow, row: Row, warnings: readonly FieldProblem[]): ImportedRow {
    const { number, own } = read;
    if (warnings.length === 0) return { number, row, own };
    const problems = this.#inColumns(read, warnings);
    this.warned += 1;
    this.warnings.add(number, problems);
    return { number, row, own, warning: describeProblems(problems) };
  }

  #inColumns({ nameOf }: ReadRow, problems: readonly FieldProblem[]): RejectedRow['problems'] {
    const { lettersExpected = LETTERS_EXPECTED } = this.#facts;
    return problems.map(({ field, expected }) => ({
      column: nameOf.get(field) ?? field,
      expected: expected === LETTERS_EXPECTED ? lettersExpected : expected,
    }));
  }

  #completeRows(): void {
    this.#complete.rows.push(this.#chunk);
    this.#chunk = [];
  }

  #completeRejected(): void {
    this.#complete.rejected.push(this.#rejectedChunk);
    this.#rejectedChunk = [];
    this.#rejectedChunkChars = 0;
  }

  #reject({ number, cells }: ReadRow, problems: RejectedRow['problems']): void {
    this.rejected += 1;
    const row = { number, problems, cells };
    this.rejectedBy.add(number, problems);
    if (this.rejectedSample.length < SAMPLE) this.rejectedSample.push(row);
    // An empty cell takes room, too: a row of commas has a quarter of a million of them.
    const chars = cells.reduce((sum, cell) => sum + cell.length + 1, 0);
    const isKept =
      this.#rejectedKept < MAX_REJECTED_KEPT &&
      this.#rejectedCharsKept + chars <= MAX_REJECTED_CHARS_KEPT;
    if (!isKept) return;
    this.#rejectedKept += 1;
    this.#rejectedCharsKept += chars;
    this.#rejectedChunkChars += chars;
    this.#rejectedChunk.push(row);
    const isFull =
      this.#rejectedChunk.length >= REJECTED_CHUNK_ROWS ||
      this.#rejectedChunkChars >= REJECTED_CHUNK_CHARS;
    if (isFull) this.#completeRejected();
  }

  #countAddress({ externalContactId, email }: Row['recipient']): void {
    if (externalContactId !== undefined) this.addressedBy.externalContactId += 1;
    else if (email !== undefined) this.addressedBy.email += 1;
    else this.addressedBy.phone += 1;
  }

  #countClock(recipient: Row['recipient']): void {
    if (this.#clocks.size > MAX_CLOCKS) return;
    const zone = zoneOfRecipient({ recipient }) ?? '';
    this.#clocks.set(zone, (this.#clocks.get(zone) ?? 0) + 1);
  }
}
