import { ledgerKeys } from './keys.js';
import type { RedisClient } from './redisClient.js';

/** What one process at a time does for the whole deployment, and what nothing else would notice the lack of. */
export const TASKS = ['sweeper', 'feeder'] as const;

export type Task = (typeof TASKS)[number];

/** When each task has last come to its end without an error (epoch ms, Redis' time). */
export type TaskRuns = Partial<Record<Task, number>>;

const NOTED_EVERY_MS = 5_000;

/**
 * When the tasks of the deployment have last run, in Redis: whichever process has the lease, all can say
 * for how long it was none. Noted every five seconds at most, after the work, so that a task that fails
 * each time has not run.
 */
export class LastRuns {
  readonly #redis: RedisClient;
  readonly #key: string;
  readonly #notedAt = new Map<Task, number>();

  constructor(redis: RedisClient, prefix: string) {
    this.#redis = redis;
    this.#key = ledgerKeys(prefix).lastRuns;
  }

  /**
   * Never rejects: a Redis that takes no writes must not keep the task from going on. The mark then gets
   * old, as it should.
   *
   * @param now Redis' time (epoch ms)
   */
  async note(task: Task, now: number): Promise<void> {
    const notedAt = this.#notedAt.get(task) ?? Number.NEGATIVE_INFINITY;
    if (performance.now() - notedAt < NOTED_EVERY_MS) return;
    this.#notedAt.set(task, performance.now());
    await this.#redis.hset(this.#key, task, now).catch(() => undefined);
  }

  async read(): Promise<TaskRuns> {
    const times = await this.#redis.hmget(this.#key, ...TASKS);
    return Object.fromEntries(
      TASKS.flatMap((task, at) => {
        const time = Number(times[at] ?? Number.NaN);
        return Number.isSafeInteger(time) ? [[task, time]] : [];
      }),
    );
  }
}
