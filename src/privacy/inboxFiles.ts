import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { OUTCOME_FOLDERS, PROCESSING } from '../campaign/inbox/fileNames.js';
import type { Person } from './person.js';

/** Lines of one file that name a person. */
export interface FoundLines {
  /** Below the inbox. */
  file: string;
  lines: string[];
  /** It is done with, and may be changed; the others are about to be imported. */
  isOver: boolean;
}

const PACKED = /\.gz$/i;
/** Sidecars and reports hold nothing of a row. */
const NO_ROWS = /\.json$/i;
const UNFINISHED = '.erasing';
/** An erasure that works writes on: one that has written nothing for so long was killed. */
const ABANDONED_AFTER_MS = 10 * 60 * 1000;

/** Finds a person in the files of an inbox. */
export async function* linesAbout(folder: string, person: Person): AsyncGenerator<FoundLines> {
  for await (const { file, isOver } of filesOf(folder)) {
    const lines: string[] = [];
    for await (const record of recordsOf(path.join(folder, file))) {
      const text = textOf(record);
      if (person.isNamedIn(text)) lines.push(text);
    }
    if (lines.length > 0) yield { file, lines, isOver };
  }
}

/** Writes a file anew without the lines that name a person. It is whole at every moment: it is replaced. */
export async function removeLines(folder: string, file: string, person: Person): Promise<void> {
  const whole = path.join(folder, file);
  const other = `${whole}${UNFINISHED}`;
  // Who may not read the file may not read what it becomes.
  const { mode } = await stat(whole);
  async function* others(): AsyncGenerator<Buffer> {
    for await (const record of recordsOf(whole)) {
      if (!person.isNamedIn(textOf(record))) yield Buffer.from(record, 'latin1');
    }
  }
  try {
    const text = Readable.from(others());
    if (PACKED.test(file)) await pipeline(text, createGzip(), createWriteStream(other, { mode }));
    else await pipeline(text, createWriteStream(other, { mode }));
    await rename(other, whole);
  } catch (error) {
    await rm(other, { force: true });
    throw error;
  }
}

/** Removes what a killed erasure has left behind: it holds rows of others, and no search looks into it. */
export async function removeUnfinished(folder: string, now: number): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile() || !entry.name.endsWith(UNFINISHED)) continue;
    const file = path.join(entry.parentPath, entry.name);
    const { mtimeMs } = await stat(file);
    if (now - mtimeMs > ABANDONED_AFTER_MS) await rm(file, { force: true });
  }
}

async function* filesOf(folder: string): AsyncGenerator<Pick<FoundLines, 'file' | 'isOver'>> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile() || NO_ROWS.test(entry.name) || entry.name.endsWith(UNFINISHED)) continue;
    const file = path.relative(folder, path.join(entry.parentPath, entry.name));
    const [top = ''] = file.split(path.sep);
    const isOver = (OUTCOME_FOLDERS as readonly string[]).includes(top) && top !== PROCESSING;
    yield { file, isOver };
  }
}

/** Lines with their line ends; what stands in quotes over several lines belongs together. */
async function* recordsOf(file: string): AsyncGenerator<string> {
  const raw = createReadStream(file);
  const source = PACKED.test(file) ? raw.pipe(createGunzip()) : raw;
  let rest = '';
  let record = '';
  let isQuoted = false;
  // A byte a character: what is kept stays byte for byte, in whatever encoding it is.
  for await (const piece of source.setEncoding('latin1')) {
    const lines = `${rest}${String(piece)}`.split(/(?<=\n)/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      record += line;
      if (count(line, '"') % 2 === 1) isQuoted = !isQuoted;
      if (isQuoted) continue;
      yield record;
      record = '';
    }
  }
  if (record + rest !== '') yield record + rest;
}

/** What a record says, in UTF-8 or UTF-16, for the signs that an address may have. */
function textOf(record: string): string {
  return Buffer.from(record.replaceAll('\0', ''), 'latin1').toString();
}

function count(text: string, sign: string): number {
  return text.split(sign).length - 1;
}
