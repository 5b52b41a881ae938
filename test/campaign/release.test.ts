import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import type { Campaign, CampaignCounts } from '../../src/campaign/campaign.js';
import { cancel, complete, pause, resume } from '../../src/campaign/lifecycle.js';
import { Release, type ReleaseObserver, type ReleaseStep } from '../../src/campaign/release.js';
import { RowStore } from '../../src/campaign/rowStore.js';
import { CampaignStore } from '../../src/campaign/store.js';
import { Keyring } from '../../src/notification/keyring.js';
import { Ledger } from '../../src/notification/ledger.js';
import { newRecord } from '../../src/notification/record.js';
import { closeQueues, openQueues, type Queues } from '../../src/queue/jobs.js';
import { NotificationProducer } from '../../src/queue/producer.js';
import { REQUEST } from '../support/notifications.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';
import { publishTestTemplate } from '../support/templates.js';
import { launch, numberedRows } from './support/campaigns.js';

const ROWS = 40;
const WANTED = 15;

/** A latch: what a frozen process waits for. */
function latch() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

describe('a release of rows', () => {
  const connections = [new Redis(testRedisUrl()), new Redis(testRedisUrl())] as const;
  const [redis] = connections;
  const prefixes: string[] = [];
  const opened: Queues[] = [];
  let prefix: string;
  let ledger: Ledger;
  let queues: Queues;
  let campaigns: CampaignStore;
  let rows: RowStore;

  beforeAll(() => redis.ping());
  beforeEach(() => {
    prefix = freshPrefix();
    prefixes.push(prefix);
    queues = openQueues(redis, prefix, () => undefined);
    opened.push(queues);
    ledger = new Ledger(redis, prefix, Keyring.forDevelopment(), {
      ledgerMs: 600_000,
      requestMs: 600_000,
    });
    campaigns = new CampaignStore(redis, prefix, { retentionMs: 600_000 });
    rows = new RowStore(redis, prefix, Keyring.forDevelopment());
  });
  afterAll(async () => {
    for (const each of opened) await closeQueues(each);
    for (const each of prefixes) await flushPrefix(each);
    for (const connection of connections) await connection.quit();
  });

  /** The feeder's part that releases, on a connection of its own, as another process has it. */
  function process(which: 0 | 1, observe: ReleaseObserver = () => undefined): Release {
    const connection = connections[which];
    return new Release({
      campaigns: new CampaignStore(connection, prefix, { retentionMs: 600_000 }),
      rows: new RowStore(connection, prefix, Keyring.forDevelopment()),
      ledger: new Ledger(connection, prefix, Keyring.forDevelopment(), {
        ledgerMs: 600_000,
        requestMs: 600_000,
      }),
      queues,
      keyring: Keyring.forDevelopment(),
      observe,
    });
  }

  const dies = (at: ReleaseStep): ReleaseObserver => {
    return (step) => {
      if (step === at) throw new Error('killed');
    };
  };

  async function running(): Promise<Campaign> {
    const id = await launch(campaigns, rows, numberedRows(ROWS));
    const campaign = await campaigns.get(id);
    if (campaign === undefined) throw new Error('it was created');
    return campaign;
  }

  const jobs = () => queues.campaign.getJobCountByTypes('waiting', 'delayed', 'prioritized');
  const counted = async (): Promise<Partial<CampaignCounts>> => {
    const counts = Object.entries(await campaigns.counts('spring'));
    return Object.fromEntries(counts.filter(([, count]) => count !== 0));
  };
  const live = () => redis.scard(campaigns.keys.of('spring').live);

  async function mustHaveReleased(count: number): Promise<void> {
    expect(await counted()).toEqual({ waiting: ROWS - count, queued: count });
    expect(await live()).toBe(count);
    expect(await jobs()).toBe(count);
    expect(await campaigns.cursor.released('spring')).toBe(count);
  }

  test('gives each row a record, a job and its place in the counts', async () => {
    const campaign = await running();
    const result = await process(0).release(campaign, 0, WANTED);
    expect(result).toEqual({
      kind: 'released',
      rows: WANTED,
      cursor: WANTED,
      hasPostponed: false,
    });
    await mustHaveReleased(WANTED);
    expect(await ledger.read('spring.2')).toMatchObject({
      state: 'queued',
      lane: 'campaign',
      campaignId: 'spring',
      row: 2,
    });
    expect(await ledger.readRequest('spring.2')).toEqual({
      templateHash: 'hash-1',
      request: {
        recipient: { email: 'row2@example.net' },
        template: 'follow-up',
        priority: 'campaign',
        campaignId: 'spring',
      },
    });
  });

  const STEPS: ReleaseStep[] = ['rows_read', 'accepted', 'jobs_added', 'queued'];

  test.each(STEPS)('that dies after %s is done again, and nothing is doubled', async (step) => {
    const campaign = await running();
    await expect(process(0, dies(step)).release(campaign, 0, WANTED)).rejects.toThrow('killed');
    expect(await campaigns.cursor.released('spring')).toBe(0);
    await process(1).release(campaign, 0, WANTED);
    await mustHaveReleased(WANTED);
  });

  test('may be done by two processes at once: every row is released once', async () => {
    const campaign = await running();
    const both = await Promise.all([
      process(0).release(campaign, 0, WANTED),
      process(1).release(campaign, 0, WANTED + 5),
    ]);
    expect(both.filter(({ kind }) => kind === 'released')).toHaveLength(1);
    const released = await campaigns.cursor.released('spring');
    await process(0).release(campaign, released, WANTED + 5 - released || 1);
    const { waiting = 0, queued = 0, ...others } = await counted();
    expect([waiting + queued, others]).toEqual([ROWS, {}]);
    expect(await jobs()).toBe(queued);
    expect(await live()).toBe(queued);
  });

  test.each(STEPS)(
    'that froze after %s and wakes when others have gone on, changes nothing',
    async (step) => {
      const campaign = await running();
      const frozen = latch();
      const reached = latch();
      const sleeper = process(0, async (at) => {
        if (at !== step) return;
        reached.open();
        await frozen.opened;
      }).release(campaign, 0, WANTED);
      await reached.opened;
      await process(1).release(campaign, 0, WANTED);
      await process(1).release(campaign, WANTED, WANTED);
      frozen.open();
      expect(await sleeper).toEqual({ kind: 'overtaken' });
      await mustHaveReleased(2 * WANTED);
    },
  );

  test('that froze and wakes after a cancel releases nothing any more', async () => {
    const campaign = await running();
    const frozen = latch();
    const sleeper = process(0, () => frozen.opened).release(campaign, 0, WANTED);
    await campaigns.change('spring', (c) => cancel(c, {}, Date.now()));
    frozen.open();
    expect(await sleeper).toEqual({ kind: 'overtaken' });
    expect(await counted()).toEqual({ cancelled: ROWS });
    expect([await jobs(), await live()]).toEqual([0, 0]);
  });

  test('that froze and wakes when the campaign and all that was kept of it are gone, releases nothing', async () => {
    const campaign = await running();
    const frozen = latch();
    const sleeper = process(0, () => frozen.opened).release(campaign, 0, WANTED);
    await redis.hset(campaigns.keys.of('spring').counts, { waiting: 0, sent: ROWS });
    await campaigns.change('spring', (c) => complete(c, Date.now()));
    const { record, counts, cursor } = campaigns.keys.of('spring');
    await redis.del(record, counts, cursor);
    frozen.open();
    expect(await sleeper).toEqual({ kind: 'overtaken' });
    expect([await jobs(), await live(), await counted()]).toEqual([0, 0, {}]);
  });

  test('stops at a pause, and after the resume goes on where it was', async () => {
    const campaign = await running();
    await campaigns.change('spring', (c) => pause(c, { reason: 'a typo' }, Date.now()));
    expect(await process(0).release(campaign, 0, WANTED)).toEqual({ kind: 'overtaken' });
    expect(await counted()).toEqual({ waiting: ROWS });
    await campaigns.change('spring', (c) => resume(c, {}, Date.now()));
    await process(0).release(campaign, 0, WANTED);
    await mustHaveReleased(WANTED);
  });

  test('counts a row whose id belongs to something else as failed, once, however often it is tried', async () => {
    const campaign = await running();
    const others = newRecord('spring.5', REQUEST, 'k1:hash', Date.now());
    // An earlier campaign of the same name, whose rows are still remembered.
    const earlier = { ...newRecord('spring.6', REQUEST, 'k1:h', 5), row: 6, campaignId: 'spring' };
    const stored = { request: REQUEST, templateHash: 'h' };
    await ledger.accept([{ record: others, stored }]);
    await ledger.acceptRows('spring', [{ record: earlier, stored }]);
    await redis.hset(campaigns.keys.of('spring').counts, { waiting: ROWS, accepted: 0 });
    await expect(process(0, dies('queued')).release(campaign, 0, WANTED)).rejects.toThrow();
    await process(0).release(campaign, 0, WANTED);
    expect(await counted()).toEqual({ waiting: ROWS - WANTED, queued: WANTED - 2, failed: 2 });
    expect(await ledger.read('spring.5')).toEqual(others);
    // What happens to the earlier row is none of this campaign's business.
    await ledger.change('spring.6', (record) => ({
      result: 0,
      next: { ...record, state: 'sent' },
    }));
    expect(await counted()).toEqual({ waiting: ROWS - WANTED, queued: WANTED - 2, failed: 2 });
    expect((await campaigns.tally('spring')).reasons.failed).toEqual({ id_taken: 2 });
  });

  test('says so when rows wait and none are there', async () => {
    const campaign = await running();
    await redis.del(campaigns.keys.of('spring').rows);
    expect(await process(0).release(campaign, 0, WANTED)).toEqual({ kind: 'rows_missing' });
  });

  test('is counted also when a caller repeats a row that has no job yet, word for word', async () => {
    await publishTestTemplate(redis, prefix);
    await launch(campaigns, rows, numberedRows(1), { template: 'greeting' });
    const campaign = await campaigns.get('spring');
    if (campaign === undefined) throw new Error('no campaign');
    await expect(process(0, dies('accepted')).release(campaign, 0, 1)).rejects.toThrow('killed');
    const producer = new NotificationProducer({ redisUrl: testRedisUrl(), prefix });
    const recipient = { email: 'row2@example.net' };
    const shared = { template: 'greeting', priority: 'campaign', campaignId: 'spring' } as const;
    const repeated = await producer.send({ id: 'spring.2', recipient, ...shared });
    await producer.close();
    expect(repeated.isNew).toBe(false);
    expect(await campaigns.counts('spring')).toMatchObject({ accepted: 0, queued: 1 });
  });
});
