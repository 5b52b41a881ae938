import type { CampaignKeys } from '../redis/keys.js';
import type { RedisClient } from '../redis/redisClient.js';

const FLUSH_EVERY_MS = 1_000;
/** Parts of a request are counted in millionths: sums of whole numbers do not drift. */
const MILLIONTHS = 1_000_000;
const FIELD = 'millionths';

/**
 * How many requests each campaign has really cost. A request that serves rows of several campaigns, or
 * notifications of none, counts for each by its part. This process adds up what it issues and writes
 * it about once a second: of one that is killed, the last second is not counted.
 */
export class SpentRequests {
  readonly #redis: RedisClient;
  readonly #keys: CampaignKeys;
  readonly #keepMs: number;
  readonly #onError: (error: unknown) => void;
  #unwritten = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  /** `keepMs`: how long the count is kept after the last request; at least as long as the campaign. */
  constructor(
    redis: RedisClient,
    keys: CampaignKeys,
    { keepMs, onError }: { keepMs: number; onError: (error: unknown) => void },
  ) {
    this.#redis = redis;
    this.#keys = keys;
    this.#keepMs = keepMs;
    this.#onError = onError;
  }

  /** Counts a request that was issued, whatever it was answered. */
  readonly count = ({ spentFor = [] }: { spentFor?: readonly (string | undefined)[] }): void => {
    for (const campaignId of spentFor) {
      if (campaignId === undefined) continue;
      const known = this.#unwritten.get(campaignId) ?? 0;
      this.#unwritten.set(campaignId, known + 1 / spentFor.length);
    }
    if (this.#unwritten.size === 0 || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => void this.flush(), FLUSH_EVERY_MS);
    this.#timer.unref();
  };

  /** Writes what was counted. What cannot be written now is written with the next. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const counted = this.#unwritten;
    this.#unwritten = new Map();
    await Promise.all([...counted].map(([id, requests]) => this.#write(id, requests)));
  }

  async #write(campaignId: string, requests: number): Promise<void> {
    const key = this.#keys.of(campaignId).spent;
    try {
      await this.#redis
        .multi()
        .hincrby(key, FIELD, Math.round(requests * MILLIONTHS))
        .pexpire(key, this.#keepMs)
        .exec();
    } catch (error) {
      this.#unwritten.set(campaignId, (this.#unwritten.get(campaignId) ?? 0) + requests);
      this.#onError(error);
    }
  }
}

/** The requests that a campaign has cost so far; undefined where none was counted. */
export async function spentBy(
  redis: RedisClient,
  keys: CampaignKeys,
  campaignId: string,
): Promise<number | undefined> {
  const text = await redis.hget(keys.of(campaignId).spent, FIELD);
  return text === null ? undefined : Number(text) / MILLIONTHS;
}
