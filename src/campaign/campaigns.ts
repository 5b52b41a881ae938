import type { Readable } from 'node:stream';
import { v7 as uuidv7 } from 'uuid';
import type { RedisClient } from '../notification/redisScripts.js';
import type { FieldProblem } from '../notification/request.js';
import { whenReady, withPatience } from '../queue/patience.js';
import { type TemplateCatalogue, templateProblems } from '../templates/catalogue.js';
import type { Campaign, CampaignState, RowDefaults } from './campaign.js';
import type { StepDecision } from './campaignDecision.js';
import { type CampaignRequest, parseCampaignRequest } from './campaignRequest.js';
import type { CampaignStore } from './campaignStore.js';
import {
  type CampaignStep,
  type CampaignView,
  campaignView,
  possibleSteps,
} from './campaignView.js';
import { cancel, pause, resume, start } from './lifecycle.js';
import { Pace } from './pace.js';

export type CreateOutcome =
  | { kind: 'created' | 'existing'; campaign: CampaignView }
  | { kind: 'invalid'; problems: FieldProblem[] }
  | { kind: 'conflict'; id: string; state: CampaignState };

/** What came of a step; undefined elsewhere means that there is no such campaign. */
export type StepOutcome = { kind: 'done'; campaign: CampaignView } | StepRefused;

export interface StepRefused {
  kind: 'refused';
  state: CampaignState;
  /** A sentence for whoever asked. */
  because: string;
  possible: readonly CampaignStep[];
}

/** One thing wrong with a file or a row of it; never what stands in a cell. */
export interface RowProblem {
  /** As a spreadsheet counts; absent when the file as a whole is meant. */
  row?: number;
  column?: string;
  expected: string;
}

export interface ImportProgress {
  /** Of the file as it came: before it is unpacked, where it is packed. */
  bytes: number;
  rows: number;
  rejected: number;
  duplicates: number;
}

export interface ImportOptions {
  format?: 'csv' | 'ndjson';
  signal?: AbortSignal;
  onProgress?(progress: ImportProgress): void;
}

export type ImportOutcome =
  | { kind: 'imported'; campaign: CampaignView; refused: RowProblem[] }
  /** Nothing of this file was stored. */
  | { kind: 'unusable'; problems: RowProblem[] }
  /** Another import has begun since, or the campaign was cancelled. */
  | { kind: 'superseded' }
  /** The source broke off, or whoever asked gave up. */
  | { kind: 'broken_off' }
  | StepRefused;

export interface CampaignsParts {
  redis: RedisClient;
  store: CampaignStore;
  catalogue: TemplateCatalogue;
}

/** What people ask of campaigns and do to them, the same over HTTP and on the command line. */
export class Campaigns {
  readonly #redis: RedisClient;
  readonly #store: CampaignStore;
  readonly #catalogue: TemplateCatalogue;
  readonly #pace: Pace;

  constructor({ redis, store, catalogue }: CampaignsParts) {
    this.#redis = redis;
    this.#store = store;
    this.#catalogue = catalogue;
    this.#pace = new Pace(redis, store.keys);
  }

  /**
   * Makes a campaign without rows. The same again under the same id is answered with the one there is.
   *
   * @throws RedisUnavailableError, as all of these
   */
  async create(input: unknown, by?: string): Promise<CreateOutcome> {
    const parsed = parseCampaignRequest(input, Date.now());
    if (!parsed.ok) return { kind: 'invalid', problems: parsed.problems };
    const { request } = parsed;
    const id = request.id ?? uuidv7();
    return this.#patiently(id, () => this.#create(request, id, by));
  }

  async get(id: string): Promise<CampaignView | undefined> {
    return this.#patiently(id, async () => {
      const campaign = await this.#store.get(id);
      return campaign === undefined ? undefined : this.#view(campaign);
    });
  }

  /** A page of campaigns, the newest first; `next` is there when there are more. */
  async list(page: {
    limit: number;
    before?: string;
  }): Promise<{ campaigns: CampaignView[]; next?: string }> {
    return this.#patiently(undefined, async () => {
      const found = await this.#store.list({ ...page, limit: page.limit + 1 });
      const shown = found.slice(0, page.limit);
      const campaigns = await Promise.all(shown.map((campaign) => this.#view(campaign)));
      const last = shown.at(-1);
      return {
        campaigns,
        ...(found.length > page.limit && last !== undefined && { next: last.id }),
      };
    });
  }

  /** Starts it now, or has it started `at` a time (epoch ms). */
  async start(id: string, given: { at?: number; by?: string }): Promise<StepOutcome | undefined> {
    return this.#patiently(id, async () => {
      const campaign = await this.#store.get(id);
      if (campaign === undefined) return undefined;
      const entry = await this.#catalogue.find(campaign.template);
      const templateHash = entry?.hash ?? campaign.templateHash;
      return this.#step(id, (seen, now) => start(seen, { ...given, templateHash }, now));
    });
  }

  async pause(
    id: string,
    given: { reason: string; by?: string },
  ): Promise<StepOutcome | undefined> {
    return this.#patiently(id, () => this.#step(id, (seen, now) => pause(seen, given, now)));
  }

  async resume(id: string, given: { by?: string }): Promise<StepOutcome | undefined> {
    return this.#patiently(id, () => this.#step(id, (seen, now) => resume(seen, given, now)));
  }

  async cancel(
    id: string,
    given: { reason?: string; by?: string },
  ): Promise<StepOutcome | undefined> {
    return this.#patiently(id, () => this.#step(id, (seen, now) => cancel(seen, given, now)));
  }

  async #create(
    request: CampaignRequest,
    id: string,
    by: string | undefined,
  ): Promise<CreateOutcome> {
    const { name = id, template, startAt, endAt, id: _id, ...defaults } = request;
    const entry = await this.#catalogue.find(template);
    if (entry === undefined) {
      const names = (await this.#catalogue.names()).join(', ');
      const expected = names === '' ? 'a template; none is known yet' : `one of ${names}`;
      return { kind: 'invalid', problems: [{ field: 'template', expected }] };
    }
    const problems = templateProblems({ recipient: {}, template, ...defaults }, entry).filter(
      ({ field }) => field.startsWith('channels'),
    );
    if (problems.length > 0) return { kind: 'invalid', problems };
    const input = {
      id,
      name,
      template,
      templateHash: entry.hash,
      defaults: defaults satisfies RowDefaults,
      ...(startAt !== undefined && { startAt: Date.parse(startAt) }),
      ...(endAt !== undefined && { endAt: Date.parse(endAt) }),
    };
    const result = await this.#store.create(input, by);
    if (result.kind === 'conflict') return { kind: 'conflict', id, state: result.campaign.state };
    return { kind: result.kind, campaign: await this.#view(result.campaign) };
  }

  async #step(
    id: string,
    decide: (campaign: Campaign, now: number) => StepDecision,
  ): Promise<StepOutcome | undefined> {
    const result = await this.#store.change(id, (campaign) => decide(campaign, Date.now()));
    switch (result?.kind) {
      case undefined:
        return undefined;
      case 'done':
        return { kind: 'done', campaign: await this.#view(result.campaign) };
      case 'refused':
        return { ...result, possible: possibleSteps(result.state) };
      default:
        return result satisfies never;
    }
  }

  async #view(campaign: Campaign): Promise<CampaignView> {
    const { id, state } = campaign;
    const now = Date.now();
    const [counts, pace] = await Promise.all([
      this.#store.counts(id),
      state === 'running' ? this.#pace.perMinute(id, now) : undefined,
    ]);
    return campaignView(campaign, counts, now, pace);
  }

  #patiently<T>(id: string | undefined, work: () => Promise<T>): Promise<T> {
    return withPatience(whenReady(this.#redis).then(work), id);
  }
}
