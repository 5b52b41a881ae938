import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Queue, QueueEvents } from 'bullmq';
import { Redis } from 'ioredis';
import { replaceUnreadableData } from '../../src/worker/foreignJob.js';
import { type Deployment, deploy } from '../support/deployment.js';
import { everythingStored } from '../support/everythingStored.js';
import { testRedisUrl } from '../support/redis.js';

const ADDRESS = 'wrong.door@example.com';
const REQUEST = { recipient: { email: ADDRESS }, template: 'follow-up' };

describe('a job in a sending queue that the product has not added', () => {
  let deployment: Deployment;
  let redis: Redis;
  let listening: Redis;
  let queue: Queue;
  let events: QueueEvents;
  let worker: Awaited<ReturnType<Deployment['startWorker']>>;

  beforeAll(async () => {
    deployment = await deploy();
    worker = await deployment.startWorker({ HEALTH_PORT: '0' });
    redis = new Redis(testRedisUrl(), { maxRetriesPerRequest: null });
    listening = redis.duplicate();
    const { prefix } = deployment;
    queue = new Queue('transactional', { connection: redis, prefix });
    events = new QueueEvents('transactional', { connection: listening, prefix });
    await events.waitUntilReady();
  });
  afterAll(async () => {
    await events.close();
    await queue.close();
    listening.disconnect();
    redis.disconnect();
    await deployment.stop();
  });

  const failure = async (name: string, data: unknown, opts = {}): Promise<string> => {
    const job = await queue.add(name, data, opts);
    return job.waitUntilFinished(events, 20_000).then(
      (value) => `completed with ${JSON.stringify(value)}`,
      (error: Error) => error.message,
    );
  };

  test.each<[string, unknown]>([
    ['a request', REQUEST],
    ['a string', ADDRESS],
    ['null', null],
    ['an id without a generation', { id: 'some-notification' }],
    ['the id of no notification', { id: 'never-accepted', generation: 1 }],
  ])('fails at once with a sentence that names the intake queue: %s', async (_what, data) => {
    expect(await failure('notification', data, { attempts: 5 })).toContain('the queue intake');
  });

  test('leaves no address behind, and is counted', async () => {
    const stored = await everythingStored(deployment.prefix);
    expect([...stored].filter(([, content]) => content.includes(ADDRESS))).toEqual([]);
    const metrics = await (await fetch(`${worker.url}/metrics`)).text();
    expect(metrics).toContain('notifier_foreign_jobs_total{queue="transactional"} 5');
  });

  test('does not fail where the notification of one of our own jobs is gone', async () => {
    const gone = { id: 'gone-long-ago', generation: 2 };
    const opts = { jobId: 'n-gone-long-ago.2' };
    expect(await failure('dispatch', gone, opts)).toBe('completed with {"state":"gone"}');
    // As the dashboard duplicates one.
    expect(await failure('delivery_check', gone)).toBe('completed with {"state":"gone"}');
  });

  test('is made readable where its data is not JSON, so that it can fail', async () => {
    const key = `${deployment.prefix}:unreadable`;
    await redis.hset(key, 'data', `{"email": "${ADDRESS}`);
    await replaceUnreadableData(redis, key);
    expect(await redis.hget(key, 'data')).toBe('null');
    await redis.hset(key, 'data', '{"id": 1}');
    await replaceUnreadableData(redis, key);
    expect(await redis.hget(key, 'data')).toBe('{"id": 1}');
  });
});
