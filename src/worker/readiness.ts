import type { Readiness } from '../metrics/healthServer.js';
import { LANES } from '../notification/state.js';
import { INTAKE } from '../queue/intakeJob.js';
import type { Queues } from '../queue/jobs.js';
import type { Operations, PauseStatus } from '../queue/operations.js';
import type { RedisClock } from '../redis/clock.js';
import type { IntentDurability } from '../redis/intentDurability.js';
import type { RedisHealth } from '../redis/redisHealth.js';
import { type AwakeTimer, afterTimeAwake } from '../redis/timeAwake.js';
import type { IntakeWorker } from './intakeWorker.js';
import type { QueueWorkers } from './laneWorkers.js';

const REDIS_ANSWERS_WITHIN_MS = 1_000;
/** Jobs waiting this long with places free and the gate open mean that the worker is stuck. */
const STUCK_AFTER_MS = 60_000;

/**
 * Whether this worker gets work done. It is judged by progress, since a worker that lost its
 * connection in an unlucky way goes on saying that it runs.
 */
export function workerReadiness(parts: {
  clock: RedisClock;
  redisHealth: RedisHealth;
  queues: Queues;
  operations: Operations;
  workers: QueueWorkers;
  intake: IntakeWorker;
  concurrency: number;
  durability: Pick<IntentDurability, 'used'>;
}): { readiness(): Promise<Readiness>; notReady(): Promise<string[]> } {
  const { clock, redisHealth, queues, operations, workers, intake, concurrency, durability } =
    parts;

  const stuckLanes = async (): Promise<string[]> => {
    if (workers.breaker.reason !== undefined) return [];
    if (workers.active >= concurrency) return [];
    const stuck = await Promise.all(
      LANES.map(async (lane) => {
        if (performance.now() - workers.lastStart[lane] < STUCK_AFTER_MS) return [];
        const waiting = await queues[lane].getJobCountByTypes('waiting', 'prioritized');
        if (waiting > 0 && (await queues[lane].isPaused())) {
          return [`the queue ${lane} is paused, but not by the stop button`];
        }
        return waiting > 0 ? [`no ${lane} job was taken for a minute although some wait`] : [];
      }),
    );
    return stuck.flat();
  };

  /** A paused intake is said by the status of the deployment; this worker is not stuck. */
  const stuckIntake = async (): Promise<string[]> => {
    if (!intake.isFree || performance.now() - intake.lastStart < STUCK_AFTER_MS) return [];
    const waiting = await queues[INTAKE].getJobCountByTypes('waiting', 'prioritized');
    if (waiting === 0 || (await queues[INTAKE].isPaused())) return [];
    return [`no job of the queue ${INTAKE} was taken for a minute although some wait`];
  };

  const clockSkew = async (): Promise<string[]> => {
    await clock.measure();
    return clock.problem === undefined ? [] : [`${clock.problem} No job is taken until then.`];
  };

  /** What keeps it from getting work done, the circuit breaker not among it. */
  const shortcomings = async (): Promise<{ because: string[]; still: PauseStatus }> => {
    const because: string[] = [];
    const { description } = redisHealth;
    if (description !== undefined) return { because: [description], still: {} };
    try {
      because.push(...(await within(REDIS_ANSWERS_WITHIN_MS, clockSkew())));
      // Rightly at rest is ready all the same, and says so.
      const still = await within(REDIS_ANSWERS_WITHIN_MS, operations.pauseStatus());
      because.push(...(await within(REDIS_ANSWERS_WITHIN_MS, stuckIntake())));
      if (Object.keys(still).length === 0) {
        because.push(...(await within(REDIS_ANSWERS_WITHIN_MS, stuckLanes())));
      }
      return { because, still };
    } catch {
      return { because: [...because, 'Redis does not answer'], still: {} };
    }
  };

  return {
    notReady: async () => (await shortcomings()).because,
    readiness: async () => {
      const { reason } = workers.breaker;
      const { because: others, still } = await shortcomings();
      const held = reason === undefined ? [] : [`${reason.kind}: ${reason.detail}`];
      const because = [...held, ...others];
      const details = { intentDurability: durability.used, ...still };
      return because.length === 0
        ? { ready: true, ...details }
        : { ready: false, because, ...details };
    },
  };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let limit: AwakeTimer | undefined;
  const tooLong = new Promise<never>((_resolve, reject) => {
    limit = afterTimeAwake(ms, () => reject(new Error('too long')));
  });
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    limit?.cancel();
    work.catch(() => undefined);
  }
}
