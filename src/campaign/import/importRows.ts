import type { Readable } from 'node:stream';
import type { CountryCode } from '../../notification/phoneNumber.js';
import type { RedisMemory } from '../../redis/serverInfo.js';
import type { TemplateCatalogue, TemplateEntry } from '../../templates/catalogue.js';
import { type TemplateManifest, withoutRequiring } from '../../templates/manifest.js';
import type { Campaign, ImportSummary } from '../campaign.js';
import type { ImportFailure, ImportOutcome } from '../campaignSteps.js';
import type { RejectedRow, RowStore } from '../rowStore.js';
import type { CampaignStore } from '../store.js';
import type { RowSource } from './candidate.js';
import { type ColumnChoices, type ColumnContext, joinedChoices } from './columnChoices.js';
import { CsvRows } from './csv.js';
import { fileText, SourceLostError, type TextFacts } from './fileText.js';
import { NdjsonRows } from './ndjson.js';
import { RowCollector } from './rowCollector.js';
import { channelsOf } from './rowValidator.js';
import { type FileProblem, UnusableFileError } from './unusableFile.js';
import { Upload } from './upload.js';

/** What reads a file that begins with `head`, by the format given or else by its first character. */
export function openRows(
  head: string,
  format: 'csv' | 'ndjson' | undefined,
  manifest: TemplateManifest,
  context: ColumnContext,
): RowSource {
  if (/^\s*\[\s*\{/.test(head)) {
    throw new UnusableFileError({
      expected: 'NDJSON: one object a line, without brackets around and commas between them',
    });
  }
  const isNdjson = format === undefined ? /^\s*\{/.test(head) : format === 'ndjson';
  return isNdjson ? new NdjsonRows(manifest, context) : new CsvRows(manifest, context);
}

const PROGRESS_EVERY_MS = 100;

export interface ImportParts {
  campaigns: CampaignStore;
  rows: RowStore;
  catalogue: TemplateCatalogue;
  memory: RedisMemory;
  /** Where phone numbers without a country code are dialled, unless a row says it. */
  country?: CountryCode | undefined;
}

export interface ImportProgress {
  /** As they came in, compressed or not. */
  bytes: number;
  rows: number;
  rejected: number;
  duplicates: number;
}

export interface ImportOptions {
  /** Recognised by the first character when left out. */
  format?: 'csv' | 'ndjson';
  /** How its letters are written; found out from its first bytes when left out. */
  encoding?: string;
  /** What its columns mean; goes before what the campaign says of it. */
  columns?: Partial<ColumnChoices>;
  /** It may be started although many of its rows are rejected. */
  acceptRejected?: boolean;
  /** Who imports it. */
  by?: string;
  signal?: AbortSignal;
  /** Called ten times a second at most, and at the end. */
  onProgress?: (progress: ImportProgress) => void;
}

/** What `importRows` answers; `problems` are those of the first rejected rows. */
export type ImportResult = ImportOutcome<{ summary: ImportSummary; problems: FileProblem[] }>;

/**
 * Imports a campaign's rows from a file, as it comes: CSV or NDJSON, gzip or not. Neither memory
 * nor Redis' list of open commands grows with the file.
 *
 * Nothing is written before the first chunk of rows is complete, and the campaign has no new row
 * before all of them are there: a file that turns out to be unusable, or is cut off, changes
 * nothing, and can be uploaded again from its start. Of several uploads at once the last one wins.
 *
 * The source is not destroyed when the import ends early; the code that opened it does that. Throws when
 * Redis does not answer.
 */
export async function importRows(
  parts: ImportParts,
  campaign: Campaign,
  source: Readable,
  options: ImportOptions = {},
): Promise<ImportResult> {
  const entry = await parts.catalogue.find(campaign.template);
  if (entry === undefined) {
    const names = (await parts.catalogue.names()).join(', ');
    return unusable([{ expected: `a template that exists: one of ${names}` }]);
  }
  const upload = new Upload(parts, campaign, options.by);
  const refusal = upload.refusal();
  if (refusal !== undefined) return refusal;
  const facts: TextFacts = {};
  const { country } = parts;
  const collector = new RowCollector(campaign, entry, {
    now: parts.campaigns.clock.now(),
    facts,
    country,
  });
  const context: ColumnContext = {
    choices: joinedChoices(campaign.columns, options.columns),
    channels: channelsOf(campaign, entry),
  };
  let result: ImportResult | undefined;
  try {
    const file: ReadFile = { source, entry: withoutGiven(entry, campaign), context, facts };
    result = await readRows(file, collector, upload, options);
  } finally {
    // What cannot be taken back now, because Redis is away, expires.
    if (result?.kind !== 'imported') await upload.abandon(endOf(result)).catch(() => undefined);
  }
  return result;
}

/** An import that throws is one that could not go on. */
function endOf(result: ImportFailure | undefined): 'refused' | 'broken_off' {
  return result === undefined || result.kind === 'broken_off' ? 'broken_off' : 'refused';
}

/** What the campaign itself gives needs no column. */
export function withoutGiven(entry: TemplateEntry, { defaults }: Campaign): TemplateEntry {
  const given = Object.keys(defaults.variables ?? {});
  return { ...entry, manifest: withoutRequiring(entry.manifest, given) };
}

/** A file, and what is known of it before it is read. */
interface ReadFile {
  source: Readable;
  entry: TemplateEntry;
  context: ColumnContext;
  facts: TextFacts;
}

async function readRows(
  { source, entry, context, facts }: ReadFile,
  collector: RowCollector,
  upload: Upload,
  { format, encoding, acceptRejected, signal, onProgress = () => undefined }: ImportOptions,
): Promise<ImportResult> {
  const problems = collector.problemsOfAll();
  if (problems.length > 0) return unusable(problems);
  const stop = () => source.destroy(new SourceLostError('the import was stopped'));
  if (signal?.aborted) return { kind: 'broken_off' };
  signal?.addEventListener('abort', stop, { once: true });
  const progress = new Progress(collector, onProgress);
  try {
    let rows: RowSource | undefined;
    const text = fileText(source, {
      onBytes: (bytes) => progress.add(bytes),
      encoding,
      facts,
    });
    for await (const piece of text) {
      rows ??= openRows(piece, format, entry.manifest, context);
      for (const row of rows.push(piece)) collector.take(row);
      const end = await upload.add(collector.takeComplete(), rows.layout);
      if (end !== undefined) return end;
      progress.tell();
      await upload.tell({ rows: collector.rows, bytes: progress.bytes });
    }
    rows ??= openRows('', format, entry.manifest, context);
    for (const row of rows.end()) collector.take(row);
    return await finish(rows, collector, upload, {
      templateHash: entry.hash,
      isAccepted: acceptRejected === true,
    });
  } catch (error) {
    if (error instanceof SourceLostError) return { kind: 'broken_off' };
    if (!(error instanceof UnusableFileError)) throw error;
    return unusable([...error.problems], collector);
  } finally {
    signal?.removeEventListener('abort', stop);
    progress.end();
  }
}

async function finish(
  rows: RowSource,
  collector: RowCollector,
  upload: Upload,
  { templateHash, isAccepted }: { templateHash: string; isAccepted: boolean },
): Promise<ImportResult> {
  if (collector.rows === 0) {
    const found =
      collector.rejected === 0 ? 'there is none' : `all ${collector.rejected} were rejected`;
    return unusable([{ expected: `at least one row to send to; ${found}` }], collector);
  }
  const end =
    (await upload.add(collector.takeAll(), rows.layout)) ??
    (await upload.finish(
      {
        rows: collector.rows,
        rejected: collector.rejected,
        rejectedBy: collector.rejectedBy.reasons,
        warned: collector.warned,
        warnings: collector.warnings.reasons,
        ...(isAccepted && { isAccepted }),
        duplicates: collector.duplicates,
        ignoredColumns: [...rows.ignoredColumns],
        addressedBy: collector.addressedBy,
        clocks: collector.clocks,
        keptColumns: [...rows.keptColumns],
        ...(rows.layout.separator !== undefined && { separator: rows.layout.separator }),
      },
      templateHash,
    ));
  return end.kind === 'imported' ? { ...end, problems: problemsOf(collector.rejectedSample) } : end;
}

function unusable(problems: FileProblem[], collector?: RowCollector): ImportFailure {
  const ofRows = problemsOf(collector?.rejectedSample ?? []);
  const rejectedBy = collector?.rejectedBy.reasons ?? [];
  return { kind: 'unusable', problems: [...problems, ...ofRows], rejectedBy };
}

/** One line for each thing wrong with these rows. */
function problemsOf(rows: readonly RejectedRow[]): FileProblem[] {
  return rows.flatMap(({ number, problems }) =>
    problems.map(({ column, expected }) => ({ row: number, column, expected })),
  );
}

/** Tells how far it is, ten times a second at most, and once more at the end. */
class Progress {
  readonly #collector: RowCollector;
  readonly #tell: (progress: ImportProgress) => void;
  bytes = 0;
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(collector: RowCollector, tell: (progress: ImportProgress) => void) {
    this.#collector = collector;
    this.#tell = tell;
  }

  add(bytes: number): void {
    this.bytes += bytes;
  }

  tell(): void {
    const now = performance.now();
    if (now - this.#reportedAt >= PROGRESS_EVERY_MS) this.end();
  }

  end(): void {
    this.#reportedAt = performance.now();
    const { rows, rejected, duplicates } = this.#collector;
    this.#tell({ bytes: this.bytes, rows, rejected, duplicates });
  }
}
