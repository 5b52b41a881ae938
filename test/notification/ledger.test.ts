import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { v7 as uuidv7 } from 'uuid';
import { recordAnswer, recordDelivery } from '../../src/notification/answer.js';
import { claim, startLeg } from '../../src/notification/attempt.js';
import { type Decision, keep, write } from '../../src/notification/decision.js';
import { Keyring } from '../../src/notification/keyring.js';
import { Ledger } from '../../src/notification/ledger.js';
import {
  type Leg,
  type NotificationRecord,
  newRecord,
  queued,
} from '../../src/notification/record.js';
import { cancel } from '../../src/notification/settlement.js';
import { REQUEST } from '../support/notifications.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

const STORED = { request: REQUEST, templateHash: 'h' };

describe('the ledger', () => {
  const prefix = freshPrefix();
  const redis = new Redis(testRedisUrl());
  const another = new Redis(testRedisUrl());
  const ledger = new Ledger(redis, prefix, Keyring.forDevelopment(), {
    ledgerMs: 3_000_000,
    requestMs: 1_000_000,
  });

  beforeAll(() => redis.ping());
  afterAll(async () => {
    await Promise.all([redis.quit(), another.quit()]);
    await flushPrefix(prefix);
  });

  async function accepted(id: string): Promise<NotificationRecord> {
    const record = newRecord(id, REQUEST, 'k1:hash', Date.now());
    await ledger.accept([{ record, stored: STORED }]);
    return record;
  }

  test('keeps record, request and the sweeper’s note together', async () => {
    const record = await accepted('a');
    expect(await ledger.read('a')).toEqual(record);
    expect(await ledger.readRequest('a')).toEqual(STORED);
    expect(Number(await redis.zscore(ledger.keys.due, 'a'))).toBeGreaterThan(Date.now());
  });

  test('does not accept an id twice, and answers what is there', async () => {
    const record = await accepted('twice');
    const other = newRecord('twice', REQUEST, 'k1:other', Date.now() + 5);
    const [answer] = await ledger.accept([{ record: other, stored: STORED }]);
    expect(answer).toEqual({ kind: 'known', snapshot: { record, tag: expect.anything() } });
  });

  test('of a hundred writers that raise a number at the same time, loses none', async () => {
    await accepted('raced');
    const twin = new Ledger(another, prefix, Keyring.forDevelopment(), {
      ledgerMs: 1_000,
      requestMs: 1_000,
    });
    await Promise.all(
      Array.from({ length: 100 }, (_, n) => (n % 2 === 0 ? ledger : twin).change('raced', raise)),
    );
    expect((await ledger.read('raced'))?.attempts).toBe(100);
  });

  const raise = (record: NotificationRecord): Decision<number> =>
    write({ ...record, attempts: record.attempts + 1 }, record.attempts + 1);

  test('reads a record once for the changes that one process makes, one after the other', async () => {
    await accepted('once');
    let reads = 0;
    const { getBuffer } = redis;
    redis.getBuffer = ((key: string) => {
      reads += 1;
      return getBuffer.call(redis, key);
    }) as typeof redis.getBuffer;
    for (const attempts of [1, 2, 3]) expect(await ledger.change('once', raise)).toBe(attempts);
    redis.getBuffer = getBuffer;
    expect(reads).toBe(1);
  });

  test('decides upon what another process has written since, also when nothing is to be changed', async () => {
    await accepted('seen');
    await ledger.change('seen', raise);
    const twin = new Ledger(another, prefix, Keyring.forDevelopment(), {
      ledgerMs: 1_000,
      requestMs: 1_000,
    });
    await twin.change('seen', raise);
    expect(await ledger.change('seen', (record) => keep(record.attempts))).toBe(2);
    await twin.change('seen', raise);
    expect(await ledger.change('seen', raise)).toBe(4);
  });

  test('knows nothing more of a record that Redis has lost, though this process has just written it', async () => {
    await accepted('lost');
    await ledger.change('lost', raise);
    await redis.del(ledger.keys.record('lost'));
    expect(await ledger.change('lost', raise)).toBeUndefined();
    expect(await ledger.change('lost', (record) => keep(record.attempts))).toBeUndefined();
  });

  test('takes a command that was sent again after a lost connection for the one it is', async () => {
    await accepted('resent');
    let sent: unknown[] = [];
    const original = redis.sendCommand.bind(redis);
    redis.sendCommand = ((command: { name: string; args: unknown[] }, ...rest: never[]) => {
      if (/^evalsha|^eval/.test(command.name)) sent = [command.name, ...command.args];
      return original(command as never, ...rest);
    }) as typeof redis.sendCommand;
    await ledger.change('resent', (record) => write(queued(record, Date.now()), undefined));
    redis.sendCommand = original;
    const [name, ...args] = sent as [string, ...(string | Buffer)[]];
    expect(await another.callBuffer(name, ...args)).toBe(1);
  });

  test('keeps a settled record and its request for their retention, and forgets what was found out', async () => {
    await accepted('ended');
    await redis.set(ledger.keys.checkpoint('ended'), 'found');
    await ledger.change('ended', (record) => cancel(record, Date.now()));
    const [record, request] = await Promise.all([
      redis.pttl(ledger.keys.record('ended')),
      redis.pttl(ledger.keys.request('ended')),
    ]);
    expect(record).toBeGreaterThan(2_900_000);
    expect(record).toBeLessThanOrEqual(3_000_000);
    expect(request).toBeLessThanOrEqual(1_000_000);
    expect(await redis.exists(ledger.keys.checkpoint('ended'))).toBe(0);
    expect(await redis.zscore(ledger.keys.due, 'ended')).toBeNull();
  });

  test('keeps what is brought back to life without a time limit', async () => {
    await accepted('revived');
    await ledger.change('revived', (record) => cancel(record, Date.now()));
    await ledger.change('revived', (record) => write({ ...record, state: 'accepted' }, undefined));
    expect(await redis.pttl(ledger.keys.record('revived'))).toBe(-1);
    expect(await redis.pttl(ledger.keys.request('revived'))).toBe(-1);
  });

  test('does not let a check of what was read before erase the note of a retry', async () => {
    await accepted('rechecked');
    await ledger.change('rechecked', (record) => cancel(record, Date.now()));
    const seen = await ledger.snapshot('rechecked');
    await ledger.change('rechecked', (record) =>
      write({ ...record, state: 'accepted' }, undefined),
    );
    await ledger.recheck('rechecked', seen, Date.now());
    expect(await redis.zscore(ledger.keys.due, 'rechecked')).not.toBeNull();
  });

  test.each([0, 999, 1_000.5, Number.NaN])('refuses to be kept for %p ms', (ledgerMs) => {
    const open = () =>
      new Ledger(redis, prefix, Keyring.forDevelopment(), { ledgerMs, requestMs: 1_000 });
    expect(open).toThrow('ledgerMs: expected whole milliseconds');
  });

  test('knows nothing of an id that was never sent', async () => {
    expect(await ledger.read('nobody')).toBeUndefined();
    expect(await ledger.change('nobody', (record) => keep(record))).toBeUndefined();
  });

  test('holds a delivered notification in 300 bytes, its timeline and ids included', async () => {
    const id = uuidv7();
    const now = Date.now();
    await accepted(id);
    const steps: ((record: NotificationRecord) => Decision<unknown>)[] = [
      (record) => write(queued(record, now + 4), undefined),
      (record) => claim(record, 1, now + 60),
      (record) =>
        startLeg(record, { fencingToken: 1, channel: 'web', sendWithinMs: 2_000 }, now + 900),
      (record) =>
        recordAnswer(
          record,
          {
            leg: record.legs[0] as Leg,
            answer: {
              outcome: 'sent',
              messageId: 'ccbb56e3509c40098aa607c8eed61fe4',
              conversationId: '3437a762-6c43-4391-b924-6cd9b5b6fbf3',
              deliveryCheckAt: now + 61_000,
            },
          },
          now + 1_100,
        ),
      (record) => claim(record, 1, now + 61_000),
      (record) =>
        recordDelivery(
          record,
          { fencingToken: 2, delivery: 'delivered', mayFallBack: true },
          now + 61_100,
        ),
    ];
    for (const step of steps) await ledger.change(id, step);
    expect((await ledger.read(id))?.state).toBe('delivered');
    // As it lies under the default prefix; the tests' own is longer.
    await redis.copy(ledger.keys.record(id), `{notifier}:n:${id}`);
    const used = Number(await redis.call('MEMORY', 'USAGE', `{notifier}:n:${id}`));
    await redis.del(`{notifier}:n:${id}`);
    expect(used).toBeLessThanOrEqual(300);
  });
});
