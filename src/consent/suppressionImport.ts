import type { Readable } from 'node:stream';
import type { ReadRow, RowSource } from '../campaign/import/candidate.js';
import { type ColumnChoices, joinedChoices } from '../campaign/import/columnChoices.js';
import { fileText, SourceLostError, type TextFacts } from '../campaign/import/fileText.js';
import { openRows } from '../campaign/import/importRows.js';
import { type FileProblem, UnusableFileError } from '../campaign/import/unusableFile.js';
import type { CountryCode } from '../notification/phoneNumber.js';
import type { Suppression, SuppressionEntry } from '../suppression/suppression.js';
import type { AddedSuppressions } from '../suppression/suppressionList.js';
import { ExportedSuppressions, isSuppressionExport } from './suppressionExport.js';
import { type RowReport, SUPPRESSION_COLUMNS, SuppressionRows } from './suppressionRows.js';

/** How to read a file of addresses that are not written to. */
export interface SuppressionFileOptions {
  /** Recognised by the first character when left out. */
  format?: 'csv' | 'ndjson';
  /** How its letters are written; found out from its first bytes when left out. */
  encoding?: string;
  columns?: Partial<ColumnChoices>;
  /** Where phone numbers without a country code are dialled, unless a row says it. */
  country?: CountryCode | undefined;
  /** A file without rows is no mistake: a list of the platform may be empty. */
  mayBeEmpty?: boolean;
  /** Reads the rows of a file that another program has written in its own way. */
  rows?: Pick<RowSource, 'push' | 'end'>;
  signal?: AbortSignal;
  /** Called after each piece of the file. */
  onProgress?: (progress: SuppressionProgress) => void;
}

interface SuppressionProgress {
  /** As they came in, compressed or not. */
  bytes: number;
  rows: number;
  rejected: number;
}

/** What was stored of a file, by entries: an address is one. */
export interface SuppressionReport extends RowReport, AddedSuppressions {}

/**
 * How an import ended. What was stored before it ended early stays: each entry is right by itself, and the
 * same file once more changes nothing.
 */
export type SuppressionImport =
  | { kind: 'imported'; report: SuppressionReport }
  | { kind: 'unusable'; problems: readonly FileProblem[]; report: SuppressionReport }
  | { kind: 'broken_off'; report: SuppressionReport }
  | { kind: 'no_room'; retryAfterMs: number; report: SuppressionReport };

/** Where entries go. */
export interface SuppressionSink {
  isFull(): Promise<boolean>;
  add(entries: readonly SuppressionEntry[]): Promise<AddedSuppressions>;
  restore: ExportedSuppressions['restore'];
  /** Fingerprints of the secrets that this deployment knows. */
  keys: readonly string[];
}

const TOGETHER = 1_000;
const RETRY_AFTER_MS = 30_000;

class NoRoomError extends Error {
  override readonly name = 'NoRoomError';
}

/**
 * Imports a file as it comes: CSV or NDJSON, gzip or not, or what an export has written. Memory does not
 * grow with the file. Throws when Redis does not answer; what was stored until then stays.
 */
export async function importSuppressions(
  source: Readable,
  sink: SuppressionSink,
  given: Suppression,
  options: SuppressionFileOptions = {},
): Promise<SuppressionImport> {
  const facts: TextFacts = {};
  const { signal, onProgress, country } = options;
  const run = new ImportRun(sink, new SuppressionRows(given, { country, facts }));
  const stop = () => source.destroy(new SourceLostError('the import was stopped'));
  if (signal?.aborted) return { kind: 'broken_off', report: run.report };
  signal?.addEventListener('abort', stop, { once: true });
  let bytes = 0;
  try {
    const text = fileText(source, {
      onBytes: (more) => {
        bytes += more;
      },
      encoding: options.encoding,
      facts,
    });
    await run.read(text, options, () => onProgress?.({ bytes, ...run.progress }));
    const { report } = run;
    const isEmpty = report.rows + report.rejected === 0 && !run.isExport;
    if (!isEmpty || options.mayBeEmpty) return { kind: 'imported', report };
    return { kind: 'unusable', problems: [{ expected: 'at least one row' }], report };
  } catch (error) {
    const { report } = run;
    if (error instanceof SourceLostError) return { kind: 'broken_off', report };
    if (error instanceof NoRoomError)
      return { kind: 'no_room', retryAfterMs: RETRY_AFTER_MS, report };
    if (error instanceof UnusableFileError) {
      return { kind: 'unusable', problems: error.problems, report };
    }
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** One file on its way into the list. */
class ImportRun {
  readonly #sink: SuppressionSink;
  readonly #rows: SuppressionRows;
  #waiting: SuppressionEntry[] = [];
  readonly #stored: AddedSuppressions = { added: 0, replaced: 0, kept: 0 };
  #restored = 0;
  /** Whether the file is what an export has written; an empty list has one, too. */
  isExport = false;

  constructor(sink: SuppressionSink, rows: SuppressionRows) {
    this.#sink = sink;
    this.#rows = rows;
  }

  get progress(): { rows: number; rejected: number } {
    const { rows, rejected } = this.#rows;
    return { rows: rows + this.#restored, rejected };
  }

  get report(): SuppressionReport {
    const { report } = this.#rows;
    const rows = report.rows + this.#restored;
    return { ...report, rows, ...this.#stored };
  }

  async read(
    text: AsyncIterable<string>,
    { format, columns, rows: given }: SuppressionFileOptions,
    onPiece: () => void,
  ): Promise<void> {
    let rows = given;
    let exported: ExportedSuppressions | undefined;
    const context = { choices: joinedChoices(columns), channels: [] };
    for await (const piece of text) {
      if (rows === undefined && exported === undefined) {
        if (isSuppressionExport(piece)) exported = new ExportedSuppressions(this.#sink);
        else rows = openRows(piece, format, SUPPRESSION_COLUMNS, context);
      }
      if (exported !== undefined) await this.#restore(exported, exported.push(piece));
      else if (rows !== undefined) await this.#takeAll(rows.push(piece));
      onPiece();
    }
    if (exported !== undefined) {
      this.isExport = true;
      return this.#restore(exported, exported.end());
    }
    rows ??= openRows('', format, SUPPRESSION_COLUMNS, context);
    await this.#takeAll(rows.end());
    await this.#store();
    onPiece();
  }

  async #takeAll(rows: Iterable<ReadRow>): Promise<void> {
    for (const row of rows) {
      this.#waiting.push(...this.#rows.take(row));
      if (this.#waiting.length >= TOGETHER) await this.#store();
    }
  }

  async #store(): Promise<void> {
    if (this.#waiting.length === 0) return;
    if (await this.#sink.isFull()) throw new NoRoomError();
    const entries = this.#waiting;
    this.#waiting = [];
    this.#count(await this.#sink.add(entries));
  }

  async #restore(
    exported: ExportedSuppressions,
    batches: Iterable<Parameters<ExportedSuppressions['restore']>[0]>,
  ): Promise<void> {
    for (const batch of batches) {
      if (await this.#sink.isFull()) throw new NoRoomError();
      this.#count(await exported.restore(batch));
      this.#restored += batch.length;
    }
  }

  #count({ added, replaced, kept }: AddedSuppressions): void {
    this.#stored.added += added;
    this.#stored.replaced += replaced;
    this.#stored.kept += kept;
  }
}
