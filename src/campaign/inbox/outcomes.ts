import { createWriteStream } from 'node:fs';
import { lstat, mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { numbered, type OutcomeFolder, stemOf } from './fileNames.js';
import type { Pickup, Pickups } from './pickups.js';
import { codeOf, ignoring } from './regularFile.js';
import type { RejectedFile } from './rejectedFile.js';
import { describeReport, type InboxReport } from './report.js';

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
  // Whoever froze for longer than a lease lasts must not report on what others have put away.
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
