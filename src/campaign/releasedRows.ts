import { waitsForResume } from '../notification/campaignPause.js';
import type { Ledger } from '../notification/ledger.js';
import type { NotificationRecord } from '../notification/record.js';
import { isRedisFault } from '../notification/redisFault.js';
import type { RedisClient } from '../notification/redisScripts.js';
import { cancelWithCampaign } from '../notification/settlement.js';
import type { Snapshot } from '../notification/snapshot.js';
import { jobIds, type Queues } from '../queue/jobs.js';
import { rowId } from './campaign.js';
import type { CampaignStore } from './campaignStore.js';

const PAGE = 500;
const AT_A_TIME = 50;

/**
 * Tells the rows of a campaign that are released, and have not ended, of what has become of it. The
 * halt keeps them from being sent from its first moment on; this is what makes it show at once,
 * wherever their jobs wait.
 */
export class ReleasedRows {
  readonly #redis: RedisClient;
  readonly #campaigns: CampaignStore;
  readonly #ledger: Ledger;
  readonly #queues: Queues;

  constructor(parts: {
    redis: RedisClient;
    campaigns: CampaignStore;
    ledger: Ledger;
    queues: Queues;
  }) {
    this.#redis = parts.redis;
    this.#campaigns = parts.campaigns;
    this.#ledger = parts.ledger;
    this.#queues = parts.queues;
  }

  /** Cancels those that have not begun to leave; answers how many it found. */
  async cancel(campaignId: string): Promise<number> {
    const now = await this.#ledger.clock.current();
    let found = 0;
    for await (const page of this.#live(campaignId)) {
      const changes = page.flatMap((snapshot) => {
        const { next } = cancelWithCampaign(snapshot.record, now);
        return next === undefined ? [] : [{ snapshot, next }];
      });
      await this.#ledger.changeAll(changes);
      found += changes.length;
    }
    return found;
  }

  /** Has those that wait for a resume tried now. */
  async wake(campaignId: string): Promise<void> {
    for await (const page of this.#live(campaignId)) {
      const waiting = page.map(({ record }) => record).filter(waitsForResume);
      for (let start = 0; start < waiting.length; start += AT_A_TIME) {
        await Promise.all(
          waiting.slice(start, start + AT_A_TIME).map((record) => this.#promote(record)),
        );
      }
    }
  }

  async *#live(campaignId: string): AsyncGenerator<Snapshot[]> {
    const rows = await this.#redis.smembers(this.#campaigns.keys.of(campaignId).live);
    for (let start = 0; start < rows.length; start += PAGE) {
      const ids = rows.slice(start, start + PAGE).map((row) => rowId(campaignId, Number(row)));
      const snapshots = await this.#ledger.snapshots(ids);
      yield snapshots.flatMap((seen) =>
        seen === undefined || seen instanceof Error ? [] : [seen],
      );
    }
  }

  /** Of the jobs that a row can have, the one that is put aside. */
  async #promote(record: NotificationRecord): Promise<void> {
    for (const jobId of jobIds(record)) {
      const job = await this.#queues[record.lane].getJob(jobId);
      // Whoever promotes a job that has just started is told so, and that is well.
      await job?.promote().catch((error: unknown) => {
        if (isRedisFault(error)) throw error;
      });
    }
  }
}
