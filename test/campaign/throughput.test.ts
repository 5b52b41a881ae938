import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { Throughput } from '../../src/campaign/throughput.js';
import { campaignKeys } from '../../src/redis/keys.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

const START = Date.parse('2026-11-22T09:00:00Z');

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

/** Notes so many ended rows at so many seconds from the start. */
async function noted(id: string, ...notes: readonly (readonly [second: number, ended: number])[]) {
  const pace = new Throughput(redis, campaignKeys(prefix));
  for (const [second, ended] of notes) await pace.note(id, ended, START + second * 1_000);
  const [last = [0, 0]] = notes.slice(-1);
  return pace.perMinute(id, START + last[0] * 1_000);
}

describe('the pace of a campaign', () => {
  test('is not known from one note', async () => {
    expect(await noted('one', [0, 10])).toBeUndefined();
  });

  test('is computed from the notes of the last minute', async () => {
    const fast = Array.from({ length: 13 }, (_, at) => [at * 5, at * 100] as const);
    const slow = Array.from({ length: 13 }, (_, at) => [65 + at * 5, 1_200 + at * 10] as const);
    expect(await noted('fast', ...fast)).toBeCloseTo(1_200);
    expect(await noted('slower', ...fast, ...slow)).toBeCloseTo(120);
  });

  test('takes a note every five seconds, however often it is called', async () => {
    expect(await noted('often', [0, 0], [1, 500], [4, 900], [5, 10])).toBeCloseTo(120);
  });

  test('forgets what was before a pause', async () => {
    expect(await noted('paused', [0, 0], [5, 1_000], [60, 1_000], [65, 1_010])).toBeCloseTo(120);
  });

  test('is not known any more when no note was taken for a while', async () => {
    const pace = new Throughput(redis, campaignKeys(prefix));
    await pace.note('left', 0, START);
    await pace.note('left', 100, START + 5_000);
    expect(await pace.perMinute('left', START + 60_000)).toBeUndefined();
  });

  test('is never less than nothing, as after a retry', async () => {
    expect(await noted('retried', [0, 100], [5, 40])).toBe(0);
  });
});
