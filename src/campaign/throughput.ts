import { LRUCache } from 'lru-cache';
import type { CampaignKeys } from '../redis/keys.js';
import type { RedisClient } from '../redis/redisClient.js';
import type { Flow } from './timeLeft.js';

const NOTE_EVERY_MS = 5_000;
const OVER_MS = 60_000;
const NOTES = OVER_MS / NOTE_EVERY_MS + 1;
/** A longer silence is a pause, or no feeder at work: what was before it says nothing about now. */
const SILENCE_MS = 4 * NOTE_EVERY_MS;
/** Over a shorter time, rows that end in batches say too little. */
const STEADY_FROM_MS = 30_000;

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

  /** How fast rows end; undefined as long as there is too little to go by. */
  async flow(campaignId: string, now: number): Promise<Flow | undefined> {
    const notes = await this.#redis.lrange(this.#keys.of(campaignId).pace, 0, NOTES - 1);
    const unbroken: Note[] = [];
    let later = now;
    for (const note of notes) {
      const [at = 0, ended = 0] = note.split(':').map(Number);
      if (later - at > SILENCE_MS) break;
      unbroken.unshift({ at, ended });
      later = at;
    }
    const perMinute = perMinuteIn(unbroken);
    if (perMinute === undefined) return undefined;
    const first = unbroken.findIndex(({ ended }, at) => ended < (unbroken[at + 1]?.ended ?? 0));
    const moving = first < 0 ? [] : unbroken.slice(first);
    return {
      perMinute,
      steadyPerMinute: spanOf(moving) < STEADY_FROM_MS ? undefined : perMinuteIn(moving),
      isStill: perMinute === 0 && spanOf(unbroken) >= OVER_MS - NOTE_EVERY_MS,
    };
  }
}

interface Note {
  at: number;
  ended: number;
}

function spanOf(notes: readonly Note[]): number {
  return (notes.at(-1)?.at ?? 0) - (notes[0]?.at ?? 0);
}

/** From the first of them to the last; undefined where there is no time between them. */
function perMinuteIn(notes: readonly Note[]): number | undefined {
  const span = spanOf(notes);
  if (span === 0) return undefined;
  const ended = (notes.at(-1)?.ended ?? 0) - (notes[0]?.ended ?? 0);
  return Math.max(0, (ended / span) * 60_000);
}
