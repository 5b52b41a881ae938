import type { CampaignKeys } from '../redis/keys.js';
import type { RedisClient } from '../redis/redisClient.js';

const FLUSH_EVERY_MS = 1_000;
const MINUTE_MS = 60_000;
/** The minutes from which it is read how much others than campaigns use. */
const MINUTES_READ = 5;
/** One minute more than is read: clocks of two processes differ a little. */
const MINUTE_KEPT_MS = (MINUTES_READ + 2) * MINUTE_MS;
/** Parts of a request are counted in millionths: sums of whole numbers do not drift. */
const MILLIONTHS = 1_000_000;
const FIELD = 'millionths';
/** Of them, those of prefetching. */
const AHEAD_FIELD = 'ahead';

/** What a campaign has cost, in requests to the platform. */
export interface Spent {
  total: number;
  /** Of them, what was paid ahead of the rows, by prefetching. */
  ahead: number;
}

interface CountedRequest {
  operation?: string;
  spentFor?: readonly (string | undefined)[];
  isAhead?: boolean;
}

/**
 * How many requests each campaign has really cost. A request that serves rows of several campaigns, or
 * notifications of none, counts for each by its part. What is left for none of them is counted by the
 * minute: it is what campaigns cannot have of the budget. This process adds up what it issues and
 * writes it about once a second: of one that is killed, the last second is not counted.
 */
export class SpentRequests {
  readonly #redis: RedisClient;
  readonly #keys: CampaignKeys;
  readonly #keepMs: number;
  readonly #now: () => number;
  readonly #onError: (error: unknown) => void;
  #unwritten = new Map<string, Spent>();
  #besides = 0;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param given `keepMs`: how long the count is kept after the last request; at least as long as the
   * campaign. `now`: the time that all processes share (epoch ms).
   */
  constructor(
    redis: RedisClient,
    keys: CampaignKeys,
    given: { keepMs: number; now: () => number; onError: (error: unknown) => void },
  ) {
    this.#redis = redis;
    this.#keys = keys;
    this.#keepMs = given.keepMs;
    this.#now = given.now;
    this.#onError = given.onError;
  }

  /** Counts a request that was issued, whatever it was answered. Logins are not of the budget. */
  readonly count = ({ operation, spentFor = [undefined], isAhead }: CountedRequest): void => {
    if (operation === 'login') return;
    const part = 1 / spentFor.length;
    for (const campaignId of spentFor) {
      if (campaignId === undefined) this.#besides += part;
      else this.#add(campaignId, { total: part, ahead: isAhead === true ? part : 0 });
    }
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_EVERY_MS).unref();
  };

  /** Writes what was counted. What cannot be written now is written with the next. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const counted = this.#unwritten;
    const besides = this.#besides;
    this.#unwritten = new Map();
    this.#besides = 0;
    await Promise.all([
      ...[...counted].map(([id, spent]) => this.#write(id, spent)),
      besides === 0 ? undefined : this.#writeBesides(besides),
    ]);
  }

  #add(campaignId: string, { total, ahead }: Spent): void {
    const known = this.#unwritten.get(campaignId) ?? { total: 0, ahead: 0 };
    this.#unwritten.set(campaignId, { total: known.total + total, ahead: known.ahead + ahead });
  }

  async #write(campaignId: string, spent: Spent): Promise<void> {
    const key = this.#keys.of(campaignId).spent;
    try {
      await this.#redis
        .multi()
        .hincrby(key, FIELD, Math.round(spent.total * MILLIONTHS))
        .hincrby(key, AHEAD_FIELD, Math.round(spent.ahead * MILLIONTHS))
        .pexpire(key, this.#keepMs)
        .exec();
    } catch (error) {
      this.#add(campaignId, spent);
      this.#onError(error);
    }
  }

  /** What cannot be written is forgotten: it would count for a minute that it does not belong to. */
  async #writeBesides(requests: number): Promise<void> {
    const key = this.#keys.besides(minuteOf(this.#now()));
    try {
      await this.#redis
        .multi()
        .incrby(key, Math.round(requests * MILLIONTHS))
        .pexpire(key, MINUTE_KEPT_MS)
        .exec();
    } catch (error) {
      this.#onError(error);
    }
  }
}

/** The requests that a campaign has cost so far; undefined where none was counted. */
export async function spentBy(
  redis: RedisClient,
  keys: CampaignKeys,
  campaignId: string,
): Promise<Spent | undefined> {
  const [total, ahead] = await redis.hmget(keys.of(campaignId).spent, FIELD, AHEAD_FIELD);
  if (typeof total !== 'string') return undefined;
  // A version before this one has not counted what was paid ahead.
  return { total: Number(total) / MILLIONTHS, ahead: Number(ahead ?? 0) / MILLIONTHS };
}

/** Requests a minute that were spent for no campaign, of the last whole minutes. */
export async function spentBesides(
  redis: RedisClient,
  keys: CampaignKeys,
  now: number,
): Promise<number> {
  const minutes = Array.from({ length: MINUTES_READ }, (_, ago) => minuteOf(now) - 1 - ago);
  const counts = await redis.mget(...minutes.map((minute) => keys.besides(minute)));
  const sum = counts.reduce((all, count) => all + Number(count ?? 0), 0);
  return sum / MILLIONTHS / MINUTES_READ;
}

function minuteOf(ms: number): number {
  return Math.floor(ms / MINUTE_MS);
}
