import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { Gate } from '../../src/queue/rateLimitGate.js';
import { type AcquireResult, RateLimiter } from '../../src/ratelimit/rateLimiter.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

let redis: Redis;
let prefix: string;

beforeAll(() => {
  redis = new Redis(testRedisUrl());
});
beforeEach(() => {
  prefix = freshPrefix();
});
afterAll(async () => {
  await redis.quit();
});

/** 49 a minute of `minuteMs`: with the share that is planned with, a slot every 50th of it. */
function slotsEvery(intervalMs: number): RateLimiter {
  const requestsPerMinute = 60;
  return new RateLimiter(redis, prefix, {
    requestsPerMinute,
    minuteMs: intervalMs * 0.98 * requestsPerMinute,
  });
}

function waitOf(answer: AcquireResult): number {
  if (answer.kind !== 'wait') throw new Error(`expected a wait, got ${answer.kind}`);
  return answer.ms;
}

describe('a slot of the budget', () => {
  test('falls due every 60 s / (0.98 × budget)', () => {
    const slots = new RateLimiter(redis, prefix, { requestsPerMinute: 300 });
    expect(slots.intervalMs).toBeCloseTo(204.08, 1);
  });

  test('is there at once when none was taken for long, but one only', async () => {
    const slots = slotsEvery(10_000);
    expect(await slots.tryAcquire('campaign')).toMatchObject({ kind: 'granted' });
    const wait = waitOf(await slots.tryAcquire('campaign'));
    expect(wait).toBeGreaterThan(4_900);
    expect(wait).toBeLessThanOrEqual(10_000);
  });

  test('that was not taken is gone: after five intervals of rest one is granted, not five', async () => {
    const slots = slotsEvery(100);
    await slots.tryAcquire('campaign');
    await pause(500);
    expect(await slots.tryAcquire('campaign')).toMatchObject({ kind: 'granted' });
    expect(await slots.tryAcquire('campaign')).toMatchObject({ kind: 'wait' });
  });

  test('is not booked by asking: ten who ask wait for the same one', async () => {
    const slots = slotsEvery(10_000);
    await slots.tryAcquire('campaign');
    const waits = await Promise.all(Array.from({ length: 10 }, () => slots.tryAcquire('campaign')));
    for (const answer of waits) expect(waitOf(answer)).toBeLessThanOrEqual(10_000);
  });

  test('goes to one of two processes that ask at the same moment', async () => {
    const otherRedis = new Redis(testRedisUrl());
    const other = new RateLimiter(otherRedis, prefix, { requestsPerMinute: 1 });
    const answers = await Promise.all([
      slotsEvery(10_000).tryAcquire('campaign'),
      other.tryAcquire('campaign'),
    ]);
    expect(answers.map(({ kind }) => kind).sort()).toEqual(['granted', 'wait']);
    await otherRedis.quit();
  });

  test('that is taken a little late does not delay the one after it', async () => {
    const slots = slotsEvery(400);
    await slots.tryAcquire('campaign');
    const first = waitOf(await slots.tryAcquire('campaign'));
    await pause(first + 100);
    expect(await slots.tryAcquire('campaign')).toMatchObject({ kind: 'granted' });
    // 400 less the hundred that it was late, and whatever this machine was late on top.
    expect(waitOf(await slots.tryAcquire('campaign'))).toBeLessThanOrEqual(310);
  });

  test('falls due by Redis’ clock: a worker whose own is an hour ahead gets none earlier', async () => {
    const slots = slotsEvery(10_000);
    await slots.tryAcquire('campaign');
    const { now } = Date;
    Date.now = () => now() + 3_600_000;
    try {
      expect(waitOf(await slots.tryAcquire('campaign'))).toBeGreaterThan(4_900);
    } finally {
      Date.now = now;
    }
  });

  test('starts anew when Redis forgets everything', async () => {
    const slots = slotsEvery(10_000);
    await slots.tryAcquire('campaign');
    await flushPrefix(prefix);
    expect(await slots.tryAcquire('campaign')).toMatchObject({ kind: 'granted' });
  });

  test('is not days away when the server’s clock has stepped back', async () => {
    const slots = slotsEvery(100);
    await slots.tryAcquire('campaign');
    const tomorrow = (Date.now() + 86_400_000) * 1_000;
    await redis.hset(`${prefix}:budget`, { due: tomorrow, transactionalUntil: tomorrow });
    const wait = waitOf(await slots.tryAcquire('campaign'));
    expect(wait).toBeLessThanOrEqual(100);
    await pause(wait);
    expect(await slots.tryAcquire('campaign')).toMatchObject({ kind: 'granted' });
  });

  test('is not granted while the gate is closed, and says for how long', async () => {
    await new Gate(redis, prefix).close(5_000, 'messages');
    const answer = await slotsEvery(10).tryAcquire('transactional');
    expect(answer.kind).toBe('gate_closed');
    expect(answer).toMatchObject({ ms: expect.any(Number) });
  });
});

describe('while a transactional request waits', () => {
  /** As if so much time had passed (ms): the place is kept for half an interval, and a busy machine may sleep longer. */
  async function passes(ms: number): Promise<void> {
    for (const field of ['due', 'transactionalUntil']) {
      await redis.hincrby(`${prefix}:budget`, field, -ms * 1_000);
    }
  }

  test('the next slot is not given to a campaign, though it asks first', async () => {
    const slots = slotsEvery(60_000);
    await slots.tryAcquire('campaign');
    await passes(waitOf(await slots.tryAcquire('transactional')));
    const campaign = await slots.tryAcquire('campaign');
    expect(campaign.kind).toBe('wait');
    expect(await slots.tryAcquire('transactional')).toMatchObject({ kind: 'granted' });
  });

  test('that never comes back, a campaign gets the slot half an interval later', async () => {
    const slots = slotsEvery(60_000);
    await slots.tryAcquire('campaign');
    await passes(waitOf(await slots.tryAcquire('transactional')));
    const rest = waitOf(await slots.tryAcquire('campaign'));
    expect(rest).toBeLessThanOrEqual(30_000);
    await passes(rest);
    expect(await slots.tryAcquire('campaign')).toMatchObject({ kind: 'granted' });
  });
});

describe('the pace', () => {
  const cut = (slots: RateLimiter) => slots.slowDown(1);

  test('is not changed by a single 429, nor by others within its pause', async () => {
    const slots = slotsEvery(100);
    expect(await slots.slowDown(60_000)).toEqual({ before: 1, after: 1 });
    expect(await slots.slowDown(1_000)).toEqual({ before: 1, after: 1 });
    expect(await slots.pace()).toBe(1);
  });

  test('goes down by a fifth when another comes soon after, and never below a tenth', async () => {
    const slots = slotsEvery(1_000);
    await cut(slots);
    await pause(5);
    const { after } = await cut(slots);
    expect(after).toBeCloseTo(0.8, 2);
    for (let n = 0; n < 15; n += 1) {
      await pause(5);
      await cut(slots);
    }
    expect(await slots.pace()).toBeGreaterThanOrEqual(0.1);
    expect(await slots.pace()).toBeLessThan(0.12);
  });

  test('that was cut makes slots rarer', async () => {
    const slots = slotsEvery(1_000);
    await cut(slots);
    await pause(5);
    await cut(slots);
    await slots.tryAcquire('campaign');
    // At full pace it would be 1000 at most.
    const due = Number(await redis.hget(`${prefix}:budget`, 'due'));
    const [seconds, micros] = await redis.time();
    expect(due / 1_000 - (Number(seconds) * 1_000 + Number(micros) / 1_000)).toBeGreaterThan(700);
    expect(await slots.tryAcquire('campaign')).toMatchObject({ kind: 'wait', pace: 0.8 });
  });

  test('grows back: a twentieth of the full one in a minute', async () => {
    const slots = slotsEvery(10);
    await cut(slots);
    await pause(5);
    const { after } = await cut(slots);
    // A minute is 588 ms here.
    await pause(1_200);
    const pace = await slots.pace();
    expect(pace).toBeGreaterThan(after + 0.04);
    expect(pace).toBeLessThanOrEqual(1);
  });
});
