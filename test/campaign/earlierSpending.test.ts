import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import type { Campaign, CampaignCounts, CampaignHold } from '../../src/campaign/campaign.js';
import { type CostSettings, EarlierSpending } from '../../src/campaign/earlierSpending.js';
import { describeBasis } from '../../src/campaign/rowCost.js';
import { STATES } from '../../src/notification/state.js';
import { campaignKeys } from '../../src/redis/keys.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

const NOW = Date.parse('2026-11-22T09:00:00Z');

let redis: Redis;
let prefix: string;
beforeAll(() => {
  redis = new Redis(testRedisUrl());
});
beforeEach(() => {
  prefix = freshPrefix();
});
afterEach(() => flushPrefix(prefix));
afterAll(() => redis.disconnect());

const SETTINGS: CostSettings = {
  defaultChannels: ['web', 'email'],
  transcriptSource: 'messages',
  deliveryChecks: 'together',
};

function campaign(id: string, changes: Partial<Campaign> = {}): Campaign {
  return {
    id,
    name: id,
    state: 'running',
    template: 'follow-up',
    templateHash: 'content-1',
    defaults: {},
    createdAt: NOW,
    updatedAt: NOW,
    ...changes,
  };
}

function imported(rows: number, by: 'email' | 'externalContactId' = 'email'): Partial<Campaign> {
  const addressedBy = { email: 0, externalContactId: 0, phone: 0, [by]: rows };
  const none = { rejected: 0, duplicates: 0, ignoredColumns: [], chunks: 1, finishedAt: NOW };
  return { import: { rows, addressedBy, ...none } };
}

function counts(some: Partial<CampaignCounts>): CampaignCounts {
  const none = [...STATES, 'waiting', 'deferred'].map((state) => [state, 0]);
  return { ...Object.fromEntries(none), ...some } as CampaignCounts;
}

const spending = (changes: Partial<CostSettings> = {}) =>
  new EarlierSpending(redis, campaignKeys(prefix), { ...SETTINGS, ...changes });

async function spent(id: string, requests: number, ahead = 0): Promise<void> {
  const { spent: key } = campaignKeys(prefix).of(id);
  await redis.hset(key, { millionths: requests * 1_000_000, ahead: ahead * 1_000_000 });
}

/** Notes a campaign of so many rows and requests. */
async function noted(of: Campaign, rows: number, requests: number, now = NOW): Promise<void> {
  await spent(of.id, requests);
  await spending().note(of, counts({ sent: rows }), undefined, now);
}

describe('what earlier campaigns have spent', () => {
  test('adds up over campaigns of the same kind, the own one aside, and says from what and when', async () => {
    await noted(campaign('one'), 8_000, 8_600, NOW - 1);
    await noted(campaign('two'), 4_000, 4_360, NOW);
    await noted(campaign('three'), 1_000, 5_000);
    const expected = await spending().expected(campaign('three'), 'content-1');
    expect(expected).toMatchObject({ own: 1.08, ahead: 0 });
    expect(expected && describeBasis(expected.basis)).toBe(
      'from 12,000 rows of 2 earlier campaigns, last on 2026-11-22',
    );
    const [key = ''] = await redis.keys(`${prefix}:spending:*`);
    expect(await redis.pttl(key)).toBeGreaterThan(0);
  });

  test('is known from 50 rows on, while a campaign still runs, and counted once for each', async () => {
    const running = campaign('running');
    const notes = spending();
    await spent('running', 100);
    await notes.note(running, counts({ sent: 49, waiting: 900 }), undefined, NOW);
    expect(await notes.expected(campaign('next'), 'content-1')).toBeUndefined();
    await notes.note(running, counts({ sent: 50, waiting: 900 }), undefined, NOW);
    expect(await notes.expected(campaign('next'), 'content-1')).toMatchObject({ own: 2 });
    await spent('running', 300);
    await notes.note(running, counts({ sent: 100 }), undefined, NOW + 9_000);
    expect(await notes.expected(campaign('next'), 'content-1')).toMatchObject({ own: 2 });
    const ended = campaign('running', { state: 'completed' });
    await notes.note(ended, counts({ sent: 100 }), undefined, NOW + 9_000);
    expect(await notes.expected(campaign('next'), 'content-1')).toMatchObject({
      own: 3,
      basis: { campaigns: 1, rows: 100 },
    });
  });

  test('is not taken from campaigns of another kind', async () => {
    await noted(campaign('one', imported(500)), 500, 2_000);
    const like = (changes: Partial<Campaign> = {}, settings: Partial<CostSettings> = {}) =>
      spending(settings).expected(campaign('next', { ...imported(900), ...changes }), 'content-1');
    expect(await like()).toMatchObject({ own: 4 });
    expect(await like({ defaults: { channels: ['web', 'email'] } })).toMatchObject({ own: 4 });
    const others = [
      spending().expected(campaign('next', imported(900)), 'content-2'),
      like({ defaults: { channels: ['email'] } }),
      like({ defaults: { history: { required: false } } }),
      like(imported(5_000)),
      like(imported(900, 'externalContactId')),
      like({}, { transcriptSource: 'recordings' }),
      like({}, { deliveryChecks: 'off' }),
    ];
    for (const other of await Promise.all(others)) expect(other).toBeUndefined();
  });

  test('holds of a prefetch the part of the rows that had their turn', async () => {
    const prefetch: CampaignHold = {
      coveredRows: async () => 12_500,
      heldRows: async () => undefined,
    };
    await spent('prefetched', 1_100, 1_000);
    const rows = counts({ sent: 100, waiting: 20_000 });
    await spending().note(campaign('prefetched'), rows, prefetch, NOW);
    expect(await spending().expected(campaign('next'), 'content-1')).toMatchObject({ own: 1.08 });
  });

  test('is kept of the last ten campaigns, and what cannot be read of it counts for nothing', async () => {
    for (let at = 0; at < 12; at += 1) await noted(campaign(`c${at}`), 100, 100, NOW + at);
    const [key = ''] = await redis.keys(`${prefix}:spending:*`);
    expect(await redis.hlen(key)).toBe(10);
    expect(await redis.hexists(key, 'c1')).toBe(0);
    await redis.hset(key, 'c11', 'not JSON');
    expect(await spending().expected(campaign('next'), 'content-1')).toMatchObject({
      own: 1,
      basis: { campaigns: 9, lastAt: NOW + 10 },
    });
  });
});
