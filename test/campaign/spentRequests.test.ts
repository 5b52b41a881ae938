import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import type { CampaignCounts } from '../../src/campaign/campaign.js';
import { progressOf } from '../../src/campaign/campaignProgress.js';
import { SpentRequests, spentBy } from '../../src/campaign/spentRequests.js';
import { STATES } from '../../src/notification/state.js';
import { campaignKeys } from '../../src/redis/keys.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

const KEPT_MS = 60_000;

let redis: Redis;
let prefix: string;
beforeAll(() => {
  redis = new Redis(testRedisUrl());
  prefix = freshPrefix();
});
afterAll(async () => {
  redis.disconnect();
  await flushPrefix(prefix);
});

function process() {
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  return new SpentRequests(redis, campaignKeys(prefix), { keepMs: KEPT_MS, onError });
}

const spent = (id: string) => spentBy(redis, campaignKeys(prefix), id);

describe('the requests that campaigns have cost', () => {
  test('are counted by the part of each in what a request serves, from all processes', async () => {
    const [one, other] = [process(), process()];
    one.count({ spentFor: ['alone'] });
    one.count({ spentFor: ['alone', 'shared', 'shared', undefined] });
    one.count({ spentFor: [undefined] });
    one.count({});
    other.count({ spentFor: ['alone'] });
    await Promise.all([one.flush(), other.flush()]);
    expect(await spent('alone')).toBeCloseTo(2.25, 6);
    expect(await spent('shared')).toBeCloseTo(0.5, 6);
    expect(await spent('none')).toBeUndefined();
  });

  test('are written without being asked to, and expire', async () => {
    process().count({ spentFor: ['soon'] });
    while ((await spent('soon')) === undefined) await new Promise((next) => setTimeout(next, 20));
    const left = await redis.pttl(campaignKeys(prefix).of('soon').spent);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(KEPT_MS);
  });

  test('say what a row costs once fifty rows were dealt with', () => {
    const none = Object.fromEntries(
      [...STATES, 'waiting', 'deferred'].map((state) => [state, 0]),
    ) as unknown as CampaignCounts;
    const withSent = (sent: number) =>
      progressOf(
        { state: 'paused' },
        { counts: { ...none, sent, waiting: 100 }, live: 0 },
        { now: 0, perMinute: undefined, deliveryCheckAfterMs: 0, spent: 60.2 },
      );
    expect(withSent(49)).toMatchObject({ requestsSpent: 61, requestsARow: undefined });
    expect(withSent(50)).toMatchObject({ requestsSpent: 61, requestsARow: 1.2 });
  });
});
