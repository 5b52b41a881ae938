import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { DeliveryIndex } from '../../src/delivery/deliveryIndex.js';
import { recordAnswer, recordNews, recordNoNews } from '../../src/notification/answer.js';
import { claim, startLeg } from '../../src/notification/attempt.js';
import { Keyring } from '../../src/notification/keyring.js';
import { Ledger } from '../../src/notification/ledger.js';
import { type Leg, type NotificationRecord, newRecord } from '../../src/notification/record.js';
import { sweep } from '../../src/notification/settlement.js';
import type { Channel } from '../../src/notification/state.js';
import { REQUEST } from '../support/notifications.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

const MINUTE = 60_000;

describe('which sent messages await news', () => {
  const prefix = freshPrefix();
  const redis = new Redis(testRedisUrl());
  const ledger = new Ledger(redis, prefix, Keyring.forDevelopment(), {
    ledgerMs: 3_000_000,
    requestMs: 1_000_000,
  });
  const index = new DeliveryIndex(redis, ledger.keys);

  beforeAll(() => redis.ping());
  afterAll(async () => {
    await redis.quit();
    await flushPrefix(prefix);
  });

  /** A notification whose request has left, its answer not recorded yet. */
  async function sending(id: string, channel: Channel): Promise<Leg> {
    const now = Date.now();
    const record = newRecord(id, REQUEST, 'k1:hash', now);
    await ledger.accept([{ record, stored: { request: REQUEST, templateHash: 'h' } }]);
    await ledger.change(id, (found) => claim(found, 1, now));
    const intent = { fencingToken: 1, channel, sendWithinMs: 2_000 };
    const started = await ledger.change(id, (found) => startLeg(found, intent, now));
    if (started?.kind !== 'started') throw new Error('not started');
    return started.leg;
  }

  async function sent(id: string, channel: Channel = 'web', checkAfterMs = MINUTE): Promise<Leg> {
    const leg = await sending(id, channel);
    await record(id, leg, checkAfterMs);
    return leg;
  }

  async function record(id: string, leg: Leg, checkAfterMs = MINUTE): Promise<void> {
    const now = Date.now();
    const answer = {
      outcome: 'sent' as const,
      messageId: `m-${id}`,
      conversationId: `c-${id}`,
      deliveryCheckAt: now + checkAfterMs,
    };
    await ledger.change(id, (found) => recordAnswer(found, { leg, answer }, now));
  }

  const news = (id: string, delivery: 'failed' | 'delivered', mayFallBack = true) =>
    ledger.change(id, (found) =>
      recordNews(found, { messageId: `m-${id}`, delivery, mayFallBack }, Date.now()),
    );
  const read = async (id: string): Promise<NotificationRecord> => {
    const found = await ledger.read(id);
    if (found === undefined) throw new Error(`no ${id}`);
    return found;
  };
  const idsAwaited = async (by: number) => (await index.awaited(by, 100)).map(({ id }) => id);
  const idsSuspected = async () => (await index.undelivered(Date.now(), 100)).map(({ id }) => id);

  test('is noted with the record: a web message from a third of its time on, an email at its end', async () => {
    await sent('web');
    await sent('email', 'email');
    const now = Date.now();
    expect(await idsAwaited(now + MINUTE / 3)).toContain('web');
    expect(await idsAwaited(now + MINUTE / 4)).not.toContain('web');
    expect(await idsAwaited(now + MINUTE / 2)).not.toContain('email');
    expect(await idsAwaited(now + MINUTE)).toContain('email');
    expect(await redis.get(ledger.keys.message('m-web'))).toBe('web');
    expect(await redis.exists(ledger.keys.message('m-email'))).toBe(0);
  });

  test('is forgotten in the moment in which its news is recorded', async () => {
    await sent('told');
    await index.suspect(['told'], Date.now());
    expect(await news('told', 'delivered')).toMatchObject({ kind: 'settled' });
    expect(await idsAwaited(Number.MAX_SAFE_INTEGER)).not.toContain('told');
    expect(await idsSuspected()).not.toContain('told');
    expect(await redis.exists(ledger.keys.message('m-told'))).toBe(0);
  });

  test('an event leads by the message id to its notification', async () => {
    await sent('heard');
    expect(await index.hear(['m-heard', 'm-of-another-system'], Date.now())).toBe(1);
    expect(await idsSuspected()).toContain('heard');
  });

  test('an event that comes before the send is recorded is not lost', async () => {
    const leg = await sending('early', 'web');
    expect(await index.hear(['m-early'], Date.now())).toBe(0);
    await record('early', leg);
    expect(await idsSuspected()).toContain('early');
  });

  test('opens the next channel once, however many hear of it', async () => {
    await sent('once');
    const results = await Promise.all([1, 2, 3].map(() => news('once', 'failed')));
    expect(results.filter((result) => result?.kind === 'undelivered')).toHaveLength(1);
    const { legs, state } = await read('once');
    expect({ state, outcomes: legs.map(({ outcome }) => outcome) }).toEqual({
      state: 'processing',
      outcomes: ['undelivered'],
    });
  });

  test('an attempt that has claimed its own check is fenced off by news of a delivery', async () => {
    await sent('claimed', 'web', 0);
    const claimed = await ledger.change('claimed', (found) => claim(found, 1, Date.now()));
    if (claimed?.kind !== 'claimed') throw new Error('not claimed');
    await news('claimed', 'delivered');
    expect((await read('claimed')).fencingToken).toBeGreaterThan(claimed.record.fencingToken);
  });

  test('leaves a failure to its own check once that is due: its job would end without the next channel', async () => {
    await sent('late', 'web', 0);
    expect(await news('late', 'failed')).toEqual({ kind: 'fenced' });
    expect((await read('late')).state).toBe('sent');
  });

  test('news of another message than the one that is awaited changes nothing', async () => {
    await sent('other');
    const change = { messageId: 'm-older', delivery: 'failed' as const, mayFallBack: true };
    expect(await ledger.change('other', (found) => recordNews(found, change, Date.now()))).toEqual({
      kind: 'fenced',
    });
  });

  test('an email without news stays sent, without a reason and without a step in its timeline', async () => {
    await sent('quiet', 'email');
    const before = await read('quiet');
    await ledger.change('quiet', (found) => recordNoNews(found, 'm-quiet'));
    const { deliveryCheckAt: _over, ...rest } = before;
    expect(await read('quiet')).toEqual(rest);
    expect(await idsAwaited(Number.MAX_SAFE_INTEGER)).not.toContain('quiet');
    expect(await redis.pttl(ledger.keys.record('quiet'))).toBeGreaterThan(0);
  });

  test('no job claims an email for a check of its own, and the sweeper ends the wait without one', async () => {
    await sent('unasked', 'email', 0);
    const found = await read('unasked');
    expect(claim(found, 1, Date.now() + 1).result).toEqual({ kind: 'ended', state: 'sent' });
    expect(sweep(found, Date.now() + MINUTE).result).toBe('nothing');
    const given = sweep(found, Date.now() + 3 * MINUTE);
    expect(given.result).toBe('delivery_given_up');
    expect(given.next).toMatchObject({ state: 'sent' });
    expect(given.next?.deliveryCheckAt).toBeUndefined();
  });

  test('a message that a version before has sent has its own check and needs no entry', async () => {
    await sent('former');
    await redis.zrem(ledger.keys.awaited, 'former');
    await redis.del(ledger.keys.message('m-former'));
    const due = Date.now() + MINUTE + 1;
    const claimed = await ledger.change('former', (found) => claim(found, 1, due));
    expect(claimed).toMatchObject({ kind: 'claimed', work: 'delivery_check' });
  });
});
