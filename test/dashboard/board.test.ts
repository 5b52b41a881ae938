import { expect, test } from '@jest/globals';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { startTestApi, stopApisAfterAll } from '../api/support/api.js';
import { LOGIN, Visitor } from './support/visitor.js';

stopApisAfterAll();

test('a queue is shown as rate limited while the gate is closed, and not while workers only count their jobs', async () => {
  const api = await startTestApi(LOGIN);
  const ops = await Visitor.loggedIn(api);
  const { QUEUE_PREFIX: prefix, REDIS_URL: url } = api.config;
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  const queue = new Queue('campaign', { connection: redis, prefix });
  const limitedFor = async (): Promise<unknown> => {
    const { body } = await ops.call('GET', '/queues');
    const { queues } = body as { queues: { name: string; activeRateLimitTtl: number }[] };
    return queues.find(({ name }) => name === 'campaign')?.activeRateLimitTtl;
  };
  try {
    // What a worker's limiter writes as it starts jobs.
    await redis.set(`${prefix}:campaign:limiter`, '42', 'PX', 60_000);
    expect(await limitedFor()).toBe(0);
    await queue.rateLimit(60_000);
    expect(await limitedFor()).toBeGreaterThan(0);
  } finally {
    await queue.close();
    redis.disconnect();
  }
});

test('a path that leaves the folder of the board is refused as a request, not as a defect', async () => {
  const ops = await Visitor.loggedIn(await startTestApi(LOGIN));
  for (const path of ['..%2f..%2fpackage.json', '%2e%2e%2f%2e%2e%2fpackage.json']) {
    const answer = await ops.open(`/queues/static/${path}`);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(await answer.text()).not.toMatch(/defect|dependencies/);
  }
});
