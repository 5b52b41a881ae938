import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { CampaignCounts, NumberedRow } from '../../src/campaign/campaign.js';
import { cancel, pause, resume } from '../../src/campaign/lifecycle.js';
import { RowStore } from '../../src/campaign/rowStore.js';
import { CampaignStore } from '../../src/campaign/store.js';
import { Keyring } from '../../src/notification/keyring.js';
import { flowStatus } from '../../src/queue/flowStatus.js';
import { launch, numberedRows } from '../campaign/support/campaigns.js';
import { type Deployment, deploy } from '../support/deployment.js';

/** A step acts within a second; the machine that tests may be busy with others. */
const ACTS_WITHIN_MS = 3_000;
/** Long enough for whatever does not heed a step to show itself. */
const A_WHILE_MS = 1_500;

describe('a running campaign', () => {
  let deployment: Deployment;
  let campaigns: CampaignStore;

  async function set(env: Record<string, string>): Promise<void> {
    // Requests are counted here, and those of the listener for events are of no row.
    deployment = await deploy({ env: { DELIVERY_EVENTS: 'off', ...env } });
    const { redis, prefix } = deployment.producer.store;
    campaigns = new CampaignStore(redis, prefix, { retentionMs: 600_000 });
  }
  beforeEach(() => set({ GENESYS_REQUESTS_PER_MINUTE: '600' }));
  afterEach(() => deployment.stop());

  /** Rows to addresses without a history, by email: three requests each. */
  async function start(rows: readonly NumberedRow[], id = 'spring'): Promise<string> {
    const { store, catalogue } = deployment.producer;
    const template = await catalogue.find('follow-up');
    return launch(
      campaigns,
      new RowStore(store.redis, store.prefix, Keyring.forDevelopment()),
      rows,
      {
        id,
        templateHash: template?.hash ?? 'none',
        defaults: { channels: ['email'], history: { required: false } },
      },
    );
  }

  const requests = () => deployment.sandbox.requests.count();
  const sends = () => deployment.sandbox.requests.count('agentless-email');
  const counted = async (id = 'spring'): Promise<Partial<CampaignCounts>> => {
    const counts = Object.entries(await campaigns.counts(id));
    return Object.fromEntries(counts.filter(([, count]) => count !== 0));
  };
  const becomes = async (state: string, id = 'spring') => {
    while ((await campaigns.get(id))?.state !== state) await delay(20);
  };
  /** Waits for something to be so; answers how long it took (ms). */
  async function until(holds: () => Promise<boolean>): Promise<number> {
    const startedAt = performance.now();
    while (!(await holds())) await delay(10);
    return Math.round(performance.now() - startedAt);
  }
  const sendsReach = (count: number) =>
    deployment.sandbox.requests.waitFor(count, 'agentless-email', 20_000);

  test('sends every row once and completes', async () => {
    await deployment.startWorker({ GENESYS_REQUESTS_PER_MINUTE: '100000' });
    await start(numberedRows(150));
    await becomes('completed');
    expect(await counted()).toEqual({ sent: 150 });
    const to = deployment.sandbox.deliveries.list().map((delivery) => delivery.to);
    expect(new Set(to).size).toBe(150);
    expect(to).toHaveLength(150);
  });

  test('stops within a second when it is paused, uses no slot and no attempt, and goes on within a second', async () => {
    // What was sent before the pause would be asked about during it.
    await deployment.startWorker({ DELIVERY_CHECK_AFTER: '0s' });
    await deployment.startWorker({ DELIVERY_CHECK_AFTER: '0s' });
    await start(numberedRows(300));
    await sendsReach(4);
    await campaigns.change('spring', (c) => pause(c, { reason: 'a typo' }, Date.now()));
    const pausedIn = await until(async () => {
      const { waiting = 0, sent = 0, deferred = 0 } = await counted();
      return waiting + sent + deferred === 300;
    });
    const [requested, sent] = [requests(), sends()];
    const { waiting = 0 } = await counted();
    await delay(A_WHILE_MS);
    expect([requests(), sends()]).toEqual([requested, sent]);
    expect(await counted()).toMatchObject({ waiting, sent });
    const put = await deployment.producer.get('spring.60');
    expect(put).toMatchObject({ state: 'queued', reason: 'campaign_paused', attempts: 0 });
    // Another lane is none of its business.
    await deployment.reaches(
      await deployment.send({
        recipient: { email: 'urgent@example.com' },
        template: 'follow-up',
        channels: ['email'],
        history: { required: false },
      }),
      'sent',
    );

    const { campaign: queue } = deployment.producer.store.queues;
    // Now and then they are looked at again, some at a time.
    await until(async () => (await queue.getDelayedCount()) > 50);
    const before = requests();
    const resumedAt = performance.now();
    await campaigns.change('spring', (c) => resume(c, {}, Date.now()));
    await deployment.sandbox.requests.waitFor(before + 1, undefined, ACTS_WITHIN_MS);
    const resumedIn = performance.now() - resumedAt;
    await until(async () => (await queue.getDelayedCount()) < 20);
    process.stdout.write(`paused in ${pausedIn} ms, resumed in ${Math.round(resumedIn)} ms\n`);
    expect(resumedIn).toBeLessThan(ACTS_WITHIN_MS);
    expect(pausedIn).toBeLessThan(ACTS_WITHIN_MS);
    expect(await sendsReach(sent + 3)).toBe(true);
    expect(await deployment.producer.get('spring.2')).toMatchObject({ attempts: 1 });
  });

  test('ends within a second when it is cancelled: what has not left shows as cancelled, all of it', async () => {
    await deployment.startWorker();
    await start(numberedRows(300));
    await sendsReach(4);
    await campaigns.change('spring', (c) => cancel(c, {}, Date.now()));
    const cancelledIn = await until(async () => {
      const { sent = 0, cancelled = 0 } = await counted();
      return sent + cancelled === 300;
    });
    process.stdout.write(`cancelled in ${cancelledIn} ms\n`);
    expect(cancelledIn).toBeLessThan(ACTS_WITHIN_MS);
    const sent = sends();
    expect(await counted()).toEqual({ sent, cancelled: 300 - sent });
    // A worker hears of it within a second; until then its look-ups may go on, and no send may.
    await delay(ACTS_WITHIN_MS);
    const requested = requests();
    await delay(A_WHILE_MS);
    expect([requests(), sends()]).toEqual([requested, sent]);
    expect(await deployment.producer.get('spring.60')).toMatchObject({
      state: 'cancelled',
      reason: 'campaign_cancelled',
    });
  });

  test.each([
    ['paused', { state: 'queued', reason: 'campaign_paused', attempts: 0 }],
    ['cancelled', { state: 'cancelled', reason: 'campaign_cancelled' }],
  ] as const)(
    'that is %s keeps a worker that is about to write its intent from sending',
    async (state, end) => {
      const worker = await deployment.spawnWorker({ stopAt: 'before_intent' });
      await start(numberedRows(1));
      await worker.stopped;
      await campaigns.change('spring', (c) =>
        state === 'paused' ? pause(c, { reason: 'a typo' }, Date.now()) : cancel(c, {}, Date.now()),
      );
      worker.goOn();
      expect(await deployment.reaches('spring.2', 'queued', 'cancelled', 'sent')).toMatchObject(
        end,
      );
      await delay(A_WHILE_MS);
      expect(sends()).toBe(0);
    },
  );

  test('does not keep a small one that is started later waiting for its end', async () => {
    await deployment.startWorker({ GENESYS_REQUESTS_PER_MINUTE: '6000' });
    await start(numberedRows(3_000), 'big');
    await sendsReach(5);
    await start(
      numberedRows(10, (n) => `small${n}@example.net`),
      'small',
    );
    await becomes('completed', 'small');
    expect(await counted('big')).toMatchObject({ waiting: expect.any(Number) });
    expect((await campaigns.counts('big')).waiting).toBeGreaterThan(2_000);
  });

  test('is paused with the reason when a permission is missing, and no row is moved to another channel', async () => {
    await deployment.startWorker();
    deployment.sandbox.faults.add({
      endpoint: 'agentless-email',
      kind: '403-permission',
      permission: 'conversation:email:create',
    });
    await start(numberedRows(50));
    await becomes('paused');
    const { reason } = (await campaigns.get('spring')) ?? {};
    expect(reason).toMatch(/lacks a permission: conversation:email:create\. It goes on by itself/);
    await delay(A_WHILE_MS);
    const { waiting = 0, accepted = 0, queued = 0, deferred = 0, ...others } = await counted();
    expect([waiting + accepted + queued + deferred, others]).toEqual([50, {}]);
  });

  test('that was paused for a missing permission goes on by itself once it is granted, though its worker was killed', async () => {
    deployment.sandbox.faults.add({
      endpoint: 'agentless-email',
      kind: '403-permission',
      permission: 'conversation:email:create',
    });
    const killed = await deployment.spawnWorker();
    await start(numberedRows(20));
    await becomes('paused');
    const { operations } = deployment.producer;
    const held = await operations.status();
    expect(flowStatus(held)).toMatchObject({ state: 'held', obstacles: [{ kind: 'held' }] });
    // A job that it has taken would come back half a minute after its death.
    await until(async () => (await operations.status()).queues.campaign.active === 0);
    killed.kill('SIGKILL');
    await killed.exited;
    await until(async () => flowStatus(await operations.status()).state === 'no_workers');

    await deployment.startWorker({ GENESYS_REQUESTS_PER_MINUTE: '100000' });
    deployment.sandbox.faults.clear();
    await becomes('completed');
    expect(await counted()).toEqual({ sent: 20 });
    expect(deployment.deliveries()).toBe(20);
    expect(flowStatus(await operations.status()).state).toBe('flows');
  });

  test('whose feeder is killed between the jobs and their mark goes on with another: no customer is left out or written to twice', async () => {
    const { operations } = deployment.producer;
    // Jobs of a worker that is killed come back late; none shall have begun.
    await operations.pause({ reason: 'to be killed' });
    const killed = await deployment.spawnWorker({ stopAt: 'jobs_added' });
    await start(numberedRows(30));
    await killed.stopped;
    killed.kill('SIGKILL');
    await killed.exited;
    await operations.resume();
    await deployment.startWorker({ GENESYS_REQUESTS_PER_MINUTE: '100000' });
    await becomes('completed');
    expect(await counted()).toEqual({ sent: 30 });
    const to = deployment.sandbox.deliveries.list().map((delivery) => delivery.to);
    expect([to.length, new Set(to).size]).toEqual([30, 30]);
  });
});
