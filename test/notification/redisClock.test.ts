import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { RedisClock, redisClock } from '../../src/redis/clock.js';
import { startPrivateRedis, testRedisUrl } from '../support/redis.js';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('the clock of Redis', () => {
  const redis = new Redis(testRedisUrl());
  const realNow = Date.now;

  beforeAll(() => redis.ping());
  afterEach(() => {
    jest.restoreAllMocks();
  });
  afterAll(async () => {
    await redis.quit();
  });

  /** Sets the clock of this machine, as far as this process sees it. */
  function setMachineClock(aheadMs: number): void {
    jest.spyOn(Date, 'now').mockImplementation(() => realNow() + aheadMs);
  }

  async function there(): Promise<number> {
    const [seconds, microseconds] = await redis.time();
    return Number(seconds) * 1_000 + Number(microseconds) / 1_000;
  }

  test('is read through a machine whose clock is a day wrong', async () => {
    setMachineClock(25 * 60 * 60 * 1000);
    const clock = new RedisClock(redis, '{t}');
    const before = await there();
    expect(await clock.current()).toBeGreaterThanOrEqual(before - 200);
    expect(clock.now()).toBeLessThanOrEqual((await there()) + 200);
    expect(clock.skewMs).toBeGreaterThan(DAY_MS);
    expect(clock.problem).toMatch(
      /^The clock of this machine is 90000 s ahead of the clock of Redis/,
    );
  });

  test('goes on when the clock of the machine is set while the process runs', async () => {
    const clock = new RedisClock(redis, '{t}');
    await clock.measure();
    expect(clock.problem).toBeUndefined();
    for (const jump of [DAY_MS, -DAY_MS]) {
      setMachineClock(jump);
      expect(Math.abs(clock.now() - (await there()))).toBeLessThan(500);
      expect(clock.problem).toMatch(jump > 0 ? /ahead of/ : /behind/);
    }
  });

  test('is that of the machine as long as Redis has not been asked', () => {
    const clock = new RedisClock(redis, '{t}');
    expect(Math.abs(clock.now() - realNow())).toBeLessThan(1_000);
    expect(clock.problem).toBeUndefined();
  });

  test('is exact though its first answer came late: the command waited while Redis was away', async () => {
    const server = await startPrivateRedis();
    const away = new Redis(server.url);
    try {
      const clock = new RedisClock(away, '{t}');
      await away.call('CLIENT', 'PAUSE', '1500', 'ALL');
      const now = await clock.current();
      const [seconds, microseconds] = await away.time();
      expect(now - (Number(seconds) * 1_000 + Number(microseconds) / 1_000)).toBeLessThan(100);
    } finally {
      away.disconnect();
      await server.stop();
    }
  });

  test('is one for each connection', () => {
    expect(redisClock(redis, '{t}')).toBe(redisClock(redis, '{t}'));
  });
});
