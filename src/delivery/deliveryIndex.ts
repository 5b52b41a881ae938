import type { LedgerKeys } from '../redis/keys.js';
import { type RedisClient, readScript } from '../redis/redisClient.js';

interface IndexCommands {
  notifierHear(...args: (string | number)[]): Promise<number>;
}

/** A worker may need this long to record a send: its Redis fails over, say. */
const MARK_LASTS_MS = 10 * 60 * 1000;

/** How long a question waits for others to ask about, as a share of `DELIVERY_CHECK_AFTER`. */
const WAITS_FOR_OTHERS = 1 / 2;
/** And at most: an email without a check of its own is waited for two minutes longer, and no more. */
const WAITS_AT_MOST_MS = 60_000;

/** How long (ms) the first message that may be asked about waits for others. */
export function waitsForOthersMs(checkAfterMs: number): number {
  return Math.min(checkAfterMs * WAITS_FOR_OTHERS, WAITS_AT_MOST_MS);
}

/** A notification in a list of those to ask about, and when its turn came or comes (epoch ms). */
export interface Turn {
  id: string;
  at: number;
}

/**
 * Which sent messages await news, as the ledger's scripts keep it: in the same moment as the records.
 * What is written here only says when to look; what became of a message is in the ledger alone.
 */
export class DeliveryIndex {
  readonly #redis: RedisClient;
  readonly #keys: LedgerKeys;

  constructor(redis: RedisClient, keys: LedgerKeys) {
    this.#redis = redis;
    this.#keys = keys;
    redis.defineCommand('notifierHear', { lua: readScript('hear', import.meta.url) });
  }

  /** Those that a query for many may ask about by now, the first ones first. */
  awaited(now: number, limit: number): Promise<Turn[]> {
    return this.#turns(this.#keys.awaited, now, limit);
  }

  /** Those that are said not to have arrived, and whose turn to be looked at has come. */
  undelivered(now: number, limit: number): Promise<Turn[]> {
    return this.#turns(this.#keys.undelivered, now, limit);
  }

  /** No query for many asks about these (again). */
  async asked(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#redis.zrem(this.#keys.awaited, ...ids);
  }

  /** Their turn comes (again) at these times. */
  async askAgain(turns: readonly Turn[]): Promise<void> {
    if (turns.length === 0) return;
    await this.#redis.zadd(this.#keys.awaited, 'XX', ...turns.flatMap(({ id, at }) => [at, id]));
  }

  /** They are said not to have arrived: each is to be looked at now. */
  async suspect(ids: readonly string[], now: number): Promise<void> {
    if (ids.length === 0) return;
    await this.#redis.zadd(this.#keys.undelivered, ...ids.flatMap((id) => [now, id]));
  }

  async looked(id: string): Promise<void> {
    await this.#redis.zrem(this.#keys.undelivered, id);
  }

  async lookLater(id: string, at: number): Promise<void> {
    await this.#redis.zadd(this.#keys.undelivered, 'XX', at, id);
  }

  /** Notes the messages of an event; answers how many of them are awaited here. */
  async hear(messageIds: readonly string[], now: number): Promise<number> {
    if (messageIds.length === 0) return 0;
    const { undelivered, message, heardEarly } = this.#keys;
    const keys = messageIds.flatMap((id) => [message(id), heardEarly(id)]);
    const commands = this.#redis as unknown as IndexCommands;
    return commands.notifierHear(1 + keys.length, undelivered, ...keys, now, MARK_LASTS_MS);
  }

  /**
   * Those that were sent since then (epoch ms) are asked about at the next look. Those that were sent
   * before have their turn within a third of the time, if they have not had it.
   */
  async askAtOnce(
    since: number,
    { now, checkAfterMs }: { now: number; checkAfterMs: number },
  ): Promise<void> {
    const from = Math.max(since, now - checkAfterMs) + checkAfterMs / 4;
    const ids = await this.#redis.zrangebyscore(this.#keys.awaited, from, now + checkAfterMs);
    // As if they had waited for others for as long as it takes.
    const at = now - waitsForOthersMs(checkAfterMs) - 1;
    for (let start = 0; start < ids.length; start += 1_000) {
      const some = ids.slice(start, start + 1_000).flatMap((id) => [at, id]);
      await this.#redis.zadd(this.#keys.awaited, 'XX', 'LT', ...some);
    }
  }

  async #turns(key: string, now: number, limit: number): Promise<Turn[]> {
    const found = await this.#redis.zrangebyscore(
      key,
      '-inf',
      now,
      'WITHSCORES',
      'LIMIT',
      0,
      limit,
    );
    return found.flatMap((id, at) => (at % 2 === 0 ? [{ id, at: Number(found[at + 1]) }] : []));
  }
}
