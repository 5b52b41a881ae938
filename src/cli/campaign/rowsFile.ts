import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { CalledImport, CampaignImport } from '../../campaign/campaigns.js';
import type { CampaignView } from '../../campaign/campaignView.js';
import type { ImportProgress } from '../../campaign/import/importRows.js';
import type { ColumnSuggestion, FileProblem } from '../../campaign/import/unusableFile.js';
import { describeRowReasons } from '../../campaign/rowReasons.js';
import { commandLine, printable } from '../output.js';
import {
  bar,
  bytes,
  counted,
  LiveLines,
  percent,
  type Terminal,
  tinted,
  whole,
} from '../terminal.js';
import type { CampaignSession } from './campaignCommand.js';

const LOG_EVERY_MS = 5_000;

/** Shows how far an import is: a bar on a terminal, a line now and then elsewhere. */
export class ImportDisplay {
  readonly #to: Terminal;
  readonly #size: number | undefined;
  readonly #lines: LiveLines;
  #logDue: number;

  /** `size` is the file's; a pipe has none. */
  constructor(to: Terminal, size: number | undefined) {
    this.#to = to;
    this.#size = size;
    this.#lines = new LiveLines(to);
    this.#logDue = Date.now() + LOG_EVERY_MS;
  }

  show(progress: ImportProgress): void {
    if (this.#to.live) {
      this.#lines.draw([`Importing ${this.#far(progress)}  ${figures(progress)}`]);
      return;
    }
    const now = Date.now();
    if (now < this.#logDue) return;
    this.#logDue = now + LOG_EVERY_MS;
    const share = this.#share(progress);
    const far = share === undefined ? bytes(progress.bytes) : percent(share);
    this.#to.write(`${new Date(now).toISOString()} importing: ${far}, ${figures(progress)}\n`);
  }

  /** Takes the bar away: what follows says how it ended. */
  end(): void {
    if (this.#to.live) this.#lines.clear();
  }

  #share({ bytes: read }: ImportProgress): number | undefined {
    return this.#size === undefined || this.#size === 0 ? undefined : read / this.#size;
  }

  #far(progress: ImportProgress): string {
    const share = this.#share(progress);
    if (share === undefined) return bytes(progress.bytes);
    const width = Math.max(8, Math.min(30, this.#to.columns() - 56));
    return `${tinted('good', bar(share, width, this.#to), this.#to)} ${percent(share).padStart(5)}`;
  }
}

function figures({ rows, rejected, duplicates }: ImportProgress): string {
  const parts = [
    counted(rows, 'row'),
    rejected > 0 && `${whole(rejected)} rejected`,
    duplicates > 0 && counted(duplicates, 'duplicate'),
  ];
  return parts.filter((part) => part !== false).join(', ');
}

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
  { campaigns, to }: CampaignSession,
  id: string,
  file: RowsFile,
  options: CalledImport & { signal: AbortSignal },
): Promise<CampaignImport | undefined> {
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
  { problems, rejectedBy }: Extract<CampaignImport, { kind: 'unusable' }>,
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

export function describeRowProblem({ row, column, expected }: FileProblem): string {
  const place = [
    row === undefined ? undefined : `row ${row}`,
    column === undefined || column === '' ? undefined : column,
  ].filter((part) => part !== undefined);
  return place.length === 0 ? `expected ${expected}` : `${place.join(', ')}: expected ${expected}`;
}

/** Names of columns are the file's own. Our colours would not survive, so those lines go as they are. */
export function printableLines(lines: readonly (string | false)[]): string {
  return lines
    .filter((line) => line !== false)
    .map((line) => (line.startsWith('\u001b') ? line : printable(line)))
    .join('\n');
}
