import { LRUCache } from 'lru-cache';
import type { CampaignKeys } from '../redis/keys.js';
import type { RedisClient } from '../redis/redisClient.js';

const NOTE_EVERY_MS = 5_000;
const OVER_MS = 60_000;
const NOTES = OVER_MS / NOTE_EVERY_MS + 1;
/** A longer silence is a pause, or no feeder at work: what was before it says nothing about now. */
const SILENCE_MS = 4 * NOTE_EVERY_MS;

/**
 * How fast campaigns go. The feeder notes every five seconds how many of its rows have ended;
 * from the notes of the last minute any process can read the pace.
 */
export class Throughput {
  readonly #redis: RedisClient;
  readonly #keys: CampaignKeys;
  readonly #notedAt = new LRUCache<string, number>({ max: 1_000 });

  constructor(redis: RedisClient, keys: CampaignKeys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /** Notes how many rows have ended, if that is due; may be called as often as one likes. */
  async note(campaignId: string, ended: number, now: number): Promise<void> {
    if (now - (this.#notedAt.get(campaignId) ?? 0) < NOTE_EVERY_MS) return;
    this.#notedAt.set(campaignId, now);
    const { pace } = this.#keys.of(campaignId);
    await this.#redis
      .multi()
      .lpush(pace, `${now}:${ended}`)
      .ltrim(pace, 0, NOTES - 1)
      .pexpire(pace, SILENCE_MS)
      .exec();
  }

  /** Rows that ended a minute; undefined as long as there is too little to go by. */
  async perMinute(campaignId: string, now: number): Promise<number | undefined> {
    const notes = await this.#redis.lrange(this.#keys.of(campaignId).pace, 0, NOTES - 1);
    const unbroken: { at: number; ended: number }[] = [];
    let later = now;
    for (const note of notes) {
      const [at = 0, ended = 0] = note.split(':').map(Number);
      if (later - at > SILENCE_MS) break;
      unbroken.push({ at, ended });
      later = at;
    }
    const [last] = unbroken;
    const first = unbroken.at(-1);
    if (last === undefined || first === undefined || last.at === first.at) return undefined;
    return Math.max(0, ((last.ended - first.ended) / (last.at - first.at)) * 60_000);
  }
}
