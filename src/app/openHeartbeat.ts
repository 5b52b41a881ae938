import type { Logger } from 'pino';
import { INTAKE } from '../queue/intakeJob.js';
import type { WorkerRegistry } from '../queue/workerRegistry.js';
import type { RedisClock } from '../redis/clock.js';
import { Heartbeat, type HeartbeatParts } from '../worker/heartbeat.js';
import type { IntakeWorker } from '../worker/intakeWorker.js';
import type { QueueWorkers } from '../worker/laneWorkers.js';
import { LostWorkers } from '../worker/lostWorkers.js';

/** This worker's heartbeat; after each, it looks for others whose heartbeats are missing. */
export function openHeartbeat(
  parts: Pick<HeartbeatParts, 'durability' | 'progress'> & {
    registry: WorkerRegistry;
    clock: RedisClock;
    workers: QueueWorkers;
    intake: IntakeWorker;
    concurrency: number;
    notReady: () => Promise<string[]>;
    log: Logger;
    noteRedis: (error: unknown) => boolean;
  },
): Heartbeat {
  const { registry, workers, intake, log, noteRedis } = parts;
  const lostWorkers = new LostWorkers({
    registry,
    log,
    checkStalled: (queue) =>
      queue === INTAKE ? intake.checkStalled() : workers.checkStalled(queue),
    takesJobs: () => workers.takesJobs,
    noteRedis,
  });
  return new Heartbeat({
    ...parts,
    lockIds: { ...workers.lockIds, intake: intake.lockId },
    afterBeat: (redisNow) => lostWorkers.afterBeat(redisNow),
  });
}
