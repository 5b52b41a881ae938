import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { NotificationView } from '../../src/notification/notificationView.js';
import { type Deployment, deploy, type WorkerProcess } from '../support/deployment.js';
import { startPrivateRedis } from '../support/redis.js';

/*
 * How long the jobs of a killed worker wait until another has taken them up. Jobs spend seconds in
 * their look-ups here, so that most of those that a kill meets have written no intent.
 *
 * RECOVERY_KILLS=30 is the long version, whose figures are in docs/reliability.md.
 */
const KILLS = Number(process.env['RECOVERY_KILLS'] ?? 4);
const KILLED_TOGETHER = 2;
const WORKERS = 4;
/** More places than jobs, so that a job that is taken up does not wait for one. */
const CONCURRENCY = 20;
const LATENCY_MS = 2_000;
const AT_A_TIME = 24;
const ENDED: readonly string[] = ['sent', 'delivered', 'read', 'unknown', 'failed', 'skipped'];

/** When an attempt took a notification straight from the hands of another (epoch ms). */
function takenOverAt({ timeline }: NotificationView): number[] {
  return timeline
    .filter(
      ({ state, reason }, n) =>
        state === 'processing' && reason === undefined && timeline[n - 1]?.state === 'processing',
    )
    .map(({ at }) => Date.parse(at));
}

async function deployment(redisUrl: string): Promise<Deployment> {
  return deploy({
    sandbox: { keepAll: true, indexingLagMs: 0, latencyMs: LATENCY_MS },
    env: { REDIS_URL: redisUrl, WORKER_CONCURRENCY: String(CONCURRENCY) },
  });
}

/** With history, so that each reads for some seconds before its intent. */
async function send({ producer, sandbox }: Deployment, count: number): Promise<string[]> {
  return Promise.all(
    sandbox.generateCustomers(count).map(async ({ id: externalContactId, email }) => {
      const recipient = { externalContactId, email: email ?? `${externalContactId}@example.net` };
      const request = { id: `n-${externalContactId}`, recipient, template: 'follow-up' };
      let accepted = await producer.send(request).catch(() => undefined);
      while (accepted === undefined) {
        await pause(200);
        accepted = await producer.send(request).catch(() => undefined);
      }
      return accepted.id;
    }),
  );
}

/** The views once each is as it shall be. */
async function reach(
  { producer }: Deployment,
  ids: readonly string[],
  isSo: (view: NotificationView) => boolean,
): Promise<NotificationView[]> {
  const views: NotificationView[] = [];
  for (const id of ids) {
    let view = await producer.get(id);
    while (view === undefined || !isSo(view)) {
      await pause(100);
      view = await producer.get(id);
    }
    views.push(view);
  }
  return views;
}

const hasEnded = ({ state }: NotificationView) => ENDED.includes(state);
const hasIntent = ({ timeline }: NotificationView) =>
  timeline.some(({ state }) => state === 'sending');

/** Until each of them has been claimed, which it is before its first look-up. */
async function claimed(deployed: Deployment, ids: readonly string[]): Promise<void> {
  await reach(deployed, ids, ({ timeline }) =>
    timeline.some(({ state }) => state === 'processing'),
  );
}

function messagesOf({ sandbox }: Deployment): number[] {
  const perCustomer = new Map<string, number>();
  for (const { customerId, to } of sandbox.deliveries.list()) {
    perCustomer.set(customerId ?? to, (perCustomer.get(customerId ?? to) ?? 0) + 1);
  }
  return [...perCustomer.values()];
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

describe('recovery', () => {
  test('of the jobs of killed workers takes at most 15 s at the median, and none is delivered twice', async () => {
    const server = await startPrivateRedis({ args: ['--appendonly', 'yes'] });
    const deployed = await deployment(server.url);
    try {
      const workers: WorkerProcess[] = [];
      const hire = async (count: number) => {
        const hired = Array.from({ length: count }, () => deployed.spawnWorker());
        workers.push(...(await Promise.all(hired)));
      };
      await hire(WORKERS);
      const waits: number[] = [];
      const sent: string[] = [];
      for (let kills = 0; kills < KILLS; kills += KILLED_TOGETHER) {
        const ids = await send(deployed, AT_A_TIME);
        sent.push(...ids);
        await claimed(deployed, ids);
        const killedAt = Date.now();
        for (const worker of workers.splice(0, KILLED_TOGETHER)) worker.kill('SIGKILL');
        const hired = hire(KILLED_TOGETHER);
        for (const view of await reach(deployed, ids, (v) => hasIntent(v) || hasEnded(v))) {
          waits.push(...takenOverAt(view).map((at) => at - killedAt));
        }
        await hired;
        process.stdout.write(`${kills + KILLED_TOGETHER} kills: ${waits.length} jobs taken over\n`);
      }
      await reach(deployed, sent, hasEnded);
      waits.sort((a, b) => a - b);
      const seconds = (ms: number) => (ms / 1_000).toFixed(1);
      process.stdout.write(
        `recovery: ${KILLS} kills, ${waits.length} jobs, p50 ${seconds(quantile(waits, 0.5))} s, ` +
          `p99 ${seconds(quantile(waits, 0.99))} s, longest ${seconds(waits.at(-1) ?? 0)} s\n`,
      );
      expect(waits.length).toBeGreaterThan(0);
      expect(quantile(waits, 0.5)).toBeLessThanOrEqual(15_000);
      expect(messagesOf(deployed).filter((messages) => messages > 1)).toEqual([]);
    } finally {
      await deployed.stop();
      await server.stop();
    }
  });

  test('of a Redis that was away for 12 s runs no job twice and uses no attempt', async () => {
    const server = await startPrivateRedis({ args: ['--appendonly', 'yes'] });
    const deployed = await deployment(server.url);
    try {
      await Promise.all(Array.from({ length: WORKERS }, () => deployed.spawnWorker()));
      const ids = await send(deployed, AT_A_TIME);
      await claimed(deployed, ids);
      await server.kill('SIGSTOP');
      await pause(12_000);
      await server.kill('SIGCONT');
      const views = await reach(deployed, ids, hasEnded);
      const twice = views.filter((view) => takenOverAt(view).length > 0).length;
      const attempts = views.map((view) => view.attempts);
      process.stdout.write(
        `Redis away for 12 s: ${ids.length} notifications, ${twice} run twice\n`,
      );
      expect(twice).toBe(0);
      expect(Math.max(...attempts)).toBe(1);
      expect(messagesOf(deployed).filter((messages) => messages > 1)).toEqual([]);
    } finally {
      await deployed.stop();
      await server.stop();
    }
  });
});
