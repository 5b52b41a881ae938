import { describe, expect, test } from '@jest/globals';
import { type FlowStatus, flowStatus, jobsOfGoneWorkers } from '../../src/queue/flowStatus.js';
import type { FleetStatus } from '../../src/queue/operations.js';
import type { SeenWorker } from '../../src/queue/workerRegistry.js';
import { aliveWorker, fleetStatus } from '../support/fleet.js';

const AT = Date.parse('2026-11-29T16:30:02.000Z');
const NO_PERMISSION: SeenWorker['breaker'] = {
  state: 'open',
  kind: 'permission',
  detail: 'conversation:message:create or messaging:message:create',
  since: AT,
};

function withWorkers(alive: SeenWorker[], changes: Partial<FleetStatus> = {}): FlowStatus {
  return flowStatus(fleetStatus({ workers: { now: AT, alive, vanished: [] }, ...changes }));
}

describe('how the deployment stands', () => {
  test('is that notifications flow while a worker lives and nothing is in the way', () => {
    expect(flowStatus(fleetStatus())).toEqual({ state: 'flows', obstacles: [] });
  });

  test('is never that they flow when no worker lives, and says since when', () => {
    const workers = { now: AT + 60_000, alive: [], vanished: [], lastSeenAt: AT };
    const { state, obstacles } = flowStatus(fleetStatus({ workers }));
    expect(state).toBe('no_workers');
    expect(obstacles).toMatchObject([{ kind: 'no_workers', who: 'you', since: AT, stops: true }]);
    expect(obstacles[0]?.detail).toContain('the last one was seen at 2026-11-29T16:30:02Z');
    const never = withWorkers([]);
    expect(never.obstacles[0]?.detail).toContain('none has ever been');
  });

  test('is held by a permission when every worker is, with since when and which', () => {
    const held = withWorkers([aliveWorker({ breaker: NO_PERMISSION })]);
    expect(held.state).toBe('held');
    expect(held.obstacles).toMatchObject([{ kind: 'held', since: AT, stops: true, who: 'you' }]);
    expect(held.obstacles[0]?.detail).toBe(
      'The OAuth client lacks a permission: conversation:message:create or messaging:message:create. Jobs have waited since 2026-11-29T16:30:02Z.',
    );
    expect(held.obstacles[0]?.remedy).toMatch(/Grant it/);
  });

  test('still flows when one of two workers is held, and names it', () => {
    const some = withWorkers([aliveWorker(), aliveWorker({ breaker: NO_PERMISSION })]);
    expect(some.state).toBe('flows');
    expect(some.obstacles).toMatchObject([{ kind: 'held', stops: false }]);
    expect(some.obstacles[0]?.detail).toContain('1 of 2 workers have taken no jobs');
  });

  test('is held when one worker is held and the other is not ready', () => {
    const notReady = ["this clock is 90000 s off Redis'"];
    const none = withWorkers([aliveWorker({ breaker: NO_PERMISSION }), aliveWorker({ notReady })]);
    expect(none.state).toBe('held');
    expect(none.obstacles.map(({ kind }) => kind)).toEqual(['held', 'not_ready']);
    expect(none.obstacles[1]?.detail).toContain('90000 s off');
  });

  test('names a reason once for all workers that are not ready for it, with since when', () => {
    const because = ['Redis is full (maxmemory). Give it more memory.'];
    const both = withWorkers([
      aliveWorker({ notReady: because, notReadySince: AT + 2_000 }),
      aliveWorker({ notReady: because, notReadySince: AT, pid: 4343 }),
    ]);
    expect(both.state).toBe('not_ready');
    expect(both.obstacles).toMatchObject([{ kind: 'not_ready', since: AT, stops: true }]);
    expect(both.obstacles[0]?.detail).toBe(
      '2 of 2 workers are not ready (host-1, process 4242; host-1, process 4343), since 2026-11-29T16:30:02Z: Redis is full (maxmemory). Give it more memory.',
    );
  });

  test('flows again while one job at a time is tried, and says so', () => {
    const breaker = { ...NO_PERMISSION, state: 'half-open' as const };
    const tried = withWorkers([aliveWorker({ breaker })]);
    expect(tried.state).toBe('flows');
    expect(tried.obstacles).toMatchObject([{ kind: 'half_open' }]);
  });

  test('names everything that is in the way, the gravest first', () => {
    const reason = { operation: 'agentless-email', retryAfterMs: 42_000 };
    const { state, obstacles } = withWorkers([], {
      redisFull: true,
      gate: { closed: true, since: AT, until: AT + 42_000, reason },
      pause: { reason: 'wrong price', by: 'ana', since: AT },
    });
    expect(state).toBe('no_workers');
    expect(obstacles.map(({ kind }) => kind)).toEqual([
      'no_workers',
      'paused',
      'gate_closed',
      'redis_full',
    ]);
    expect(obstacles[1]?.detail).toBe(
      'All sending has been paused by ana since 2026-11-29T16:30:02Z: wrong price',
    );
    expect(obstacles[2]).toMatchObject({ who: 'Genesys Cloud', until: AT + 42_000 });
  });

  test('names a queue that something else than the stop button has paused', () => {
    const { queues } = fleetStatus();
    const campaign = { ...queues.campaign, paused: true };
    const one = withWorkers([aliveWorker()], { queues: { ...queues, campaign } });
    expect(one.state).toBe('flows');
    expect(one.obstacles).toMatchObject([{ kind: 'queue_paused', stops: false }]);
    const pause = { reason: 'wrong price', since: AT };
    const both = withWorkers([aliveWorker()], { pause, queues: { ...queues, campaign } });
    expect(both.obstacles.map(({ kind }) => kind)).toEqual(['paused']);
  });
});

describe('jobs that are taken by workers which are gone', () => {
  const { queues } = fleetStatus();
  const busy = { ...queues, campaign: { ...queues.campaign, active: 59 } };

  test('are all that are active when no worker lives', () => {
    const fleet = fleetStatus({ queues: busy, workers: { now: AT, alive: [], vanished: [] } });
    expect(jobsOfGoneWorkers(fleet)).toBe(59);
    expect(flowStatus(fleet).obstacles[0]?.detail).toContain('59 jobs are still taken by workers');
  });

  test('are at most those of the vanished, and none while all live', () => {
    const living = aliveWorker({ jobs: { transactional: 0, campaign: 40 } });
    const vanished = aliveWorker({
      id: 'gone',
      seenAt: AT,
      jobs: { transactional: 0, campaign: 10 },
    });
    const workers = { now: AT + 20_000, alive: [living], vanished: [] };
    expect(jobsOfGoneWorkers(fleetStatus({ queues: busy, workers }))).toBe(0);
    const one = { ...workers, vanished: [vanished] };
    expect(jobsOfGoneWorkers(fleetStatus({ queues: busy, workers: one }))).toBe(10);
    const held = { ...one, now: AT + 600_000, alive: [{ ...living, breaker: NO_PERMISSION }] };
    expect(jobsOfGoneWorkers(fleetStatus({ queues: busy, workers: held }))).toBe(10);
    const started = { ...held, alive: [{ ...living, since: AT + 590_000 }] };
    expect(jobsOfGoneWorkers(fleetStatus({ queues: busy, workers: started }))).toBe(10);
    const long = { ...one, now: AT + 120_000 };
    expect(jobsOfGoneWorkers(fleetStatus({ queues: busy, workers: long }))).toBe(0);
  });
});
