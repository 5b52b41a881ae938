import type { Caller } from '../audit/auditCaller.js';
import type { Act, Outcome } from '../audit/auditEntry.js';
import type { AuditLog } from '../audit/auditLog.js';
import type { Ledger } from '../notification/ledger.js';
import { type UnknownCounts, unknownCounts } from '../notification/unknownCounts.js';
import { LastRuns, type TaskRuns } from '../redis/lastRuns.js';
import type { RedisClient } from '../redis/redisClient.js';
import { isFull, type MemoryUse, RedisMemory } from '../redis/serverInfo.js';
import { INTAKE, type QueueName } from './intakeJob.js';
import type { Queues } from './jobs.js';
import { type ListenerStatus, ListenerStatusStore } from './listenerStatus.js';
import type { Gate, GateStatus } from './rateLimitGate.js';
import type { BegunPause, Pause, ResumeResult, SendingPause } from './sendingPause.js';
import { untilConnected, withTimeout } from './timeout.js';
import { WorkerRegistry, type WorkersSeen } from './workerRegistry.js';

/** One queue. Times are epoch milliseconds. */
export interface QueueStatus {
  waiting: number;
  delayed: number;
  active: number;
  failed: number;
  /** Since when the job that has waited longest could have started. */
  oldestSince?: number;
  /** Whether workers take no jobs from it: sending is paused, or the queue was paused by hand. */
  paused: boolean;
}

/** How the whole deployment stands: the same answer from every process. */
export interface FleetStatus {
  pause?: Pause;
  gate: GateStatus;
  gateClosedMsTotal: number;
  queues: Record<QueueName, QueueStatus>;
  unknown: UnknownCounts;
  workers: WorkersSeen;
  /** The one that hears of undelivered web messages; absent where none was ever there. */
  deliveryListener?: ListenerStatus;
  /** Redis has so little memory left that nothing more is accepted. */
  redisFull: boolean;
  redisMemory: MemoryUse;
  /** When the tasks that one process does for all have last run. */
  taskRuns: TaskRuns;
}

/** Why nothing is sent although nothing is wrong. ISO times. */
export interface PauseStatus {
  pausedSince?: string;
  /** Absent where a person paused. */
  pauseCode?: Pause['code'];
  gateClosedUntil?: string;
}

/** What those who operate the deployment ask of it and do to it. */
export class Operations {
  readonly #redis: RedisClient;
  readonly #ledger: Ledger;
  readonly #queues: Queues;
  readonly #gate: Gate;
  readonly #sendingPause: SendingPause;
  readonly #audit: AuditLog;
  readonly #workers: WorkerRegistry;
  readonly #listener: ListenerStatusStore;
  readonly #memory: RedisMemory;
  readonly #lastRuns: LastRuns;

  constructor(parts: {
    redis: RedisClient;
    prefix: string;
    ledger: Ledger;
    queues: Queues;
    gate: Gate;
    sendingPause: SendingPause;
    audit: AuditLog;
  }) {
    this.#audit = parts.audit;
    this.#redis = parts.redis;
    this.#ledger = parts.ledger;
    this.#queues = parts.queues;
    this.#gate = parts.gate;
    this.#sendingPause = parts.sendingPause;
    this.#workers = new WorkerRegistry(parts.redis, parts.prefix);
    this.#listener = new ListenerStatusStore(parts.redis, parts.prefix);
    this.#memory = new RedisMemory(parts.redis);
    this.#lastRuns = new LastRuns(parts.redis, parts.prefix);
  }

  /** @throws RedisUnavailableError */
  async status(): Promise<FleetStatus> {
    return this.#patiently(() => this.#look());
  }

  /**
   * Stops all sending; once this resolves nothing is sent any more, but for what was on the wire.
   * Takes two seconds, which is how long a send that has begun may take to leave.
   *
   * @throws RedisUnavailableError when it is not known whether the sending stops
   */
  async pause({ reason, by }: { reason: string; by?: Caller }): Promise<BegunPause> {
    const given = { reason, by: by?.name };
    const act = { what: 'sending.pause', detail: reason } as const;
    const pause = await this.#audited(by, act, () => this.#sendingPause.pause(given));
    await this.#sendingPause.drain();
    return pause;
  }

  /**
   * Lets the sending go on; answers with the pause that was, if it was paused. `force`: also after Redis went
   * back in time, without looking for what may have been sent.
   */
  async resume(by?: Caller, { force = false }: { force?: boolean } = {}): Promise<ResumeResult> {
    const work = () => this.#sendingPause.resume({ force });
    const act = { what: 'sending.resume', detail: force ? 'by force' : undefined } as const;
    const outcomeOf = (result: ResumeResult): Outcome => {
      if (result.kind !== 'resumed') return { outcome: 'refused', detail: result.kind };
      return { outcome: 'done', detail: result.was === undefined ? 'was not paused' : undefined };
    };
    return this.#patiently(() => this.#audit.act(by, act, work, outcomeOf), true);
  }

  /** Whether, and since or until when, nothing is sent for a good reason. */
  async pauseStatus(): Promise<PauseStatus> {
    return this.#patiently(async () => {
      const [pause, gate] = await Promise.all([this.#sendingPause.status(), this.#gate.status()]);
      return {
        pauseCode: pause?.code,
        pausedSince: pause?.since === undefined ? undefined : new Date(pause.since).toISOString(),
        gateClosedUntil: gate.closed ? new Date(gate.until).toISOString() : undefined,
      };
    });
  }

  async gate(): Promise<GateStatus> {
    return this.#patiently(() => this.#gate.status());
  }

  /** Opens the gate before its time; answers for how many milliseconds it would have stayed closed. */
  async openGate(by?: Caller): Promise<number> {
    const work = () => this.#gate.open();
    return this.#audited(by, { what: 'gate.open' }, work, (sparedMs) =>
      sparedMs === 0 ? 'was open' : `${Math.round(sparedMs / 1_000)} s before its time`,
    );
  }

  #audited<T>(
    by: Caller | undefined,
    act: Act,
    work: () => Promise<T>,
    detailOf: (result: T) => string | undefined = () => undefined,
  ): Promise<T> {
    const outcomeOf = (result: T): Outcome => ({ outcome: 'done', detail: detailOf(result) });
    return this.#patiently(() => this.#audit.act(by, act, work, outcomeOf), true);
  }

  #patiently<T>(work: () => Promise<T>, mayBeDone = false): Promise<T> {
    return withTimeout(untilConnected(this.#redis).then(work), undefined, mayBeDone);
  }

  async #look(): Promise<FleetStatus> {
    const [
      pause,
      gate,
      gateClosedMsTotal,
      unknown,
      transactional,
      campaign,
      intake,
      workers,
      deliveryListener,
      redisMemory,
      taskRuns,
    ] = await Promise.all([
      this.#sendingPause.status(),
      this.#gate.status(),
      this.#gate.closedMsTotal(),
      unknownCounts(this.#redis, this.#ledger.keys),
      this.#lookAtQueue('transactional'),
      this.#lookAtQueue('campaign'),
      this.#lookAtQueue(INTAKE),
      this.#workers.read(),
      this.#listener.read(),
      this.#memory.use(),
      this.#lastRuns.read(),
    ]);
    return {
      pause,
      gate,
      gateClosedMsTotal,
      unknown,
      queues: { transactional, campaign, intake },
      workers,
      deliveryListener,
      redisFull: isFull(redisMemory),
      redisMemory,
      taskRuns,
    };
  }

  async #lookAtQueue(name: QueueName): Promise<QueueStatus> {
    const queue = this.#queues[name];
    const [counts, oldestSince, paused] = await Promise.all([
      queue.getJobCounts('waiting', 'prioritized', 'delayed', 'active', 'failed'),
      this.#oldestSince(name),
      queue.isPaused(),
    ]);
    const { waiting = 0, prioritized = 0, delayed = 0, active = 0, failed = 0 } = counts;
    return {
      waiting: waiting + prioritized,
      delayed,
      active,
      failed,
      oldestSince,
      paused,
    };
  }

  /** Read without its data: what another program wrote into one job must not hide all the rest. */
  async #oldestSince(name: QueueName): Promise<number | undefined> {
    const queue = this.#queues[name];
    const [oldest] = await queue.getRanges(['wait'], 0, 0, true);
    if (oldest === undefined) return undefined;
    const [addedAt, opts] = await this.#redis.hmget(queue.toKey(oldest), 'timestamp', 'opts');
    return addedAt ? Number(addedAt) + delayIn(opts ?? '') : undefined;
  }
}

/** A job's delay (ms); 0 where its options cannot be read. */
function delayIn(opts: string): number {
  try {
    const { delay } = JSON.parse(opts) as { delay?: unknown };
    return typeof delay === 'number' ? delay : 0;
  } catch {
    return 0;
  }
}
