import { flowStatus, type Obstacle } from '../queue/flowStatus.js';
import type { Operations } from '../queue/operations.js';
import { obstacleView } from '../queue/statusView.js';
import type { RedisClient } from '../redis/redisClient.js';
import type { Allowance } from './allowance.js';
import type { Campaign, CampaignHold, CampaignState, ImportSummary } from './campaign.js';
import {
  costOf,
  type ProgressFacts,
  type ProgressSurroundings,
  progressOf,
} from './campaignProgress.js';
import type { StoredRows } from './campaignRows.js';
import { possibleSteps } from './campaignSteps.js';
import { type CampaignWait, campaignWaits } from './campaignWaits.js';
import { ExpectedRowCost } from './dryRun/expectedRowCost.js';
import type { DeploymentEstimates } from './dryRun/forecast.js';
import type { UploadStatus } from './import/uploadProgress.js';
import { isPausedByItself } from './lifecycle.js';
import { openTimeOf } from './openTime.js';
import { ROWS_TO_GO_BY, requestsLeft } from './rowCost.js';
import { manyRejected } from './rowReasons.js';
import { spentBy } from './spentRequests.js';
import type { CampaignStore } from './store.js';
import { rowsTried, type Tally } from './tally.js';
import { Throughput } from './throughput.js';
import type { CampaignView, CampaignWaitView, ImportView } from './viewSchema.js';

export type { CampaignView, CampaignWaitView, ImportView } from './viewSchema.js';

/** What a view shows beside the campaign, as it was looked up. */
interface CampaignSurroundings extends Omit<ProgressSurroundings, 'stop'> {
  /** What is in the way of the whole deployment. */
  obstacles: readonly Obstacle[];
  upload?: UploadStatus;
}

/** Whether a campaign has begun and not ended. */
function isUnderWay(state: CampaignState): boolean {
  return state === 'running' || state === 'paused';
}

function campaignView(
  campaign: Campaign,
  facts: Facts,
  surroundings: CampaignSurroundings,
): CampaignView {
  const { tally } = facts;
  const { obstacles, upload } = surroundings;
  const { id, name, state, by, template, defaults, columns, acceptRejected } = campaign;
  const { pausedForAccess, noUnsubscribe } = campaign;
  const { createdAt, updatedAt, startAt, startedAt, endAt, endedAt } = campaign;
  const reason = campaign.reason ?? (state === 'ready' ? manyRejected(campaign) : undefined);
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
    noUnsubscribe,
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
    progress: progressOf(campaign, facts, {
      ...surroundings,
      stop: obstacles.find(({ stops }) => stops)?.detail,
    }),
    waitsFor: campaignWaits(campaign, tally, obstacles, surroundings).map(waitView),
    pausedByItself: isPausedByItself(campaign) || undefined,
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
  const { chunks: _c, isAccepted: _a, separator: _s, clocks: _k, ...rest } = summary;
  const { keptColumns = [], ...shown } = rest;
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
  rows: StoredRows;
  operations: Operations;
  /** How long after a send its delivery is checked. */
  deliveryCheckAfterMs: number;
  prefetch: CampaignHold;
  /** What is known of the deployment. */
  estimates: DeploymentEstimates;
}

/** What is known of one campaign beside its record. */
interface Facts extends ProgressFacts {
  tally: Tally;
}

/** How old may be, for a page that looks every few seconds, what holds for all campaigns alike (ms). */
const SHARED_FOR_MS = 10_000;

/** Campaigns as people see them: with their progress, and with what is in the way of all of them. */
export class CampaignViews {
  readonly #parts: CampaignViewsParts;
  readonly #pace: Throughput;
  readonly #expected: ExpectedRowCost;
  #shared: { at: number; deployment: Promise<Deployment> } | undefined;

  constructor(parts: CampaignViewsParts) {
    this.#parts = parts;
    this.#pace = new Throughput(parts.redis, parts.store.keys);
    this.#expected = new ExpectedRowCost(parts.estimates, parts.rows);
  }

  /** Finds out what rows of these and of the running ones are expected to cost, for the views to say. */
  async expect(campaigns: readonly Campaign[]): Promise<void> {
    const goingOn = campaigns.filter(({ state }) => isUnderWay(state) || state === 'ready');
    if (goingOn.length === 0) return;
    const running = await this.#parts.store.running();
    const all = new Map([...running, ...goingOn].map((campaign) => [campaign.id, campaign]));
    await Promise.all([...all.values()].map((campaign) => this.#expected.findOut(campaign)));
  }

  async one(campaign: Campaign): Promise<CampaignView> {
    return this.#view(campaign, await this.#deployment([campaign]));
  }

  /**
   * As `one`, for a page that looks every few seconds: its own rows are counted anew each time, the deployment
   * at most every ten seconds for all such pages. Without this, each page costs Redis 27 commands a second.
   */
  async watched(campaign: Campaign): Promise<CampaignView> {
    // A view goes without what could not be found out about its cost.
    const expected = () => this.expect([campaign]).catch(() => undefined);
    // What is shared is what a running campaign needs: by another one's, the rest of a page would be wrong.
    if (campaign.state !== 'running') return expected().then(() => this.one(campaign));
    const now = performance.now();
    if (this.#shared === undefined || now - this.#shared.at >= SHARED_FOR_MS) {
      const deployment = expected().then(() => this.#deployment([campaign]));
      this.#shared = { at: now, deployment };
      deployment.catch(() => {
        this.#shared = undefined;
      });
    }
    return this.#view(campaign, { ...(await this.#shared.deployment), facts: new Map() });
  }

  /**
   * As `one`, with one look at the deployment for all of them; none for its obstacles where they are
   * `known`.
   */
  async all(campaigns: readonly Campaign[], known?: readonly Obstacle[]): Promise<CampaignView[]> {
    const deployment = await this.#deployment(campaigns, known);
    return Promise.all(campaigns.map((campaign) => this.#view(campaign, deployment)));
  }

  async #view(campaign: Campaign, deployment: Deployment): Promise<CampaignView> {
    const { obstacles, allowance, left } = deployment;
    const { store, deliveryCheckAfterMs, estimates } = this.#parts;
    const { hours } = estimates;
    const { id, state, import: imported } = campaign;
    const now = store.clock.now();
    const [facts, flow, heldUntil, upload] = await Promise.all([
      deployment.facts.get(id) ?? this.#facts(campaign),
      state === 'running' ? this.#pace.flow(id, now) : undefined,
      this.#heldUntil(campaign, now),
      store.uploads.status(campaign, now),
    ]);
    return campaignView(campaign, facts, {
      now,
      flow,
      deliveryCheckAfterMs,
      allowance,
      others: [...left].filter(([other]) => other !== id).map(([, requests]) => requests),
      obstacles,
      heldUntil,
      quietUntil: hours?.allWaitUntil(campaign, now),
      openTime: hours && openTimeOf(hours, campaign, imported?.clocks ?? UNKNOWN_CLOCKS),
      upload,
    });
  }

  async #facts(campaign: Campaign): Promise<Facts> {
    const { redis, store, prefetch } = this.#parts;
    const [tally, spent, covered] = await Promise.all([
      store.tally(campaign.id),
      spentBy(redis, store.keys, campaign.id),
      prefetch.coveredRows(campaign),
    ]);
    const isKnown = rowsTried(tally.counts) >= ROWS_TO_GO_BY;
    const willGoOn = isUnderWay(campaign.state) || campaign.state === 'ready';
    const expected = isKnown || !willGoOn ? undefined : this.#expected.of(campaign);
    return { tally, spent, covered, expected };
  }

  /** Until when its next row waits for its prefetch at most (epoch ms), if it does. */
  async #heldUntil(campaign: Campaign, now: number): Promise<number | undefined> {
    const { store, prefetch } = this.#parts;
    const held = await prefetch.heldRows(campaign, now);
    if (held === undefined || (await store.cursor.released(campaign.id)) < held.readyRows)
      return undefined;
    return held.until;
  }

  async #deployment(
    campaigns: readonly Campaign[],
    known?: readonly Obstacle[],
  ): Promise<Deployment> {
    const { operations, estimates } = this.#parts;
    const [allowance, obstacles, { facts, left }] = await Promise.all([
      estimates.allowance(),
      // The others wait for nothing.
      known === undefined && campaigns.some(({ state }) => isUnderWay(state))
        ? operations.status().then((status) => flowStatus(status).obstacles)
        : (known ?? []),
      this.#running(campaigns),
    ]);
    return { allowance, obstacles, facts, left };
  }

  /** What all running campaigns have still to spend, where one of these runs. */
  async #running(campaigns: readonly Campaign[]): Promise<Pick<Deployment, 'facts' | 'left'>> {
    const facts = new Map<string, Facts>();
    const left = new Map<string, number>();
    if (!campaigns.some(({ state }) => state === 'running')) return { facts, left };
    const look = async (campaign: Campaign) => {
      const found = await this.#facts(campaign);
      const cost = costOf(found);
      facts.set(campaign.id, found);
      if (cost === undefined) return;
      left.set(campaign.id, requestsLeft(found.tally.counts, cost, found.covered));
    };
    await Promise.all((await this.#parts.store.running()).map(look));
    return { facts, left };
  }
}

/** Of an import that did not count them: all go by the deployment's. */
const UNKNOWN_CLOCKS = { '': 1 };

/** The deployment as campaigns find it at one moment. */
interface Deployment {
  allowance: Allowance;
  obstacles: readonly Obstacle[];
  /** What is known of the running campaigns, by id. */
  facts: ReadonlyMap<string, Facts>;
  /** Requests that running campaigns have still to spend, by id. */
  left: ReadonlyMap<string, number>;
}
