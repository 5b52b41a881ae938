import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { closeQueues, openQueues } from '../../src/queue/jobs.js';
import { connectForWorking, disconnect } from '../../src/redis/redisClient.js';
import { freshPrefix, type PrivateRedis, startPrivateRedis } from '../support/redis.js';

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
