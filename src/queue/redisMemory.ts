import type { RedisClient } from '../notification/redisScripts.js';

const FRESH_FOR_MS = 1_000;
/** At `maxmemory` the workers stop too, so taking in stops well before. */
const MEMORY_SHARE = 0.8;

/** Says whether Redis has room for more; it looks at most once a second. */
export class RedisMemory {
  readonly #redis: RedisClient;
  #seen: { at: number; full: boolean } | undefined;

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  async isFull(): Promise<boolean> {
    const now = Date.now();
    if (this.#seen === undefined || now - this.#seen.at > FRESH_FOR_MS) {
      const memory = await this.#redis.info('memory');
      const limit = readNumber(memory, 'maxmemory');
      const full = limit > 0 && readNumber(memory, 'used_memory') > limit * MEMORY_SHARE;
      this.#seen = { at: now, full };
    }
    return this.#seen.full;
  }
}

function readNumber(info: string, field: string): number {
  const match = new RegExp(`^${field}:(\\d+)`, 'm').exec(info);
  return match?.[1] === undefined ? 0 : Number(match[1]);
}
