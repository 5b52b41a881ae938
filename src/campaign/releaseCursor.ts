import type { CampaignKeys } from '../redis/keys.js';
import { type RedisClient, readScript } from '../redis/redisClient.js';
import { PostponedRows } from './postponedRows.js';

/** What a release has done, as it is noted in one moment. */
export interface Advance {
  /** From where to where the cursor moves; absent when it stays. */
  cursor?: { from: number; to: number };
  /** Rows whose id belongs to something else. */
  taken: number;
  /** Which rows of a chunk were postponed, which are now, and when they are looked at (epoch ms). */
  postponed?: { chunk: number; before: PostponedRows; after: PostponedRows; until: number };
}

interface CursorCommands {
  notifierAdvanceCursor(...args: (string | number)[]): Promise<number>;
}

/**
 * Which rows of a campaign are released: those before the cursor, but for the postponed ones, which it
 * has passed because it is not their hour.
 */
export class ReleaseCursor {
  readonly #redis: RedisClient;
  readonly #keys: CampaignKeys;

  constructor(redis: RedisClient, keys: CampaignKeys) {
    this.#redis = redis;
    this.#keys = keys;
    const lua = readScript('advanceCursor', import.meta.url);
    redis.defineCommand('notifierAdvanceCursor', { numberOfKeys: 4, lua });
  }

  /** How many rows of the file, from its first on, are released or postponed. */
  async released(id: string): Promise<number> {
    return Number((await this.#redis.get(this.#keys.of(id).cursor)) ?? 0);
  }

  /** The rows of a chunk that are postponed. */
  async postponed(id: string, chunk: number): Promise<PostponedRows> {
    const text = await this.#redis.hget(this.#keys.of(id).postponed, `${chunk}`);
    return PostponedRows.parse(text ?? '');
  }

  /** A chunk with postponed rows that are to be looked at by a time (epoch ms), the earliest first. */
  async duePostponed(id: string, by: number): Promise<number | undefined> {
    const { postponedUntil } = this.#keys.of(id);
    const most = by === Number.POSITIVE_INFINITY ? '+inf' : by;
    const [chunk] = await this.#redis.zrangebyscore(postponedUntil, '-inf', most, 'LIMIT', 0, 1);
    return chunk === undefined ? undefined : Number(chunk);
  }

  /** Notes what a release has done; false when another process has done so since. */
  async advance(id: string, { cursor, taken, postponed }: Advance): Promise<boolean> {
    const keys = this.#keys.of(id);
    const commands = this.#redis as unknown as CursorCommands;
    const written = await commands.notifierAdvanceCursor(
      keys.cursor,
      keys.counts,
      keys.postponed,
      keys.postponedUntil,
      cursor?.from ?? '',
      cursor?.to ?? '',
      taken,
      postponed?.chunk ?? '',
      postponed?.before.toString() ?? '',
      postponed?.after.toString() ?? '',
      postponed?.until ?? '',
    );
    return written === 1;
  }
}
