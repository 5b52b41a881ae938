import { randomUUID } from 'node:crypto';
import type { RedisMemory } from '../../redis/serverInfo.js';
import type { Campaign, ImportSummary } from '../campaign.js';
import {
  type ImportFailure,
  type ImportOutcome,
  type RowsRefused,
  refusal,
  type StepDecision,
} from '../campaignSteps.js';
import { abandonUpload, beginUpload, finishUpload } from '../lifecycle.js';
import type { RejectedLayout, RowStore, Staging } from '../rowStore.js';
import type { CampaignStore } from '../store.js';
import type { SortedChunks } from './rowCollector.js';

/** How often a long upload looks whether another has taken its place. */
const LOOK_EVERY_MS = 2_000;
/** For how long to leave it when Redis has no room. */
const RETRY_AFTER_MS = 30_000;

/**
 * The rows of one upload on their way into a campaign. It begins with the first chunk, so that a file
 * which is refused by its header, or is short and wrong, leaves no trace at all. From then on the
 * campaign knows it by its token; who finds another's token there has been superseded.
 */
export class Upload {
  readonly #token = randomUUID();
  readonly #campaigns: CampaignStore;
  readonly #memory: RedisMemory;
  readonly #campaign: Campaign;
  readonly #by: string | undefined;
  readonly #staging: Staging;
  #hasBegun = false;
  #lookedAt = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(
    { campaigns, rows, memory }: { campaigns: CampaignStore; rows: RowStore; memory: RedisMemory },
    campaign: Campaign,
    by?: string,
  ) {
    this.#campaigns = campaigns;
    this.#memory = memory;
    this.#campaign = campaign;
    this.#by = by;
    this.#staging = rows.stage(campaign.id, this.#token);
  }

  /** Why the campaign would take no rows as it stands; asked before a gigabyte is sent. */
  refusal(): RowsRefused | undefined {
    const { result } = this.#beginning(this.#campaign);
    return result.kind === 'refused' ? result : undefined;
  }

  /** Stores chunks; waits while too many are on their way. Answers why there is no point in going on. */
  async add(
    { rows, rejected }: SortedChunks,
    layout: RejectedLayout,
  ): Promise<ImportFailure | undefined> {
    if (rows.length === 0 && rejected.length === 0) return undefined;
    if (await this.#memory.isFull()) return this.#noRoom();
    const end = this.#hasBegun ? await this.#look() : await this.#begin();
    if (end !== undefined) return end;
    for (const chunk of rejected) {
      if (await this.#memory.isFull()) return this.#noRoom();
      this.#staging.addRejected(chunk, layout);
      await this.#staging.room();
    }
    for (const chunk of rows) {
      if (await this.#memory.isFull()) return this.#noRoom();
      this.#staging.addRows(chunk);
      await this.#staging.room();
    }
    return undefined;
  }

  /** Makes what was stored the campaign's rows, which were checked against this template's content. */
  async finish(
    found: Omit<ImportSummary, 'chunks' | 'finishedAt'>,
    templateHash: string,
  ): Promise<ImportOutcome<{ summary: ImportSummary }>> {
    await this.#staging.flush();
    const now = this.#campaigns.clock.now();
    const summary = { ...found, chunks: this.#staging.chunks, finishedAt: now };
    const uploaded = { upload: this.#token, summary, fields: this.#staging.fields };
    const end = await this.#campaigns.change(this.#campaign.id, (campaign) =>
      finishUpload({ ...campaign, templateHash }, uploaded, now),
    );
    if (end?.kind === 'imported') await this.#campaigns.uploads.forget(this.#campaign.id);
    return end ?? { kind: 'superseded' };
  }

  /**
   * Says how far it has come, every two seconds at most: people look from other screens, and of an upload
   * whose process was killed nothing else says so.
   */
  async tell({ rows, bytes }: { rows: number; bytes: number }): Promise<void> {
    if (!this.#hasBegun || performance.now() - this.#toldAt < LOOK_EVERY_MS) return;
    this.#toldAt = performance.now();
    const at = this.#campaigns.clock.now();
    await this.#campaigns.uploads.note(this.#campaign.id, { upload: this.#token, rows, bytes, at });
  }

  /** Leaves the campaign as it was before, but for how it ended. */
  async abandon(end: 'refused' | 'broken_off'): Promise<void> {
    if (!this.#hasBegun) return;
    await this.#staging.discard();
    await this.#campaigns.uploads.forget(this.#campaign.id);
    await this.#campaigns.change(this.#campaign.id, (campaign) =>
      abandonUpload(campaign, this.#token, this.#campaigns.clock.now(), end),
    );
  }

  #noRoom(): RowsRefused {
    const because =
      'Redis has no room for the rows now; nothing of them was stored, try again later';
    return { ...refusal(this.#campaign, because), retryAfterMs: RETRY_AFTER_MS };
  }

  async #begin(): Promise<ImportFailure | undefined> {
    this.#hasBegun = true;
    this.#lookedAt = performance.now();
    const step = await this.#campaigns.change(this.#campaign.id, (campaign) =>
      this.#beginning(campaign),
    );
    if (step === undefined) return { kind: 'superseded' };
    return step.kind === 'refused' ? step : undefined;
  }

  #beginning(campaign: Campaign): StepDecision {
    const given = { upload: this.#token, by: this.#by };
    return beginUpload(campaign, given, this.#campaigns.clock.now());
  }

  async #look(): Promise<ImportFailure | undefined> {
    if (performance.now() - this.#lookedAt < LOOK_EVERY_MS) return undefined;
    this.#lookedAt = performance.now();
    const campaign = await this.#campaigns.get(this.#campaign.id);
    return campaign?.upload === this.#token ? undefined : { kind: 'superseded' };
  }
}
