import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CampaignView } from '../../src/campaign/campaignView.js';
import type { RowResult } from '../../src/campaign/exports.js';
import { expireWaiting } from '../../src/campaign/lifecycle.js';
import { ledgerKeys } from '../../src/redis/keys.js';
import { type Deployment, deploy } from '../support/deployment.js';
import { customersCsv, type Office, openOffice } from './support/office.js';

let deployment: Deployment;
let office: Office;

beforeAll(async () => {
  deployment = await deploy();
  office = await openOffice(deployment.env);
  await deployment.startWorker();
});

afterAll(async () => {
  await office.close();
  await deployment.stop();
});

const BY_EMAIL = { channels: ['email'], history: { required: false } };

async function completed(id: string): Promise<CampaignView> {
  for (;;) {
    const view = await office.campaigns.get(id);
    if (view?.state === 'completed') return view;
    await pause(50);
  }
}

async function run(id: string, csv: string, changes: object = BY_EMAIL): Promise<CampaignView> {
  await office.imported(id, csv, changes);
  await office.campaigns.start(id, {});
  return completed(id);
}

async function exported(id: string, format: 'csv' | 'ndjson', from = office): Promise<string> {
  const file = await from.campaigns.results(id, format);
  return file === undefined ? '' : text(Readable.from(file.text));
}

async function resultsOf(id: string, from = office): Promise<RowResult[]> {
  const lines = (await exported(id, 'ndjson', from)).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as RowResult);
}

/** How many rows stand where, by the results and by the campaign's counts. */
async function bothCounts(id: string, from = office) {
  const byResults: Record<string, number> = {};
  for (const { state } of await resultsOf(id, from)) byResults[state] = (byResults[state] ?? 0) + 1;
  const counts = Object.entries((await from.campaigns.get(id))?.counts ?? {});
  return { byResults, byCounts: Object.fromEntries(counts.filter(([, rows]) => rows > 0)) };
}

describe('results of a campaign', () => {
  test('tell of every row who it was, what became of it, and where to find it at the platform', async () => {
    const csv =
      'email,phone,name\ncustomer@example.com,+15550100001,Dana\nnewcomer@example.com,,N\n';
    await run('whole', csv, { channels: ['email'] });
    const [sent, skipped, ...others] = await resultsOf('whole');
    expect(others).toEqual([]);
    expect(sent).toMatchObject({
      row: 2,
      id: 'whole.2',
      email: 'customer@example.com',
      phone: '+15550100001',
      state: 'sent',
      channel: 'email',
      attempts: 1,
    });
    const [delivery] = deployment.sandbox.deliveries.list();
    expect(sent?.conversationId ?? sent?.messageId).toBeDefined();
    expect(JSON.stringify(delivery)).toContain(sent?.conversationId ?? sent?.messageId ?? '-');
    expect(Date.parse(sent?.updatedAt ?? '')).toBeGreaterThanOrEqual(
      Date.parse(sent?.releasedAt ?? ''),
    );
    expect(skipped).toMatchObject({ row: 3, state: 'skipped', reason: 'no_history' });
    expect(await bothCounts('whole')).toEqual({
      byResults: { sent: 1, skipped: 1 },
      byCounts: { sent: 1, skipped: 1 },
    });
  });

  test('as CSV have a header, and a phone number that stays one in a spreadsheet', async () => {
    const lines = (await exported('whole', 'csv')).split('\r\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toBe(
      '\ufeffrow,id,email,externalContactId,phone,state,channel,reason,delivery,messageId,conversationId,releasedAt,updatedAt,attempts,warning',
    );
    expect(lines[1]).toMatch(/^2,whole\.2,customer@example\.com,,'\+15550100001,sent,email,,/);
  });

  test('have every column of the file, also two of one name, and those that are called as one of ours', async () => {
    await office.imported('alike', 'email,branch,branch,state\nann@example.com,7,North,open\n');
    const [row] = await resultsOf('alike');
    expect(row?.columns).toEqual({ branch: '7', 'branch (file)': 'North', 'state (file)': 'open' });
    const long = 'a'.repeat(80);
    await office.imported(
      'keys',
      `${JSON.stringify({ email: 'ann@example.com', ' branch ': 7, [long]: 'x' })}\n`,
    );
    const [line] = await resultsOf('keys');
    expect(line?.columns).toEqual({ branch: '7', [long.slice(0, 64)]: 'x' });
  });

  test('say of a row whose id something else has that it failed, as the counts do', async () => {
    await deployment.send({
      id: 'taken.3',
      recipient: { email: 'somebody@example.com' },
      template: 'follow-up',
    });
    await run('taken', customersCsv(3));
    expect((await resultsOf('taken'))[1]).toMatchObject({
      row: 3,
      email: 'customer2@example.com',
      state: 'failed',
      reason: 'id_taken',
    });
    const { byResults, byCounts } = await bothCounts('taken');
    expect(byResults).toEqual(byCounts);
  });

  test('say so when the ledger has forgotten a row', async () => {
    await run('forgotten', customersCsv(2));
    const { redis } = office.producer.store;
    await redis.del(ledgerKeys(office.prefix).record('forgotten.2'));
    expect(await resultsOf('forgotten')).toMatchObject([
      { row: 2, email: 'customer1@example.com', state: 'forgotten' },
      { row: 3, state: 'sent' },
    ]);
  });

  test('name a row whose record cannot be read, and leave out none of the others', async () => {
    await run('damaged', customersCsv(3));
    const { redis } = office.producer.store;
    await redis.set(ledgerKeys(office.prefix).record('damaged.3'), 'garbled');
    expect(await resultsOf('damaged')).toMatchObject([
      { row: 2, state: 'sent' },
      { row: 3, email: 'customer2@example.com', state: 'unreadable' },
      { row: 4, state: 'sent' },
    ]);
  });

  test('are read a chunk at a time, however many rows there are', async () => {
    await office.imported('many', customersCsv(1_200));
    const file = await office.campaigns.results('many', 'ndjson');
    const pages: number[] = [];
    for await (const page of file?.text ?? []) pages.push(page.trimEnd().split('\n').length);
    expect(pages).toEqual([500, 500, 200]);
  });
});

describe('rows that were never released', () => {
  test('wait as long as the campaign does, and end with it when it is cancelled', async () => {
    await office.imported('stopped', customersCsv(4));
    expect((await bothCounts('stopped')).byResults).toEqual({ waiting: 4 });
    await office.campaigns.cancel('stopped', {});
    const { byResults, byCounts } = await bothCounts('stopped');
    expect(byResults).toEqual({ cancelled: 4 });
    expect(byResults).toEqual(byCounts);
    expect((await resultsOf('stopped'))[0]).not.toHaveProperty('releasedAt');
  });

  test('are expired when its time was over, and stay so when it is cancelled after that', async () => {
    const idle = await openOffice();
    try {
      const endAt = new Date(Date.now() + 60_000).toISOString();
      await idle.imported('late', customersCsv(4), { ...BY_EMAIL, endAt });
      await idle.campaigns.start('late', {});
      await idle.store.change('late', (seen) => expireWaiting(seen, Date.parse(endAt)));
      expect(await bothCounts('late', idle)).toEqual({
        byResults: { expired: 4 },
        byCounts: { expired: 4 },
      });
      await idle.store.change('late', (seen) => ({
        result: undefined,
        next: { ...seen, endAt: Date.now() - 1_000 },
      }));
      await idle.campaigns.cancel('late', {});
      expect((await bothCounts('late', idle)).byResults).toEqual({ expired: 4 });
    } finally {
      await idle.close();
    }
  });
});
