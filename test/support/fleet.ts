import type { Redis } from 'ioredis';
import type { FleetStatus } from '../../src/queue/operations.js';
import { type SeenWorker, WorkerRegistry } from '../../src/queue/workerRegistry.js';

const QUEUE = { waiting: 0, delayed: 0, active: 0, failed: 0, paused: false };

/** A worker that lives and has nothing to complain of. */
export function aliveWorker(changes: Partial<SeenWorker> = {}): SeenWorker {
  return {
    id: 'worker-1',
    host: 'host-1',
    pid: 4242,
    version: '0.1.0',
    since: 1_000,
    seenAt: 50_000,
    concurrency: 10,
    jobs: { transactional: 0, campaign: 0 },
    ...changes,
  };
}

/** Has a worker live for the next hour that no process is: for tests of what others say of it. */
export async function workerLives(redis: Redis, prefix: string): Promise<void> {
  const now = await new WorkerRegistry(redis, prefix).beat('worker-1', aliveWorker());
  await redis.zadd(`${prefix}:workers:seen`, now + 3_600_000, 'worker-1');
}

/** A deployment in which all is well: one worker, nothing paused, an open gate. */
export function fleetStatus(changes: Partial<FleetStatus> = {}): FleetStatus {
  return {
    gate: { closed: false },
    gateClosedMsTotal: 0,
    queues: { transactional: QUEUE, campaign: QUEUE, intake: QUEUE },
    unknown: { count: 0, asked: 0 },
    workers: { now: 50_000, alive: [aliveWorker()], vanished: [], lastSeenAt: 50_000 },
    redisFull: false,
    redisMemory: { usedBytes: 40_000_000, limitBytes: 500_000_000 },
    taskRuns: { sweeper: 48_000, feeder: 49_000 },
    ...changes,
  };
}
