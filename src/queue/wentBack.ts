import { randomUUID } from 'node:crypto';
import { ledgerKeys } from '../redis/keys.js';
import type { RedisClient } from '../redis/redisClient.js';
import { parseRecord } from '../redis/storedRecord.js';

/** Redis has lost what it had confirmed: a restored snapshot, a failover that lost writes, FLUSHALL. */
export interface WentBack {
  id: string;
  /** When a worker noticed it (epoch ms, Redis' time). */
  at: number;
  /** Up to when Redis still knows what happened (epoch ms); absent where it knows nothing at all. */
  since?: number;
}

/** What a worker that lived through it has put back. */
export interface PutBackReport {
  /** Notifications. */
  putBack: number;
  /** The highest row that it remembers of each campaign. */
  rows: Readonly<Record<string, number>>;
}

/** In the record of a pause, beside its reason. */
export const WENT_BACK = 'redis_went_back';

/** What a pause for it says of itself, in every face. */
export const WENT_BACK_SENTENCES =
  'Redis went back in time: what it had confirmed is gone (a restored snapshot, a failover that lost writes, or FLUSHALL). Messages may have left of which it knows nothing. Run `notifier recover`: it has them looked for before they could be sent again.';

/** The pause as the workers set it. */
export function wentBackPause(now: number): string {
  return JSON.stringify({ reason: WENT_BACK_SENTENCES, code: WENT_BACK, since: now });
}

const REPORT_OF = 'worker:';

/** What is noted of it until it is recovered from. */
export class WentBackStore {
  readonly #redis: RedisClient;
  readonly #key: string;
  readonly #paused: string;

  constructor(redis: RedisClient, prefix: string) {
    const { wentBack, paused } = ledgerKeys(prefix);
    this.#redis = redis;
    this.#key = wentBack;
    this.#paused = paused;
  }

  async read(): Promise<WentBack | undefined> {
    const [id, at, since] = await this.#redis.hmget(this.#key, 'id', 'at', 'since');
    if (!id) return undefined;
    return { id, at: Number(at ?? 0), since: since ? Number(since) : undefined };
  }

  /** An operator says so, where no worker could notice it. The pause comes first: a note alone stops nothing. */
  async note(since: number, now: number): Promise<WentBack> {
    const noted = { id: randomUUID(), at: now, since };
    await this.#redis.setnx(this.#paused, wentBackPause(now));
    await this.#redis.hset(this.#key, noted);
    return noted;
  }

  async report(workerId: string, report: PutBackReport): Promise<void> {
    await this.#redis.hset(this.#key, `${REPORT_OF}${workerId}`, JSON.stringify(report));
  }

  /** By worker id. */
  async reports(): Promise<Map<string, PutBackReport>> {
    const fields = Object.entries(await this.#redis.hgetall(this.#key));
    return new Map(
      fields
        .filter(([name]) => name.startsWith(REPORT_OF))
        .map(([name, json]) => [name.slice(REPORT_OF.length), readReport(json)]),
    );
  }

  /** It is recovered from, or an operator lets the sending go on without. */
  async clear(): Promise<void> {
    await this.#redis.del(this.#key);
  }
}

function readReport(json: string): PutBackReport {
  const { putBack, rows } = parseRecord(json);
  const numbers = Object.entries(typeof rows === 'object' && rows !== null ? rows : {});
  return {
    putBack: Number(putBack) || 0,
    rows: Object.fromEntries(numbers.map(([id, row]) => [id, Number(row) || 0])),
  };
}
