import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { newRecord, step } from '../../src/notification/record.js';
import { addJobs, closeQueues, openQueues, startJobNow } from '../../src/queue/jobs.js';
import { connectForWorking, disconnect } from '../../src/redis/redisClient.js';
import {
  flushPrefix,
  freshPrefix,
  type PrivateRedis,
  startPrivateRedis,
  testRedisUrl,
} from '../support/redis.js';

describe('a queue whose Redis refuses its password', () => {
  let server: PrivateRedis;

  beforeAll(async () => {
    server = await startPrivateRedis();
    const redis = new Redis(server.url);
    await redis.config('SET', 'requirepass', 'the-password-of-today');
    await redis.quit();
  });
  afterAll(() => server.stop());

  test('tells its owner, and never prints the command that failed, which holds the password', async () => {
    const printed = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const redis = connectForWorking(server.url.replace('//', '//:the-password-of-yesterday@'));
    redis.on('error', () => undefined);
    let reported: () => void = () => undefined;
    const heard = new Promise<void>((resolve) => {
      reported = resolve;
    });
    const queues = openQueues(redis, freshPrefix(), () => reported());
    await heard;
    expect(JSON.stringify(printed.mock.calls)).not.toContain('the-password');
    expect(printed).not.toHaveBeenCalled();
    disconnect(redis);
    await closeQueues(queues).catch(() => undefined);
    printed.mockRestore();
  });
});

test('a job that is to start now starts, also where another process adds it meanwhile for a later time', async () => {
  const prefix = freshPrefix();
  const redis = connectForWorking(testRedisUrl());
  const queues = openQueues(redis, prefix, () => undefined);
  const now = Date.now();
  const leg = { generation: 1, channel: 'email', fencingToken: 1, intentAt: 5, sendBy: 9 } as const;
  const request = { recipient: { email: 'kim@example.net' }, template: 'follow-up' };
  const sent = step(
    newRecord('n', request, 'hash', now),
    now,
    { state: 'sent' },
    {
      legs: [{ ...leg, outcome: 'sent', messageId: 'm' }],
      deliveryCheckAt: now + 3_600_000,
    },
  );
  const undelivered = {
    ...sent,
    legs: [{ ...leg, outcome: 'undelivered' as const }],
    deliveryCheckAt: undefined,
  };
  // As the process that sent does it, between the look of the other one and its write.
  const lookFor = queues[sent.lane].getJob.bind(queues[sent.lane]);
  queues[sent.lane].getJob = async (id) => {
    const found = await lookFor(id);
    if (found === undefined) await addJobs(queues, [sent], now);
    return found;
  };

  await startJobNow(queues, undelivered, now);
  expect(await queues[sent.lane].getDelayedCount()).toBe(0);
  expect(
    (await queues[sent.lane].getPrioritizedCount()) + (await queues[sent.lane].getWaitingCount()),
  ).toBe(1);
  await closeQueues(queues);
  disconnect(redis);
  await flushPrefix(prefix);
});
