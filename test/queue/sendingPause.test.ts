import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { LANES } from '../../src/notification/state.js';
import { closeQueues, openQueues, type Queues } from '../../src/queue/jobs.js';
import { SendingPause } from '../../src/queue/sendingPause.js';
import { ledgerKeys } from '../../src/redis/keys.js';
import { flushPrefix, freshPrefix, startPrivateRedis, testRedisUrl } from '../support/redis.js';

describe('the stop button', () => {
  const redis = new Redis(testRedisUrl(), { maxRetriesPerRequest: null });
  const used: { prefix: string; queues: Queues }[] = [];
  let prefix: string;
  let queues: Queues;
  let button: SendingPause;

  beforeEach(() => {
    prefix = freshPrefix();
    queues = openQueues(redis, prefix, () => undefined);
    used.push({ prefix, queues });
    button = new SendingPause(redis, prefix, queues);
  });
  afterAll(async () => {
    for (const each of used) {
      await closeQueues(each.queues);
      await flushPrefix(each.prefix);
    }
    await redis.quit();
  });

  const paused = () => Promise.all(LANES.map((lane) => queues[lane].isPaused()));

  test('is not set until a person sets it, and then every process reads who, why and since when', async () => {
    expect(await button.status()).toBeUndefined();
    const before = Date.now();
    const pause = await button.pause({ reason: 'complaints', by: 'ops' });
    expect(pause).toEqual({ reason: 'complaints', by: 'ops', since: expect.any(Number) });
    expect(pause.since).toBeGreaterThanOrEqual(before);
    expect(await new SendingPause(redis, prefix, queues).status()).toEqual(pause);
    expect(await paused()).toEqual([true, true]);
  });

  test('takes the newest reason when it is pressed again, and remembers since when', async () => {
    const { since } = await button.pause({ reason: 'lunch', by: 'ann' });
    await button.pause({ reason: 'complaints' });
    expect(await button.status()).toEqual({ reason: 'complaints', since });
  });

  test('lets both queues go on when it is released, and says what stood; releasing again is harmless', async () => {
    const pause = await button.pause({ reason: 'complaints' });
    expect(await button.resume()).toEqual({ kind: 'resumed', was: pause });
    expect(await button.status()).toBeUndefined();
    expect(await paused()).toEqual([false, false]);
    expect(await button.resume()).toEqual({ kind: 'resumed', was: undefined });
  });

  test('ended without having been set, resumes queues that were paused by other means', async () => {
    await queues.campaign.pause();
    await button.resume();
    expect(await paused()).toEqual([false, false]);
  });

  test('pauses the queues again when the process that set it died before, and only then', async () => {
    expect(await button.enforce()).toBe(false);
    await button.pause({ reason: 'complaints' });
    expect(await button.enforce()).toBe(false);
    await queues.campaign.resume();
    expect(await button.enforce()).toBe(true);
    expect(await paused()).toEqual([true, true]);
  });

  test('says nothing of queues paused again that a full Redis does not let it pause', async () => {
    const server = await startPrivateRedis();
    const full = new Redis(server.url, { maxRetriesPerRequest: null });
    const theirs = openQueues(full, prefix, () => undefined);
    try {
      const there = new SendingPause(full, prefix, theirs);
      await full.config('SET', 'maxmemory', '1');
      await there.pause({ reason: 'complaints' });
      expect(await theirs.campaign.isPaused()).toBe(false);
      expect(await there.enforce()).toBe(false);
      await full.config('SET', 'maxmemory', '0');
      expect(await there.enforce()).toBe(true);
      expect(await there.enforce()).toBe(false);
    } finally {
      await closeQueues(theirs);
      full.disconnect();
      await server.stop();
    }
  });

  test('never leaves queues paused without a pause in force, however pause, resume and sweeper overlap', async () => {
    for (let round = 0; round < 40; round += 1) {
      await button.pause({ reason: 'complaints' });
      await queues.transactional.resume();
      await Promise.all([button.enforce(), button.resume(), button.pause({ reason: 'again' })]);
      const pressed = (await button.status()) !== undefined;
      if (pressed) continue;
      expect(await paused()).toEqual([false, false]);
    }
  });

  test('leaves the queues of other deployments alone', async () => {
    const other = freshPrefix();
    const others = openQueues(redis, other, () => undefined);
    used.push({ prefix: other, queues: others });
    await button.pause({ reason: 'complaints' });
    expect(await others.transactional.isPaused()).toBe(false);
    expect(await redis.exists(ledgerKeys(other).paused)).toBe(0);
  });
});
