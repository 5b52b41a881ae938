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
  return pace.flow(id, START + last[0] * 1_000);
}

const notes = (from: number, count: number, ended: (at: number) => number) =>
  Array.from({ length: count }, (_, at) => [from + at * 5, ended(at)] as const);

describe('the pace of a campaign', () => {
  test('is not known from one note', async () => {
    expect(await noted('one', [0, 10])).toBeUndefined();
  });

  test('is computed from the notes of the last minute', async () => {
    const fast = notes(0, 13, (at) => at * 100);
    const slow = notes(65, 13, (at) => 1_200 + at * 10);
    const flow = await noted('fast', ...fast);
    expect(flow?.perMinute).toBeCloseTo(1_200);
    expect(flow?.steadyPerMinute).toBeCloseTo(1_200);
    expect((await noted('slower', ...fast, ...slow))?.perMinute).toBeCloseTo(120);
  });

  test('is steady only half a minute after the first rows have ended', async () => {
    const held = notes(0, 6, () => 0);
    const early = await noted('early', ...held, ...notes(30, 3, (at) => at * 100));
    expect(early).toMatchObject({ steadyPerMinute: undefined, isStill: false });
    const later = await noted('later', ...held, ...notes(30, 7, (at) => at * 100));
    expect(later?.perMinute).toBeCloseTo(600);
    expect(later?.steadyPerMinute).toBeCloseTo(1_200);
  });

  test('is still once no row has ended for a minute', async () => {
    expect(await noted('soon', ...notes(0, 11, () => 7))).toMatchObject({ isStill: false });
    expect(await noted('still', ...notes(0, 13, () => 7))).toMatchObject({ isStill: true });
    const moved = notes(0, 13, (at) => Math.min(at, 1));
    expect(await noted('moved', ...moved)).toMatchObject({ isStill: false });
  });

  test('takes a note every five seconds, however often it is called', async () => {
    const flow = await noted('often', [0, 0], [1, 500], [4, 900], [5, 10]);
    expect(flow?.perMinute).toBeCloseTo(120);
  });

  test('forgets what was before a pause', async () => {
    const flow = await noted('paused', [0, 0], [5, 1_000], [60, 1_000], [65, 1_010]);
    expect(flow?.perMinute).toBeCloseTo(120);
  });

  test('is not known any more when no note was taken for a while', async () => {
    const pace = new Throughput(redis, campaignKeys(prefix));
    await pace.note('left', 0, START);
    await pace.note('left', 100, START + 5_000);
    expect(await pace.flow('left', START + 60_000)).toBeUndefined();
  });

  test('is never less than nothing, as after a retry', async () => {
    expect((await noted('retried', [0, 100], [5, 40]))?.perMinute).toBe(0);
  });
});
