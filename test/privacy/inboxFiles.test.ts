import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { linesAbout, removeLines, removeUnfinished } from '../../src/privacy/inboxFiles.js';
import { Person } from '../../src/privacy/person.js';

const CSV = [
  'email;note\r\n',
  'row1@example.net;Müller\r\n',
  'DANA@example.com;"two\r\nlines, ""quoted"""\r\n',
  'row3@example.net;"other\r\nlines"\r\n',
];
const KEPT = [CSV[0], CSV[1], CSV[3]].join('');
const WIDE = Buffer.from(`\ufeff${CSV.join('')}`, 'utf16le');

let folder: string;
const dana = Person.read(['dana@example.com'], { plusAddresses: 'distinct' });
if (dana === undefined) throw new Error('it is an address');

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'proactive-notifier-erase-'));
  for (const name of ['done', 'rejected', 'processing/1']) {
    mkdirSync(path.join(folder, name), { recursive: true });
  }
  const write = (name: string, content: string | Buffer) =>
    writeFileSync(path.join(folder, name), content);
  write('done/may.csv', CSV.join(''));
  write('done/may.report.json', '{"dana@example.com": true}');
  write('rejected/june.csv.gz', gzipSync(Buffer.from(CSV.join(''), 'latin1')));
  write('done/wide.csv', WIDE);
  write('done/others.csv', KEPT);
  write('july.csv', CSV.join(''));
  write('processing/1/august.csv', 'dana@example.com');
});
afterAll(() => rmSync(folder, { recursive: true }));

test('a person is found in the files of an inbox, packed ones and UTF-16 too, and taken out line by line', async () => {
  const found: [string, number, boolean][] = [];
  for await (const { file, lines, isOver } of linesAbout(folder, dana)) {
    found.push([file, lines.length, isOver]);
  }
  expect(found.sort()).toEqual([
    ['done/may.csv', 1, true],
    ['done/wide.csv', 1, true],
    ['july.csv', 1, false],
    ['processing/1/august.csv', 1, false],
    ['rejected/june.csv.gz', 1, true],
  ]);
  for (const [file, , isOver] of found) if (isOver) await removeLines(folder, file, dana);

  const read = (name: string) => readFileSync(path.join(folder, name));
  expect(read('done/may.csv').toString()).toBe(KEPT);
  expect(gunzipSync(read('rejected/june.csv.gz')).toString('latin1')).toBe(KEPT);
  expect(read('done/wide.csv').toString('utf16le')).toBe(`\ufeff${KEPT}`);
});

test('a folder that is not there holds no one', async () => {
  for await (const found of linesAbout(path.join(folder, 'none'), dana)) {
    throw new Error(`found ${found.file}`);
  }
});

test('what a killed erasure has left behind is removed, and that of one at work is not', async () => {
  const left = path.join(folder, 'done', 'left.csv.erasing');
  const written = path.join(folder, 'done', 'written.csv.erasing');
  for (const file of [left, written]) writeFileSync(file, KEPT);
  const anHourAgo = Date.now() / 1_000 - 3_600;
  utimesSync(left, anHourAgo, anHourAgo);
  await removeUnfinished(folder, Date.now());
  expect([existsSync(left), existsSync(written)]).toEqual([false, true]);
});
