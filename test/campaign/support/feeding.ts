import { Redis } from 'ioredis';
import { pino } from 'pino';
import type { RowHours } from '../../../src/campaign/campaign.js';
import { EarlierSpending } from '../../../src/campaign/earlierSpending.js';
import { Feeder, type FeederParts } from '../../../src/campaign/feeder.js';
import { Release, ReleasedRows, type ReleaseObserver } from '../../../src/campaign/release.js';
import { RowStore } from '../../../src/campaign/rowStore.js';
import { CampaignStore } from '../../../src/campaign/store.js';
import { Throughput } from '../../../src/campaign/throughput.js';
import { Keyring } from '../../../src/notification/keyring.js';
import { Ledger } from '../../../src/notification/ledger.js';
import { Backlog } from '../../../src/queue/backlog.js';
import { closeQueues, openQueues, type Queues } from '../../../src/queue/jobs.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../../support/redis.js';

/** All that a feeder works with, on a prefix of its own and without workers. */
export interface Feeding {
  redis: Redis;
  prefix: string;
  ledger: Ledger;
  queues: Queues;
  campaigns: CampaignStore;
  rows: RowStore;
  /** Another process' feeder; not started. */
  feeder(changes?: Partial<FeederParts> & { observe?: ReleaseObserver }): Feeder;
  close(): Promise<void>;
}

export function openFeeding(url = testRedisUrl()): Feeding {
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  const prefix = freshPrefix();
  const queues = openQueues(redis, prefix, () => undefined);
  const ledger = new Ledger(redis, prefix, Keyring.forDevelopment(), {
    ledgerMs: 600_000,
    requestMs: 600_000,
  });
  const campaigns = new CampaignStore(redis, prefix, { retentionMs: 600_000 });
  const keyring = Keyring.forDevelopment();
  const rows = new RowStore(redis, prefix, keyring);
  const releaseWith = (observe: ReleaseObserver = () => undefined, hours?: RowHours) =>
    new Release({ campaigns, rows, ledger, queues, keyring, observe, hours });
  const parts: Omit<FeederParts, 'release'> = {
    redis,
    campaigns,
    releasedRows: new ReleasedRows({ redis, campaigns, ledger, queues }),
    backlog: new Backlog(redis, queues, 100_000),
    pace: new Throughput(redis, campaigns.keys),
    spending: new EarlierSpending(redis, campaigns.keys, {
      defaultChannels: ['web', 'email'],
      transcriptSource: 'messages',
      deliveryChecks: 'together',
    }),
    limits: { maxFailureShare: 0.5, maxUnknown: 20 },
    accessIsBroken: async () => false,
    templateHash: async () => 'hash-now',
    log: pino({ level: 'silent' }),
  };
  return {
    redis,
    prefix,
    ledger,
    queues,
    campaigns,
    rows,
    feeder: ({ observe, ...changes } = {}) =>
      new Feeder({ ...parts, release: releaseWith(observe, changes.hours), ...changes }),
    async close() {
      await closeQueues(queues);
      await redis.quit();
      if (url === testRedisUrl()) await flushPrefix(prefix);
    },
  };
}
