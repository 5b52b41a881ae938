import type { Readable } from 'node:stream';
import { v7 as uuidv7 } from 'uuid';
import type { Caller } from '../audit/auditCaller.js';
import type { Act, Outcome } from '../audit/auditEntry.js';
import type { AuditLog } from '../audit/auditLog.js';
import type { Obstacle } from '../queue/flowStatus.js';
import { untilConnected, withRedisFaultNamed, withTimeout } from '../queue/timeout.js';
import type { RedisClient } from '../redis/redisClient.js';
import { RedisMemory } from '../redis/serverInfo.js';
import type { TemplateCatalogue } from '../templates/catalogue.js';
import type { Campaign } from './campaign.js';
import { parseCampaignRequest } from './campaignRequest.js';
import type { ImportOutcome, StepDecision, StepOutcome, StepRefused } from './campaignSteps.js';
import type { CampaignsParts } from './campaignsParts.js';
import { type CampaignView, CampaignViews } from './campaignView.js';
import { type Created, createCampaign } from './createCampaign.js';
import { type DryRunOptions, type DryRunOutcome, dryRun } from './dryRun/campaignDryRun.js';
import { type ExportedFile, type ExportFormat, exportRejected, exportResults } from './exports.js';
import { type ImportOptions, importRows } from './import/importRows.js';
import type { FileProblem } from './import/unusableFile.js';
import {
  cancel,
  describeStart,
  noteBrokenUpload,
  pause,
  resume,
  type StartGiven,
  start,
} from './lifecycle.js';
import { CampaignPreparation } from './preparation.js';
import { gathered, type RetryReport, type RetryRequest, retryRows } from './retryRows.js';
import type { CampaignStore } from './store.js';
import { type UnreadableCampaign, UnreadableCampaignError } from './unreadableCampaign.js';
import { endlessEmails } from './unsubscribeCheck.js';

export type CreateOutcome = Created<CampaignView>;

/** `problems` are those of the first rejected rows. */
export type CampaignImport = ImportOutcome<{ campaign: CampaignView; problems: FileProblem[] }>;

export type RowRetryOutcome =
  | { kind: 'retried'; report: { campaign: CampaignView } & RetryReport }
  | StepRefused;

const DONE: Outcome = { outcome: 'done' };

/** How to read a file, and who wants it. */
export type CalledImport = Omit<ImportOptions, 'by'> & { by?: Caller };

/** What people ask of campaigns and do to them, the same over HTTP and on the command line. */
export class Campaigns {
  /** What is looked at and tried before a campaign is started. */
  readonly preparation: CampaignPreparation;
  readonly #redis: RedisClient;
  readonly #store: CampaignStore;
  readonly #catalogue: TemplateCatalogue;
  readonly #parts: CampaignsParts;
  readonly #views: CampaignViews;
  readonly #memory: RedisMemory;
  readonly #audit: AuditLog;

  constructor(parts: CampaignsParts) {
    const { redis, store, catalogue } = parts;
    this.#redis = redis;
    this.#store = store;
    this.#catalogue = catalogue;
    this.#parts = parts;
    this.#views = new CampaignViews(parts);
    this.#memory = new RedisMemory(redis);
    this.#audit = parts.audit;
    this.preparation = new CampaignPreparation(parts);
  }

  /**
   * Makes a campaign without rows. The same again under the same id is answered with the one there is.
   *
   * @param defaultName its name when none is given; the id, when left out
   * @throws RedisUnavailableError, as all of these
   */
  async create(input: unknown, by?: Caller, defaultName?: string): Promise<CreateOutcome> {
    // Where Redis does not answer, storing the campaign says so.
    const parsed = parseCampaignRequest(input, await this.now());
    if (!parsed.ok) return { kind: 'invalid', problems: parsed.problems };
    const { request } = parsed;
    const id = request.id ?? uuidv7();
    const work = async (): Promise<CreateOutcome> => {
      const { asksForLink } = this.#parts;
      const given = { id, by: by?.name, defaultName: defaultName ?? id, asksForLink };
      const made = await createCampaign(this.#catalogue, this.#store, request, given);
      if (!('campaign' in made)) return made;
      return { ...made, campaign: await this.#views.one(made.campaign) };
    };
    const act = {
      what: 'campaign.create',
      on: id,
      detail: `template ${request.template}`,
    } as const;
    return this.#patiently(id, () =>
      this.#audit.act(by, act, work, ({ kind }) =>
        kind === 'created' ? DONE : { outcome: 'refused', detail: kind },
      ),
    );
  }

  /** Redis' time (epoch ms), or undefined when Redis has never said it to this process. */
  async now(): Promise<number | undefined> {
    const { clock } = this.#store;
    await withTimeout(clock.current()).catch(() => undefined);
    return clock.known();
  }

  /** Frees the id of a campaign that was made for rows which it did not get; others stay as they are. */
  async deleteDraft(
    { id, createdAt }: Pick<CampaignView, 'id' | 'createdAt'>,
    by?: Caller,
  ): Promise<void> {
    const work = () => this.#store.deleteDraft(id, Date.parse(createdAt));
    const act = { what: 'campaign.delete_draft', on: id } as const;
    await this.#patiently(id, () => this.#audit.act(by, act, work, () => DONE));
  }

  async get(id: string): Promise<CampaignView | undefined> {
    const campaign = await this.#patiently(undefined, () => this.#store.get(id));
    if (campaign === undefined) return undefined;
    await this.#expect([campaign]);
    return this.#patiently(undefined, () => this.#views.one(campaign));
  }

  /** As `get`, for a page that looks every few seconds; see CampaignViews.watched. */
  async watched(id: string): Promise<CampaignView | undefined> {
    return this.#patiently(undefined, async () => {
      const campaign = await this.#store.get(id);
      return campaign && this.#views.watched(campaign);
    });
  }

  /**
   * A page of campaigns, the newest first; `next` is there when there are more. `unreadable` are those
   * whose records hold none: they hide no others.
   */
  async list(page: {
    limit: number;
    before?: string;
  }): Promise<{ campaigns: CampaignView[]; unreadable?: UnreadableCampaign[]; next?: string }> {
    const { campaigns: found, unreadable } = await this.#patiently(undefined, () =>
      this.#store.list({ ...page, limit: page.limit + 1 }),
    );
    const shown = found.slice(0, page.limit);
    await this.#expect(shown.filter(({ state }) => state !== 'ready'));
    return {
      campaigns: await this.#patiently(undefined, () => this.#views.all(shown)),
      unreadable: unreadable.length > 0 ? unreadable : undefined,
      next: found.length > page.limit ? shown.at(-1)?.id : undefined,
    };
  }

  /** Campaigns that have not ended, without what became of their rows; see CampaignStore.open. */
  async open(limit: number): Promise<Campaign[]> {
    return this.#patiently(undefined, () => this.#store.open(limit));
  }

  /**
   * Some of the campaigns that are running, and how many there are in all. `obstacles` are those of the
   * deployment, which the caller has looked at.
   */
  async running(
    limit: number,
    obstacles: readonly Obstacle[],
  ): Promise<{ campaigns: CampaignView[]; all: number }> {
    return this.#patiently(undefined, async () => {
      const [found, all] = await Promise.all([
        this.#store.running(limit),
        this.#store.countRunning(),
      ]);
      return { campaigns: await this.#views.all(found, obstacles), all };
    });
  }

  /** Campaigns that are paused, by a person or by themselves, without what became of their rows. */
  async paused(limit: number): Promise<Campaign[]> {
    return this.#patiently(undefined, () => this.#store.paused(limit));
  }

  /**
   * Changes with each step of a campaign, or of one of the newest: a look at the records alone, by which a page
   * that is kept up to date finds out whether to read the rest.
   */
  async lastStep(of: { id: string } | { limit: number }): Promise<string> {
    return this.#patiently(undefined, async () => {
      const found =
        'id' in of
          ? [await this.#store.get(of.id)]
          : (await this.#store.list({ limit: of.limit })).campaigns;
      return found.map((one) => `${one?.id} ${one?.updatedAt}`).join(' ');
    });
  }

  /** Starts it now, or has it started `at` a time (epoch ms). */
  async start(
    id: string,
    given: Omit<StartGiven, 'by'> & { by?: Caller },
  ): Promise<StepOutcome<CampaignView> | undefined> {
    const detail = describeStart(given);
    return this.#step(id, given.by, { what: 'campaign.start', detail }, async () => {
      const campaign = await this.#store.get(id);
      const entry = campaign && (await this.#catalogue.find(campaign.template));
      return (seen, now) => {
        const templateHash = entry?.hash ?? seen.templateHash;
        const endless = endlessEmails(seen, entry, this.#parts);
        return start(seen, { ...named(given), templateHash, endless }, now);
      };
    });
  }

  async pause(
    id: string,
    given: { reason: string; by?: Caller },
  ): Promise<StepOutcome<CampaignView> | undefined> {
    const act = { what: 'campaign.pause', detail: given.reason } as const;
    return this.#step(id, given.by, act, async () => (seen, now) => pause(seen, named(given), now));
  }

  async resume(id: string, given: { by?: Caller }): Promise<StepOutcome<CampaignView> | undefined> {
    const act = { what: 'campaign.resume' } as const;
    return this.#step(
      id,
      given.by,
      act,
      async () => (seen, now) => resume(seen, named(given), now),
    );
  }

  async cancel(
    id: string,
    given: { reason?: string; by?: Caller },
  ): Promise<StepOutcome<CampaignView> | undefined> {
    const act = { what: 'campaign.cancel', detail: given.reason } as const;
    return this.#step(
      id,
      given.by,
      act,
      async () => (seen, now) => cancel(seen, named(given), now),
    );
  }

  /**
   * Reads a file into a campaign, as it comes. Until its end was read it counts for nothing. The
   * source is left to the code that opened it.
   */
  async importRows(
    id: string,
    source: Readable,
    options: CalledImport = {},
  ): Promise<CampaignImport | undefined> {
    const campaign = await this.#find(id);
    if (campaign === undefined) return undefined;
    const { rows, catalogue, country } = this.#parts;
    const parts = { campaigns: this.#store, rows, catalogue, memory: this.#memory, country };
    // No patience for the whole of it: a large file takes minutes, each command of it seconds at most.
    const work = () => withRedisFaultNamed(id, importRows(parts, campaign, source, named(options)));
    const act = { what: 'campaign.import', on: id } as const;
    const result = await this.#audited(options.by, act, work, (outcome) =>
      outcome.kind === 'imported' ? DONE : { outcome: 'refused', detail: outcome.kind },
    );
    if (result.kind === 'broken_off') await this.#noteBrokenUpload(id);
    if (result.kind !== 'imported') return result;
    const view = await this.get(id);
    return view && { kind: 'imported', campaign: view, problems: result.problems };
  }

  /** Goes through all rows without sending or storing anything. */
  async dryRun(id: string, options: DryRunOptions = {}): Promise<DryRunOutcome | undefined> {
    const campaign = await this.#find(id);
    if (campaign === undefined) return undefined;
    const { rows, estimates } = this.#parts;
    const parts = { rows, estimates, othersLeft: () => this.#othersLeft(id) };
    return withRedisFaultNamed(undefined, dryRun(campaign, parts, options));
  }

  /** What became of every row; CSV unless NDJSON is asked for. */
  async results(id: string, format: ExportFormat = 'csv'): Promise<ExportedFile | undefined> {
    const campaign = await this.#find(id);
    if (campaign === undefined) return undefined;
    return { format, text: exportResults(this.#rowSources(), campaign, format) };
  }

  /**
   * The rows that were rejected, to be corrected and imported. That works in the format in which they
   * came, which it is unless another is asked for.
   */
  async rejected(id: string, asked?: ExportFormat): Promise<ExportedFile | undefined> {
    if ((await this.#find(id)) === undefined) return undefined;
    const { rows } = this.#parts;
    const layout = await this.#patiently(undefined, () => rows.rejectedLayout(id));
    const format = asked ?? layout?.format ?? 'csv';
    return { format, text: exportRejected(rows, id, format) };
  }

  /** Tries rows again that surely reached no customer. At most 5,000 are set going at once. */
  async retry(id: string, request: RetryRequest): Promise<RowRetryOutcome | undefined> {
    const campaign = await this.#find(id);
    if (campaign === undefined) return undefined;
    const { notifications, backlog } = this.#parts;
    const parts = { ...this.#rowSources(), notifications, backlog };
    const start = retryRows(parts, campaign, request);
    if (start.kind === 'refused') return start;
    const work = () => withRedisFaultNamed(id, gathered(start.pages));
    const act = { what: 'campaign.retry', on: id, detail: request.states.join(' ') } as const;
    const report = await this.#audited(request.by, act, work, ({ retried, refusedCount }) => ({
      outcome: 'done',
      detail: `${retried} retried, ${refusedCount} refused`,
    }));
    const view = await this.get(id);
    return view && { kind: 'retried', report: { campaign: view, ...report } };
  }

  /** It is a remark; what is stored is right without it. */
  async #noteBrokenUpload(id: string): Promise<void> {
    const now = this.#store.clock.now();
    const note = () => this.#store.change(id, (campaign) => noteBrokenUpload(campaign, now));
    await this.#patiently(id, note).catch(() => undefined);
  }

  #find(id: string): Promise<Campaign | undefined> {
    return this.#patiently(undefined, async () => {
      // Whatever is decided of it next is decided by this clock.
      await this.#store.clock.current();
      return this.#store.get(id);
    });
  }

  #rowSources() {
    const { rows, ledger } = this.#parts;
    return { rows, ledger, campaigns: this.#store };
  }

  /** Without it a view says no estimate, and all else. */
  async #expect(campaigns: readonly Campaign[]): Promise<void> {
    await withTimeout(this.#views.expect(campaigns)).catch(() => undefined);
  }

  async #othersLeft(id: string): Promise<{ rows: number; requests?: number }[]> {
    const others = (await this.#store.running()).filter((other) => other.id !== id);
    await this.#expect(others);
    const views = await this.#views.all(others);
    return views.map(({ progress: { rows, ended, requestsLeft: requests } }) => ({
      rows: rows - ended,
      requests,
    }));
  }

  /** A campaign that there is not has no entry in the audit: any id may be asked for. */
  #step(
    id: string,
    by: Caller | undefined,
    act: Act,
    prepare: () => Promise<(campaign: Campaign, now: number) => StepDecision>,
  ): Promise<StepOutcome<CampaignView> | undefined> {
    const work = async () => {
      const decide = await prepare();
      const now = await this.#store.clock.current();
      const result = await this.#store.change(id, (campaign) => decide(campaign, now));
      if (result?.kind !== 'done') return result;
      return { kind: 'done' as const, campaign: await this.#views.one(result.campaign) };
    };
    return this.#patiently(id, async () => {
      if ((await this.#store.get(id)) === undefined) return undefined;
      return this.#audit.act(by, { ...act, on: id }, work, (outcome) =>
        outcome?.kind === 'done' ? DONE : { outcome: 'refused', detail: outcome?.because },
      );
    });
  }

  /** For work that takes its time: only the entry before it is waited for with patience. */
  async #audited<T>(
    by: Caller | undefined,
    act: Act,
    work: () => Promise<T>,
    outcomeOf: (result: T) => Outcome,
  ): Promise<T> {
    const n = await this.#patiently(undefined, () => this.#audit.begin(by, act));
    return this.#audit.follow(n, work, outcomeOf);
  }

  /** @throws UnreadableCampaignError as it is: nothing was done, and that is known. */
  async #patiently<T>(id: string | undefined, work: () => Promise<T>): Promise<T> {
    try {
      return await withTimeout(untilConnected(this.#redis).then(work), id);
    } catch (error) {
      const { cause } = error as { cause?: unknown };
      throw cause instanceof UnreadableCampaignError ? cause : error;
    }
  }
}

/** What a campaign's record keeps of who did a step is a name. */
function named<Given extends { by?: Caller }>({ by, ...given }: Given) {
  return { ...given, by: by?.name };
}
