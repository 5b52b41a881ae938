import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openConsent } from '../../src/app/openConsent.js';
import { loadConfig } from '../../src/config.js';
import { inboxSuppressions } from '../../src/consent/inboxSuppressions.js';
import type { Suppressions } from '../../src/consent/suppressions.js';
import { type InboxFolder, openInboxFolder } from '../campaign/inbox/support.js';
import { customersCsv, type Office, openOffice } from '../campaign/support/office.js';

let office: Office;
let inbox: InboxFolder;
let suppressions: Suppressions;

beforeAll(async () => {
  office = await openOffice();
  const loaded = loadConfig({ QUEUE_PREFIX: office.prefix }, 'api');
  if (!loaded.ok) throw new Error('the configuration of the test is wrong');
  suppressions = openConsent(loaded.config, office.producer);
});

beforeEach(async () => {
  inbox = await openInboxFolder(office);
  inbox.watch({ otherFiles: inboxSuppressions(suppressions) });
});

afterEach(() => inbox.close());

afterAll(() => office.close());

const find = (address: string) => suppressions.find({ field: 'email', address });

describe('a file of the inbox whose sidecar says suppressions', () => {
  test('is imported, and lies in done beside a report', async () => {
    await inbox.drop('stop.csv', 'Kontakt\na@example.com\nno address\n', {
      suppressions: { channels: ['email'], reason: 'List of May', map: { Kontakt: 'email' } },
    });
    const report = await inbox.report('done', 'stop.csv');
    expect(report).toMatchObject({
      outcome: 'done',
      suppressions: { rows: 1, added: 1, rejected: 1 },
      rejected: [{ where: 'file', row: 3, column: 'Kontakt' }],
    });
    expect(await find('a@example.com')).toMatchObject({
      channels: ['email'],
      source: 'import',
      author: 'inbox:inbox',
      reason: 'List of May',
    });
    expect(await inbox.read('done/stop.csv.report.txt')).not.toContain('no address');
  });

  test('is refused where the sidecar is wrong, field by field, or the file has no address', async () => {
    await inbox.drop('wrong.csv', 'email\nb@example.com\n', {
      suppressions: { channels: ['fax'], reason: 'of b@example.com', colour: 'red' },
    });
    const { problems } = await inbox.report('rejected', 'wrong.csv');
    expect(problems.map(({ field }) => field?.split('.')[1])).toEqual(
      expect.arrayContaining(['channels', 'reason', 'colour']),
    );
    expect(await find('b@example.com')).toBeUndefined();
    await inbox.drop('empty.csv', 'Ort\nBonn\n', { suppressions: {} });
    const report = await inbox.report('rejected', 'empty.csv');
    expect(report.problems).toMatchObject([{ where: 'file' }]);
  });

  test('leaves campaigns as they are', async () => {
    await inbox.drop('may.csv', customersCsv(2), { template: 'follow-up' });
    expect(await inbox.report('done', 'may.csv')).toMatchObject({ campaign: { state: 'ready' } });
  });
});
