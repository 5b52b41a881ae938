import { mkdir, rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  jest,
  test,
} from '@jest/globals';
import { customersCsv, type Office, openOffice } from '../support/office.js';
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

describe('a file with a sidecar', () => {
  test('becomes a campaign, and lies in done beside its report', async () => {
    inbox.watch();
    await inbox.drop('May offer.csv', customersCsv(3), { ...FOLLOW_UP, channels: ['email'] });
    const report = await inbox.report('done', 'May offer.csv');
    expect(report).toMatchObject({
      outcome: 'done',
      campaign: { name: 'May offer.csv', state: 'ready', import: { rows: 3, rejected: 0 } },
    });
    expect(await inbox.names('done')).toEqual([
      'May offer.csv',
      'May offer.csv.report.json',
      'May offer.csv.report.txt',
      'May offer.json',
    ]);
    expect(await inbox.names('processing')).toEqual([]);
    const id = report.campaign?.id ?? '';
    expect(id).toMatch(/^May-offer-[0-9a-f]{12}$/);
    expect(await office.campaigns.get(id)).toMatchObject({ channels: ['email'], by: 'inbox' });
    expect(await inbox.read('done/May offer.csv.report.txt')).toContain(`campaign start ${id}`);
  });

  test('is started at once where the sidecar says so', async () => {
    inbox.watch();
    await inbox.drop('go.csv', customersCsv(2), { ...FOLLOW_UP, start: 'now' });
    expect(await inbox.report('done', 'go.csv')).toMatchObject({ campaign: { state: 'running' } });
  });

  test('is started at its time', async () => {
    inbox.watch();
    const startAt = new Date(Date.now() + 3_600_000).toISOString();
    await inbox.drop('later.csv', customersCsv(2), { ...FOLLOW_UP, startAt });
    expect(await inbox.report('done', 'later.csv')).toMatchObject({
      campaign: { state: 'ready', startAt },
    });
  });

  test('goes by the clock of Redis where the clock of the machine is 25 hours ahead', async () => {
    const realNow = Date.now;
    const endAt = new Date(realNow() + 3_600_000).toISOString();
    const wrong = jest.spyOn(Date, 'now').mockImplementation(() => realNow() + 25 * 3_600_000);
    try {
      inbox.watch();
      await inbox.drop('clock.csv', customersCsv(2), { ...FOLLOW_UP, endAt });
      expect(await inbox.report('done', 'clock.csv')).toMatchObject({
        campaign: { state: 'ready' },
      });
    } finally {
      wrong.mockRestore();
    }
  });

  test('whose rows are partly wrong gets them back, ready to be corrected and dropped', async () => {
    inbox.watch();
    const csv = `${customersCsv(2)}not an address,X\n`;
    await inbox.drop('some.csv', csv, FOLLOW_UP);
    const report = await inbox.report('done', 'some.csv');
    expect(report.campaign?.import).toMatchObject({ rows: 2, rejected: 1 });
    expect(report.refused).toEqual([
      { where: 'file', row: 4, column: 'email', expected: expect.stringContaining('an email') },
    ]);
    const setAside = await inbox.read('done/some.rejected.csv');
    expect(setAside).toContain('not an address');
    await inbox.drop('some.csv', setAside.replace('not an address', 'x@example.com'), FOLLOW_UP);
    expect(await inbox.report('done', 'some-2.csv')).toMatchObject({
      campaign: { import: { rows: 1, rejected: 0 } },
    });
  });

  test('of which over one in ten rows are rejected waits as ready, and the report says what to do', async () => {
    inbox.watch();
    const csv = `${customersCsv(9)}${'nowhere,X\n'.repeat(5)}`;
    await inbox.drop('doubt.csv', csv, { ...FOLLOW_UP, start: 'now' });
    const report = await inbox.report('done', 'doubt.csv');
    expect(report.campaign).toMatchObject({ state: 'ready' });
    const text = await inbox.read('done/doubt.csv.report.txt');
    expect(text).toMatch(
      /WAS NOT STARTED[\s\S]*5 of 14 rows[\s\S]*campaign start doubt-\w+ --accept-rejected/,
    );
    expect(text).toMatch(
      /^Rejected rows:\n {2}5 rows: email: expected .* \(rows 11, 12, 13, 14, 15\)$/m,
    );
    // The same file again, with the word that was lacking.
    await inbox.drop('doubt.csv', csv, { ...FOLLOW_UP, start: 'now', acceptRejected: true });
    expect(await inbox.report('done', 'doubt-2.csv')).toMatchObject({
      campaign: { state: 'running' },
    });
  });

  test('of which many rows are rejected can be started later without a further word where the sidecar accepts that', async () => {
    inbox.watch();
    const csv = `${customersCsv(9)}${'nowhere,X\n'.repeat(6)}`;
    await inbox.drop('known.csv', csv, { ...FOLLOW_UP, acceptRejected: true });
    const { campaign, says } = await inbox.report('done', 'known.csv');
    const id = campaign?.id ?? '';
    expect([campaign?.state, says]).toEqual([
      'ready',
      [`It is ready. To start it: notifier campaign start ${id}`],
    ]);
    expect(await office.campaigns.start(id, {})).toMatchObject({ kind: 'done' });
  });

  test('may be UTF-16 without a mark, in letters that are not Latin, where the sidecar says so', async () => {
    inbox.watch();
    const csv = 'имя,email,город\nАнна Петрова,anna@example.com,Нижний Новгород\n';
    await inbox.drop('word.csv', Buffer.from(csv, 'utf16le'), { ...FOLLOW_UP, encoding: 'UTF-16' });
    expect(await inbox.report('done', 'word.csv')).toMatchObject({
      campaign: { import: { rows: 1, keptColumns: ['имя', 'город'] } },
    });
  });

  test('may say what columns mean, and the report shows how where it has to', async () => {
    inbox.watch();
    const csv = 'Kontaktweg;Filiale\nann@example.com;Mitte\n';
    await inbox.drop('strange.csv', csv, FOLLOW_UP);
    const { says } = await inbox.report('rejected', 'strange.csv');
    expect(says.join('\n')).toContain('"map": {"Kontaktweg":"email"}');
    await inbox.drop('strange.csv', csv, { ...FOLLOW_UP, map: { Kontaktweg: 'email' } });
    expect(await inbox.report('done', 'strange.csv')).toMatchObject({
      campaign: { import: { rows: 1, keptColumns: ['Filiale'] } },
    });
  });

  test('may be NDJSON, may be compressed, and may have any name', async () => {
    inbox.watch();
    await inbox.drop('Größe 客户.ndjson', '{"email":"a@example.com"}\n', FOLLOW_UP);
    const { campaign } = await inbox.report('done', 'Größe 客户.ndjson');
    expect(campaign).toMatchObject({ name: 'Größe 客户.ndjson', import: { rows: 1 } });
  });
});

describe('what cannot be imported lies in rejected, and the report says what to do', () => {
  test('without a sidecar', async () => {
    inbox.watch();
    await inbox.drop('may.csv', customersCsv(1));
    const { says } = await inbox.report('rejected', 'may.csv');
    expect(says.join(' ')).toMatch(/which template.*may\.json.*"template": "follow-up"/);
  });

  test.each([
    [
      'no JSON',
      '{"template": ',
      [{ where: 'sidecar', field: '(file)', expected: 'one JSON object' }],
    ],
    ['no template', {}, [expect.objectContaining({ field: 'template' })]],
    [
      'an unknown template',
      { template: 'nope' },
      [{ where: 'sidecar', field: 'template', expected: 'one of follow-up, order-update' }],
    ],
    [
      'unknown fields',
      { ...FOLLOW_UP, chanels: ['web'], start: 'maybe' },
      [
        expect.objectContaining({ field: 'start', expected: 'now or never' }),
        expect.objectContaining({ field: 'chanels', expected: 'no such field' }),
      ],
    ],
    [
      'a start that contradicts itself',
      { ...FOLLOW_UP, start: 'never', startAt: new Date(Date.now() + 3_600_000).toISOString() },
      [expect.objectContaining({ field: 'start' })],
    ],
    [
      'an end that is over',
      { ...FOLLOW_UP, endAt: '2020-01-01T00:00:00Z' },
      [expect.objectContaining({ field: 'endAt' })],
    ],
  ])('with a sidecar that has %s', async (_what, sidecar, problems) => {
    inbox.watch();
    await inbox.drop('may.csv', customersCsv(1), sidecar);
    expect((await inbox.report('rejected', 'may.csv')).problems).toEqual(problems);
    expect(await inbox.names('rejected')).toContain('may.json');
  });

  test.each([
    ['an empty file', '', /empty/],
    ['a file without rows', 'email,name\n', /row/],
    ['a file without addresses', 'first,last\na,b\n', /email, externalContactId or phone/],
    ['a zip archive', 'PK\u0003\u0004', /zip archive/],
  ])('%s', async (_what, content, expected) => {
    inbox.watch();
    await inbox.drop('may.csv', content, FOLLOW_UP);
    const { problems } = await inbox.report('rejected', 'may.csv');
    expect(problems[0]?.expected).toMatch(expected);
    expect(await inbox.read('rejected/may.csv.report.txt')).toMatch(expected);
  });

  test('a symbolic link, wherever it leads', async () => {
    inbox.watch();
    await inbox.drop('may.json', JSON.stringify(FOLLOW_UP));
    await symlink('/etc/passwd', join(inbox.path, 'may.csv'));
    const { says } = await inbox.report('rejected', 'may.csv');
    expect(says.join()).toContain('symbolic link');
  });
});

describe('the same file dropped again', () => {
  test('is not imported again, and says so', async () => {
    inbox.watch();
    await inbox.drop('twice.csv', customersCsv(4), FOLLOW_UP);
    const first = await inbox.report('done', 'twice.csv');
    await inbox.drop('twice.csv', customersCsv(4), { ...FOLLOW_UP, start: 'now' });
    const second = await inbox.report('rejected', 'twice.csv');
    expect(second.says.join(' ')).toContain(`imported as campaign ${first.campaign?.id}`);
    expect(await office.campaigns.get(first.campaign?.id ?? '')).toMatchObject({ state: 'ready' });
  });

  test('with other rows is another campaign', async () => {
    inbox.watch();
    await inbox.drop('other.csv', customersCsv(4), FOLLOW_UP);
    const first = await inbox.report('done', 'other.csv');
    await inbox.drop('other.csv', customersCsv(5), FOLLOW_UP);
    const second = await inbox.report('done', 'other-2.csv');
    expect(second.campaign).toMatchObject({ import: { rows: 5 } });
    expect(second.campaign?.id).not.toBe(first.campaign?.id);
  });

  test('after its sidecar was corrected is imported', async () => {
    inbox.watch();
    await inbox.drop('corrected.csv', customersCsv(2), { template: 'order-update' });
    await inbox.report('rejected', 'corrected.csv');
    await inbox.drop('corrected.csv', customersCsv(2), FOLLOW_UP);
    expect(await inbox.report('done', 'corrected.csv')).toMatchObject({
      campaign: { import: { rows: 2 } },
    });
  });
});

describe('several processes', () => {
  test('pick each file up once', async () => {
    const others = [await openOfficeBeside(), await openOfficeBeside()];
    try {
      inbox.watch();
      for (const other of others) inbox.watch({ office: other });
      const names = Array.from({ length: 12 }, (_, at) => `file${at}.csv`);
      await Promise.all(
        names.map((name, at) => inbox.drop(name, customersCsv(3, at * 10), FOLLOW_UP)),
      );
      const reports = await Promise.all(names.map((name) => inbox.report('done', name)));
      expect(new Set(reports.map(({ campaign }) => campaign?.id)).size).toBe(names.length);
      expect(await inbox.names('rejected')).toEqual([]);
      // The folder of a pickup goes last, after its report.
      while ((await inbox.names('processing')).length > 0) await pause(20);
      expect((await inbox.names('done')).length).toBe(names.length * 4);
    } finally {
      for (const other of others) await other.producer.close();
    }
  });

  async function openOfficeBeside(): Promise<Office> {
    return openOffice({ QUEUE_PREFIX: office.prefix });
  }
});

describe('a file that another process has picked up', () => {
  /** As a process leaves it that dies right after it has moved the file. */
  async function abandoned(name: string, content: string, sidecar: object): Promise<string> {
    const folder = join(inbox.path, 'processing', 'abandoned');
    await mkdir(folder, { recursive: true });
    await inbox.drop(name, content, sidecar);
    for (const moved of [name, name.replace('.csv', '.json')]) {
      await rename(join(inbox.path, moved), join(folder, moved));
    }
    return `${office.prefix}:inbox:abandoned`;
  }

  test('is left to them as long as they live, and taken over when they do not', async () => {
    const lease = await abandoned('left.csv', customersCsv(2), FOLLOW_UP);
    const { redis } = office.producer.store;
    await redis.set(lease, 'another process', 'PX', 400);
    inbox.watch();
    await inbox.drop('mine.csv', customersCsv(2), FOLLOW_UP);
    await inbox.report('done', 'mine.csv');
    expect(await inbox.names('processing')).toEqual(['abandoned']);
    expect(await inbox.report('done', 'left.csv')).toMatchObject({
      campaign: { import: { rows: 2 } },
    });
  });

  test('goes into the same campaign when their import was cut off', async () => {
    await inbox.drop('cut.csv', customersCsv(2), FOLLOW_UP);
    const stopped = inbox.watch();
    const { campaign } = await inbox.report('done', 'cut.csv');
    await stopped.stop();
    await office.store.change(campaign?.id ?? '', (seen) => ({
      result: undefined,
      next: withoutImport(seen),
    }));
    await abandoned('cut.csv', customersCsv(2), FOLLOW_UP);
    inbox.watch();
    expect((await inbox.report('done', 'cut-2.csv')).campaign).toMatchObject({
      id: campaign?.id,
      import: { rows: 2 },
    });
  });

  test('is started by the process that takes it over, if the first had not come to that', async () => {
    const dropped = { ...FOLLOW_UP, start: 'now' };
    await inbox.drop('unstarted.csv', customersCsv(2), FOLLOW_UP);
    const stopped = inbox.watch();
    const { campaign } = await inbox.report('done', 'unstarted.csv');
    await stopped.stop();
    await abandoned('unstarted.csv', customersCsv(2), dropped);
    inbox.watch();
    expect((await inbox.report('done', 'unstarted-2.csv')).campaign).toMatchObject({
      id: campaign?.id,
      state: 'running',
    });
  });
});

function withoutImport<T extends { state: string; import?: unknown }>(campaign: T) {
  const { import: _gone, ...rest } = campaign;
  return { ...rest, state: 'importing' } as T;
}
