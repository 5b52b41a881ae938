import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Lane } from '../notification/state.js';
import { DURABILITIES, type Durability } from '../redis/durability.js';
import { type RedisClient, readScript } from '../redis/redisClient.js';
import { parseRecord } from '../redis/storedRecord.js';
import type { QueueName } from './intakeJob.js';

/** Why a worker takes no jobs: its access to the platform is broken. Times are epoch ms by Redis. */
interface BreakerReport {
  /** `half-open`: one job at a time is tried, to see whether access is repaired. */
  state: 'open' | 'half-open';
  kind: 'credentials' | 'permission';
  detail: string;
  since: number;
}

/** What a worker says of itself with each heartbeat. */
export interface WorkerReport {
  host: string;
  pid: number;
  version: string;
  /** Of Node.js; older versions of the product do not say it. */
  node?: string;
  /** When it started (epoch ms, Redis' time). */
  since: number;
  /** Places for jobs in each queue. */
  concurrency: number;
  /** What has to be so of an intent before its message leaves; older versions do not say it. */
  intentDurability?: Durability;
  /** Jobs that it works on. */
  jobs: Record<Lane, number>;
  /** What the tokens of its locks begin with, by queue; older versions do not say it. */
  lockIds?: Record<QueueName, string>;
  breaker?: BreakerReport;
  /** Why it is not ready, in sentences; the breaker not among them. */
  notReady?: string[];
  /** Since when it has not been ready (epoch ms, Redis' time). */
  notReadySince?: number;
}

export interface SeenWorker extends WorkerReport {
  id: string;
  /** Its last heartbeat (epoch ms, Redis' time). */
  seenAt: number;
}

/** Every worker of the deployment, as Redis knows them. */
export interface WorkersSeen {
  /** Redis' time of this look (epoch ms). */
  now: number;
  alive: SeenWorker[];
  /** Workers that vanished without a word: killed, frozen, or cut off from Redis. */
  vanished: SeenWorker[];
  /** The last heartbeat of any worker; absent when none was ever seen. */
  lastSeenAt?: number;
}

interface RegistryCommands {
  notifierBeatWorker(...args: (string | number)[]): Promise<number>;
  notifierReadWorkers(reports: string, seen: string): Promise<[number, string[], string[]]>;
  notifierReleaseLocks(...args: (string | number)[]): Promise<number>;
}

/** Heartbeats come every 2 s; after four that are missing, a worker counts as gone. */
export const BEAT_EVERY_MS = 2_000;
export const ALIVE_FOR_MS = 10_000;
const REMEMBERED_FOR_MS = 60 * 60 * 1_000;

/**
 * The workers that live, in Redis and by Redis' time. A worker that is killed says nothing: its
 * heartbeats stop. One that ends in order leaves. When the last worker was seen is kept, so that it
 * can be said since when none is alive.
 */
export class WorkerRegistry {
  readonly #redis: RedisClient;
  readonly #prefix: string;
  readonly #reports: string;
  readonly #seen: string;

  constructor(redis: RedisClient, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#reports = `${prefix}:workers`;
    this.#seen = `${prefix}:workers:seen`;
    const lua = readScript('beatWorker', import.meta.url);
    redis.defineCommand('notifierBeatWorker', { numberOfKeys: 2, lua });
    const read = readScript('readWorkers', import.meta.url);
    redis.defineCommand('notifierReadWorkers', { numberOfKeys: 2, lua: read });
    const release = readScript('releaseLocks', import.meta.url);
    redis.defineCommand('notifierReleaseLocks', { numberOfKeys: 4, lua: release });
  }

  /** An id for a worker that starts. */
  static newId(): string {
    return randomUUID();
  }

  /** Notes that a worker lives; answers Redis' time (epoch ms). */
  async beat(id: string, report: WorkerReport): Promise<number> {
    return this.#write(id, JSON.stringify(report));
  }

  /** Notes that a worker has stopped. */
  async leave(id: string): Promise<void> {
    await this.#write(id, '');
  }

  async read(): Promise<WorkersSeen> {
    const commands = this.#redis as unknown as RegistryCommands;
    const [now, seen, flat] = await commands.notifierReadWorkers(this.#reports, this.#seen);
    const reports = new Map(pairs(flat));
    const workers = pairs(seen).flatMap(([id, seenAt]): SeenWorker[] => {
      const report = reports.get(id);
      if (report === undefined) return [];
      return [{ ...readReport(report, Number(seenAt)), id, seenAt: Number(seenAt) }];
    });
    const lastSeenAt = seen.at(-1);
    return {
      now,
      alive: workers.filter(({ seenAt }) => now - seenAt <= ALIVE_FOR_MS),
      vanished: workers.filter(({ seenAt }) => now - seenAt > ALIVE_FOR_MS),
      lastSeenAt: lastSeenAt === undefined ? undefined : Number(lastSeenAt),
    };
  }

  /** Ids of workers without a heartbeat for `silentForMs` before `now` (epoch ms); those that have left are among them. */
  async silent(now: number, silentForMs: number): Promise<string[]> {
    return this.#redis.zrangebyscore(this.#seen, '-inf', `(${now - silentForMs}`);
  }

  /**
   * Ends the locks of a worker that has been silent for so long, and answers how many jobs it held
   * there. One that has come back meanwhile keeps its own.
   */
  async releaseLocks(
    worker: { id: string; lockId: string },
    queue: QueueName,
    silentForMs: number,
  ): Promise<number> {
    const key = (name: string) => `${this.#prefix}:${queue}:${name}`;
    return (this.#redis as unknown as RegistryCommands).notifierReleaseLocks(
      this.#seen,
      key('active'),
      key('stalled'),
      key('stalled-check'),
      worker.id,
      silentForMs,
      `${worker.lockId}:`,
      key(''),
    );
  }

  #write(id: string, report: string): Promise<number> {
    return (this.#redis as unknown as RegistryCommands).notifierBeatWorker(
      this.#reports,
      this.#seen,
      id,
      report,
      REMEMBERED_FOR_MS,
    );
  }
}

function pairs(flat: readonly string[]): [string, string][] {
  const found: [string, string][] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) {
    found.push([flat[at] ?? '', flat[at + 1] ?? '']);
  }
  return found;
}

const breakerReport = z.object({
  state: z.enum(['open', 'half-open']),
  kind: z.enum(['credentials', 'permission']),
  detail: z.string(),
  since: z.number(),
});

const workerReport = z.object({
  host: z.string(),
  pid: z.number(),
  version: z.string(),
  node: z.string().exactOptional(),
  since: z.number(),
  concurrency: z.number(),
  intentDurability: z.enum(DURABILITIES).exactOptional(),
  jobs: z.object({ transactional: z.number(), campaign: z.number() }),
  lockIds: z
    .object({ transactional: z.string(), campaign: z.string(), intake: z.string() })
    .exactOptional(),
  breaker: breakerReport.exactOptional(),
  notReady: z.array(z.string()).exactOptional(),
  notReadySince: z.number().exactOptional(),
}) satisfies z.ZodType<WorkerReport>;

/**
 * A heartbeat whose report cannot be read is still the heartbeat of a worker. It does not hide the
 * other workers, and it is counted. Since nothing is known of that worker, it does not count as
 * fine.
 */
function readReport(json: string, seenAt: number): WorkerReport {
  const members = parseRecord(json);
  const read = workerReport.safeParse(members);
  if (read.success) return read.data;
  const { host, pid } = members;
  return {
    host: typeof host === 'string' ? host : 'unknown',
    pid: typeof pid === 'number' ? pid : 0,
    version: 'unknown',
    since: seenAt,
    concurrency: 0,
    jobs: { transactional: 0, campaign: 0 },
    notReady: ['its report cannot be read; it may run another version'],
  };
}
