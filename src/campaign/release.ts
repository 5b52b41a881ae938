import type { Snapshot } from '../notification/codec.js';
import type { Keyring } from '../notification/keyring.js';
import type { Ledger, RowAcceptance } from '../notification/ledger.js';
import { type NotificationRecord, newRecord, queued } from '../notification/record.js';
import { cancelWithCampaign, waitsForResume } from '../notification/settlement.js';
import { addJobs, jobIds, promoted, type Queues } from '../queue/jobs.js';
import type { RedisClient } from '../redis/redisClient.js';
import { inSendSpans } from '../tracing/messagingSpans.js';
import { inSpan } from '../tracing/tracing.js';
import {
  type Campaign,
  CHUNK_ROWS,
  isRowOf,
  type NumberedRow,
  type RowHours,
  rowId,
} from './campaign.js';
import { rowRequest } from './campaignRows.js';
import { PostponedRows } from './postponedRows.js';
import type { CampaignStore } from './store.js';

/** The moments of a release between which a process can die; observers are awaited. */
export type ReleaseStep = 'rows_read' | 'accepted' | 'jobs_added' | 'queued';

export type ReleaseObserver = (step: ReleaseStep, campaignId: string) => Promise<void> | void;

export type ReleaseResult =
  /** So many rows, and where the cursor stands now. */
  | { kind: 'released'; rows: number; cursor: number; hasPostponed: boolean }
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
  /** Absent where no message ever waits for its recipient's hours. */
  hours?: RowHours;
}

/** A row with its place in its chunk. */
interface PlacedRow extends NumberedRow {
  place: number;
}

/** What of a chunk is released or postponed, and from where to where the cursor moves then. */
interface ChunkPart {
  chunk: number;
  rows: readonly PlacedRow[];
  /** Which of the chunk's rows were postponed before. */
  before: PostponedRows;
  cursor?: { from: number; to: number };
  erasures: number;
}

/**
 * Postponed rows are looked at again so often: what was reckoned from the settings of yesterday may
 * be wrong by those of today.
 */
const LOOK_AGAIN_MS = 60 * 60 * 1000;
/** Rows that may go out and found no room: they are the first at the next look. */
const AT_ONCE = 0;

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
 *
 * Rows for which it is not the hour are postponed: of a chunk with such rows the cursor passes all, and
 * those that were not released are noted as postponed in the same moment as it moves. They count as
 * waiting, as they did before, so counts, pause, cancel and the end of the campaign know nothing of
 * them. Their release is the same four steps, with the note in the place of the cursor:
 *
 *   it dies or freezes            | the next release of that chunk
 *   ------------------------------|------------------------------------------------------------
 *   before the note is written    | finds the same rows before the cursor or in the note; those that
 *                                 | the ledger accepted are known, and are not postponed even if it
 *                                 | has become quiet meanwhile: what is sent and forgotten by the
 *                                 | morning would be sent again
 *   after it                      | finds only rows that were not released
 *
 * Two at once: the note is written only if it is still as it was read, so one of them is overtaken.
 */
export class Release {
  readonly #parts: ReleaseParts;
  #chunk:
    | {
        campaignId: string;
        uploadedAt: number;
        erasures: number;
        index: number;
        rows: PlacedRow[];
      }
    | undefined;

  constructor(parts: ReleaseParts) {
    this.#parts = parts;
  }

  /**
   * Releases up to `wanted` rows from `cursor` on, within one chunk; none that waits.
   *
   * @param erasures of the campaign, read before; the ledger refuses rows that were read before one
   */
  async release(
    campaign: Campaign,
    cursor: number,
    wanted: number,
    erasures = 0,
  ): Promise<ReleaseResult> {
    const chunk = Math.floor(cursor / CHUNK_ROWS);
    const rows = (await this.#read(campaign, chunk, erasures)).slice(cursor % CHUNK_ROWS);
    const next = rows.slice(0, wanted);
    const part = next.some((row) => this.#waitsUntil(campaign, row) !== undefined) ? rows : next;
    const moved = { from: cursor, to: cursor + part.length };
    const before = new PostponedRows([]);
    return this.#releasePart(
      campaign,
      { chunk, rows: part, before, cursor: moved, erasures },
      wanted,
    );
  }

  /** Releases up to `wanted` of the postponed rows of a chunk whose hour has come. */
  async releasePostponed(
    campaign: Campaign,
    chunk: number,
    { wanted, cursor, erasures }: { wanted: number; cursor: number; erasures: number },
  ): Promise<ReleaseResult> {
    const before = await this.#parts.campaigns.cursor.postponed(campaign.id, chunk);
    const all = await this.#read(campaign, chunk, erasures);
    const rows = before.places.flatMap((place) => all[place] ?? []);
    const result = await this.#releasePart(campaign, { chunk, rows, before, erasures }, wanted);
    return result.kind === 'released' ? { ...result, cursor } : result;
  }

  async #releasePart(
    campaign: Campaign,
    { chunk, rows, before, cursor, erasures }: ChunkPart,
    wanted: number,
  ): Promise<ReleaseResult> {
    const { campaigns, observe } = this.#parts;
    const { id } = campaign;
    if (rows.length === 0) return { kind: 'rows_missing' };
    await observe('rows_read', id);
    const { now, later, until } = await this.#sorted(campaign, rows, wanted);
    const accepted =
      now.length === 0 ? { halted: false, taken: 0 } : await this.#accept(campaign, now, erasures);
    if (accepted.halted) return { kind: 'overtaken' };
    const after = new PostponedRows(later.map(({ place }) => place));
    const isPostponing = before.places.length > 0 || later.length > 0;
    const moved = await campaigns.cursor.advance(id, {
      cursor,
      taken: accepted.taken,
      postponed: isPostponing ? { chunk, before, after, until } : undefined,
    });
    if (!moved) return { kind: 'overtaken' };
    const hasPostponed = later.length > 0;
    return { kind: 'released', rows: now.length, cursor: cursor?.to ?? 0, hasPostponed };
  }

  /** Which rows are released now, and when the others are looked at again (epoch ms). */
  async #sorted(campaign: Campaign, rows: readonly PlacedRow[], wanted: number) {
    const open: PlacedRow[] = [];
    const quiet: PlacedRow[] = [];
    let until = this.#parts.ledger.clock.now() + LOOK_AGAIN_MS;
    for (const row of rows) {
      const waits = this.#waitsUntil(campaign, row);
      (waits === undefined ? open : quiet).push(row);
      until = Math.min(until, waits ?? until);
    }
    const known = await this.#known(campaign, quiet);
    const now = [...known, ...open.slice(0, wanted)];
    const released = new Set(now);
    const later = rows.filter((row) => !released.has(row));
    return { now, later, until: open.length > wanted ? AT_ONCE : until };
  }

  /** Those that the ledger has accepted before this process looked. */
  async #known(campaign: Campaign, rows: readonly PlacedRow[]): Promise<PlacedRow[]> {
    if (rows.length === 0) return [];
    const ids = rows.map(({ number }) => rowId(campaign.id, number));
    const records = await this.#parts.ledger.snapshots(ids);
    return rows.filter((_row, at) => records[at] !== undefined);
  }

  #waitsUntil(campaign: Campaign, { row }: NumberedRow): number | undefined {
    const { hours, ledger } = this.#parts;
    return hours?.rowWaitsUntil(row, campaign, ledger.clock.now());
  }

  /** The first three steps. `taken`: rows whose id belongs to something else. */
  #accept(
    campaign: Campaign,
    rows: readonly PlacedRow[],
    erasures: number,
  ): Promise<{ halted: boolean; taken: number }> {
    const { id } = campaign;
    const attributes = { 'notifier.campaign.id': id, 'messaging.batch.message_count': rows.length };
    const sent = rows.map(({ number }) => ({ id: rowId(id, number), lane: 'campaign' }));
    return inSpan('release rows', { attributes }, () =>
      inSendSpans(sent, true, (carriedTo) => this.#acceptIn(carriedTo, campaign, rows, erasures)),
    );
  }

  async #acceptIn(
    carriedTo: (record: NotificationRecord) => string | undefined,
    campaign: Campaign,
    rows: readonly PlacedRow[],
    erasures: number,
  ): Promise<{ halted: boolean; taken: number }> {
    const { ledger, queues, observe } = this.#parts;
    const { id } = campaign;
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
      carriedTo,
    );
    await observe('jobs_added', id);
    await ledger.changeAll(
      needJob.map((snapshot) => ({ snapshot, next: queued(snapshot.record, now) })),
    );
    await observe('queued', id);
    return { halted, taken };
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
  async #read(campaign: Campaign, index: number, erasures: number): Promise<PlacedRow[]> {
    const campaignId = campaign.id;
    const uploadedAt = campaign.import?.finishedAt ?? 0;
    const known = this.#chunk;
    const same =
      known?.campaignId === campaignId &&
      known.uploadedAt === uploadedAt &&
      known.erasures === erasures &&
      known.index === index;
    if (same) return known.rows;
    const read = await this.#parts.rows.read(campaignId, index);
    const rows = read.map((row, place) => ({ ...row, place }));
    this.#chunk = { campaignId, uploadedAt, erasures, index, rows };
    return rows;
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
