import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../sandbox/sandbox.js';
import type { NumberedRow } from '../../../src/campaign/campaign.js';
import type { NewCampaign } from '../../../src/campaign/lifecycle.js';
import { RowStore } from '../../../src/campaign/rowStore.js';
import { CampaignStore } from '../../../src/campaign/store.js';
import type { GenesysClient } from '../../../src/genesys/genesysClient.js';
import { searchSettings } from '../../../src/history/lookup.js';
import { Keyring } from '../../../src/notification/keyring.js';
import { TemplateStore } from '../../../src/pipeline/prepare.js';
import { PrefetchedRows, searchName } from '../../../src/prefetch/prefetchedRows.js';
import { Prefetcher } from '../../../src/prefetch/prefetcher.js';
import type { PrefetchState } from '../../../src/prefetch/prefetchState.js';
import { type PrefetchedRow, PrefetchStore } from '../../../src/prefetch/prefetchStore.js';
import type { PrefetchMoment } from '../../../src/prefetch/prefetchTask.js';
import { TemplateCatalogue } from '../../../src/templates/catalogue.js';
import {
  loadTemplates,
  publishTemplates,
  templatesDir,
} from '../../../src/templates/loadTemplates.js';
import { launch } from '../../campaign/support/campaigns.js';
import { startClient } from '../../genesys/support/client.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../../support/redis.js';

/** All that a prefetcher works with: the sandbox, Redis, and a campaign that nothing sends. */
export interface Prefetching {
  sandbox: Sandbox;
  client: GenesysClient;
  redis: Redis;
  prefix: string;
  campaigns: CampaignStore;
  store: PrefetchStore;
  moments: PrefetchMoment[];
  /** What was logged as a warning. */
  warnings: Record<string, unknown>[];
  /** Puts the clock of the prefetcher forward. */
  passes(ms: number): void;
  /** Starts a campaign to these rows. */
  launch(rows: readonly NumberedRow[], changes?: Partial<NewCampaign>): Promise<string>;
  prefetchOnce(): Promise<void>;
  /** Prefetches until this holds. */
  until(holds: (state: PrefetchState | undefined) => boolean): Promise<PrefetchState | undefined>;
  row(number: number): Promise<PrefetchedRow | undefined>;
  close(): Promise<void>;
}

export const CAMPAIGN = 'spring';
const HISTORY_FRESH_FOR_MS = 60_000;

export async function openPrefetching(
  options: SandboxOptions = {},
  { transcriptSource = 'recordings' as 'recordings' | 'messages' } = {},
): Promise<Prefetching> {
  const sandbox = await startSandbox({
    requestsPerMinute: 0,
    indexingLagMs: 0,
    ...quick,
    ...options,
  });
  const redis = new Redis(testRedisUrl(), { maxRetriesPerRequest: null });
  const prefix = freshPrefix();
  const campaigns = new CampaignStore(redis, prefix, { retentionMs: 600_000 });
  const rows = new RowStore(redis, prefix, Keyring.forDevelopment());
  const catalogue = new TemplateCatalogue(redis, prefix);
  await publishTemplates(catalogue, await loadTemplates(templatesDir({})), ['web', 'email']);
  const templateHash = (await catalogue.find('follow-up'))?.hash ?? 'none';
  const { client } = await startClient({
    baseUrl: sandbox.url,
    engageUrl: sandbox.url,
    clientId: sandbox.settings.clientId,
    clientSecret: sandbox.settings.clientSecret,
  });
  const store = new PrefetchStore(redis, prefix, Keyring.forDevelopment());
  const moments: PrefetchMoment[] = [];
  const warnings: Record<string, unknown>[] = [];
  let ahead = 0;
  const prefetcher = new Prefetcher({
    redis,
    campaigns,
    client,
    store,
    rows,
    templates: new TemplateStore(catalogue),
    defaultChannels: ['web', 'email'],
    defaultLookbackDays: 31,
    transcriptSource,
    settings: { freshForMs: HISTORY_FRESH_FOR_MS, pollMs: 20, settlesAfterMs: 60_000 },
    log: pino({ level: 'warn' }, { write: (line) => warnings.push(JSON.parse(line)) }),
    now: () => Date.now() + ahead,
    observe: (moment) => {
      moments.push(moment);
    },
  });
  const prefetched = new PrefetchedRows(store, (error) => {
    throw error;
  });
  const search = searchName(
    searchSettings(
      { recipient: {}, template: 'follow-up', priority: 'campaign' },
      { identity: true, contact: true, history: true, text: true, quotes: true, summary: false },
      { defaultLookbackDays: 31, transcriptSource },
    ),
  );
  return {
    sandbox,
    client,
    redis,
    prefix,
    campaigns,
    store,
    moments,
    warnings,
    passes(ms) {
      ahead += ms;
    },
    launch: (numbered, changes) =>
      launch(campaigns, rows, numbered, { id: CAMPAIGN, templateHash, ...changes }),
    prefetchOnce: () => prefetcher.prefetchOnce(),
    async until(holds) {
      for (;;) {
        const state = (await store.read(CAMPAIGN))?.state;
        if (holds(state)) return state;
        await prefetcher.prefetchOnce();
        await delay(5);
      }
    },
    row: (number) => prefetched.of({ campaignId: CAMPAIGN, row: number }, search),
    async close() {
      await prefetcher.stop();
      await client.close();
      await sandbox.close();
      await flushPrefix(prefix);
      await redis.quit();
    },
  };
}

const quick = { exportDurationMs: 30, jobDurationMs: 30, batchDurationMs: 30 };

/** Whether all that this test's campaign is prefetched for is there. */
export function isReady(state: PrefetchState | undefined): boolean {
  return state?.over === true || state?.window?.step === 'ready';
}
