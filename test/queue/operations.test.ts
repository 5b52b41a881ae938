import { afterAll, expect, test } from '@jest/globals';
import { NotificationProducer } from '../../src/queue/producer.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

const prefix = freshPrefix();
const producer = new NotificationProducer({ redisUrl: testRedisUrl(), prefix });

afterAll(async () => {
  await producer.close();
  await flushPrefix(prefix);
});

test.each(['intake', 'transactional'] as const)(
  'a job of the queue %s that cannot be read hides neither the others nor since when they wait',
  async (name) => {
    await producer.operations.status();
    const { redis } = producer.store;
    const key = `${prefix}:${name}:garbled`;
    await redis.hset(key, { name: 'x', data: '{"cut', opts: '{', timestamp: '1700000000000' });
    await redis.lpush(`${prefix}:${name}:wait`, 'garbled');
    const { queues } = await producer.operations.status();
    expect(queues[name]).toMatchObject({ waiting: 1, oldestSince: 1_700_000_000_000 });
  },
);

test('since when a job waits is counted from when it could have started', async () => {
  const { queues } = producer.store;
  await queues.campaign.add(
    'dispatch',
    { id: 'x', generation: 1 },
    { delay: 60_000, jobId: 'n-x.1' },
  );
  const job = await queues.campaign.getJob('n-x.1');
  await job?.promote();
  const { campaign } = (await producer.operations.status()).queues;
  expect(campaign.oldestSince).toBe((job?.timestamp ?? 0) + 60_000);
});
