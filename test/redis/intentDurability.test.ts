import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import type { Durability } from '../../src/redis/durability.js';
import type { WrittenIntent } from '../../src/redis/intentConfirmer.js';
import { IntentDurability } from '../../src/redis/intentDurability.js';
import { missingServer, type PrivateRedis, startPrivateRedis } from '../support/redis.js';

const PROGRESS = '{d}:progress';

// Named where it cannot be had: such a server is not in the distribution of every machine.
const missing = await missingServer('redis-8');

(missing === undefined ? describe : describe.skip)('an intent and the disk of Redis', () => {
  let server: PrivateRedis;
  let redis: Redis;
  const opened: IntentDurability[] = [];
  const progress = {
    id: 'worker-1',
    confirmed: 0,
    hasConfirmed: (count: number) => {
      progress.confirmed = count;
    },
    raise: () => undefined,
  };

  beforeAll(async () => {
    server = await startPrivateRedis({ server: 'redis-8', args: ['--appendonly', 'yes'] });
    redis = new Redis(server.url);
  });
  afterEach(async () => {
    for (const one of opened.splice(0)) one.close();
    await redis.config('SET', 'appendonly', 'yes');
    await redis.config('SET', 'appendfsync', 'everysec');
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  function durability(wanted?: Durability, url = server.url): IntentDurability {
    const log = pino({ level: 'silent' });
    const made = new IntentDurability({ url, progressKey: PROGRESS, progress, wanted, log });
    opened.push(made);
    return made;
  }

  /** As the ledger writes it: the tag that every write renews is the first 8 bytes of the record. */
  async function intent(name: string): Promise<WrittenIntent> {
    const tag = Buffer.from(name.padEnd(8, '.').slice(0, 8));
    await redis.set(`{d}:n:${name}`, Buffer.concat([tag, Buffer.from('the record')]));
    return { key: `{d}:n:${name}`, tag };
  }

  test('is confirmed once it is there, by the next fsync of everysec', async () => {
    const one = durability();
    expect(await one.look()).toEqual({ ok: true });
    expect(one.used).toBe('fsync');
    expect(await one.confirm(await intent('safe'))).toBe(true);
    expect(await redis.hget(PROGRESS, 'worker-1')).toBe(`${progress.confirmed}`);
  });

  test('is not confirmed by a server that lacks what it had confirmed before', async () => {
    const one = durability();
    await one.look();
    while (progress.confirmed < 3) await one.confirm(await intent('before'));
    await redis.hset(PROGRESS, 'worker-1', progress.confirmed - 1);
    expect(await one.confirm(await intent('after'))).toBe(false);
    await redis.hset(PROGRESS, 'worker-1', progress.confirmed);
    expect(await one.confirm(await intent('after'))).toBe(true);
  });

  test('is not confirmed by a server that has another record, or none, in its place', async () => {
    const one = durability();
    await one.look();
    const lost = await intent('lost');
    await redis.set(lost.key, 'as it was before the intent');
    const gone = await intent('gone');
    await redis.del(gone.key);
    const asked = [lost, gone, await intent('kept')].map((written) => one.confirm(written));
    expect(await Promise.all(asked)).toEqual([false, false, true]);
  });

  test('is not confirmed in time while nothing is written to the disk, and is once that works again', async () => {
    const one = durability('fsync');
    await one.look();
    await redis.config('SET', 'appendfsync', 'no');
    expect(await one.confirm(await intent('late'))).toBe(false);
    await redis.config('SET', 'appendfsync', 'always');
    expect(await one.confirm(await intent('in-time'))).toBe(true);
  });

  test('shares one question with many others', async () => {
    const one = durability();
    await one.look();
    await redis.config('SET', 'appendfsync', 'always');
    await redis.config('RESETSTAT');
    const intents = await Promise.all(Array.from({ length: 300 }, (_, n) => intent(`many-${n}`)));
    const confirmed = await Promise.all(intents.map((written) => one.confirm(written)));
    expect(confirmed.every(Boolean)).toBe(true);
    const calls = /cmdstat_waitaof:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1];
    expect(Number(calls)).toBeLessThan(10);
  });

  test('waits for a replica where there is no file, and for memory where there is neither', async () => {
    await redis.config('SET', 'appendonly', 'no');
    const one = durability();
    await one.look();
    expect(one.used).toBe('none');
    expect(await one.confirm(await intent('in-memory'))).toBe(true);
    const replica = await startPrivateRedis({
      server: 'redis-8',
      args: ['--replicaof', '127.0.0.1', `${server.port}`],
    });
    try {
      while (one.used !== 'replica') await one.look();
      // It may still be loading what it has copied.
      while (!(await one.confirm(await intent('replicated')))) await pause(20);
    } finally {
      await replica.stop();
      while ((await redis.info('replication')).includes('slave0:')) await pause(20);
    }
  });

  test('that has to be confirmed by what Redis cannot do ends the start with a sentence', async () => {
    await redis.config('SET', 'appendonly', 'no');
    expect(await durability('fsync').look()).toEqual({
      ok: false,
      problem:
        'INTENT_DURABILITY is fsync, which this Redis cannot confirm: its append-only file is off. Change Redis, or the setting.',
    });
    expect(await durability('replica').look()).toMatchObject({ ok: false });
    expect(await durability('none').look()).toEqual({ ok: true });
  });

  test('is not confirmed by a connection that broke while it waited', async () => {
    const one = durability('fsync');
    await one.look();
    await redis.config('SET', 'appendfsync', 'no');
    const asked = one.confirm(await intent('cut-off'));
    while (!String(await redis.call('CLIENT', 'LIST')).includes('cmd=waitaof')) await pause(10);
    // Asked again on the next connection, which has written nothing, the answer would be a false yes.
    await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    expect(await asked).toBe(false);
  });
});
