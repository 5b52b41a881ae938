import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import type { NotificationRequest } from '../../src/notification/request.js';
import { NotificationProducer } from '../../src/queue/producer.js';
import { type Deployment, deploy } from '../support/deployment.js';
import { type PrivateRedis, startPrivateRedis } from '../support/redis.js';
import { type SilencingProxy, startSilencingProxy } from '../support/silencingProxy.js';

function byEmail(id: string): NotificationRequest {
  return {
    id,
    recipient: { email: `${id}@example.net` },
    template: 'follow-up',
    channels: ['email'],
    history: { required: false },
  };
}

describe('when Redis fails', () => {
  let server: PrivateRedis;
  let proxy: SilencingProxy;
  let deployment: Deployment;
  let redis: Redis;

  beforeAll(async () => {
    server = await startPrivateRedis({ args: ['--appendonly', 'yes'] });
    proxy = await startSilencingProxy(server.url);
    deployment = await deploy({ env: { REDIS_URL: server.url } });
    redis = new Redis(server.url, { maxRetriesPerRequest: null });
    redis.on('error', () => undefined);
  });
  afterAll(async () => {
    redis.disconnect();
    await deployment.stop();
    await proxy.close();
    await server.stop();
  });

  test('and refuses writes just after a message went out, its id is kept and recorded', async () => {
    const worker = await deployment.spawnWorker({ stopAt: 'answer_received' });
    await deployment.send(byEmail('refused-once'));
    await worker.stopped;
    // What a master says that has lost its replicas, and, by another word, one that is no master.
    await redis.config('SET', 'min-replicas-to-write', '1');
    worker.goOn();
    await pause(1_000);
    await redis.config('SET', 'min-replicas-to-write', '0');
    const view = await deployment.reaches('refused-once', 'sent', 'unknown', 'failed');
    const [delivery, ...others] = deployment.sandbox.deliveries.list('refused-once@example.net');
    expect(others).toEqual([]);
    expect(view).toMatchObject({ state: 'sent', messageId: delivery?.messageId });
    worker.kill('SIGKILL');
  });

  test('and is killed and restarted in the middle of the work, all end, and no customer gets two', async () => {
    await deployment.spawnWorker();
    const ids = Array.from({ length: 60 }, (_, n) => `restart-${n}`);
    await Promise.all(ids.map((id) => deployment.send(byEmail(id))));
    await deployment.sandbox.deliveries.waitFor(10, undefined, 20_000);
    await server.kill('SIGKILL');
    await pause(1_500);
    await server.restart();
    for (const id of ids) {
      let state: string | undefined;
      while (state !== 'sent') {
        state = (await deployment.producer.get(id).catch(() => undefined))?.state;
        expect(['failed', 'unknown', 'expired']).not.toContain(state);
        await pause(20);
      }
      expect(deployment.sandbox.deliveries.list(`${id}@example.net`)).toHaveLength(1);
    }
  });

  test('and its connections die without a word, a producer works again by itself', async () => {
    const producer = new NotificationProducer({ redisUrl: proxy.url, prefix: deployment.prefix });
    await producer.send(byEmail('before-silence'));
    proxy.silence();
    const firstAnswer = Date.now();
    await expect(producer.send(byEmail('in-silence'))).rejects.toMatchObject({ id: 'in-silence' });
    expect(Date.now() - firstAnswer).toBeLessThan(4_500);
    const sent = async () => producer.send(byEmail('in-silence')).catch(() => undefined);
    let accepted = await sent();
    while (accepted === undefined) accepted = await sent();
    expect(accepted.id).toBe('in-silence');
    await producer.close();
  });
});
