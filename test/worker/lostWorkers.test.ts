import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Queue, Worker } from 'bullmq';
import { pino } from 'pino';
import { LOCK_MS } from '../../src/queue/jobs.js';
import { WorkerRegistry, type WorkerReport } from '../../src/queue/workerRegistry.js';
import { connectForWorking, disconnect, type RedisClient } from '../../src/redis/redisClient.js';
import { LostWorkers } from '../../src/worker/lostWorkers.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

const SILENT_FOR_MS = 100;

/** Two workers of the queue's own kind: one takes a job and is silent, the other looks after it. */
describe('the jobs of a worker that is gone', () => {
  let redis: RedisClient;
  let prefix: string;
  let registry: WorkerRegistry;
  let queue: Queue;
  let first: Worker;
  let second: Worker;
  let lostWorkers: LostWorkers;
  let takesJobs: boolean;
  let checks: number;
  let firstEnds: () => void;
  let taken: string[];
  let isTaken: (by: string) => Promise<void>;

  beforeEach(async () => {
    redis = connectForWorking(testRedisUrl());
    prefix = freshPrefix();
    registry = new WorkerRegistry(redis, prefix);
    queue = new Queue('campaign', { connection: redis, prefix });
    taken = [];
    takesJobs = true;
    checks = 0;
    const firstIsFrozen = new Promise<void>((resolve) => {
      firstEnds = resolve;
    });
    const open = (name: string, work: () => Promise<void>) => {
      const worker = new Worker(
        'campaign',
        async () => {
          taken.push(name);
          await work();
        },
        { connection: redis, prefix, autorun: false, lockDuration: LOCK_MS },
      );
      worker.on('error', () => undefined);
      return worker;
    };
    first = open('first', () => firstIsFrozen);
    second = open('second', async () => undefined);
    isTaken = async (by) => {
      while (!taken.includes(by)) await pause(10);
    };
    lostWorkers = new LostWorkers({
      registry,
      log: pino({ level: 'silent' }),
      checkStalled: async () => {
        checks += 1;
        await second.startStalledCheckTimer();
      },
      takesJobs: () => takesJobs,
      silentForMs: SILENT_FOR_MS,
    });
    void first.run();
    await queue.add('dispatch', { id: 'one', generation: 1 }, { jobId: 'n-one.1' });
    await isTaken('first');
    void second.run();
  });
  afterEach(async () => {
    firstEnds();
    await Promise.all([first.close(), second.close(), queue.close()]);
    disconnect(redis);
    await flushPrefix(prefix);
  });

  const report = (changes: Partial<WorkerReport> = {}): WorkerReport => ({
    host: 'host-1',
    pid: 1,
    version: '0.1.0',
    since: 1,
    concurrency: 1,
    jobs: { transactional: 0, campaign: 1 },
    lockIds: { transactional: 'none', campaign: first.id, intake: 'none' },
    ...changes,
  });

  /** Heartbeats of the second worker, far enough apart that the first has been silent since its own. */
  async function looks(times = 4): Promise<void> {
    for (let beat = 0; beat < times; beat += 1) {
      await pause(SILENT_FOR_MS);
      lostWorkers.afterBeat((await registry.read()).now);
    }
  }

  test('are taken up by another long before their locks run out', async () => {
    await registry.beat('gone', report());
    const [lockedFor] = await Promise.all([redis.pttl(`${prefix}:campaign:n-one.1:lock`), looks()]);
    expect(lockedFor).toBeGreaterThan(LOCK_MS / 2);
    await isTaken('second');
    while ((await queue.getJobState('n-one.1')) !== 'completed') await pause(10);
    // It was only frozen. The job is no longer its own to end, and stays as the other has ended it.
    firstEnds();
    await first.close();
    const job = await queue.getJob('n-one.1');
    expect(job).toMatchObject({ attemptsMade: 1, stalledCounter: 1 });
    expect(taken).toEqual(['first', 'second']);
  });

  test('stay with it when it comes back before its locks are ended', async () => {
    await registry.beat('back', report());
    await pause(SILENT_FOR_MS * 2);
    await registry.beat('back', report());
    const worker = { id: 'back', lockId: first.id };
    expect(await registry.releaseLocks(worker, 'campaign', SILENT_FOR_MS * 100)).toBe(0);
    expect(await redis.exists(`${prefix}:campaign:n-one.1:lock`)).toBe(1);
  });

  test('are left to their locks while this process takes no jobs, and taken up when it does', async () => {
    takesJobs = false;
    await registry.beat('gone', report());
    await looks();
    expect(await redis.exists(`${prefix}:campaign:n-one.1:lock`)).toBe(1);
    takesJobs = true;
    await looks(1);
    await isTaken('second');
  });

  test('are left to their locks where it says nothing of these, or has ended in order', async () => {
    await registry.beat('older', report({ lockIds: undefined }));
    await registry.beat('ended', report());
    await registry.leave('ended');
    await looks();
    expect(checks).toBe(0);
    expect(await redis.exists(`${prefix}:campaign:n-one.1:lock`)).toBe(1);
  });
});
