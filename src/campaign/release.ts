import type { Snapshot } from '../notification/codec.js';
import type { Keyring } from '../notification/keyring.js';
import type { Ledger, RowAcceptance } from '../notification/ledger.js';
import { type NotificationRecord, newRecord, queued } from '../notification/record.js';
import { cancelWithCampaign, waitsForResume } from '../notification/settlement.js';
import { addJobs, jobIds, promoted, type Queues } from '../queue/jobs.js';
import type { RedisClient } from '../redis/redisClient.js';
import { type Campaign, CHUNK_ROWS, isRowOf, type NumberedRow, rowId } from './campaign.js';
import { rowRequest } from './campaignRows.js';
import type { CampaignStore } from './store.js';

/** The moments of a release between which a process can die; observers are awaited. */
export type ReleaseStep = 'rows_read' | 'accepted' | 'jobs_added' | 'queued';

export type ReleaseObserver = (step: ReleaseStep, campaignId: string) => Promise<void> | void;

export type ReleaseResult =
  | { kind: 'released'; rows: number }
  /** The campaign was halted, rows of it were erased, or another process is releasing the same rows. */
  | { kind: 'overtaken' }
  /** Rows are waiting, and there are none where they should be. */
  | { kind: 'rows_missing' };

export interface ReleaseParts {
  campaigns: CampaignStore;
  rows: { read(campaignId: string, chunk: number): Promise<NumberedRow[]> };
  ledger: Ledger;
  queues: Queues;
  keyring: Keyring;
  observe: ReleaseObserver;
}

/**
 * Releases rows of a campaign into its queue, in four steps: ledger, which counts them as it accepts
 * them; jobs; the mark that the job is there; the cursor. As with any acceptance, each step may be
 * done again, by this process or another:
 *
 *   it dies or freezes            | the next release, from the same cursor
 *   ------------------------------|------------------------------------------------------------
 *   while the ledger accepts      | finds some rows known and leaves them, accepts the others
 *   before or between the jobs    | adds jobs to rows that stand as `accepted`; one that is there
 *                                 | already is not added
 *   before the cursor moves       | finds all rows known and queued, and moves the cursor
 *
 * A process that comes too late, with rows read long ago, finds them known as well, or the campaign halted,
 * or nothing waiting: the ledger refuses a row of a campaign that has nothing left to release.
 */
export class Release {
  readonly #parts: ReleaseParts;
  #chunk:
    | {
        campaignId: string;
        uploadedAt: number;
        erasures: number;
        index: number;
        rows: NumberedRow[];
      }
    | undefined;

  constructor(parts: ReleaseParts) {
    this.#parts = parts;
  }

  /**
   * Releases up to `wanted` rows from `cursor` on, within one chunk.
   *
   * @param erasures of the campaign, read before; the ledger refuses rows that were read before one
   */
  async release(
    campaign: Campaign,
    cursor: number,
    wanted: number,
    erasures = 0,
  ): Promise<ReleaseResult> {
    const { campaigns, ledger, queues, observe } = this.#parts;
    const { id } = campaign;
    const rows = await this.#read(campaign, cursor, wanted, erasures);
    if (rows.length === 0) return { kind: 'rows_missing' };
    await observe('rows_read', id);
    const accepted = await ledger.acceptRows(id, this.#entries(campaign, rows), erasures);
    await observe('accepted', id);

    const needJob: Snapshot[] = [];
    let taken = 0;
    let halted = false;
    rows.forEach(({ number }, at) => {
      const acceptance = acceptanceOf(accepted[at]);
      if (acceptance.kind === 'halted') halted = true;
      else if (!isRowOf(campaign, number, acceptance.snapshot.record)) taken += 1;
      else if (acceptance.snapshot.record.state === 'accepted') needJob.push(acceptance.snapshot);
    });
    const now = ledger.clock.now();
    await addJobs(
      queues,
      needJob.map(({ record }) => record),
      now,
    );
    await observe('jobs_added', id);
    await ledger.changeAll(
      needJob.map((snapshot) => ({ snapshot, next: queued(snapshot.record, now) })),
    );
    await observe('queued', id);
    if (halted) return { kind: 'overtaken' };
    const moved = await campaigns.advance(id, { from: cursor, to: cursor + rows.length, taken });
    return moved ? { kind: 'released', rows: rows.length } : { kind: 'overtaken' };
  }

  #entries(campaign: Campaign, rows: readonly NumberedRow[]) {
    const { id, templateHash, createdAt } = campaign;
    // Never before the campaign was created: that is how its rows are distinguished from those of an
    // earlier campaign of the same name.
    const now = Math.max(this.#parts.ledger.clock.now(), createdAt);
    return rows.map(({ number, row }) => {
      const request = rowRequest(campaign, row);
      const hash = this.#parts.keyring.hashRequest(request);
      const record = { ...newRecord(rowId(id, number), request, hash, now), row: number };
      return { record, stored: { request, templateHash } };
    });
  }

  /** A chunk is released in several parts; it is unpacked once. */
  async #read(
    campaign: Campaign,
    cursor: number,
    wanted: number,
    erasures: number,
  ): Promise<NumberedRow[]> {
    const campaignId = campaign.id;
    const uploadedAt = campaign.import?.finishedAt ?? 0;
    const index = Math.floor(cursor / CHUNK_ROWS);
    const known = this.#chunk;
    const same =
      known?.campaignId === campaignId &&
      known.uploadedAt === uploadedAt &&
      known.erasures === erasures &&
      known.index === index;
    const rows = same ? known.rows : await this.#parts.rows.read(campaignId, index);
    this.#chunk = { campaignId, uploadedAt, erasures, index, rows };
    const start = cursor % CHUNK_ROWS;
    return rows.slice(start, start + wanted);
  }
}

function acceptanceOf(answer: RowAcceptance | Error | undefined): RowAcceptance {
  if (answer === undefined || !('kind' in answer)) throw answer ?? new Error('no answer for a row');
  return answer;
}

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
      if (job !== undefined) await promoted(job);
    }
  }
}
