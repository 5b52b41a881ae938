import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { Gate } from '../../src/queue/rateLimitGate.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

/** How long a few round trips to a Redis next door may take. */
const A_MOMENT_MS = 3_000;
const HOUR_MS = 3_600_000;
/** What BullMQ itself writes to a limiter that it closes. */
const CLOSED = String(Number.MAX_SAFE_INTEGER);

describe('the gate', () => {
  const redis = new Redis(testRedisUrl());
  const prefixes: string[] = [];
  let prefix: string;
  let gate: Gate;
  let limiters: [string, string];

  beforeEach(() => {
    prefix = freshPrefix();
    prefixes.push(prefix);
    gate = new Gate(redis, prefix);
    limiters = [`${prefix}:transactional:limiter`, `${prefix}:campaign:limiter`];
  });
  afterAll(async () => {
    for (const used of prefixes) await flushPrefix(used);
    await redis.quit();
  });

  function expectAbout(ms: number, wanted: number): void {
    expect(ms).toBeLessThanOrEqual(wanted);
    expect(ms).toBeGreaterThan(wanted - A_MOMENT_MS);
  }

  test('is open until it is closed', async () => {
    expect(await gate.closedForMs()).toBe(0);
  });

  test('closes for as long as asked, for every worker', async () => {
    expect(await gate.close(5_000, 'messages')).toBe(5_000);
    expectAbout(await new Gate(redis, prefix).closedForMs(), 5_000);
  });

  test('opens by itself, and both queues with it', async () => {
    await gate.close(20, 'messages');
    const closedAt = Date.now();
    while ((await redis.exists(...limiters)) > 0 || (await gate.closedForMs()) > 0) {
      expect(Date.now() - closedAt).toBeLessThan(A_MOMENT_MS);
    }
  });

  test('keeps both queues from starting jobs for the same time', async () => {
    await gate.close(5_000, 'messages');
    for (const limiter of limiters) {
      expect(await redis.get(limiter)).toBe(CLOSED);
      expectAbout(await redis.pttl(limiter), 5_000);
    }
  });

  test('is only ever extended: an answer that asks for less changes nothing', async () => {
    await gate.close(60_000, 'messages');
    expectAbout(await gate.close(1_000, 'messages'), 60_000);
    expectAbout(await gate.closedForMs(), 60_000);
    for (const limiter of limiters) expectAbout(await redis.pttl(limiter), 60_000);
    expect(await gate.close(90_000, 'messages')).toBe(90_000);
    for (const limiter of limiters) expectAbout(await redis.pttl(limiter), 90_000);
  });

  test('takes whole milliseconds, rounded up, and never none', async () => {
    expect(await gate.close(1_500.2, 'messages')).toBe(1_501);
    const other = new Gate(redis, `${prefix}other`);
    expect(await other.close(0, 'messages')).toBe(1);
    expect(await new Gate(redis, `${prefix}third`).close(-5, 'messages')).toBe(1);
  });

  test('stays closed for hours, but not for longer than a timer can count', async () => {
    expect(await gate.close(5 * HOUR_MS, 'messages')).toBe(5 * HOUR_MS);
    expect(await gate.close(1e15, 'messages')).toBe(2 ** 31 - 1);
    expect(await gate.close(Number.POSITIVE_INFINITY, 'messages')).toBeLessThanOrEqual(2 ** 31 - 1);
    for (const limiter of limiters) expect(await redis.pttl(limiter)).toBeLessThan(2 ** 31);
  });

  test('replaces a running count of starts, even one that would run longer', async () => {
    await redis.set(limiters[0], '3', 'PX', 900);
    await redis.set(limiters[1], '3', 'PX', 60_000);
    await gate.close(5_000, 'messages');
    for (const limiter of limiters) {
      expect(await redis.get(limiter)).toBe(CLOSED);
      expectAbout(await redis.pttl(limiter), 5_000);
    }
  });

  test('leaves a queue closed that is closed for longer', async () => {
    await redis.set(limiters[0], CLOSED, 'PX', 60_000);
    await gate.close(5_000, 'messages');
    expectAbout(await redis.pttl(limiters[0]), 60_000);
    expectAbout(await redis.pttl(limiters[1]), 5_000);
    expectAbout(await gate.closedForMs(), 5_000);
  });

  test('closes again a queue whose limiter is gone while the gate stands', async () => {
    await gate.close(60_000, 'messages');
    await redis.del(limiters[1]);
    await gate.close(1_000, 'messages');
    expect(await redis.get(limiters[1])).toBe(CLOSED);
    expectAbout(await redis.pttl(limiters[1]), 60_000);
  });

  test('keeps what closed it, and since when it has been closed', async () => {
    expect(await gate.status()).toEqual({ closed: false });
    const before = Date.now();
    await gate.close(30_000, 'messages');
    const first = await gate.status();
    await gate.close(60_000, 'agentless-email');
    const second = await gate.status();
    await gate.close(1_000, 'contact');
    expect(first).toMatchObject({ reason: { operation: 'messages', retryAfterMs: 30_000 } });
    expect(second).toMatchObject({
      reason: { operation: 'agentless-email', retryAfterMs: 60_000 },
    });
    expect(await gate.status()).toMatchObject({ reason: { operation: 'agentless-email' } });
    if (!first.closed || !second.closed) throw new Error('it was closed');
    expect(second.since).toBe(first.since);
    expect(first.since).toBeGreaterThan(before - A_MOMENT_MS);
    // By Redis' clock as the gate knows it, which may be off by the time that an answer takes.
    expect(Math.abs(second.until - Date.now() - 60_000)).toBeLessThan(A_MOMENT_MS);
  });

  test('is opened by hand, with both queues, and says how long it would have stayed closed', async () => {
    await gate.close(60_000, 'messages');
    expectAbout(await gate.open(), 60_000);
    expect(await gate.closedForMs()).toBe(0);
    expect(await redis.exists(...limiters)).toBe(0);
    expect(await gate.status()).toEqual({ closed: false });
    expect(await gate.open()).toBe(0);
    await gate.close(5_000, 'messages');
    expectAbout(await gate.closedForMs(), 5_000);
  });

  test('opened by hand, leaves a running count of starts alone', async () => {
    await redis.set(limiters[0], '3', 'PX', 60_000);
    await gate.open();
    expect(await redis.get(limiters[0])).toBe('3');
  });

  test('adds up for how long it was closed: extensions once, and not what was spared by hand', async () => {
    await gate.close(60_000, 'messages');
    await gate.close(90_000, 'messages');
    const soon = await gate.closedMsTotal();
    expect(soon).toBeLessThan(A_MOMENT_MS);
    await gate.open();
    const opened = await gate.closedMsTotal();
    expect(opened).toBeGreaterThanOrEqual(soon);
    expect(opened).toBeLessThan(A_MOMENT_MS);
    await gate.close(50, 'messages');
    while ((await gate.closedForMs()) > 0) await new Promise(setImmediate);
    expect(await gate.closedMsTotal()).toBe(opened + 50);
  });
});
