import type { RedisClient } from '../notification/redisScripts.js';

const FRESH_FOR_MS = 1_000;
/** At `maxmemory` the workers stop too, so taking in stops well before. */
export const MEMORY_SHARE = 0.8;

/** Says whether Redis has room for more; it looks at most once a second. */
export class RedisMemory {
  readonly #redis: RedisClient;
  #seen: { at: number; share: number } | undefined;

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  async isFull(): Promise<boolean> {
    return (await this.#share()) > MEMORY_SHARE;
  }

  /** What is wrong with the room that Redis has, or undefined when there is enough. */
  async problem(): Promise<string | undefined> {
    const share = await this.#share();
    if (share <= MEMORY_SHARE) return undefined;
    return `Redis is full: ${Math.round(share * 100)} % of its maxmemory is used, and from ${MEMORY_SHARE * 100} % on nothing is accepted. Give it more memory, or remove other data from it.`;
  }

  async #share(): Promise<number> {
    const now = performance.now();
    if (this.#seen === undefined || now - this.#seen.at > FRESH_FOR_MS) {
      const memory = await this.#redis.info('memory');
      const limit = readNumber(memory, 'maxmemory');
      const share = limit > 0 ? readNumber(memory, 'used_memory') / limit : 0;
      this.#seen = { at: now, share };
    }
    return this.#seen.share;
  }
}

function readNumber(info: string, field: string): number {
  const match = new RegExp(`^${field}:(\\d+)`, 'm').exec(info);
  return match?.[1] === undefined ? 0 : Number(match[1]);
}
