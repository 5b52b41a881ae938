import type { Logger } from 'pino';
import { EarlierSpending } from '../campaign/earlierSpending.js';
import { Feeder } from '../campaign/feeder.js';
import { Release, ReleasedRows, type ReleaseObserver } from '../campaign/release.js';
import { RowStore } from '../campaign/rowStore.js';
import type { CampaignStore } from '../campaign/store.js';
import { Throughput } from '../campaign/throughput.js';
import { type Config, keyringOf } from '../config.js';
import type { Ledger } from '../notification/ledger.js';
import { PrefetchHold } from '../prefetch/prefetchHold.js';
import { Backlog } from '../queue/backlog.js';
import type { Queues } from '../queue/jobs.js';
import type { WorkerRegistry } from '../queue/workerRegistry.js';
import { LastRuns } from '../redis/lastRuns.js';
import type { RedisClient } from '../redis/redisClient.js';
import type { TemplateCatalogue } from '../templates/catalogue.js';
import { costSettings } from './campaignEstimates.js';
import { rowHours } from './campaignHours.js';

/** The feeder of this process, as its configuration says. */
export function openFeeder(
  config: Config,
  parts: {
    redis: RedisClient;
    campaigns: CampaignStore;
    ledger: Ledger;
    queues: Queues;
    catalogue: TemplateCatalogue;
    registry: WorkerRegistry;
    log: Logger;
    observe: ReleaseObserver;
    noteRedis: (error: unknown) => boolean;
  },
): Feeder {
  const { redis, campaigns, ledger, queues, catalogue, registry, log, observe } = parts;
  const keyring = keyringOf(config);
  const rows = new RowStore(redis, config.QUEUE_PREFIX, keyring);
  const hours = rowHours(config);
  return new Feeder({
    redis,
    campaigns,
    release: new Release({ campaigns, rows, ledger, queues, keyring, observe, hours }),
    releasedRows: new ReleasedRows({ redis, campaigns, ledger, queues }),
    backlog: new Backlog(redis, queues, config.BACKLOG_MAX),
    prefetch: new PrefetchHold(redis, config.QUEUE_PREFIX),
    hours,
    pace: new Throughput(redis, campaigns.keys),
    spending: new EarlierSpending(redis, campaigns.keys, costSettings(config)),
    lastRuns: new LastRuns(redis, config.QUEUE_PREFIX),
    limits: {
      maxFailureShare: config.CAMPAIGN_MAX_FAILURE_SHARE,
      maxUnknown: config.CAMPAIGN_MAX_UNKNOWN,
    },
    accessIsBroken: async () =>
      (await registry.read()).alive.some(({ breaker }) => breaker?.state === 'open'),
    templateHash: async (template) => (await catalogue.find(template))?.hash,
    log,
    noteRedis: parts.noteRedis,
  });
}
