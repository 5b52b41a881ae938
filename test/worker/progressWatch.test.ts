import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { closeQueues, openQueues, type Queues } from '../../src/queue/jobs.js';
import { SendingPause } from '../../src/queue/sendingPause.js';
import { WorkerRegistry, type WorkerReport } from '../../src/queue/workerRegistry.js';
import { redisClock } from '../../src/redis/clock.js';
import { connectForWorking, disconnect, type RedisClient } from '../../src/redis/redisClient.js';
import { ProgressWatch } from '../../src/worker/progressWatch.js';
import { type PrivateRedis, startPrivateRedis } from '../support/redis.js';
import { keepSnapshot } from '../support/snapshot.js';

const PREFIX = '{p}';
const REPORT: WorkerReport = {
  host: 'host-1',
  pid: 4242,
  version: '0.1.0',
  since: 1_000,
  concurrency: 10,
  jobs: { transactional: 0, campaign: 0 },
};

describe('a Redis that goes back in time', () => {
  let server: PrivateRedis;
  let admin: RedisClient;
  let queues: Queues;
  let sending: SendingPause;
  let connections: RedisClient[];

  beforeEach(async () => {
    server = await startPrivateRedis();
    connections = [];
    admin = connect();
    queues = openQueues(admin, PREFIX, () => undefined);
    sending = new SendingPause(admin, PREFIX, queues);
  });
  afterEach(async () => {
    await closeQueues(queues);
    for (const connection of connections) disconnect(connection);
    await server.stop();
  });

  function connect(): RedisClient {
    const made = connectForWorking(server.url);
    made.on('error', () => undefined);
    connections.push(made);
    return made;
  }

  /** A worker, as far as this is concerned; `beat` is its heartbeat. */
  function worker() {
    const redis = connect();
    const log = pino({ level: 'silent' });
    const clock = redisClock(redis, PREFIX);
    const watch = new ProgressWatch({ redis, prefix: PREFIX, clock, log, noteRedis: () => true });
    const registry = new WorkerRegistry(redis, PREFIX);
    return {
      watch,
      beat: async () => {
        await watch.look();
        return registry.beat(watch.id, REPORT);
      },
    };
  }

  async function untilPaused(): Promise<void> {
    while ((await sending.status()) === undefined) await pause(20);
  }

  const standsOf = async () => (await sending.status())?.code;

  test('by a restored snapshot is noticed, pauses all sending, and says up to when it knows what happened', async () => {
    const one = worker();
    const two = worker();
    await one.beat();
    const last = await two.beat();
    const restore = await keepSnapshot(server, admin as Redis);
    await one.beat();
    await restore();
    await untilPaused();
    expect(await standsOf()).toBe('redis_went_back');
    const refused = await sending.resume();
    expect(refused).toMatchObject({ kind: 'redis_went_back', wentBack: { since: last } });
    // It stays so, whatever the others count meanwhile, and a person's pause does not hide it.
    await Promise.all([one.beat(), two.beat()]);
    await sending.pause({ reason: 'lunch' });
    expect(await standsOf()).toBe('redis_went_back');
  });

  test('and is emptied is noticed as well', async () => {
    const one = worker();
    await one.beat();
    await admin.flushall();
    await one.beat();
    expect(await standsOf()).toBe('redis_went_back');
    const refused = await sending.resume();
    expect(refused).toMatchObject({ kind: 'redis_went_back', wentBack: { since: undefined } });
  });

  test('by less than a heartbeat is noticed by the worker whose write is lost, and by no other past it', async () => {
    const one = worker();
    const two = worker();
    await Promise.all([one.beat(), two.beat()]);
    const restore = await keepSnapshot(server, admin as Redis);
    await one.watch.look();
    await restore();
    for (let n = 0; n < 5; n++) await two.beat();
    await untilPaused();
    expect(await standsOf()).toBe('redis_went_back');
  });

  test('is not what is seen when it restarts with all it had, however the heartbeats cross', async () => {
    const workers = [worker(), worker(), worker()];
    const beats = () => Promise.all(workers.flatMap(({ beat }) => [beat(), beat(), beat()]));
    await beats();
    await (admin as Redis).save();
    await server.kill('SIGKILL');
    await server.restart();
    await beats();
    await beats();
    expect(await sending.status()).toBeUndefined();
  });

  test('is not what a worker sees that starts anew, or comes back after it was forgotten', async () => {
    const one = worker();
    await one.beat();
    const progress = `${PREFIX}:progress`;
    // Stopped for days, and with them what was counted.
    await admin.del(progress);
    await worker().beat();
    expect(await sending.status()).toBeUndefined();
    // Frozen for longer than a worker is remembered: so far has the clock of Redis gone on meanwhile.
    const frozen = worker();
    await frozen.beat();
    await admin.hdel(progress, frozen.watch.id);
    const script = admin as unknown as {
      notifierRaiseProgress(...args: (string | number)[]): Promise<[number, number, string]>;
    };
    const keys = [progress, `${PREFIX}:went-back`, `${PREFIX}:paused`, `${PREFIX}:workers:seen`];
    const hourAgo = Date.now() - 3_700_000;
    new ProgressWatch({
      redis: admin,
      prefix: PREFIX,
      clock: redisClock(admin, PREFIX),
      log: pino({ level: 'silent' }),
      noteRedis: () => true,
    });
    const [count, , wentBack] = await script.notifierRaiseProgress(
      ...keys,
      ...[frozen.watch.id, 7, '{}', 'id', hourAgo, 3_600_000, 500],
    );
    expect([count, wentBack]).toEqual([1, '']);
    expect(await sending.status()).toBeUndefined();
  });

  test('lets the sending go on by force alone, and then is not noticed a second time', async () => {
    const one = worker();
    const two = worker();
    await Promise.all([one.beat(), two.beat()]);
    const restore = await keepSnapshot(server, admin as Redis);
    await Promise.all([one.beat(), two.beat()]);
    await restore();
    await untilPaused();
    await Promise.all([one.beat(), two.beat()]);
    const resumed = await sending.resume({ force: true });
    expect(resumed).toMatchObject({ kind: 'resumed', was: { code: 'redis_went_back' } });
    await Promise.all([one.beat(), two.beat()]);
    expect(await sending.status()).toBeUndefined();
  });

  test('may be known to another worker when a connection is new: for a moment no intent is written', async () => {
    const one = worker();
    await one.beat();
    expect(one.watch.isSettling).toBe(false);
    await (admin as Redis).save();
    await server.kill('SIGKILL');
    while (!one.watch.isSettling) await pause(5);
    await server.restart();
    await one.beat();
    expect(one.watch.isSettling).toBe(true);
    while (one.watch.isSettling) await pause(50);
  });
});
