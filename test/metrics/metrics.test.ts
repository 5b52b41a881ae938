import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { Metrics } from '../../src/metrics/metrics.js';
import { newRecord, queued, step } from '../../src/notification/record.js';
import type { FleetStatus } from '../../src/queue/operations.js';
import { aliveWorker, fleetStatus } from '../support/fleet.js';
import { REQUEST, T0 } from '../support/notifications.js';
import { readExposition } from './support/exposition.js';

const QUEUE = { waiting: 3, delayed: 2, active: 1, failed: 4, paused: false };

function statusAt(now: number): FleetStatus {
  return fleetStatus({
    pause: { reason: 'free text that must not become a label', since: now - 7_000 },
    gate: {
      closed: true,
      since: now - 7_000,
      until: now + 60_000,
      reason: { operation: 'messages', retryAfterMs: 60_000 },
    },
    gateClosedMsTotal: 90_500,
    queues: {
      transactional: { ...QUEUE, oldestSince: now - 30_000 },
      campaign: QUEUE,
      intake: { ...QUEUE, waiting: 4 },
    },
    unknown: { count: 2, asked: 1, oldestSince: now - 120_000 },
    workers: {
      now,
      alive: [
        aliveWorker({ intentDurability: 'fsync' }),
        aliveWorker({ notReady: ['this clock is 90 s off'], version: 'free text of another' }),
        aliveWorker({ breaker: { state: 'open', kind: 'permission', detail: 'x', since: now } }),
      ],
      vanished: [],
    },
    deliveryListener: { state: 'disconnected', since: now },
    taskRuns: { sweeper: now - 12_000 },
  });
}

async function read(metrics: Metrics) {
  return readExposition(await metrics.page());
}

/** The values of a metric by its labels, as `a,b,c`. */
function values(families: Awaited<ReturnType<typeof read>>, name: string): Record<string, number> {
  const samples = families.get(name)?.samples ?? [];
  return Object.fromEntries(
    samples.map(({ labels, value }) => [Object.values(labels).join(), value]),
  );
}

describe('metrics', () => {
  test('count the steps of notifications by state, channel and reason, and no write that is none', async () => {
    const metrics = new Metrics();
    const accepted = newRecord('n1', REQUEST, 'k1:hash', T0);
    const inQueue = queued(accepted, T0 + 1);
    const sent = step(inQueue, T0 + 2, { state: 'sent', channel: 'web' });
    const skipped = step(inQueue, T0 + 2, { state: 'skipped', reason: 'no_history' });
    metrics.countStep(accepted);
    metrics.countStep(inQueue, accepted);
    metrics.countStep({ ...inQueue, fencingToken: 7 }, inQueue);
    metrics.countStep(sent, inQueue);
    metrics.countStep(skipped, inQueue);
    expect(values(await read(metrics), 'notifier_notifications_total')).toEqual({
      'accepted,,': 1,
      'queued,,': 1,
      'sent,web,': 1,
      'skipped,,no_history': 1,
    });
  });

  test('count requests to the platform by operation and status, the status bounded', async () => {
    const metrics = new Metrics();
    const outcomes = ['200', '429', '429', 'timeout', 'ECONNRESET at 10.0.0.1', '99999'];
    for (const outcome of outcomes) {
      metrics.countPlatformRequest({ operation: 'messages', outcome, durationMs: 300 });
    }
    const families = await read(metrics);
    expect(values(families, 'notifier_platform_requests_total')).toEqual({
      'messages,200': 1,
      'messages,429': 2,
      'messages,timeout': 1,
      'messages,other': 2,
    });
    const durations = families.get('notifier_platform_request_duration_seconds')?.samples ?? [];
    expect(durations.find(({ name }) => name.endsWith('_sum'))?.value).toBeCloseTo(1.8);
  });

  test('count what asking the platform about unknowns came to', async () => {
    const metrics = new Metrics();
    for (const result of ['sent', 'sent', 'resent']) metrics.countReconciled(result);
    expect(values(await read(metrics), 'notifier_reconciled_total')).toEqual({
      sent: 2,
      not_found: 0,
      ambiguous: 0,
      resent: 1,
    });
  });

  test('tell what notifications came to and how long they waited, by priority, from zero on', async () => {
    const metrics = new Metrics();
    const families = await read(metrics);
    expect(values(families, 'notifier_outcomes_total')).toMatchObject({
      'transactional,unknown': 0,
      'campaign,expired': 0,
    });
    expect(values(families, 'notifier_foreign_jobs_total')).toEqual({
      transactional: 0,
      campaign: 0,
    });
    const accepted = newRecord('n1', { ...REQUEST, priority: 'campaign' }, 'k1:hash', T0);
    const leg = { generation: 1, channel: 'web', fencingToken: 1, intentAt: T0 + 4_000 } as const;
    const open = { ...leg, sendBy: T0 + 6_000 };
    const sending = step(accepted, T0 + 4_000, { state: 'sending' }, { legs: [open] });
    const sent = step(
      sending,
      T0 + 9_000,
      { state: 'sent' },
      { legs: [{ ...open, outcome: 'sent' }] },
    );
    metrics.countStep(sent, sending);
    const unknown = step(sending, T0 + 9_000, { state: 'unknown' });
    metrics.countStep(unknown, sending);
    metrics.countStep({ ...sent, timeline: [...sent.timeline] }, unknown);
    metrics.countStep({ ...sent, timeline: [...sent.timeline], generation: 2 }, sending);
    const after = await read(metrics);
    expect(values(after, 'notifier_outcomes_total')).toMatchObject({
      'campaign,sent': 3,
      'campaign,unknown': 1,
      'transactional,sent': 0,
    });
    const waits = after.get('notifier_time_to_send_seconds')?.samples ?? [];
    const of = (end: string) =>
      waits.filter(({ name, labels }) => name.endsWith(end) && labels['priority'] === 'campaign');
    expect(of('_count')).toMatchObject([{ value: 1 }]);
    expect(of('_sum')).toMatchObject([{ value: 4 }]);
  });

  test('say which roles and version run here, and how many campaigns stand where', async () => {
    const metrics = new Metrics();
    metrics.playsRole('worker');
    const states = { importing: 0, ready: 1, running: 2, paused: 3 };
    metrics.watchCampaigns(async () => ({ states, pausedByItself: 1 }));
    const families = await read(metrics);
    const [build] = families.get('notifier_build_info')?.samples ?? [];
    expect(build).toMatchObject({
      labels: { role: 'worker', version: expect.stringMatching(/^\d+\.\d+\.\d+/) },
      value: 1,
    });
    expect(values(families, 'notifier_campaigns')).toEqual(states);
    expect(values(families, 'notifier_campaigns_paused_by_itself')).toEqual({ '': 1 });
  });

  test('tell what stands in Redis: queues, unknowns, gate and pause', async () => {
    const metrics = new Metrics();
    metrics.watchFleet(async () => statusAt(Date.now()));
    const families = await read(metrics);
    expect(values(families, 'notifier_redis_up')).toEqual({ '': 1 });
    expect(values(families, 'notifier_queue_jobs')).toMatchObject({
      'transactional,waiting': 3,
      'transactional,delayed': 2,
      'campaign,active': 1,
      'campaign,failed': 4,
    });
    const age = values(families, 'notifier_queue_oldest_job_age_seconds');
    expect(age['transactional']).toBeGreaterThanOrEqual(30);
    expect(age['campaign']).toBe(0);
    expect(values(families, 'notifier_unknown_notifications')).toEqual({ '': 2 });
    expect(values(families, 'notifier_unknown_waiting')).toEqual({ platform: 1, person: 1 });
    expect(values(families, 'notifier_gate_closed_seconds_total')).toEqual({ '': 90.5 });
    expect(values(families, 'notifier_paused')).toEqual({ '': 1 });
    expect(values(families, 'notifier_redis_full')).toEqual({ '': 0 });
    expect(values(families, 'notifier_workers')).toEqual({ alive: 3, held: 2 });
    expect(values(families, 'notifier_workers_by_version')).toEqual({ '0.1.0': 2, other: 1 });
    expect(values(families, 'notifier_workers_by_durability')).toEqual({
      fsync: 1,
      replica: 0,
      none: 0,
    });
    expect(values(families, 'notifier_redis_memory_used_bytes')).toEqual({ '': 40_000_000 });
    expect(values(families, 'notifier_redis_went_back')).toEqual({ '': 0 });
    expect(values(families, 'notifier_task_last_run_age_seconds')).toEqual({ sweeper: 12 });
    expect(values(families, 'notifier_delivery_listener')).toEqual({
      connected: 0,
      disconnected: 1,
      idle: 0,
      refused: 0,
    });
    for (const age of ['pause_age', 'gate_closed_age']) {
      expect(values(families, `notifier_${age}_seconds`)).toEqual({ '': 7 });
    }
    const until = values(families, 'notifier_gate_closed_until_timestamp_seconds')[''] ?? 0;
    expect(until).toBeGreaterThan(Date.now() / 1_000 + 50);
  });

  test.each([
    { redis: 'refuses', reads: () => Promise.reject(new Error('away')) },
    { redis: 'never answers', reads: () => new Promise<FleetStatus>(() => undefined) },
  ])(
    'are answered within a moment when Redis $redis, and say so instead of repeating old values',
    async ({ reads }) => {
      const metrics = new Metrics();
      let away = false;
      metrics.watchFleet(() => (away ? reads() : Promise.resolve(statusAt(Date.now()))));
      expect((await read(metrics)).has('notifier_queue_jobs')).toBe(true);
      away = true;
      const askedAt = Date.now();
      const families = await read(metrics);
      expect(Date.now() - askedAt).toBeLessThan(20_000);
      expect(values(families, 'notifier_redis_up')).toEqual({ '': 0 });
      expect(families.has('notifier_queue_jobs')).toBe(false);
    },
  );

  test('are named and labelled as Prometheus wants them', async () => {
    const metrics = new Metrics();
    metrics.watchFleet(async () => statusAt(Date.now()));
    metrics.observePhase('history', 250);
    metrics.countSweeperFind('missing_job');
    metrics.countHttpRequest({ method: 'GET', route: '/readyz', status: 200, durationMs: 2 });
    const families = await read(metrics);
    const ours = [...families.values()].filter(({ name }) => name.startsWith('notifier_'));
    expect(ours.length).toBeGreaterThan(14);
    for (const { name, type } of families.values()) {
      expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter']);
    }
    for (const { name, help, samples } of ours) {
      expect(help.length).toBeGreaterThan(10);
      expect(name).toMatch(/^[a-z_]+$/);
      if (/duration|age|seconds|timestamp/.test(name)) expect(name).toMatch(/_seconds(_total)?$/);
      for (const { labels } of samples) {
        for (const label of Object.keys(labels)) expect(label).toMatch(/^[a-z]+$/);
      }
    }
  });

  test('are all listed in docs/operations.md, and none besides', async () => {
    const metrics = new Metrics();
    metrics.watchFleet(async () => statusAt(Date.now()));
    const counts = { active: 1, paused: 0, disabled: 0 };
    metrics.watchWebhooks(async () => ({ counts, unreadable: 0 }));
    const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    const listed = [...page.matchAll(/^\| `(notifier_\w+)` \|/gm)].map(([, name]) => name);
    const known = [...(await read(metrics)).keys()].filter((name) => name.startsWith('notifier_'));
    expect(listed.sort()).toEqual(known.sort());
  });

  test('tell the lag of the event loop', async () => {
    const metrics = new Metrics();
    await pause(20);
    const families = await read(metrics);
    expect(families.get('nodejs_eventloop_lag_p99_seconds')?.samples).toHaveLength(1);
  });
});
