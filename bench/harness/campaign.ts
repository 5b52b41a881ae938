import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { importRows } from '#product/campaign/import/importRows.js';
import { start } from '#product/campaign/lifecycle.js';
import { RowStore } from '#product/campaign/rowStore.js';
import { CampaignStore } from '#product/campaign/store.js';
import { Keyring } from '#product/notification/keyring.js';
import { RedisMemory } from '#product/redis/serverInfo.js';
import { BENCH_SECRET, type Deployment } from './deployment.js';

const DAY_MS = 24 * 60 * 60 * 1_000;
const POLL_MS = 200;

export interface RunnableCampaign {
  start(): Promise<void>;
  /** Rows that have not been sent, or ended otherwise. */
  left(): Promise<number>;
  /** Starts it; resolves with the seconds it took until no row is left. */
  runToItsEnd(): Promise<number>;
}

export interface NewCampaign {
  id: string;
  template: string;
  /** Left out, it is on where there are enough rows. */
  prefetch?: 'off';
}

/** A campaign of a deployment with its rows, ready to be started. `lines` are those of its CSV file. */
export async function campaignOf(
  { redis, prefix, producer }: Deployment,
  { id, template, prefetch }: NewCampaign,
  lines: Iterable<string> | AsyncIterable<string>,
): Promise<RunnableCampaign> {
  const campaigns = new CampaignStore(redis, prefix, { retentionMs: DAY_MS });
  const entry = await producer.catalogue.find(template);
  const templateHash = entry?.hash ?? '';
  const { campaign } = await campaigns.create({
    id,
    name: id,
    template,
    templateHash,
    defaults: {},
    prefetch,
  });
  const rows = new RowStore(redis, prefix, Keyring.parse(BENCH_SECRET));
  const parts = { campaigns, catalogue: producer.catalogue, rows, memory: new RedisMemory(redis) };
  const result = await importRows(parts, campaign, Readable.from(lines, { objectMode: false }));
  if (result.kind !== 'imported')
    throw new Error(`the import was not done: ${JSON.stringify(result)}`);
  const runnable: RunnableCampaign = {
    async start() {
      await campaigns.change(id, (current) => start(current, { templateHash }, Date.now()));
    },
    async left() {
      const counts = await campaigns.counts(id);
      const { waiting, accepted, queued, deferred, processing, sending } = counts;
      return waiting + accepted + queued + deferred + processing + sending;
    },
    async runToItsEnd() {
      const startedAt = performance.now();
      await runnable.start();
      while ((await runnable.left()) > 0) await pause(POLL_MS);
      return (performance.now() - startedAt) / 1_000;
    },
  };
  return runnable;
}
