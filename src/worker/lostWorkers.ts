import type { Logger } from 'pino';
import { redactedError, throttle } from '../ops/logger.js';
import { QUEUE_NAMES, type QueueName } from '../queue/intakeJob.js';
import { ALIVE_FOR_MS, type SeenWorker, type WorkerRegistry } from '../queue/workerRegistry.js';
import { SteadyBeats } from './steadyBeats.js';

export interface LostWorkersParts {
  registry: WorkerRegistry;
  log: Logger;
  /** Has the queue's check for stalled jobs run now. */
  checkStalled: (queue: QueueName) => Promise<void>;
  /** Whether this process takes jobs: only then its checks run. */
  takesJobs: () => boolean;
  /** Takes note of an error if it is one of Redis'; whether it was. */
  noteRedis?: (error: unknown) => boolean;
  /** After how long without a heartbeat a worker's jobs are taken up (ms). */
  silentForMs?: number;
}

/*
 * The jobs of a worker that was killed, taken up as soon as its heartbeats are missing.
 *
 * BullMQ gives them back when their locks have run out, which are long on purpose: with a short lock,
 * a Redis that is away for some seconds has every job in hand run a second time. A heartbeat that is
 * missing while others arrive says more. Each worker publishes what its locks begin with; another one
 * that finds it silent ends these locks, and BullMQ's own check does the rest. Locks still run out as
 * well: for workers of older versions, and where this finds nothing.
 *
 * What can go wrong, and what comes of it:
 *
 *   a worker is silent because               | then
 *   -----------------------------------------|------------------------------------------------------
 *   it was killed                            | its jobs are with others after about 10 s
 *   it is frozen, or cut off from Redis, and | another worker has its jobs, with a newer fencing token.
 *   comes back later                         | What it still writes is fenced off, so it sends nothing
 *                                            | more; an answer that it holds is recorded, as ever. Its
 *                                            | locks are gone or another's, so it cannot end the jobs
 *   it was about to send                     | `sending` is waited for and never sent again: `unknown`
 *   Redis was away, slow, or failed over, so | nothing: this process knows by its own heartbeats, and
 *   that all are late                        | leaves it to the locks for as long as they last
 *   the clock of Redis was set, or another   | the same: Redis' time and this process's monotonic clock
 *   server with another clock took over      | have parted
 *   this process itself was frozen           | the same: its own heartbeats had a gap
 *
 * In none of these an attempt is used, and no notification is delivered twice: what a job may do is
 * decided by the ledger, not by who holds the job. A job taken up too early costs its look-ups again.
 * BullMQ counts that a job has lost its worker; a job that loses several is failed by it, and the
 * sweeper then uses an attempt. So one that kills its workers comes to an end.
 */
export class LostWorkers {
  readonly #parts: LostWorkersParts;
  readonly #silentForMs: number;
  readonly #steady: SteadyBeats;
  readonly #logFailure: (error: unknown) => void;
  /** Workers whose jobs were taken up already, until they are seen again or forgotten. */
  #done: ReadonlySet<string> = new Set();
  #looking: Promise<void> | undefined;

  constructor(parts: LostWorkersParts) {
    this.#parts = parts;
    this.#silentForMs = parts.silentForMs ?? ALIVE_FOR_MS;
    this.#steady = new SteadyBeats(this.#silentForMs);
    const logFailure = throttle((error: unknown) =>
      parts.log.warn(
        { error: redactedError(error) },
        'jobs of lost workers could not be looked for; tried again with the next heartbeat',
      ),
    );
    this.#logFailure = (error) => {
      if (parts.noteRedis?.(error) !== true) logFailure(error);
    };
  }

  /** To be called after each heartbeat of this process, with Redis' time then (epoch ms). */
  afterBeat(redisNow: number): void {
    const isSteady = this.#steady.note(performance.now(), redisNow);
    if (!isSteady || this.#looking !== undefined || !this.#parts.takesJobs()) return;
    this.#looking = this.#look(redisNow)
      .catch(this.#logFailure)
      .finally(() => {
        this.#looking = undefined;
      });
  }

  async #look(redisNow: number): Promise<void> {
    const { registry } = this.#parts;
    const silent = await registry.silent(redisNow, this.#silentForMs);
    const isNew = (id: string) => !this.#done.has(id);
    if (silent.some(isNew)) {
      // Among the silent ones are those that have ended in order; of these there is no report.
      const { alive, vanished } = await registry.read();
      const lost = [...alive, ...vanished].filter(({ id }) => silent.includes(id) && isNew(id));
      for (const worker of lost) await this.#takeUp(worker);
    }
    this.#done = new Set(silent);
  }

  async #takeUp(worker: SeenWorker): Promise<void> {
    const { registry, log, checkStalled } = this.#parts;
    const { id, lockIds, host, pid } = worker;
    if (lockIds === undefined) return;
    for (const queue of QUEUE_NAMES) {
      const held = await registry.releaseLocks(
        { id, lockId: lockIds[queue] },
        queue,
        this.#silentForMs,
      );
      if (held === 0) continue;
      log.warn({ workerId: id, host, pid, queue, jobs: held }, 'a worker is gone; its jobs go on');
      await checkStalled(queue);
    }
  }
}
