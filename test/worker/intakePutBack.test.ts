import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Job, type JobsOptions, Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { type Deployment, deploy } from '../support/deployment.js';
import { type PrivateRedis, startPrivateRedis } from '../support/redis.js';

const REQUEST = {
  recipient: { email: 'customer@example.com' },
  template: 'follow-up',
  channels: ['email'],
  history: { required: false },
};

describe('an intake job that cannot be accepted now', () => {
  let server: PrivateRedis;
  let deployment: Deployment;
  let redis: Redis;
  let intake: Queue;

  beforeAll(async () => {
    server = await startPrivateRedis({});
    deployment = await deploy({ env: { REDIS_URL: server.url, BACKLOG_MAX: '3' } });
    redis = new Redis(server.url, { maxRetriesPerRequest: null });
    intake = new Queue('intake', { connection: redis, prefix: deployment.prefix });
    await deployment.startWorker();
  });
  afterAll(async () => {
    await redis.config('SET', 'maxmemory', '0');
    await intake.close();
    redis.disconnect();
    await deployment.stop();
    await server.stop();
  });

  const add = (id: string, opts?: JobsOptions) =>
    intake.add('notification', { ...REQUEST, id }, opts);

  async function becomes(job: Job, ...states: string[]): Promise<Job> {
    for (;;) {
      const state = await job.getState();
      expect(state).not.toBe('failed');
      if (states.includes(state)) return (await intake.getJob(job.id ?? '')) ?? job;
      await pause(20);
    }
  }

  test('waits while the backlog is full, and uses no attempt', async () => {
    const { operations } = deployment.producer;
    await operations.pause({ reason: 'a test' });
    for (const n of [1, 2, 3]) await becomes(await add(`first-${n}`), 'completed');
    const job = await becomes(await add('one-too-many'), 'delayed');
    expect(job).toMatchObject({ attemptsMade: 0, data: { ...REQUEST, id: 'one-too-many' } });
    expect(await deployment.producer.get('one-too-many')).toBeUndefined();
    await operations.resume();
    for (const n of [1, 2, 3]) await deployment.reaches(`first-${n}`, 'sent');
    // The workers look at the backlog once a second.
    await pause(1_100);
    await job.promote();
    await becomes(job, 'completed');
    await deployment.reaches('one-too-many', 'sent');
  });

  test('waits while Redis refuses writes, and is accepted once it does not', async () => {
    const jobs = await Promise.all(
      Array.from({ length: 3 }, (_, n) => add(`refused-${n}`, { attempts: 1 })),
    );
    await redis.config('SET', 'min-replicas-to-write', '1');
    await pause(500);
    await redis.config('SET', 'min-replicas-to-write', '0');
    for (const job of jobs) await becomes(job, 'completed');
    for (const [n] of jobs.entries()) await deployment.reaches(`refused-${n}`, 'sent');
  });

  test('waits while Redis is full, and while it does not answer', async () => {
    const full = await add('out-of-memory', { delay: 300 });
    await redis.config('SET', 'maxmemory', '1');
    await pause(1_500);
    await redis.config('SET', 'maxmemory', '0');
    // The workers look at the memory once a second; put back, it would return after half a minute.
    await pause(1_100);
    if (await full.isDelayed()) await full.promote();
    await becomes(full, 'completed');
    const silent = await add('redis-frozen', { delay: 300 });
    await redis.call('CLIENT', 'PAUSE', '4000', 'ALL');
    await becomes(silent, 'completed');
    for (const id of ['out-of-memory', 'redis-frozen']) await deployment.reaches(id, 'sent');
  });

  test('is accepted while the circuit breaker is open', async () => {
    deployment.sandbox.faults.add({
      endpoint: 'agentless-email',
      kind: '403-permission',
      permission: 'conversation:email:create',
      probability: 1,
    });
    await deployment.send({ ...REQUEST, id: 'meets-403' } as never);
    const open = async () =>
      (await deployment.producer.operations.status()).workers.alive.some(
        ({ breaker }) => breaker !== undefined,
      );
    while (!(await open())) await pause(50);
    await becomes(await add('while-open'), 'completed');
    deployment.sandbox.faults.clear();
  });
});
