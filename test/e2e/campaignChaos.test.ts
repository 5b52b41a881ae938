import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type NumberedRow, rowId } from '../../src/campaign/campaign.js';
import { RowStore } from '../../src/campaign/rowStore.js';
import { CampaignStore } from '../../src/campaign/store.js';
import { Keyring } from '../../src/notification/keyring.js';
import { countLabel } from '../../src/notification/record.js';
import { launch } from '../campaign/support/campaigns.js';
import { type Deployment, deploy, type WorkerProcess } from '../support/deployment.js';

/** With `CHAOS_ROWS=2000` a long run by hand, which also waits for the jobs of the killed workers. */
const ROWS = Number(process.env['CHAOS_ROWS'] ?? 300);
const TO_THE_END = ROWS > 300;
const KILLS = TO_THE_END ? 8 : 3;
const CONCURRENCY = 5;

describe(`a campaign of ${ROWS} rows whose workers, and so feeders, are killed at random`, () => {
  let deployment: Deployment;
  let campaigns: CampaignStore;
  const workers: WorkerProcess[] = [];

  beforeAll(async () => {
    deployment = await deploy({
      sandbox: { keepAll: true },
      env: { WORKER_CONCURRENCY: String(CONCURRENCY), CAMPAIGN_MAX_UNKNOWN: '100000' },
    });
    const { redis, prefix } = deployment.producer.store;
    campaigns = new CampaignStore(redis, prefix, { retentionMs: 600_000 });
  });
  afterAll(() => deployment.stop());

  const hire = async () => workers.push(await deployment.spawnWorker());

  /** Half to known customers over web with a fallback, half to addresses by email. */
  function rows(): NumberedRow[] {
    const customers = deployment.sandbox.generateCustomers(ROWS / 2);
    return Array.from({ length: ROWS }, (_, at) => {
      const customer = at % 2 === 0 ? customers[at / 2] : undefined;
      const recipient =
        customer === undefined
          ? { email: `stranger${at}@example.net` }
          : { externalContactId: customer.id, email: customer.email ?? `guest${at}@example.net` };
      return { number: at + 2, row: { recipient } };
    });
  }

  /** What the ledger knows of each row. */
  async function recorded(): Promise<Record<string, number>> {
    const ids = Array.from({ length: ROWS }, (_, at) => rowId('chaos', at + 2));
    const found: Record<string, number> = {};
    for (const record of await deployment.producer.store.ledger.readAll(ids)) {
      const label = record === undefined ? 'waiting' : countLabel(record);
      found[label] = (found[label] ?? 0) + 1;
    }
    return found;
  }

  const counted = async () => {
    const counts = Object.entries(await campaigns.counts('chaos'));
    return Object.fromEntries(counts.filter(([, count]) => count !== 0));
  };

  test(
    'every row is accounted for, once, and no customer gets two messages',
    async () => {
      const { sandbox, producer } = deployment;
      for (const endpoint of ['agentless-message', 'agentless-email'] as const) {
        sandbox.faults.add({ endpoint, kind: '503', retryAfter: '1', probability: 0.03 });
      }
      await Promise.all([hire(), hire()]);
      const template = await producer.catalogue.find('follow-up');
      const { redis, prefix } = producer.store;
      await launch(campaigns, new RowStore(redis, prefix, Keyring.forDevelopment()), rows(), {
        id: 'chaos',
        templateHash: template?.hash ?? 'none',
        defaults: { history: { required: false } },
      });
      const startedAt = Date.now();
      for (let kill = 0; kill < KILLS; kill += 1) {
        await sandbox.deliveries.waitFor(
          Math.floor((ROWS * kill) / (KILLS * 2)),
          undefined,
          60_000,
        );
        await delay(Math.random() * 700);
        workers.shift()?.kill('SIGKILL');
        await hire();
      }
      // A killed worker's jobs are found half a minute later; all the others must come to their end.
      const inDeadHands = TO_THE_END ? 0 : KILLS * CONCURRENCY;
      const { live } = campaigns.keys.of('chaos');
      while ((await campaigns.counts('chaos')).waiting > 0) await delay(100);
      while ((await redis.scard(live)) > inDeadHands) await delay(100);
      if (TO_THE_END)
        while ((await campaigns.get('chaos'))?.state !== 'completed') await delay(100);

      const seconds = (Date.now() - startedAt) / 1_000;
      for (const worker of workers.splice(0)) worker.kill('SIGKILL');
      // What they had written by then is still to be read by Redis.
      await delay(200);
      const counts = await counted();
      process.stdout.write(
        `campaign chaos: ${ROWS} rows, ${KILLS} kills, ${seconds.toFixed(1)} s, ${JSON.stringify(counts)}\n`,
      );
      expect(counts).toEqual(await recorded());
      const perCustomer = new Map<string, number>();
      for (const { customerId, to } of sandbox.deliveries.list()) {
        const who = customerId ?? to;
        perCustomer.set(who, (perCustomer.get(who) ?? 0) + 1);
      }
      expect([...perCustomer].filter(([, messages]) => messages > 1)).toEqual([]);
      const { failed = 0, skipped = 0, expired = 0, cancelled = 0, waiting = 0 } = counts;
      expect([failed, skipped, expired, cancelled, waiting]).toEqual([0, 0, 0, 0, 0]);
      const { sent = 0, delivered = 0, read = 0, unknown = 0 } = counts;
      expect(sent + delivered + read + unknown).toBeGreaterThanOrEqual(ROWS - inDeadHands);
      expect(unknown).toBeLessThanOrEqual(KILLS * CONCURRENCY * 2);
    },
    TO_THE_END ? 900_000 : 120_000,
  );
});
