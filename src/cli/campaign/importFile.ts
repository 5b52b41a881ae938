import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { ImportOutcome, RowProblem } from '../../campaign/campaigns.js';
import type { CampaignView } from '../../campaign/campaignView.js';
import type { ColumnSuggestion } from '../../campaign/import/unusable.js';
import type { ImportOptions } from '../../campaign/importRows.js';
import { describeRowReasons } from '../../campaign/rowReasons.js';
import { commandLine } from '../commandLine.js';
import { printable } from '../printable.js';
import { type Terminal, tinted } from '../terminal.js';
import { counted, whole } from './figures.js';
import { ImportDisplay } from './importDisplay.js';
import type { Session } from './session.js';

export interface RowsFile {
  /** How it is called in what is said of it. */
  name: string;
  /** Of a file that can be read more than once. */
  size?: number;
  open(): Readable;
}

/** The file of a command line, or a sentence why it cannot be read; `-` is standard input. */
export async function findFile(path: string): Promise<RowsFile | string> {
  if (path === '-') return { name: 'standard input', open: () => process.stdin };
  try {
    const found = await stat(path);
    if (found.isDirectory()) return `${path} is a folder; expected a file`;
    const size = found.isFile() ? { size: found.size } : {};
    return { name: path, ...size, open: () => createReadStream(path) };
  } catch (error) {
    return `${path} cannot be read (${String((error as { code?: unknown }).code)})`;
  }
}

/** Imports a file into a campaign, and shows how far it is meanwhile. */
export async function importFile(
  { campaigns, to }: Session,
  id: string,
  file: RowsFile,
  options: ImportOptions & { signal: AbortSignal },
): Promise<ImportOutcome | undefined> {
  const display = new ImportDisplay(to, file.size);
  const source = file.open();
  try {
    return await campaigns.importRows(id, source, {
      ...options,
      onProgress: (progress) => display.show(progress),
    });
  } finally {
    display.end();
    source.destroy();
  }
}

/** What an import has found: why rows were rejected and addresses left out, counted by reason. */
export function describeImport(campaign: CampaignView, to: Terminal): string {
  const { id, reason, import: summary } = campaign;
  if (summary === undefined) return '';
  const { rows, rejected, duplicates, ignoredColumns, addressedBy, warned } = summary;
  const by = [
    addressedBy.externalContactId > 0 && `${whole(addressedBy.externalContactId)} by contact id`,
    addressedBy.email > 0 && `${whole(addressedBy.email)} by email`,
    addressedBy.phone > 0 && `${whole(addressedBy.phone)} by phone`,
  ].filter((part) => part !== false);
  const lines = [
    `${tinted('good', `${counted(rows, 'recipient')} imported`, to)} (${by.join(', ')}).`,
    duplicates > 0 && `${counted(duplicates, 'duplicate')}: the same recipient stands further up.`,
    ignoredColumns.length > 0 &&
      `Columns that the template does not use: ${ignoredColumns.join(', ')}.`,
    warned > 0 &&
      tinted(
        'waiting',
        `${counted(warned, 'warning')}: an address that cannot be used was left out, and another one reaches the customer:`,
        to,
      ),
    ...describeRowReasons(summary.warnings).map((line) => `  ${line}`),
    rejected > 0 && tinted('bad', `${counted(rejected, 'row')} rejected:`, to),
    ...describeRowReasons(summary.rejectedBy).map((line) => `  ${line}`),
    rejected > 0 && `To correct and import them, all of them as a file:`,
    rejected > 0 && `  ${commandLine(`campaign rejected ${id} --out rejected.csv`)}`,
    reason !== undefined && tinted('bad', `LOOK AT THE REJECTED ROWS: ${reason}.`, to),
  ];
  return printableLines(lines);
}

/** A file that cannot be used at all. */
export function describeUnusable(
  file: RowsFile,
  { problems, rejectedBy }: Extract<ImportOutcome, { kind: 'unusable' }>,
  mappedBy: (suggestions: readonly ColumnSuggestion[]) => string,
): string {
  const suggestions = problems.flatMap(({ suggestion }) => suggestion ?? []);
  // Those of single rows are counted by reason below.
  const ofFile = rejectedBy.length === 0 ? problems : problems.slice(0, 1);
  return printableLines([
    `${file.name} cannot be imported; nothing of it was stored:`,
    ...ofFile.map((problem) => `  ${describeRowProblem(problem)}`),
    ...describeRowReasons(rejectedBy).map((line) => `  ${line}`),
    suggestions.length > 0 && 'To read a column as what is missing:',
    suggestions.length > 0 && `  ${commandLine(mappedBy(suggestions))}`,
  ]);
}

function describeRowProblem({ row, column, expected }: RowProblem): string {
  const place = [
    row === undefined ? undefined : `row ${row}`,
    column === undefined || column === '' ? undefined : column,
  ].filter((part) => part !== undefined);
  return place.length === 0 ? `expected ${expected}` : `${place.join(', ')}: expected ${expected}`;
}

/** Names of columns are the file's own. Our colours would not survive, so those lines go as they are. */
function printableLines(lines: readonly (string | false)[]): string {
  return lines
    .filter((line) => line !== false)
    .map((line) => (line.startsWith('\u001b') ? line : printable(line)))
    .join('\n');
}
