import { flowStatus, type Obstacle } from '../queue/flowStatus.js';
import type { Operations } from '../queue/operations.js';
import { obstacleView } from '../queue/statusView.js';
import type { RedisClient } from '../redis/redisClient.js';
import type { Campaign, CampaignHold, CampaignState, ImportSummary } from './campaign.js';
import { type ProgressSurroundings, progressOf, type Tally } from './campaignProgress.js';
import { possibleSteps } from './campaignSteps.js';
import { type CampaignWait, campaignWaits } from './campaignWaits.js';
import type { UploadStatus } from './import/uploadProgress.js';
import { manyRejected } from './rowReasons.js';
import { spentBy } from './spentRequests.js';
import type { CampaignStore } from './store.js';
import { Throughput } from './throughput.js';
import type { CampaignView, CampaignWaitView, ImportView } from './viewSchema.js';

export type { CampaignView, CampaignWaitView, ImportView } from './viewSchema.js';

/** What a view shows beside the campaign and its counts, as it was looked up at `now` (epoch ms). */
interface CampaignSurroundings extends ProgressSurroundings {
  /** What is in the way of the whole deployment. */
  obstacles: readonly Obstacle[];
  /** Until when rows wait for their prefetch at most (epoch ms). */
  heldUntil?: number;
  upload?: UploadStatus;
}

/** Whether a campaign has begun and not ended. */
function isUnderWay(state: CampaignState): boolean {
  return state === 'running' || state === 'paused';
}

function campaignView(
  campaign: Campaign,
  tally: Tally,
  {
    now,
    perMinute,
    deliveryCheckAfterMs,
    spent,
    obstacles,
    heldUntil,
    upload,
  }: CampaignSurroundings,
): CampaignView {
  const { id, name, state, by, template, defaults, columns, acceptRejected } = campaign;
  const { pausedForAccess } = campaign;
  const { createdAt, updatedAt, startAt, startedAt, endAt, endedAt } = campaign;
  const reason = campaign.reason ?? (state === 'ready' ? manyRejected(campaign) : undefined);
  // A pace of the minute before would forecast an end that nothing works towards.
  const isStopped = obstacles.some(({ stops }) => stops);
  return {
    id,
    name,
    state,
    reason,
    by,
    template,
    ...defaults,
    map: columns?.map,
    ignore: columns?.ignore === undefined ? undefined : [...columns.ignore],
    acceptRejected,
    prefetch: campaign.prefetch ?? 'auto',
    createdAt: iso(createdAt),
    updatedAt: iso(updatedAt),
    startAt: isoOf(startAt),
    startedAt: isoOf(startedAt),
    endAt: isoOf(endAt),
    endedAt: isoOf(endedAt),
    upload: upload && uploadView(upload),
    import: campaign.import === undefined ? undefined : importView(campaign.import),
    counts: tally.counts,
    reasons: tally.reasons,
    byChannel: tally.channels,
    progress: progressOf(campaign, tally, {
      now,
      perMinute: isStopped ? undefined : perMinute,
      deliveryCheckAfterMs,
      spent,
    }),
    waitsFor: campaignWaits(campaign, tally, obstacles, heldUntil).map(waitView),
    resumesByItself: pausedForAccess === undefined ? undefined : true,
    obstacles: isUnderWay(state) && obstacles.length > 0 ? obstacles.map(obstacleView) : undefined,
    possible: possibleSteps(campaign),
  };
}

function waitView({ since, until, ...wait }: CampaignWait): CampaignWaitView {
  return { ...wait, since: isoOf(since), until: isoOf(until) };
}

function uploadView(upload: UploadStatus): CampaignView['upload'] {
  if (upload.state === 'broken_off') return { state: upload.state, since: iso(upload.at) };
  return { ...upload, since: iso(upload.since) };
}

/** Records of older versions lack what was counted later. */
export function importView(summary: ImportSummary): ImportView {
  const { chunks: _c, isAccepted: _a, separator: _s, keptColumns = [], ...shown } = summary;
  const { rejectedBy = [], warned = 0, warnings = [], finishedAt } = shown;
  return {
    ...shown,
    rejectedBy,
    warned,
    warnings,
    keptColumns: keptColumns.map(({ name }) => name),
    finishedAt: iso(finishedAt),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function isoOf(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : iso(ms);
}

export interface CampaignViewsParts {
  redis: RedisClient;
  store: CampaignStore;
  operations: Operations;
  /** How long after a send its delivery is checked. */
  deliveryCheckAfterMs: number;
  prefetch: CampaignHold;
}

/** Campaigns as people see them: with their progress, and with what is in the way of all of them. */
export class CampaignViews {
  readonly #parts: CampaignViewsParts;
  readonly #pace: Throughput;

  constructor(parts: CampaignViewsParts) {
    this.#parts = parts;
    this.#pace = new Throughput(parts.redis, parts.store.keys);
  }

  async one(campaign: Campaign): Promise<CampaignView> {
    return this.#view(campaign, await this.#obstacles([campaign]));
  }

  /** As `one`, with one look at the deployment for all of them. */
  async all(campaigns: readonly Campaign[]): Promise<CampaignView[]> {
    const obstacles = await this.#obstacles(campaigns);
    return Promise.all(campaigns.map((campaign) => this.#view(campaign, obstacles)));
  }

  async #view(campaign: Campaign, obstacles: readonly Obstacle[]): Promise<CampaignView> {
    const { redis, store, deliveryCheckAfterMs } = this.#parts;
    const { id, state } = campaign;
    const [tally, perMinute, spent, upload] = await Promise.all([
      store.tally(id),
      state === 'running' ? this.#pace.perMinute(id, store.clock.now()) : undefined,
      spentBy(redis, store.keys, id),
      store.uploads.status(campaign, store.clock.now()),
    ]);
    const now = store.clock.now();
    const heldUntil = await this.#heldUntil(campaign, now);
    return campaignView(campaign, tally, {
      now,
      perMinute,
      deliveryCheckAfterMs,
      spent,
      obstacles,
      heldUntil,
      upload,
    });
  }

  /** Until when its next row waits for its prefetch at most (epoch ms), if it does. */
  async #heldUntil(campaign: Campaign, now: number): Promise<number | undefined> {
    const { store, prefetch } = this.#parts;
    const held = await prefetch.heldRows(campaign, now);
    if (held === undefined || (await store.released(campaign.id)) < held.readyRows)
      return undefined;
    return held.until;
  }

  /** Asked only for campaigns that have begun and not ended: the others wait for nothing. */
  async #obstacles(campaigns: readonly Campaign[]): Promise<Obstacle[]> {
    if (!campaigns.some(({ state }) => isUnderWay(state))) return [];
    return flowStatus(await this.#parts.operations.status()).obstacles;
  }
}
