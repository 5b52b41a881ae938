import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { redactedError, throttle } from '../ops/logger.js';
import { packageVersion } from '../ops/packageVersion.js';
import type { QueueName } from '../queue/intakeJob.js';
import { BEAT_EVERY_MS, type WorkerRegistry, type WorkerReport } from '../queue/workerRegistry.js';
import type { RedisClock } from '../redis/clock.js';
import type { IntentDurability } from '../redis/intentDurability.js';
import type { QueueWorkers } from './laneWorkers.js';
import type { ProgressWatch } from './progressWatch.js';

/** Ending in order must not wait for a Redis that is away; the entry then expires by itself. */
const LEAVES_WITHIN_MS = 1_000;

export interface HeartbeatParts {
  registry: WorkerRegistry;
  clock: RedisClock;
  workers: QueueWorkers;
  concurrency: number;
  /** What the tokens of this worker's locks begin with, by queue. */
  lockIds: Record<QueueName, string>;
  /** Called after each heartbeat that Redis took, with its time (epoch ms). */
  afterBeat: (redisNow: number) => void;
  durability: Pick<IntentDurability, 'used'>;
  /** Looks with each heartbeat whether Redis still has what it had confirmed. */
  progress: Pick<ProgressWatch, 'id' | 'look'>;
  /** Why the worker is not ready, in sentences; the circuit breaker not among them. */
  notReady: () => Promise<string[]>;
  log: Logger;
  /** Takes note of an error if it is one of Redis'; whether it was. */
  noteRedis?: (error: unknown) => boolean;
}

/**
 * Reports every two seconds that this worker lives, what it works on and what stops it. Any process
 * can read that.
 */
export class Heartbeat {
  readonly id: string;
  readonly #parts: HeartbeatParts;
  readonly #stopped = new AbortController();
  readonly #logFailure: (error: unknown) => void;
  #since: number | undefined;
  #notReadySince: number | undefined;
  #beating: Promise<void> = Promise.resolve();

  constructor(parts: HeartbeatParts) {
    this.#parts = parts;
    this.id = parts.progress.id;
    const logFailure = throttle((error: unknown) =>
      parts.log.warn({ error: redactedError(error) }, 'heartbeat failed; it is tried again'),
    );
    this.#logFailure = (error) => {
      if (parts.noteRedis?.(error) !== true) logFailure(error);
    };
  }

  start(): void {
    this.#beating = this.#beatOnAndOn();
  }

  /** Publishes the present report now, for a change that others must know at once. */
  publish(): void {
    void this.beat().catch(this.#logFailure);
  }

  async beat(): Promise<void> {
    const { registry, clock, progress } = this.#parts;
    // First: the last heartbeat that Redis knows of says up to when it has kept what it confirmed.
    await progress.look();
    const notReady = await this.#parts.notReady();
    this.#since ??= await clock.current();
    this.#notReadySince = notReady.length === 0 ? undefined : (this.#notReadySince ?? clock.now());
    this.#parts.afterBeat(await registry.beat(this.id, this.#report(this.#since, notReady)));
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    const left = this.#beating
      .then(() => this.#parts.registry.leave(this.id))
      .catch(this.#logFailure);
    const tooLong = new AbortController();
    const patience = delay(LEAVES_WITHIN_MS, undefined, { signal: tooLong.signal });
    await Promise.race([left, patience]);
    tooLong.abort();
    patience.catch(() => undefined);
  }

  async #beatOnAndOn(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      await this.beat().catch(this.#logFailure);
      await delay(BEAT_EVERY_MS, undefined, { signal: this.#stopped.signal }).catch(
        () => undefined,
      );
    }
  }

  #report(startedAt: number, notReady: readonly string[]): WorkerReport {
    const { workers, concurrency, durability, lockIds } = this.#parts;
    const { reason, state, since } = workers.breaker;
    return {
      host: hostname(),
      pid: process.pid,
      version: packageVersion(),
      node: process.versions.node,
      since: startedAt,
      concurrency,
      intentDurability: durability.used,
      jobs: workers.jobs,
      lockIds,
      breaker:
        reason !== undefined && state !== 'closed'
          ? { ...reason, state, since: since ?? startedAt }
          : undefined,
      notReady: notReady.length > 0 ? [...notReady] : undefined,
      notReadySince: this.#notReadySince,
    };
  }
}
