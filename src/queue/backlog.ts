import { LANES } from '../notification/state.js';
import type { RedisClient } from '../redis/redisClient.js';
import { RedisMemory } from '../redis/serverInfo.js';
import type { Queues } from './jobs.js';

const FRESH_FOR_MS = 1_000;
const RETRY_AFTER_MS = 30_000;

type Admitted =
  | { admitted: true }
  | { admitted: false; because: 'backlog_full' | 'redis_full'; retryAfterMs: number };

/**
 * Says whether more may be accepted. It counts the jobs in Redis at most once a second. In between
 * it adds what this process has accepted, so that a burst cannot pass the limit.
 */
export class Backlog {
  readonly memory: RedisMemory;
  readonly #queues: Queues;
  readonly #max: number;
  #seen: { at: number; full: boolean; waiting: number } | undefined;

  constructor(redis: RedisClient, queues: Queues, max: number) {
    this.memory = new RedisMemory(redis);
    this.#queues = queues;
    this.#max = max;
  }

  /** Admits `count` more, or says after how many milliseconds to try again. */
  async admit(count: number): Promise<Admitted> {
    const now = performance.now();
    if (this.#seen === undefined || now - this.#seen.at > FRESH_FOR_MS) {
      this.#seen = { at: now, ...(await this.#look()) };
    }
    const retryAfterMs = RETRY_AFTER_MS;
    if (this.#seen.full) return { admitted: false, because: 'redis_full', retryAfterMs };
    if (this.#seen.waiting + count > this.#max) {
      return { admitted: false, because: 'backlog_full', retryAfterMs };
    }
    this.#seen.waiting += count;
    return { admitted: true };
  }

  async #look(): Promise<{ full: boolean; waiting: number }> {
    const [full, ...waiting] = await Promise.all([
      this.memory.isFull(),
      ...LANES.map((lane) =>
        this.#queues[lane].getJobCountByTypes('waiting', 'prioritized', 'delayed'),
      ),
    ]);
    return { full, waiting: waiting.reduce((sum, count) => sum + count, 0) };
  }
}
