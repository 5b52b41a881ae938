import { newRecord, queued } from '../notification/acceptance.js';
import type { Keyring } from '../notification/bodyHash.js';
import type { Ledger, RowAcceptance } from '../notification/ledger.js';
import type { Snapshot } from '../notification/snapshot.js';
import { addJobs, type Queues } from '../queue/jobs.js';
import { type Campaign, CHUNK_ROWS, isRowOf, type NumberedRow, rowId } from './campaign.js';
import type { CampaignStore } from './campaignStore.js';
import { rowRequest } from './rowRequest.js';

/** The moments of a release between which a process can die; observers are awaited. */
export type ReleaseStep = 'rows_read' | 'accepted' | 'jobs_added' | 'queued';

export type ReleaseObserver = (step: ReleaseStep, campaignId: string) => Promise<void> | void;

export type ReleaseResult =
  | { kind: 'released'; rows: number }
  /** The campaign was halted, or somebody else is releasing the same rows. */
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
 * Whoever comes too late, with rows read long ago, finds them known as well, or the campaign halted,
 * or nothing waiting: the ledger refuses a row of a campaign that has nothing left to release.
 */
export class Release {
  readonly #parts: ReleaseParts;
  #chunk:
    | { campaignId: string; uploadedAt: number; index: number; rows: NumberedRow[] }
    | undefined;

  constructor(parts: ReleaseParts) {
    this.#parts = parts;
  }

  /** Releases up to `wanted` rows from `cursor` on, within one chunk. */
  async release(campaign: Campaign, cursor: number, wanted: number): Promise<ReleaseResult> {
    const { campaigns, ledger, queues, observe } = this.#parts;
    const { id } = campaign;
    const rows = await this.#read(campaign, cursor, wanted);
    if (rows.length === 0) return { kind: 'rows_missing' };
    await observe('rows_read', id);
    const accepted = await ledger.acceptRows(id, this.#entries(campaign, rows));
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
    // Not before the campaign, by whatever clock: by that its rows are told from those of an earlier
    // campaign of the same name.
    const now = Math.max(this.#parts.ledger.clock.now(), createdAt);
    return rows.map(({ number, row }) => {
      const request = rowRequest(campaign, row);
      const hash = this.#parts.keyring.hashRequest(request);
      const record = { ...newRecord(rowId(id, number), request, hash, now), row: number };
      return { record, stored: { request, templateHash } };
    });
  }

  /** A chunk is released in several parts; it is unpacked once. */
  async #read(campaign: Campaign, cursor: number, wanted: number): Promise<NumberedRow[]> {
    const campaignId = campaign.id;
    const uploadedAt = campaign.import?.finishedAt ?? 0;
    const index = Math.floor(cursor / CHUNK_ROWS);
    const known = this.#chunk;
    const same =
      known?.campaignId === campaignId && known.uploadedAt === uploadedAt && known.index === index;
    const rows = same ? known.rows : await this.#parts.rows.read(campaignId, index);
    this.#chunk = { campaignId, uploadedAt, index, rows };
    const start = cursor % CHUNK_ROWS;
    return rows.slice(start, start + wanted);
  }
}

function acceptanceOf(answer: RowAcceptance | Error | undefined): RowAcceptance {
  if (answer === undefined || !('kind' in answer)) throw answer ?? new Error('no answer for a row');
  return answer;
}
