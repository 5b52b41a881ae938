import type { Lane } from '../notification/state.js';
import { type RedisClient, readScript } from '../redis/redisClient.js';

interface LostJobCommands {
  notifierJobIsLost(...args: string[]): Promise<number>;
}

const PAGE = 5_000;
/** A list up to this long is searched by Redis each time. */
const SHORT_LIST = 1_000;
/** A long one is read for many jobs at once, and believed for this long. */
const READ_FOR_MS = 10_000;

/**
 * Finds jobs that stand in no list of their queue: the list was deleted, or a tool has emptied the
 * queue. Their data is still there, and so they look alive.
 */
export class LostJobs {
  readonly #redis: RedisClient;
  readonly #prefix: string;
  readonly #waiting = new Map<Lane, { readAt: number; ids: Set<string> }>();

  constructor(redis: RedisClient, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
    const lua = readScript('jobIsLost', import.meta.url);
    redis.defineCommand('notifierJobIsLost', { numberOfKeys: 10, lua });
  }

  /** Whether no worker will ever take this job, although its data is there. */
  async isLost(lane: Lane, jobId: string): Promise<boolean> {
    if (await this.#isKnownToWait(lane, jobId)) return false;
    const key = (name: string) => `${this.#prefix}:${lane}:${name}`;
    const commands = this.#redis as unknown as LostJobCommands;
    const answer = await commands.notifierJobIsLost(
      key(jobId),
      key(`${jobId}:lock`),
      key('active'),
      key('wait'),
      key('paused'),
      key('delayed'),
      key('prioritized'),
      key('completed'),
      key('failed'),
      key('waiting-children'),
      jobId,
    );
    return answer === 1;
  }

  /** Whether it stood in a long list a moment ago; that saves Redis a search of the list for each job. */
  async #isKnownToWait(lane: Lane, jobId: string): Promise<boolean> {
    const known = this.#waiting.get(lane);
    if (known !== undefined && performance.now() - known.readAt < READ_FOR_MS) {
      return known.ids.has(jobId);
    }
    const ids = new Set<string>();
    this.#waiting.set(lane, { readAt: performance.now(), ids });
    for (const list of [`${this.#prefix}:${lane}:wait`, `${this.#prefix}:${lane}:paused`]) {
      const length = await this.#redis.llen(list);
      if (length <= SHORT_LIST) continue;
      for (let start = 0; start < length; start += PAGE) {
        for (const id of await this.#redis.lrange(list, start, start + PAGE - 1)) ids.add(id);
      }
    }
    return ids.has(jobId);
  }
}
