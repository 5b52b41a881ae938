import { afterAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { ListenerStatusStore } from '../../src/queue/listenerStatus.js';
import { ledgerKeys } from '../../src/redis/keys.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

const redis = new Redis(testRedisUrl());
const prefix = freshPrefix();
afterAll(async () => {
  await flushPrefix(prefix);
  await redis.quit();
});

describe('the status of the delivery listener', () => {
  const store = new ListenerStatusStore(redis, prefix);
  const heardAt = 1_796_000_000_000;
  const connected = { state: 'connected', since: heardAt - 5_000, heardAt } as const;

  /** As if this time had passed since the listener noted anything. */
  async function silentFor(ms: number): Promise<void> {
    const key = ledgerKeys(prefix).listenerStatus;
    await redis.pexpire(key, (await redis.pttl(key)) - ms);
  }

  test('is connected for as long as the listener notes its heartbeats', async () => {
    await store.write(connected);
    await silentFor(40_000);
    expect(await store.read()).toMatchObject(connected);
  });

  test('is disconnected since the last heartbeat where the process that listened was killed', async () => {
    await store.write(connected);
    await silentFor(120_000);
    expect(await store.read()).toMatchObject({
      state: 'disconnected',
      since: heardAt,
      heardAt,
      detail: 'the process that listened is gone',
    });
  });
});
