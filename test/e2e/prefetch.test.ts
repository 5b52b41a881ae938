import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type NumberedRow, rowId } from '../../src/campaign/campaign.js';
import type { NewCampaign } from '../../src/campaign/lifecycle.js';
import { RowStore } from '../../src/campaign/rowStore.js';
import { CampaignStore } from '../../src/campaign/store.js';
import { Keyring } from '../../src/notification/keyring.js';
import type { PrefetchMoment } from '../../src/prefetch/prefetchTask.js';
import { launch } from '../campaign/support/campaigns.js';
import { type Deployment, deploy } from '../support/deployment.js';

/** At each of them a worker is killed. */
const MOMENTS: readonly PrefetchMoment[] = [
  'export_started',
  'contacts_kept',
  'job_started',
  'page_kept',
  'conversations_kept',
  'batch_started',
  'histories_kept',
];

const deployments: Deployment[] = [];
afterEach(async () => {
  await Promise.all(deployments.splice(0).map((deployment) => deployment.stop()));
});

async function set(customers: number, env: Record<string, string> = {}): Promise<Deployment> {
  const deployment = await deploy({
    sandbox: {
      generatedCustomers: customers,
      keepAll: true,
      exportDurationMs: 50,
      jobDurationMs: 50,
      batchDurationMs: 50,
    },
    env: { HISTORY_TRANSCRIPT_SOURCE: 'recordings', PREFETCH_POLL_MS: '50', ...env },
  });
  deployments.push(deployment);
  return deployment;
}

/** Customers of every kind, some by their contact id, and addresses that the platform does not know. */
function rowsTo({ sandbox }: Deployment, count: number): NumberedRow[] {
  const customers = sandbox.customers().filter(({ mergedInto }) => mergedInto === null);
  return Array.from({ length: count }, (_, at) => {
    const customer = customers[at];
    const email = customer?.email ?? `unknown${at}@example.net`;
    const externalContactId = at % 5 === 0 ? customer?.id : undefined;
    return { number: at + 2, row: { recipient: { email, externalContactId } } };
  });
}

async function start(
  { producer }: Deployment,
  rows: readonly NumberedRow[],
  changes: Partial<NewCampaign> = {},
): Promise<CampaignStore> {
  const { redis, prefix } = producer.store;
  const campaigns = new CampaignStore(redis, prefix, { retentionMs: 600_000 });
  const template = await producer.catalogue.find('follow-up');
  await launch(campaigns, new RowStore(redis, prefix, Keyring.forDevelopment()), rows, {
    id: 'spring',
    templateHash: template?.hash ?? 'none',
    defaults: { channels: ['email'] },
    ...changes,
  });
  return campaigns;
}

async function completed(campaigns: CampaignStore): Promise<void> {
  while ((await campaigns.get('spring'))?.state !== 'completed') await delay(50);
}

async function prefetchKeys({ producer }: Deployment): Promise<string[]> {
  const { redis, prefix } = producer.store;
  return redis.keys(`${prefix}:k:spring:prefetch*`);
}

/** What became of each row, and what its customer got. */
async function results({ producer, sandbox }: Deployment, rows: readonly NumberedRow[]) {
  const { ledger } = producer.store;
  const records = await ledger.readAll(rows.map(({ number }) => rowId('spring', number)));
  const texts = new Map<string, (string | null)[]>();
  for (const { to, text } of sandbox.deliveries.list()) {
    texts.set(to, [...(texts.get(to) ?? []), text]);
  }
  return rows.map(({ number, row }, at) => ({
    number,
    state: records[at]?.state,
    reason: records[at]?.reason,
    // Two contacts may share an address; which of their rows comes first is chance.
    got: texts.get(row.recipient.email ?? '')?.sort(),
  }));
}

describe('a campaign whose rows are prefetched', () => {
  test('has the same results, row by row, as one without, though its worker is killed at each step', async () => {
    const [without, prefetched] = [await set(1_600), await set(1_600)];
    const rows = rowsTo(without, 2_000);

    await without.startWorker();
    const others = completed(await start(without, rows, { prefetch: 'off' }));

    const hire = (stopAt?: string) => prefetched.spawnWorker({ stopAt });
    let worker = await hire(MOMENTS[0]);
    const campaigns = await start(prefetched, rows);
    for (const [at] of MOMENTS.entries()) {
      await worker.stopped;
      worker.kill('SIGKILL');
      await worker.exited;
      worker = await hire(MOMENTS[at + 1]);
    }
    await Promise.all([completed(campaigns), others]);

    const expected = await results(without, rows);
    expect(await results(prefetched, rows)).toEqual(expected);
    expect(expected.filter(({ state }) => state === 'sent').length).toBeGreaterThan(500);
    // Nothing is left of it but the campaign itself.
    while ((await prefetchKeys(prefetched)).length > 0) await delay(50);
    // Jobs that were started are not started again.
    const { requests } = prefetched.sandbox;
    expect(requests.count('contact-export-start')).toBe(1);
    expect(requests.count('details-job-start')).toBe(1);
    const [many, few] = [without, prefetched].map(({ sandbox }) => sandbox.requests.count());
    process.stdout.write(`requests for 2,000 rows: ${many} without, ${few} prefetched\n`);
    expect(few).toBeLessThan((many ?? 0) * 0.8);
  }, 400_000);

  test('says what a customer wrote after the prefetch and before their turn', async () => {
    const deployment = await set(900, { CONTEXT_CACHE_FOR: '6s' });
    const rows = rowsTo(deployment, 1_000);
    let mayGo = false;
    let looks = 0;
    await deployment.startWorker(
      {},
      {
        prefetchPollMs: 50,
        observePrefetch: (moment) => {
          if (moment === 'looked_for_news') looks += 1;
        },
        policy: (_request, _channels, now) =>
          mayGo
            ? { kind: 'allow' }
            : { kind: 'defer', until: now + 1_000, reason: 'campaign_paused' },
      },
    );
    const campaigns = await start(deployment, rows);
    while (looks === 0) await delay(20);
    const { sandbox } = deployment;
    const customer = sandbox
      .customers()
      .find(
        ({ email, emailOnContact, language, mergedInto }) =>
          email !== null && emailOnContact && language === 'en' && mergedInto === null,
      );
    const email = customer?.email ?? '';
    sandbox.addConversation(email, {
      minutesAgo: 0,
      messages: [{ from: 'customer', text: 'My bicycle arrived with a bent front wheel' }],
    });
    const before = looks;
    while (looks < before + 2) await delay(20);
    mayGo = true;
    await completed(campaigns);
    const got = sandbox.deliveries.list().filter(({ to }) => to === email);
    expect(got).toHaveLength(1);
    expect(got[0]?.text).toContain('bent front wheel');
  }, 240_000);
});
