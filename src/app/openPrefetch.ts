import type { Logger } from 'pino';
import { RowStore } from '../campaign/rowStore.js';
import type { CampaignStore } from '../campaign/store.js';
import { type Config, keyringOf } from '../config.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import { redactedError, throttle } from '../ops/logger.js';
import type { TemplateStore } from '../pipeline/prepare.js';
import { extraNeeds } from '../policy/relevance.js';
import { PrefetchedRows } from '../prefetch/prefetchedRows.js';
import { Prefetcher } from '../prefetch/prefetcher.js';
import { PrefetchStore } from '../prefetch/prefetchStore.js';
import type { PrefetchObserver } from '../prefetch/prefetchTask.js';
import type { RedisClient } from '../redis/redisClient.js';
import { rowHours } from './campaignHours.js';

/** How often a bulk job is asked for its state at first. */
const POLL_MS = 5_000;
/** The platform's statistics are up to date within seconds; this is on the safe side. */
const SETTLES_AFTER_MS = 60_000;

/** What a worker process prefetches, and reads of it, as its configuration says. */
export function openPrefetch(
  config: Config,
  parts: {
    redis: RedisClient;
    campaigns: CampaignStore;
    client: GenesysClient;
    templates: TemplateStore;
    log: Logger;
    now: () => number;
    observe: PrefetchObserver;
    pollMs: number | undefined;
    settlesAfterMs: number | undefined;
    noteRedis: (error: unknown) => boolean;
  },
): { prefetcher: Prefetcher; prefetched: PrefetchedRows } {
  const { redis, log, noteRedis, pollMs = POLL_MS, settlesAfterMs = SETTLES_AFTER_MS } = parts;
  const store = new PrefetchStore(redis, config.QUEUE_PREFIX, keyringOf(config));
  const logError = throttle((error: unknown) =>
    log.warn(
      { error: redactedError(error) },
      'prefetched data cannot be read; rows are looked up one by one',
    ),
  );
  const prefetched = new PrefetchedRows(store, (error) => {
    if (!noteRedis(error)) logError(error);
  });
  const prefetcher = new Prefetcher({
    ...parts,
    store,
    rows: new RowStore(redis, config.QUEUE_PREFIX, keyringOf(config)),
    defaultChannels: config.NOTIFY_CHANNELS,
    defaultLookbackDays: config.HISTORY_LOOKBACK_DAYS,
    transcriptSource: config.HISTORY_TRANSCRIPT_SOURCE,
    extraNeeds: extraNeeds(config),
    hours: rowHours(config),
    settings: { freshForMs: config.CONTEXT_CACHE_FOR, pollMs, settlesAfterMs },
  });
  return { prefetcher, prefetched };
}
