import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import type { NotificationRequest } from '../../src/notification/request.js';
import { type Deployment, deploy, type WorkerProcess } from '../support/deployment.js';
import { testRedisUrl } from '../support/redis.js';

const NOTIFICATIONS = 2_000;
const KILLS = 4;
const CONCURRENCY = 20;

describe('two thousand notifications through two workers', () => {
  let deployment: Deployment;
  const redis = new Redis(testRedisUrl());

  beforeAll(async () => {
    deployment = await deploy({
      sandbox: { keepAll: true },
      env: { WORKER_CONCURRENCY: String(CONCURRENCY) },
    });
  });
  afterAll(async () => {
    await redis.quit();
    await deployment.stop();
  });

  /** Half to known customers over web with a fallback, half to addresses by email. */
  function* requests(): Generator<NotificationRequest> {
    const customers = deployment.sandbox.generateCustomers(NOTIFICATIONS / 2);
    for (const [n, { id: externalContactId, email }] of customers.entries()) {
      yield {
        id: `chaos-web-${n}`,
        recipient: { externalContactId, email: email ?? `guest${n}@example.net` },
        template: 'follow-up',
        history: { required: false },
      };
      yield {
        id: `chaos-email-${n}`,
        recipient: { email: `stranger${n}@example.net` },
        template: 'follow-up',
        channels: ['email'],
        history: { required: false },
        priority: 'campaign',
      };
    }
  }

  test('with random 503s and killed workers: all end, and no customer gets two', async () => {
    const { sandbox, producer, prefix } = deployment;
    for (const endpoint of ['agentless-message', 'agentless-email'] as const) {
      sandbox.faults.add({ endpoint, kind: '503', retryAfter: '1', probability: 0.03 });
    }
    for (const endpoint of ['details-query', 'conversation', 'contact-lookup'] as const) {
      sandbox.faults.add({ endpoint, kind: '503', probability: 0.03 });
    }
    const workers: WorkerProcess[] = [];
    const hire = async () => workers.push(await deployment.spawnWorker());
    await Promise.all([hire(), hire()]);

    const ids: string[] = [];
    for await (const result of producer.sendMany(requests())) {
      expect(result.status).toBe('accepted');
      ids.push(result.id ?? '');
    }
    const startedAt = Date.now();
    for (let kill = 0; kill < KILLS; kill += 1) {
      await sandbox.deliveries.waitFor((kill + 1) * 150, undefined, 60_000);
      workers.shift()?.kill('SIGKILL');
      await hire();
    }
    // The sweeper's set holds whatever has not ended; unknowns wait for a person and are not in it.
    while ((await redis.zcard(`${prefix}:due`)) > 0) await pause(250);
    const seconds = (Date.now() - startedAt) / 1000;

    const counts: Record<string, number> = {};
    for (const id of ids) {
      const state = (await producer.get(id))?.state ?? 'gone';
      counts[state] = (counts[state] ?? 0) + 1;
    }
    process.stdout.write(
      `chaos: ${ids.length} notifications, ${KILLS} kills, ${seconds.toFixed(1)} s to the last end, ` +
        `${sandbox.requests.count()} requests, ${JSON.stringify(counts)}\n`,
    );
    const perCustomer = new Map<string, number>();
    for (const { customerId, to } of sandbox.deliveries.list()) {
      const who = customerId ?? to;
      perCustomer.set(who, (perCustomer.get(who) ?? 0) + 1);
    }
    expect([...perCustomer].filter(([, messages]) => messages > 1)).toEqual([]);
    const { sent = 0, delivered = 0, read = 0, unknown = 0, undelivered = 0, ...others } = counts;
    expect(others).toEqual({});
    expect(sent + delivered + read + unknown + undelivered).toBe(NOTIFICATIONS);
    expect(unknown).toBeLessThanOrEqual(KILLS * CONCURRENCY * 2);
    expect(sandbox.deliveries.total).toBeGreaterThanOrEqual(sent + delivered + read);
  }, 240_000);
});
