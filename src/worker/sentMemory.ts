import { LRUCache } from 'lru-cache';
import { tagged } from '../notification/codec.js';
import { write } from '../notification/decision.js';
import type { Ledger, LedgerObserver } from '../notification/ledger.js';
import { putBack } from '../notification/putBack.js';
import { REDIS_WENT_BACK } from '../notification/reconciling.js';
import {
  deliveryChecked,
  mayHaveGoneOut,
  type NotificationRecord,
  step,
} from '../notification/record.js';
import type { WentBack, WentBackStore } from '../queue/wentBack.js';
import type { RedisClient } from '../redis/redisClient.js';

/** About 1 KB each. */
const REMEMBERED = 10_000;
const CAMPAIGNS_REMEMBERED = 1_000;
const AT_A_TIME = 20;
/** Heartbeats come every 2 s, and Redis may have kept some of what came after the last of them. */
const BEFORE_MS = 10_000;

export interface SentMemoryParts {
  redis: RedisClient;
  store: WentBackStore;
  workerId: string;
  /** How long an ended notification can be read (ms). */
  keepMs: number;
}

/**
 * What this worker has sent lately, as it wrote it down: should Redis forget it, this process is the only one that
 * knows. It is put back then, so that it need not be looked for.
 */
export class SentMemory {
  readonly #parts: SentMemoryParts;
  readonly #records = new LRUCache<string, NotificationRecord>({ max: REMEMBERED });
  /** The highest row that was seen of each campaign. */
  readonly #rows = new LRUCache<string, number>({ max: CAMPAIGNS_REMEMBERED });

  constructor(parts: SentMemoryParts) {
    this.#parts = parts;
  }

  readonly observe: LedgerObserver = (written) => {
    const { id, legs, row, campaignId } = written;
    if (row !== undefined && campaignId !== undefined) {
      this.#rows.set(campaignId, Math.max(row, this.#rows.get(campaignId) ?? 0));
    }
    if (mayHaveGoneOut(legs)) this.#records.set(id, written);
    else this.#records.delete(id);
  };

  /** Puts back what Redis lacks, and says so to the recovery; how many notifications. Safe to repeat. */
  async putBack(ledger: Ledger, { since }: WentBack): Promise<number> {
    const { store, workerId } = this.#parts;
    const from = (since ?? 0) - BEFORE_MS;
    const records = [...this.#records.values()].filter(({ updatedAt }) => updatedAt >= from);
    let lost = 0;
    for (let start = 0; start < records.length; start += AT_A_TIME) {
      const some = records.slice(start, start + AT_A_TIME);
      const done = await Promise.all(some.map((record) => this.#putBackOne(ledger, record)));
      lost += done.filter(Boolean).length;
    }
    await store.report(workerId, { putBack: lost, rows: Object.fromEntries(this.#rows.entries()) });
    return lost;
  }

  async #putBackOne(ledger: Ledger, record: NotificationRecord): Promise<boolean> {
    const { id, row } = record;
    const now = ledger.clock.now();
    const changed = await ledger.change(id, (found) => putBack(found, record, now));
    if (changed !== undefined) return changed;
    // Accepted since, and forgotten. A row is left to its campaign, which would miss it in its counts.
    if (row !== undefined) return false;
    const { redis, keepMs } = this.#parts;
    // Its request is gone as well, so nothing could ask about its delivery, try the next channel, or look for it.
    const known = { ...deliveryChecked(record), looks: undefined };
    const made = await redis.set(ledger.keys.record(id), tagged(known), 'PX', keepMs, 'NX');
    if (made !== 'OK') return false;
    // Written once more by the ledger's own script: only so do the sweeper, the looks and the list of what is
    // unknown know of it. One that dies before has put back what must not be sent again.
    await ledger.change(id, (found) => write(wentBack(found, now), undefined));
    return true;
  }
}

function wentBack(record: NotificationRecord, now: number): NotificationRecord {
  const { state, legs } = record;
  return step(record, now, { state, reason: REDIS_WENT_BACK, channel: legs.at(-1)?.channel });
}
