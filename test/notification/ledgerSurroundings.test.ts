import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { claim, loseIntent, startLeg } from '../../src/notification/attempt.js';
import { keep, write } from '../../src/notification/decision.js';
import { Keyring } from '../../src/notification/keyring.js';
import { Ledger } from '../../src/notification/ledger.js';
import { type NotificationRecord, newRecord, queued } from '../../src/notification/record.js';
import { resolve, retry } from '../../src/notification/settlement.js';
import { unknownCounts } from '../../src/notification/unknownCounts.js';
import { REQUEST } from '../support/notifications.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

const RETENTION = { ledgerMs: 60_000, requestMs: 60_000 };
const INTENT = { fencingToken: 1, channel: 'email', sendWithinMs: 2_000 } as const;

describe('what the ledger writes around a record', () => {
  const redis = new Redis(testRedisUrl());
  const prefixes: string[] = [];
  let ledger: Ledger;
  let written: [NotificationRecord, NotificationRecord | undefined][];

  beforeEach(() => {
    const prefix = freshPrefix();
    prefixes.push(prefix);
    written = [];
    ledger = new Ledger(redis, prefix, Keyring.forDevelopment(), RETENTION, (next, before) =>
      written.push([next, before]),
    );
  });
  afterAll(async () => {
    for (const prefix of prefixes) await flushPrefix(prefix);
    await redis.quit();
  });

  async function sending(id: string): Promise<void> {
    const record = newRecord(id, REQUEST, 'k1:hash', Date.now());
    await ledger.accept([{ record, stored: { request: REQUEST, templateHash: 'h' } }]);
    await ledger.change(id, (current) => claim(current, 1, Date.now()));
    await ledger.change(id, (current) => startLeg(current, INTENT, Date.now()));
  }
  const lose = (id: string, at: number) =>
    ledger.change(id, (record) => write(loseIntent(record, at), undefined));

  test('counts the unknown, oldest first, until a person has decided', async () => {
    expect(await unknownCounts(redis, ledger.keys)).toEqual({ asked: 0, count: 0 });
    await sending('a');
    await sending('b');
    expect(await unknownCounts(redis, ledger.keys)).toEqual({ asked: 0, count: 0 });
    const soon = Date.now() + 5_000;
    await lose('b', soon);
    await lose('a', soon + 4_000);
    expect(await unknownCounts(redis, ledger.keys)).toEqual({
      asked: 0,
      count: 2,
      oldestSince: soon,
    });
    await ledger.change('b', (record) => resolve(record, 'not_sent', Date.now()));
    expect(await unknownCounts(redis, ledger.keys)).toEqual({
      asked: 0,
      count: 1,
      oldestSince: soon + 4_000,
    });
    await ledger.change('b', (record) => retry(record, { deadline: Date.now() + 1e6 }, Date.now()));
    await ledger.change('a', (record) => resolve(record, 'sent', Date.now()));
    expect(await unknownCounts(redis, ledger.keys)).toEqual({ asked: 0, count: 0 });
  });

  test('writes no intent while sending is paused, and everything else', async () => {
    const record = newRecord('p', REQUEST, 'k1:hash', Date.now());
    await ledger.accept([{ record, stored: { request: REQUEST, templateHash: 'h' } }]);
    await redis.set(ledger.keys.paused, '{}');
    await ledger.change('p', (current) => claim(current, 1, Date.now()));
    const start = () =>
      ledger.changeUnlessHalted('p', (current) => startLeg(current, INTENT, Date.now()));
    expect(await start()).toEqual({ kind: 'sending_paused' });
    expect((await ledger.read('p'))?.state).toBe('processing');
    await redis.del(ledger.keys.paused);
    expect(await start()).toMatchObject({ kind: 'started' });
  });

  test('refuses an intent whose sender read the record before the pause', async () => {
    const record = newRecord('r', REQUEST, 'k1:hash', Date.now());
    await ledger.accept([{ record, stored: { request: REQUEST, templateHash: 'h' } }]);
    await ledger.change('r', (current) => claim(current, 1, Date.now()));
    // Between reading and writing, as late as the sending can be paused.
    let pressed: Promise<unknown> | undefined;
    const start = ledger.changeUnlessHalted('r', (current) => {
      pressed = redis.set(ledger.keys.paused, '{}');
      return startLeg(current, INTENT, Date.now());
    });
    expect(await start).toEqual({ kind: 'sending_paused' });
    await pressed;
    expect((await ledger.read('r'))?.legs).toEqual([]);
  });

  test('tells its observer of each record that was written, and of none that was not', async () => {
    await sending('seen');
    expect(written.map(([next, before]) => [next.state, before?.state])).toEqual([
      ['accepted', undefined],
      ['processing', 'accepted'],
      ['sending', 'processing'],
    ]);
    await ledger.change('seen', () => keep(undefined));
    const snapshot = await ledger.snapshot('seen');
    if (snapshot === undefined) throw new Error('it was accepted');
    const lost = loseIntent(snapshot.record, Date.now());
    expect(await ledger.replace(snapshot, lost)).toBe(true);
    expect(await ledger.replace(snapshot, lost)).toBe(false);
    await ledger.enqueued([{ snapshot, next: queued(snapshot.record, Date.now()) }]);
    await ledger.accept([
      { record: snapshot.record, stored: { request: REQUEST, templateHash: 'h' } },
    ]);
    expect(written.slice(3).map(([next]) => next.state)).toEqual(['unknown']);
  });
});
