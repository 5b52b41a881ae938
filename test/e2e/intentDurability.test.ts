import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { type Deployment, deploy } from '../support/deployment.js';
import { missingServer, type PrivateRedis, startPrivateRedis } from '../support/redis.js';

// Named where it cannot be had: such a server is not in the distribution of every machine.
const missing = await missingServer('valkey-8');

(missing === undefined ? describe : describe.skip)('a message whose intent has to be safe', () => {
  let server: PrivateRedis;
  let admin: Redis;
  let deployment: Deployment;

  beforeAll(async () => {
    server = await startPrivateRedis({
      server: 'valkey-8',
      args: ['--appendonly', 'yes', '--appendfsync', 'always'],
    });
    admin = new Redis(server.url);
    deployment = await deploy({ env: { REDIS_URL: server.url, INTENT_DURABILITY: 'fsync' } });
    await deployment.startWorker();
  });
  afterAll(async () => {
    await deployment.stop();
    admin.disconnect();
    await server.stop();
  });

  test('waits, without using an attempt, while Redis does not write to its disk, and leaves once it does', async () => {
    await admin.config('SET', 'appendfsync', 'no');
    await deployment.send({
      id: 'unsafe',
      recipient: { email: 'unsafe@example.net' },
      template: 'follow-up',
      channels: ['email'],
      history: { required: false },
    });
    const reasonsOf = async () => {
      const view = await deployment.producer.get('unsafe').catch(() => undefined);
      const timeline = view?.timeline ?? [];
      return timeline.map(({ state, reason }) => `${state} ${reason ?? ''}`);
    };
    while (!(await reasonsOf()).includes('queued intent_not_durable')) {
      expect(deployment.deliveries()).toBe(0);
      await pause(20);
    }
    await admin.config('SET', 'appendfsync', 'always');
    expect(await deployment.reaches('unsafe', 'sent', 'failed')).toMatchObject({
      state: 'sent',
      attempts: 1,
    });
    expect(deployment.sandbox.deliveries.list('unsafe@example.net')).toHaveLength(1);
  });
});
