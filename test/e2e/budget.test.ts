import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import type { NotificationRequest } from '../../src/notification/request.js';
import { RateLimiter } from '../../src/ratelimit/rateLimiter.js';
import { type Deployment, deploy } from '../support/deployment.js';
import { type PrivateRedis, startPrivateRedis } from '../support/redis.js';

const WINDOW_MS = 6_000;

/** Tests here spend their time waiting, so they run side by side, each with a deployment of its own. */
async function withDeployment(
  options: Parameters<typeof deploy>[0],
  work: (deployment: Deployment) => Promise<void>,
): Promise<void> {
  // Only sends are counted here: none is asked about afterwards, and no events are listened for.
  const env = { DELIVERY_CHECK_AFTER: '0s', ...options?.env };
  const deployment = await deploy({ ...options, env });
  try {
    await work(deployment);
  } finally {
    await deployment.stop();
  }
}

/** One request to the platform each. */
function byEmail(id: string, more: Partial<NotificationRequest> = {}): NotificationRequest {
  return {
    id,
    recipient: { email: `${id}@example.net`, name: 'Kim' },
    template: 'order-update',
    variables: { orderNumber: 'A-1', status: 'On its way' },
    channels: ['sms'],
    history: { required: false },
    ...more,
    ...(more.recipient === undefined && { recipient: { phone: phoneOf(id), name: 'Kim' } }),
  };
}

function phoneOf(id: string): string {
  const digits = [...id].map((letter) => (letter.codePointAt(0) ?? 0) % 10).join('');
  return `+1555${digits.slice(-7).padStart(7, '2')}`;
}

describe('the request budget', () => {
  test.concurrent('lets two worker processes use what the platform allows, and neither sees a 429', () =>
    withDeployment(
      {
        // A twentieth of room, since a busy machine delays by more than the fiftieth of six seconds.
        sandbox: { requestsPerMinute: 60, rateLimitWindowMs: WINDOW_MS },
        env: { GENESYS_REQUESTS_PER_MINUTE: '57', MINUTE_MS: `${WINDOW_MS}` },
      },
      async (deployment) => {
        await deployment.spawnWorker();
        await deployment.spawnWorker();
        const lanes = ['transactional', 'campaign'] as const;
        const ids = Array.from({ length: 100 }, (_, n) => `paced-${n}`);
        for (const [n, id] of ids.entries()) {
          await deployment.send(byEmail(id, { priority: lanes[n % 2] ?? 'campaign' }));
        }
        for (const id of ids) await deployment.reaches(id, 'sent', 'failed', 'unknown');
        const requests = deployment.sandbox.requests.list();
        expect(requests.filter(({ status }) => status === 429)).toEqual([]);
        const times = requests.filter(({ operation }) => operation !== 'login').map(({ at }) => at);
        expect(times).toHaveLength(100);
        // 99 intervals of 107 ms; more than one in ten of them unused would be a budget badly used.
        expect(Math.max(...times) - Math.min(...times)).toBeLessThan(99 * 107 * 1.1);
      },
    ));

  test.concurrent('that is set too high learns from the 429s: the pace goes down, is shown, and no attempt is used', () =>
    withDeployment(
      {
        sandbox: { requestsPerMinute: 30, rateLimitWindowMs: 3_000 },
        env: {
          GENESYS_REQUESTS_PER_MINUTE: '90',
          MINUTE_MS: '3000',
          LOG_LEVEL: 'warn',
        },
      },
      async (deployment) => {
        const worker = await deployment.spawnWorker();
        const ids = Array.from({ length: 110 }, (_, n) => `hasty-${n}`);
        for (const id of ids) await deployment.send(byEmail(id));
        for (const id of ids) {
          expect(await deployment.reaches(id, 'sent', 'failed')).toMatchObject({ attempts: 1 });
        }
        expect(worker.output()).toContain('429s keep coming');
        const redis = new Redis(deployment.env['REDIS_URL'] ?? '');
        const slots = new RateLimiter(redis, deployment.prefix, {
          requestsPerMinute: 90,
          minuteMs: 3_000,
        });
        expect(await slots.pace()).toBeLessThan(1);
        await redis.quit();
      },
    ));

  test.concurrent('that leaves a notification no slot before its deadline ends it there and then', () =>
    withDeployment({ env: { GENESYS_REQUESTS_PER_MINUTE: '1' } }, async (deployment) => {
      await deployment.startWorker();
      await deployment.send(byEmail('first'));
      await deployment.reaches('first', 'sent');
      const deadline = new Date(Date.now() + 50_000).toISOString();
      await deployment.send(byEmail('second', { deadline }));
      const view = await deployment.reaches('second', 'expired', 'sent', 'failed');
      expect(view).toMatchObject({ state: 'expired', reason: 'deadline' });
      expect(Date.now()).toBeLessThan(Date.parse(deadline) - 20_000);
      expect(deployment.deliveries()).toBe(1);
    }));

  test.concurrent('used up by transactional work parks a campaign’s job after five seconds: no attempt, and no closed gate', () =>
    withDeployment({ env: { GENESYS_REQUESTS_PER_MINUTE: '120' } }, async (deployment) => {
      await deployment.startWorker();
      for (let n = 0; n < 40; n += 1) await deployment.send(byEmail(`urgent-${n}`));
      await deployment.send(byEmail('bulk', { priority: 'campaign' }));
      const parked = await deployment.reaches('bulk', 'queued', 'sent', 'failed').then(async () => {
        for (;;) {
          const view = await deployment.reaches('bulk', 'queued', 'sent', 'failed');
          if (view.state !== 'queued' || view.reason !== undefined) return view;
        }
      });
      expect(parked).toMatchObject({ state: 'queued', reason: 'no_slot', attempts: 0 });
      expect(await deployment.producer.operations.gate()).toEqual({ closed: false });
    }));
});

describe('a Redis that is flushed in the middle of a run', () => {
  let server: PrivateRedis;
  beforeAll(async () => {
    server = await startPrivateRedis();
  });
  afterAll(() => server.stop());

  test('loses what waited and stops all sending until a person goes on; no worker falls over, the pace is kept, no customer gets two', () =>
    withDeployment(
      {
        sandbox: { requestsPerMinute: 60, rateLimitWindowMs: WINDOW_MS },
        env: {
          REDIS_URL: server.url,
          GENESYS_REQUESTS_PER_MINUTE: '60',
          MINUTE_MS: `${WINDOW_MS}`,
        },
      },
      async (deployment) => {
        const worker = await deployment.spawnWorker();
        for (let n = 0; n < 30; n += 1) await deployment.send(byEmail(`before-${n}`));
        await deployment.sandbox.deliveries.waitFor(10, undefined, 20_000);
        const redis = new Redis(server.url);
        await redis.flushall();
        await redis.script('FLUSH');
        await redis.quit();
        const { operations } = deployment.producer;
        while ((await operations.pauseStatus()).pauseCode === undefined) await pause(20);
        expect(await operations.resume()).toMatchObject({ kind: 'redis_went_back' });
        await operations.resume(undefined, { force: true });
        // What an api does when it starts: what is known of templates went with the rest.
        const second = await deployment.spawnWorker();
        const ids = Array.from({ length: 10 }, (_, n) => `after-${n}`);
        for (const id of ids) await deployment.send(byEmail(id));
        for (const id of ids) {
          expect(await deployment.reaches(id, 'sent', 'failed')).toMatchObject({ state: 'sent' });
        }
        expect([worker.process.exitCode, second.process.exitCode]).toEqual([null, null]);
        const receivers = deployment.sandbox.deliveries.list().map(({ to }) => to);
        expect(new Set(receivers).size).toBe(receivers.length);
        const limited = deployment.sandbox.requests.list().filter(({ status }) => status === 429);
        expect(limited).toEqual([]);
      },
    ));
});
