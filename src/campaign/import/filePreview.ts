import { Readable } from 'node:stream';
import type { CountryCode } from '../../notification/phoneNumber.js';
import type { TemplateEntry } from '../../templates/catalogue.js';
import type { TemplateManifest } from '../../templates/manifest.js';
import type { Campaign, ImportSummary } from '../campaign.js';
import type { ReadRow, RowSource } from './candidate.js';
import {
  type ColumnChoices,
  type ColumnContext,
  joinedChoices,
  MAX_KEPT_COLUMNS,
} from './columnChoices.js';
import { folded } from './columnNames.js';
import { type Columns, isReportColumn, mapColumns, missingVariables } from './columns.js';
import { CsvReader, isEmptyRow, meaningUnder, separationOf } from './csv.js';
import { fileText, type TextFacts } from './fileText.js';
import { openRows, withoutGiven } from './importRows.js';
import { NdjsonReader, textOf } from './ndjson.js';
import { RowCollector } from './rowCollector.js';
import { channelsOf } from './rowValidator.js';
import { type FileProblem, UnusableFileError } from './unusableFile.js';

/*
 * The beginning of a file, read as its import would read it, before all of it is sent: a wrong column is
 * seen and corrected while it costs nothing. Nothing is stored, and what stands in the cells leaves this
 * module to the person alone who has the file.
 */

/** So much of a file shows its columns and enough of its rows. */
export const PREVIEW_BYTES = 64 * 1024;

const ROWS_SHOWN = 3;
/** Rows of NDJSON need not have the same names. */
const ROWS_FOR_NAMES = 50;

export interface PreviewedColumn {
  /** As the file calls it. */
  name: string;
  /** The fields of the recipient and the variables of the template that it gives. */
  means: string[];
  /** `kept` comes back in the results; `unused` does not even do that. */
  use: 'read' | 'kept' | 'unused' | 'left_out';
  /** Whether a person has said so. */
  isChosen: boolean;
  /** What stands there in the first rows. */
  values: string[];
}

export interface FilePreview {
  /** Empty where rows are whole requests, and where the file cannot be read. */
  columns: PreviewedColumn[];
  /** Why it cannot be imported as it is; none where it can. */
  problems: readonly FileProblem[];
  /** What the rows of this piece would come to; absent where there are problems. */
  found?: Pick<ImportSummary, 'rows' | 'rejected' | 'duplicates'> &
    Required<Pick<ImportSummary, 'rejectedBy'>>;
}

export interface PreviewParts {
  entry: TemplateEntry;
  /** By which times in rows are judged (epoch ms). */
  now: number;
  country?: CountryCode;
}

export interface FileHead {
  bytes: Buffer;
  /** Whether that is all of the file. */
  isWhole: boolean;
  columns?: Partial<ColumnChoices>;
  /** How its letters are written; found out from its first bytes when left out. */
  encoding?: string;
}

/** Reads the first piece of a file for a campaign. */
export async function previewFile(
  campaign: Campaign,
  head: FileHead,
  { entry, now, country }: PreviewParts,
): Promise<FilePreview> {
  const facts: TextFacts = {};
  const context: ColumnContext = {
    choices: joinedChoices(campaign.columns, head.columns),
    channels: channelsOf(campaign, entry),
  };
  const { manifest } = withoutGiven(entry, campaign);
  const collector = new RowCollector(campaign, entry, { now, facts, country });
  return previewHead(head, manifest, context, {
    facts,
    problemsOfAll: () => collector.problemsOfAll(),
    take: (row) => collector.take(row),
    found: () => {
      const { rows, rejected, duplicates, rejectedBy } = collector;
      return { rows, rejected, duplicates, rejectedBy: rejectedBy.reasons };
    },
  });
}

/** What judges the rows of a file that is not sent yet. */
export interface HeadJudge {
  facts: TextFacts;
  problemsOfAll(): FileProblem[];
  take(row: ReadRow): void;
  found(): NonNullable<FilePreview['found']>;
}

/** Reads the first piece of a file with these columns. */
export async function previewHead(
  head: FileHead,
  manifest: TemplateManifest,
  context: ColumnContext,
  judge: HeadJudge,
): Promise<FilePreview> {
  const { isWhole } = head;
  let shown: PreviewedColumn[] = [];
  try {
    const text = await textOfHead(head, judge.facts);
    const rows = openRows(text, undefined, manifest, context);
    const isCsv = rows.layout.format === 'csv';
    const table = isCsv ? csvTable(text, isWhole) : ndjsonTable(text);
    const mapped = mapColumns(table.names, manifest, { ...context, sample: table.rows[0] });
    shown = previewed(table, mapped.columns, context.choices);
    // Rows of NDJSON are judged one by one: each has names of its own.
    if (isCsv && table.names.length > 0) {
      const problems = mapped.ok ? missingVariables(mapped.columns, manifest) : mapped.problems;
      if (problems.length > 0) return { columns: shown, problems };
    }
    const ofAll = judge.problemsOfAll();
    if (ofAll.length > 0) return { columns: shown, problems: ofAll };
    return { columns: shown, problems: [], found: foundIn(text, rows, judge, isWhole) };
  } catch (error) {
    if (!(error instanceof UnusableFileError)) throw error;
    return { columns: shown, problems: error.problems };
  }
}

/** What has come of a file that is cut off here is as good as the whole of it would be. */
async function textOfHead(
  { bytes, isWhole, encoding }: FileHead,
  facts: TextFacts,
): Promise<string> {
  let text = '';
  try {
    const source = Readable.from([bytes]);
    const pieces = fileText(source, { onBytes: () => undefined, encoding, facts });
    for await (const piece of pieces) text += piece;
  } catch (error) {
    // Compressed data that ends early, which here is no fault of the file.
    if (isWhole || text === '') throw error;
  }
  return text;
}

interface Table {
  names: string[];
  rows: string[][];
}

function csvTable(text: string, isWhole: boolean): Table {
  const { separator, skip } = separationOf(text);
  const reader = new CsvReader(separator);
  reader.add(text.slice(skip));
  if (isWhole) reader.end();
  let header: { names: string[]; meaningOf(cell: string): string } | undefined;
  const rows: string[][] = [];
  for (let row = reader.read(); row !== undefined; row = reader.read()) {
    if (isEmptyRow(row)) continue;
    if (header === undefined) {
      const meaningOf = meaningUnder(row.cells);
      header = { names: row.cells.map(meaningOf), meaningOf };
    } else {
      rows.push(row.cells.map(header.meaningOf));
      if (rows.length === ROWS_SHOWN) break;
    }
  }
  return { names: header?.names ?? [], rows };
}

/** Rows that are written as requests have no columns. */
function ndjsonTable(text: string): Table {
  const values: Record<string, unknown>[] = [];
  for (const { value } of new NdjsonReader().push(`${text}\n`)) {
    if (!Object.hasOwn(value, 'recipient')) values.push(value);
    if (values.length === ROWS_FOR_NAMES) break;
  }
  const names = [...new Set(values.flatMap((value) => Object.keys(value)))];
  const rows = values.slice(0, ROWS_SHOWN).map((value) => names.map((name) => textOf(value[name])));
  return { names, rows };
}

function previewed(
  { names, rows }: Table,
  { recipient, variables, ignored }: Columns,
  { map, ignore }: ColumnChoices,
): PreviewedColumn[] {
  const isNamedIn = (list: readonly string[], name: string) =>
    list.some((one) => folded(one) === folded(name));
  const kept = new Set(ignored.slice(0, MAX_KEPT_COLUMNS).map(({ at }) => at));
  return names.flatMap((name, at) => {
    if (name === '') return [];
    const fields = recipient.filter((one) => one.at === at).map(({ field }) => field);
    const given = variables.filter((one) => one.at === at).map((one) => one.name);
    const means = [...new Set<string>([...fields, ...given])];
    const isLeftOut = isReportColumn(name) || isNamedIn(ignore, name);
    const use =
      means.length > 0 ? 'read' : isLeftOut ? 'left_out' : kept.has(at) ? 'kept' : 'unused';
    const isChosen = isNamedIn(Object.keys(map), name) || isNamedIn(ignore, name);
    return [{ name, means, use, isChosen, values: rows.map((row) => row[at] ?? '') }];
  });
}

/** The last row may be cut off by the piece, and is not judged then. */
function foundIn(
  text: string,
  source: RowSource,
  judge: HeadJudge,
  isWhole: boolean,
): FilePreview['found'] {
  for (const row of source.push(text)) judge.take(row);
  if (isWhole) for (const row of source.end()) judge.take(row);
  return judge.found();
}
