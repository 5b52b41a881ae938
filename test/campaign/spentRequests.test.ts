import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { SpentRequests, spentBesides, spentBy } from '../../src/campaign/spentRequests.js';
import { campaignKeys } from '../../src/redis/keys.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

const KEPT_MS = 60_000;
const NOW = Date.parse('2026-11-30T09:00:30Z');
const MINUTE = 60_000;

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
  const onError = (error: unknown) => {
    throw error;
  };
  return new SpentRequests(redis, keys(), { keepMs: KEPT_MS, now: () => NOW, onError });
}

const keys = () => campaignKeys(prefix);
const spent = (id: string) => spentBy(redis, keys(), id);

describe('the requests that campaigns have cost', () => {
  test('are counted by the part of each in what a request serves, from all processes', async () => {
    const [one, other] = [process(), process()];
    one.count({ spentFor: ['alone'] });
    one.count({ spentFor: ['alone', 'shared', 'shared', undefined] });
    one.count({ spentFor: [undefined] });
    one.count({});
    other.count({ spentFor: ['alone'] });
    await Promise.all([one.flush(), other.flush()]);
    expect((await spent('alone'))?.total).toBeCloseTo(2.25, 6);
    expect((await spent('shared'))?.total).toBeCloseTo(0.5, 6);
    expect(await spent('none')).toBeUndefined();
  });

  test('are written without being asked to, and expire', async () => {
    process().count({ spentFor: ['soon'] });
    while ((await spent('soon')) === undefined) await new Promise((next) => setTimeout(next, 20));
    const left = await redis.pttl(campaignKeys(prefix).of('soon').spent);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(KEPT_MS);
  });

  test('say how many were made ahead of the rows, and read what older versions have counted', async () => {
    const one = process();
    one.count({ spentFor: ['fetched'], isAhead: true });
    one.count({ spentFor: ['fetched'] });
    await one.flush();
    expect(await spent('fetched')).toEqual({ total: 2, ahead: 1 });
    await redis.hset(keys().of('old').spent, 'millionths', 3_000_000);
    expect(await spent('old')).toEqual({ total: 3, ahead: 0 });
  });

  test('leave what was for no campaign to be counted by the minute, but for logins', async () => {
    await flushPrefix(prefix);
    const [one, other] = [process(), process()];
    for (let at = 0; at < 10; at += 1) one.count({});
    one.count({ spentFor: ['some', undefined] });
    one.count({ operation: 'login' });
    other.count({ operation: 'lookup-contact', spentFor: [undefined] });
    await Promise.all([one.flush(), other.flush()]);
    expect(await spentBesides(redis, keys(), NOW)).toBe(0);
    expect(await spentBesides(redis, keys(), NOW + MINUTE)).toBeCloseTo(11.5 / 5, 6);
    expect(await spentBesides(redis, keys(), NOW + 6 * MINUTE)).toBe(0);
    const [key = ''] = await redis.keys(`${prefix}:spent:*`);
    expect(await redis.pttl(key)).toBeGreaterThan(5 * MINUTE);
  });
});
