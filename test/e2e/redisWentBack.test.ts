import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { openCampaigns } from '../../src/app/openProducer.js';
import { openRecovery } from '../../src/app/openRecovery.js';
import { type Deployment, deploy } from '../support/deployment.js';
import { type PrivateRedis, startPrivateRedis } from '../support/redis.js';
import { keepSnapshot } from '../support/snapshot.js';

/** The platform shows what was sent after two seconds: the last look has to come later. */
const LOOKS = '500ms,6s';

/** The sandbox's own record is the judge. */
describe('a snapshot of Redis that is restored in the middle of the work', () => {
  let server: PrivateRedis;
  let admin: Redis;
  let deployment: Deployment;

  beforeEach(async () => {
    server = await startPrivateRedis();
    admin = new Redis(server.url, { maxRetriesPerRequest: null });
    admin.on('error', () => undefined);
    deployment = await deploy({
      env: { REDIS_URL: server.url, RECONCILE_AFTER: LOOKS, WORKER_CONCURRENCY: '4' },
      sandbox: { latencyMs: 20 },
    });
  });
  afterEach(async () => {
    admin.disconnect();
    await deployment.stop();
    await server.stop();
  });

  async function accept(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      await deployment.send({
        id,
        recipient: { email: `${id}@example.net` },
        template: 'follow-up',
        channels: ['email'],
        history: { required: false },
      });
    }
  }

  const ids = (name: string, count: number) =>
    Array.from({ length: count }, (_, n) => `${name}-${n}`);

  const times = (id: string) => deployment.sandbox.deliveries.list(`${id}@example.net`).length;

  async function untilNoticed(): Promise<void> {
    const { operations } = deployment.producer;
    const code = async () => (await operations.pauseStatus().catch(() => undefined))?.pauseCode;
    while ((await code()) !== 'redis_went_back') await pause(50);
  }

  async function recover(since?: number) {
    const config = deployment.config();
    const campaigns = openCampaigns(config, deployment.producer);
    const recovery = openRecovery(config, deployment.producer, campaigns);
    return recovery.run({ since, notFound: 'go-on' });
  }

  /** All of them end or wait for a person, and no customer got two. */
  async function expectEach(all: readonly string[], ...allowed: number[]): Promise<void> {
    for (const id of all) {
      const viewOf = async () => deployment.producer.get(id).catch(() => undefined);
      let view = await viewOf();
      // One that went out with what only its lost look-up had said is there, and is not known again: a person decides.
      while (view !== undefined && view.state !== 'sent' && view.reconcile?.decides !== 'person') {
        await pause(50);
        view = await viewOf();
      }
      expect([id, allowed.includes(times(id))]).toEqual([id, true]);
    }
  }

  test('is noticed by the workers, who put back what they know; nothing is sent until it is recovered from, nothing twice', async () => {
    await deployment.startWorker();
    await deployment.startWorker();
    const before = ids('before', 24);
    await accept(before);
    await deployment.sandbox.deliveries.waitFor(6, undefined, 60_000);
    const restore = await keepSnapshot(server, admin);
    const forgotten = ids('forgotten', 4);
    await accept(forgotten);
    await deployment.sandbox.deliveries.waitFor(20, undefined, 60_000);
    await restore();
    await untilNoticed();
    const meanwhile = ids('meanwhile', 2);
    await accept(meanwhile);
    const result = await recover();
    expect(result.kind).toBe('recovered');
    await expectEach([...before, ...meanwhile], 1);
    // What was accepted after the snapshot is known again if a worker sent it; else it is lost with Redis.
    await expectEach(forgotten, 0, 1);
  });

  test('while every worker died is looked for at Genesys Cloud, once an operator says since when', async () => {
    const one = await deployment.spawnWorker();
    const before = ids('before', 16);
    await accept(before);
    await deployment.sandbox.deliveries.waitFor(3, undefined, 60_000);
    const since = Date.now();
    const restore = await keepSnapshot(server, admin);
    await deployment.sandbox.deliveries.waitFor(9, undefined, 60_000);
    one.kill('SIGKILL');
    await one.exited;
    await restore();
    while ((await deployment.producer.get('before-0').catch(() => undefined)) === undefined)
      await pause(50);
    expect((await recover(since)).kind).toBe('recovered');
    await deployment.spawnWorker();
    await expectEach(before, 1);
  });
});
