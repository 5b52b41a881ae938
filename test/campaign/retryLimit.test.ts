import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { start } from '../../src/campaign/lifecycle.js';
import { type RetryParts, retryRows } from '../../src/campaign/retryRows.js';
import type { NotificationRecord } from '../../src/notification/record.js';
import { acceptedRecord } from '../support/notifications.js';
import { csvOf } from './support/files.js';
import { Importing } from './support/importing.js';

const importing = new Importing();
beforeAll(() => importing.open());
afterAll(() => importing.close());

/** A running campaign of which every row has failed, and what tries them again, without any queue. */
async function failedCampaign(rows: number, room: number) {
  const created = await importing.campaign();
  await importing.import(created, csvOf(rows));
  const started = await importing.campaigns.change(created.id, (seen) =>
    start(seen, { templateHash: 'h' }, Date.now()),
  );
  if (started?.kind !== 'done') throw new Error(JSON.stringify(started));
  const { campaign } = started;
  const setGoing = new Set<string>();
  const recordOf = (id: string): NotificationRecord =>
    acceptedRecord({
      id,
      campaignId: campaign.id,
      row: Number(id.split('.')[1]),
      state: setGoing.has(id) ? 'queued' : 'failed',
      createdAt: campaign.createdAt,
    });
  let admitted = 0;
  const parts: RetryParts = {
    campaigns: importing.campaigns,
    rows: importing.rows,
    ledger: {
      snapshots: async (ids) => ids.map((id) => ({ record: recordOf(id), tag: Buffer.alloc(8) })),
    },
    notifications: {
      retryRow: async (id) => {
        setGoing.add(id);
        return { kind: 'retried', record: recordOf(id) };
      },
    },
    backlog: {
      admit: async (count) => {
        if (admitted + count > room)
          return { admitted: false, because: 'backlog_full', retryAfterMs: 1 };
        admitted += count;
        return { admitted: true };
      },
    },
  };
  const retry = async () => {
    const outcome = retryRows(parts, campaign, { states: ['failed'] });
    if (outcome.kind !== 'retrying') throw new Error(outcome.because);
    let retried = 0;
    let left = false;
    for await (const page of outcome.pages) {
      retried += page.retried;
      left = page.left;
    }
    return { retried, left };
  };
  return { retry, setGoing };
}

describe('one retry', () => {
  test('sets at most 5,000 rows going; repeating it goes on with those that were left', async () => {
    const { retry, setGoing } = await failedCampaign(5_130, 1_000_000);
    expect(await retry()).toEqual({ retried: 5_000, left: true });
    expect(await retry()).toEqual({ retried: 130, left: false });
    expect(await retry()).toEqual({ retried: 0, left: false });
    expect(setGoing.size).toBe(5_130);
  });

  test('of exactly so many rows leaves none', async () => {
    const { retry } = await failedCampaign(5_000, 1_000_000);
    expect(await retry()).toEqual({ retried: 5_000, left: false });
  });

  test('stops where the backlog has no room, and says that rows were left', async () => {
    const { retry } = await failedCampaign(700, 520);
    expect(await retry()).toEqual({ retried: 520, left: true });
    expect(await retry()).toEqual({ retried: 0, left: true });
  });
});
