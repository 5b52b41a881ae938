import { open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { startApi } from '../../../src/app/apiApp.js';
import { customersCsv, type Office, openOffice, SILENT } from '../support/office.js';
import { type InboxFolder, openInboxFolder } from './support.js';

let office: Office;
let inbox: InboxFolder;

beforeAll(async () => {
  office = await openOffice();
});

beforeEach(async () => {
  inbox = await openInboxFolder(office);
});

afterEach(() => inbox.close());

afterAll(() => office.close());

const FOLLOW_UP = { template: 'follow-up' };

/** A log that is kept, and a wait for something to be said in it. */
function keptLog() {
  const said: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void said.push(line) });
  const says = async (words: string) => {
    while (!said.some((line) => line.includes(words))) await pause(10);
  };
  return { said, log, says };
}

test('a folder that is not there is said once, and used as soon as it is', async () => {
  const { said, log, says } = keptLog();
  await inbox.remove();
  inbox.watch({ log });
  await says('(CAMPAIGN_INBOX_DIR) does not exist');
  await pause(100);
  expect(said).toHaveLength(1);
  await inbox.restore();
  await inbox.drop('may.csv', customersCsv(2), FOLLOW_UP);
  expect(await inbox.report('done', 'may.csv')).toMatchObject({ campaign: { state: 'ready' } });
});

test('a file where the folder should be is said', async () => {
  const { log, says } = keptLog();
  await inbox.remove();
  await writeFile(inbox.path, '');
  inbox.watch({ log });
  await says('(CAMPAIGN_INBOX_DIR) is no folder');
});

test('a folder in the way of a file’s outcome keeps no other file from being imported', async () => {
  const { log, says } = keptLog();
  await writeFile(join(inbox.path, 'rejected'), 'in the way');
  inbox.watch({ log });
  await inbox.drop('bad.csv', '', { template: 'nope' });
  await says('CAMPAIGN_INBOX_DIR');
  await inbox.drop('good.csv', customersCsv(2), FOLLOW_UP);
  expect(await inbox.report('done', 'good.csv')).toMatchObject({ campaign: { state: 'ready' } });
  await rm(join(inbox.path, 'rejected'));
  expect(await inbox.report('rejected', 'bad.csv')).toMatchObject({ outcome: 'rejected' });
});

test('a file that is still being written while it is read is not sent to half of its customers', async () => {
  await inbox.drop('slow.csv', customersCsv(20_000), { ...FOLLOW_UP, start: 'now' });
  const writer = await open(join(inbox.path, 'slow.csv'), 'a');
  inbox.watch();
  while ((await inbox.names('processing')).length === 0) await pause(2);
  const report = inbox.report('rejected', 'slow.csv');
  for (let more = 1; (await inbox.names('processing')).length > 0; more += 1) {
    await writer.appendFile(`more${more}@example.com,M\n`);
    await pause(2);
  }
  await writer.close();
  const { says } = await report;
  expect(says.join(' ')).toContain('still being written');
  const { campaigns } = await office.campaigns.list({ limit: 1 });
  expect(campaigns).toMatchObject([{ name: 'slow.csv', state: 'cancelled' }]);
});

test('an import that is stopped is left to be taken over', async () => {
  await inbox.drop('long.csv', customersCsv(20_000), FOLLOW_UP);
  const first = inbox.watch();
  while ((await inbox.names('processing')).length === 0) await pause(2);
  await first.stop();
  expect(await inbox.names('processing')).toHaveLength(1);
  inbox.watch();
  expect(await inbox.report('done', 'long.csv')).toMatchObject({
    campaign: { state: 'ready', import: { rows: 20_000 } },
  });
});

test('an api watches the folder that is configured', async () => {
  const config = { ...office.config, CAMPAIGN_INBOX_DIR: inbox.path, API_PORT: 0 };
  const api = await startApi(config, SILENT);
  try {
    await inbox.drop('watched.csv', customersCsv(2), { ...FOLLOW_UP, start: 'now' });
    expect(await inbox.report('done', 'watched.csv')).toMatchObject({
      campaign: { state: 'running' },
    });
  } finally {
    await api.stop();
  }
});

test('a file of gigabytes keeps no other waiting, and a stop does not wait for its end', async () => {
  const watcher = inbox.watch();
  const hole = await open(join(inbox.path, '.hole'), 'w');
  await hole.writeFile('email\n');
  await hole.truncate(3 * 1024 ** 3);
  await hole.close();
  await writeFile(join(inbox.path, 'hole.json'), JSON.stringify(FOLLOW_UP));
  // Its first 64 KB are rows, so only reading on shows what it is.
  const rows = Array.from({ length: 5_000 }, (_, at) => `c-${at}@example.com\n`).join('');
  const again = await open(join(inbox.path, '.hole'), 'r+');
  await again.write(rows, 6);
  await again.close();
  await rename(join(inbox.path, '.hole'), join(inbox.path, 'hole.csv'));
  while ((await inbox.names()).includes('hole.csv')) await pause(10);
  await inbox.drop('small.csv', customersCsv(2), FOLLOW_UP);
  expect(await inbox.report('done', 'small.csv')).toMatchObject({ campaign: { state: 'ready' } });
  expect(await inbox.names('rejected')).toEqual([]);
  await watcher.stop();
  expect(await inbox.names('rejected')).toEqual([]);
  expect(await inbox.names('processing')).toHaveLength(1);
});

test('a file that begins with nothing is rejected at once, however large it is', async () => {
  inbox.watch();
  const file = join(inbox.path, 'empty.csv');
  await writeFile(join(inbox.path, 'empty.json'), JSON.stringify(FOLLOW_UP));
  const hole = await open(`${file}.part`, 'w');
  await hole.truncate(3 * 1024 ** 3);
  await hole.close();
  await rename(`${file}.part`, file);
  const { problems } = await inbox.report('rejected', 'empty.csv');
  expect(problems).toMatchObject([{ expected: expect.stringContaining('a binary file') }]);
});

test('two files of one campaign come one after the other, and only one is imported', async () => {
  inbox.watch();
  const sidecar = { template: 'follow-up', id: `both-${Date.now()}` };
  await inbox.drop('first.csv', customersCsv(2), sidecar);
  await inbox.drop('second.csv', customersCsv(3), sidecar);
  const filesIn = async (folder: string) =>
    (await inbox.names(folder)).filter((name) => name.endsWith('.csv')).length;
  // The file itself comes last, after its reports.
  while ((await filesIn('done')) + (await filesIn('rejected')) < 2) await pause(10);
  expect(await filesIn('done')).toBe(1);
  expect(await filesIn('rejected')).toBe(1);
});
