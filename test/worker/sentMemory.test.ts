import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { Keyring } from '../../src/notification/keyring.js';
import { Ledger } from '../../src/notification/ledger.js';
import { reconcileOf } from '../../src/notification/reconcileView.js';
import { isSettled, type Leg, type NotificationRecord } from '../../src/notification/record.js';
import { WentBackStore } from '../../src/queue/wentBack.js';
import { SentMemory } from '../../src/worker/sentMemory.js';
import { acceptedRecord } from '../support/notifications.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

describe('a notification that was accepted in the time that Redis has lost', () => {
  const prefix = freshPrefix();
  const redis = new Redis(testRedisUrl(), { maxRetriesPerRequest: null });
  const ledger = new Ledger(redis, prefix, Keyring.forDevelopment(), {
    ledgerMs: 3_000_000,
    requestMs: 1_000_000,
  });
  const { due, unknown } = ledger.keys;
  const memory = new SentMemory({
    redis,
    store: new WentBackStore(redis, prefix),
    workerId: 'w-1',
    keepMs: 3_000_000,
  });

  beforeAll(() => redis.ping());
  afterAll(async () => {
    await redis.quit();
    await flushPrefix(prefix);
  });

  /** Puts back what the worker has written down, of which nothing is in Redis. */
  async function putBack(
    id: string,
    changes: Partial<NotificationRecord>,
    leg: Partial<Leg>,
  ): Promise<NotificationRecord | undefined> {
    const now = Date.now();
    const sent: Leg = {
      generation: 1,
      channel: 'email',
      fencingToken: 1,
      intentAt: now,
      sendBy: now + 2_000,
      ...leg,
    };
    const given = { id, updatedAt: now, fencingToken: 1, attempts: 1, legs: [sent] };
    memory.observe(acceptedRecord({ ...given, ...changes }));
    await memory.putBack(ledger, { id: 'gone', at: now, since: now - 1_000 });
    return ledger.read(id);
  }

  test('is sent for good: its request is gone, so nothing can ask about its delivery', async () => {
    const sent = { outcome: 'sent', messageId: 'm-1' } as const;
    const record = await putBack('was-sent', { state: 'sent', deliveryCheckAt: Date.now() }, sent);
    expect(record).toMatchObject({ state: 'sent', reason: 'redis_went_back', legs: [sent] });
    expect(record && isSettled(record)).toBe(true);
  });

  test('waits for a person where it was unknown: without its request nothing can look for it', async () => {
    const looks = { made: 0, since: Date.now(), nextAt: Date.now() + 20_000 };
    const unknownLeg = { outcome: 'unknown' } as const;
    const record = await putBack('was-unknown', { state: 'unknown', looks }, unknownLeg);
    expect(record).toMatchObject({ state: 'unknown', reason: 'redis_went_back' });
    expect(record && reconcileOf(record)).toMatchObject({ decides: 'person' });
    expect(await redis.zscore(unknown, 'was-unknown')).not.toBeNull();
  });

  test('is looked after by the sweeper where its request was just leaving', async () => {
    const record = await putBack('was-sending', { state: 'sending' }, {});
    expect(record?.state).toBe('sending');
    expect(await redis.zscore(due, 'was-sending')).not.toBeNull();
  });
});
