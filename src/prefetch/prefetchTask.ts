import type { Logger } from 'pino';
import type { Campaign } from '../campaign/campaign.js';
import { rowRequest, type StoredRows } from '../campaign/campaignRows.js';
import type { CallFailure, CallOptions } from '../genesys/call.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import { type ExtraNeeds, type Needs, needsOf, type SearchSettings } from '../history/lookup.js';
import type { NotificationRequest } from '../notification/request.js';
import type { Channel } from '../notification/state.js';
import type { CompiledTemplate } from '../templates/compile.js';
import { classifyBulk } from './bulkFailure.js';
import { searchName } from './prefetchedRows.js';
import type { BulkSource, PrefetchState, PrefetchWindow, StoredPrefetch } from './prefetchState.js';
import type { PrefetchedBlock, PrefetchStore } from './prefetchStore.js';
import type { PlacedRow } from './windowRows.js';

/** The moments between which a process can die; observers are awaited. */
export type PrefetchMoment =
  | 'export_started'
  | 'contacts_kept'
  | 'job_started'
  | 'page_kept'
  | 'conversations_kept'
  | 'batch_started'
  | 'histories_kept'
  | 'looked_for_news';

export type PrefetchObserver = (moment: PrefetchMoment, campaignId: string) => Promise<void> | void;

interface PrefetchSettings {
  /** How long a history counts as fresh (ms): CONTEXT_CACHE_FOR. */
  freshForMs: number;
  /** How often a state is asked for (ms), at first; less often the longer it takes. */
  pollMs: number;
  /** A conversation is in the platform's statistics so long after it began (ms). */
  settlesAfterMs: number;
}

export interface PrefetchTools {
  client: GenesysClient;
  store: PrefetchStore;
  rows: StoredRows;
  settings: PrefetchSettings;
  log: Logger;
  now: () => number;
  observe: PrefetchObserver;
}

/** Another process has gone on with this prefetch meanwhile: this one has no business with it. */
export class PrefetchTakenOver extends Error {
  override readonly name = 'PrefetchTakenOver';
}

/** A request that fails so often in a row is not made again. */
const FAILURES_AT_MOST = 5;
/** What is not shared between processes is kept in Redis for so long while it is worked on. */
const AT_WORK_MS = 60 * 60 * 1000;

/** What rows of the campaign have looked up, and how. */
export interface CampaignNeeds {
  template: CompiledTemplate;
  channels: readonly Channel[];
  extraNeeds?: ExtraNeeds;
  search: SearchSettings;
  history: boolean;
  /** Whether anything has to be looked up for its rows that could be fetched in bulk. */
  isNeeded: boolean;
}

/** One campaign's prefetch, in the hands of this process. */
export class PrefetchTask {
  readonly campaign: Campaign;
  readonly needs: CampaignNeeds;
  /** Rows of the file that were released when this was looked at. */
  readonly released: number;
  readonly tools: PrefetchTools;
  readonly options: CallOptions;
  #stored: StoredPrefetch;
  #writing: Promise<void> = Promise.resolve();
  /** Several batches may be refused at once. */
  readonly #refusing = new Set<BulkSource>();
  readonly #failures = new Map<BulkSource, number>();

  constructor(
    tools: PrefetchTools,
    given: {
      campaign: Campaign;
      needs: CampaignNeeds;
      released: number;
      stored: StoredPrefetch;
      signal: AbortSignal;
    },
  ) {
    this.tools = tools;
    this.campaign = given.campaign;
    this.needs = given.needs;
    this.released = given.released;
    this.options = {
      lane: 'campaign',
      signal: given.signal,
      spentFor: [given.campaign.id],
      isAhead: true,
    };
    this.#stored = given.stored;
  }

  get state(): PrefetchState {
    return this.#stored.state;
  }

  /** The window at work; throws where there is none. */
  get window(): PrefetchWindow {
    const { window } = this.state;
    if (window === undefined) throw new Error('a prefetch step without a window');
    return window;
  }

  get now(): number {
    return this.tools.now();
  }

  /** How long what was fetched is fresh from now on (ms): until so long after the last look for news. */
  get freshLeftMs(): number {
    const { freshForMs } = this.tools.settings;
    const lookedAt = this.state.lookedAt ?? this.now;
    return Math.max(1, lookedAt + freshForMs - this.now);
  }

  isRefused(source: BulkSource): boolean {
    return this.state.refused.includes(source);
  }

  /** What has to be looked up for a row. */
  needsOf({ row }: PlacedRow): Needs & { request: NotificationRequest } {
    const request = rowRequest(this.campaign, row);
    const { template, channels, extraNeeds } = this.needs;
    return { ...needsOf(request, template, channels, extraNeeds), request };
  }

  block(rows: PrefetchedBlock['rows']): PrefetchedBlock {
    return { search: searchName(this.needs.search), rows };
  }

  /**
   * Writes the next state, with blocks that belong to it, in one moment. Changes are made one after the
   * other, each to what the one before has made.
   *
   * @throws PrefetchTakenOver
   */
  update(
    change: (state: PrefetchState) => PrefetchState,
    entries: ReadonlyMap<number, PrefetchedBlock> = new Map(),
    keepMs = AT_WORK_MS,
  ): Promise<void> {
    const writing = this.#writing
      .catch(() => undefined)
      .then(async () => {
        const { version } = this.#stored;
        const state = change(this.#stored.state);
        const blocks = { entries, keepMs };
        if (!(await this.tools.store.write(this.campaign.id, version, state, blocks))) {
          throw new PrefetchTakenOver();
        }
        this.#stored = { version: version + 1, state };
      });
    this.#writing = writing;
    return writing;
  }

  updateWindow(
    change: (window: PrefetchWindow) => PrefetchWindow,
    entries?: ReadonlyMap<number, PrefetchedBlock>,
    keepMs?: number,
  ): Promise<void> {
    return this.update((state) => ({ ...state, window: change(this.window) }), entries, keepMs);
  }

  /** Does without a source for the rest of the campaign, and says so. */
  async refuse(source: BulkSource, detail: string): Promise<void> {
    if (this.isRefused(source) || this.#refusing.has(source)) return;
    this.#refusing.add(source);
    await this.update((state) => ({ ...state, refused: [...state.refused, source] }));
    this.tools.log.warn(
      { campaignId: this.campaign.id, source, detail },
      `prefetch without ${source}: ${withoutIt(source)}; docs/genesys.md says what it needs`,
    );
  }

  /** A request has failed: how long to wait (ms), or undefined when it is not to be made again. */
  async afterFailure(source: BulkSource, failure: CallFailure): Promise<number | undefined> {
    const verdict = classifyBulk(failure);
    if (verdict.kind === 'later') {
      if (!verdict.counts) return verdict.waitMs;
      const failures = (this.#failures.get(source) ?? 0) + 1;
      this.#failures.set(source, failures);
      if (failures < FAILURES_AT_MOST) return verdict.waitMs;
    }
    await this.refuse(source, verdict.kind === 'refused' ? verdict.detail : failure.kind);
    return undefined;
  }

  observe(moment: PrefetchMoment): Promise<void> | void {
    return this.tools.observe(moment, this.campaign.id);
  }
}

function withoutIt(source: BulkSource): string {
  return source === 'news filter'
    ? "looks for news page through this deployment's own messages"
    : 'its rows are looked up one by one';
}
