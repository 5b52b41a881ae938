import { createWriteStream } from 'node:fs';
import { lstat, mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CampaignView } from '../campaignView.js';
import { type ExportFormat, exportRejected } from '../exports.js';
import { describeRowReasons } from '../rowReasons.js';
import type { RowStore } from '../rowStore.js';
import { numbered, type OutcomeFolder, stemOf } from './fileNames.js';
import { codeOf, ignoring, type Pickup, type Pickups } from './pickups.js';

/** The rows that an import has rejected, as a file that can be corrected and dropped. */
export interface RejectedFile {
  extension: ExportFormat;
  pages: AsyncIterable<string>;
}

/** Undefined when all rows were taken. It has the format in which the rows came. */
export async function rejectedFile(
  rows: Pick<RowStore, 'rejectedLayout' | 'rejected'>,
  campaignId: string,
): Promise<RejectedFile | undefined> {
  const layout = await rows.rejectedLayout(campaignId);
  if (layout === undefined) return undefined;
  const pages = exportRejected(rows, campaignId, layout.format);
  return { extension: layout.format, pages };
}

/** One thing to correct: in the file, or in its sidecar. Never what stands in a cell. */
export interface ReportedProblem {
  where: 'file' | 'sidecar';
  row?: number;
  column?: string;
  field?: string;
  expected: string;
}

/** What became of a dropped file, for people and for programs. */
export interface InboxReport {
  file: string;
  outcome: OutcomeFolder;
  /** What happened, and what to do now, in sentences. */
  says: string[];
  problems: ReportedProblem[];
  campaign?: Pick<CampaignView, 'id' | 'name' | 'state' | 'startAt' | 'import'>;
  /** Of a file of suppressions: what was stored of it. */
  suppressions?: Readonly<Record<'rows' | 'added' | 'replaced' | 'kept' | 'rejected', number>>;
  /** Problems of the first rejected rows; all that are kept stand in a file of their own. */
  rejected: ReportedProblem[];
  /** The same, under its earlier name. */
  refused: ReportedProblem[];
}

/** The report as a page of text. */
function describeReport(report: InboxReport, at: Date, rejectedFile?: string): string {
  const { file, outcome, says, problems, campaign } = report;
  const lines = [
    `${file}: ${outcome === 'done' ? 'imported' : 'not imported'} (${at.toISOString()})`,
    '',
    ...says,
    ...listed('To correct:', problems),
    ...(campaign === undefined ? [] : describeCampaign(campaign)),
    ...(rejectedFile === undefined
      ? []
      : [
          '',
          `${rejectedFile} has the rejected rows as they were, with what is wrong: correct it and drop it with a sidecar.`,
        ]),
  ];
  return `${lines.join('\n')}\n`;
}

function describeCampaign(campaign: NonNullable<InboxReport['campaign']>): string[] {
  const { id, name, state, startAt, import: imported } = campaign;
  const scheduled = state === 'ready' && startAt !== undefined ? `, to start at ${startAt}` : '';
  const lines = ['', `Campaign   ${id}`, `Name       ${name}`, `State      ${state}${scheduled}`];
  if (imported === undefined) return lines;
  const { rows, rejected, duplicates, ignoredColumns, rejectedBy, warned, warnings } = imported;
  return [
    ...lines,
    `Rows       ${rows}`,
    `Rejected   ${rejected}`,
    `Duplicates ${duplicates}`,
    `Warnings   ${warned}`,
    ...(ignoredColumns.length === 0
      ? []
      : [`Columns that the template does not use: ${ignoredColumns.join(', ')}`]),
    ...titled('Rejected rows:', describeRowReasons(rejectedBy)),
    ...titled(
      'Warnings: these addresses were left out, and another one reaches the customer:',
      describeRowReasons(warnings),
    ),
  ];
}

function listed(title: string, problems: readonly ReportedProblem[]): string[] {
  if (problems.length === 0) return [];
  return titled(title, problems.map(describeProblem));
}

function titled(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}

function describeProblem({ where, row, column, field, expected }: ReportedProblem): string {
  const place = [
    ...(where === 'sidecar' ? ['sidecar'] : []),
    ...(row === undefined ? [] : [`row ${row}`]),
    ...(column === undefined ? [] : [`column ${column}`]),
    ...(field === undefined ? [] : [field]),
  ].join(', ');
  return place === '' ? `expected ${expected}` : `${place}: expected ${expected}`;
}

/**
 * Puts a file where it ends, beside its report: `done/may.csv`, `may.json`, `may.csv.report.json`,
 * `may.csv.report.txt` and, where rows were rejected, `may.rejected.csv`. Whatever stands there
 * already stays: the next file of that name is `may-2.csv`.
 */
export async function putAway(
  inbox: string,
  pickups: Pickups,
  pickup: Pickup,
  report: InboxReport,
  rejectedRows: RejectedFile | undefined,
): Promise<{ path: string }> {
  // A process that froze for longer than a lease lasts must not report on what others have put away.
  await lstat(join(pickup.folder, pickup.name));
  const folder = await outcomeFolder(inbox, report.outcome);
  const at = new Date();
  const name = await reserve(folder, pickup, { ...report, at: at.toISOString() });
  const rejectedName = rejectedRows && `${stemOf(name)}.rejected.${rejectedRows.extension}`;
  if (rejectedRows !== undefined && rejectedName !== undefined) {
    await pipeline(
      Readable.from(rejectedRows.pages),
      createWriteStream(join(folder, rejectedName)),
    );
  }
  const text = describeReport(report, at, rejectedName);
  await writeFile(join(folder, `${name}.report.txt`), text);
  await pickups.putAway(pickup, folder, name);
  return { path: `${report.outcome}/${name}` };
}

async function outcomeFolder(inbox: string, outcome: OutcomeFolder): Promise<string> {
  const folder = join(inbox, outcome);
  await ignoring(['EEXIST'], mkdir(folder));
  return folder;
}

/**
 * Takes the first free name, by writing the report there; of two processes that end files of the same
 * name, one finds it taken. The name that this very pickup has reserved before is its own.
 */
async function reserve(folder: string, pickup: Pickup, report: object): Promise<string> {
  const json = `${JSON.stringify({ ...report, pickup: pickup.id }, undefined, 2)}\n`;
  for (let count = 1; ; count += 1) {
    const name = numbered(pickup.name, count);
    const path = join(folder, `${name}.report.json`);
    if (await isReservedBy(path, pickup)) {
      await writeFile(path, json);
      return name;
    }
    if (!(await exists(join(folder, name))) && (await writeNew(path, json))) return name;
  }
}

async function writeNew(path: string, content: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(content).finally(() => file.close());
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return (await ignoring(['ENOENT'], lstat(path))) !== undefined;
}

async function isReservedBy(path: string, pickup: Pickup): Promise<boolean> {
  try {
    return (JSON.parse(await readFile(path, 'utf8')) as { pickup?: unknown }).pickup === pickup.id;
  } catch {
    return false;
  }
}
