import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { CampaignCounts } from '../../src/campaign/campaign.js';
import type { Feeder } from '../../src/campaign/feeder.js';
import { cancel, pause, pauseForAccess, resume } from '../../src/campaign/lifecycle.js';
import { claim } from '../../src/notification/attempt.js';
import { waitForResume } from '../../src/notification/settlement.js';
import { jobIds } from '../../src/queue/jobs.js';
import { launch, numberedRows, SPRING, upload } from './support/campaigns.js';
import { type Feeding, openFeeding } from './support/feeding.js';

describe('the feeder', () => {
  let feeding: Feeding;
  let feeder: Feeder;

  beforeEach(async () => {
    feeding = openFeeding();
    feeder = feeding.feeder();
    await feeding.redis.ping();
  });
  afterEach(async () => {
    await feeder.stop();
    await feeding.close();
  });

  const campaign = async (id = 'spring') => {
    const found = await feeding.campaigns.get(id);
    if (found === undefined) throw new Error('it was created');
    return found;
  };
  const counted = async (id = 'spring'): Promise<Partial<CampaignCounts>> => {
    const counts = Object.entries(await feeding.campaigns.counts(id));
    return Object.fromEntries(counts.filter(([, count]) => count !== 0));
  };
  const setCounts = (counts: Partial<CampaignCounts>, id = 'spring') =>
    feeding.redis.hset(feeding.campaigns.keys.of(id).counts, counts);
  const nobodyIsLive = (id = 'spring') => feeding.redis.del(feeding.campaigns.keys.of(id).live);
  /** As if time had passed: a test that waited for a moment would depend on how busy the machine is. */
  const moveTimes = (times: { startAt?: number; endAt?: number }) =>
    feeding.campaigns.change('spring', (c) => ({ result: undefined, next: { ...c, ...times } }));
  const start = (rows: number, changes = {}) =>
    launch(feeding.campaigns, feeding.rows, numberedRows(rows), changes);

  test('releases a hundred rows, and more only when half of them are worked off', async () => {
    await start(700);
    await feeder.feedOnce();
    await feeder.feedOnce();
    expect(await counted()).toEqual({ waiting: 600, queued: 100 });
    for (const queued of [80, 60, 51]) {
      await setCounts({ queued, sent: 100 - queued });
      await feeder.feedOnce();
      expect(await counted()).toMatchObject({ waiting: 600 });
    }
    await setCounts({ queued: 45, sent: 55 });
    await feeder.feedOnce();
    expect(await counted()).toEqual({ waiting: 545, queued: 100, sent: 55 });
  });

  test('keeps more ready, over the border of a chunk, when rows are worked off fast', async () => {
    await start(700);
    await feeder.feedOnce();
    await setCounts({ queued: 0, sent: 100 });
    await feeder.feedOnce();
    expect(await counted()).toEqual({ waiting: 200, queued: 400, sent: 100 });
    await setCounts({ queued: 0, sent: 500 });
    await feeder.feedOnce();
    expect(await counted()).toEqual({ queued: 200, sent: 500 });
  });

  test('leaves a scheduled one of an older version alone whose file had many rejected rows', async () => {
    const { campaigns, redis, rows } = feeding;
    const startAt = Date.now() - 1_000;
    await campaigns.create({ ...SPRING, startAt });
    await upload(campaigns, rows, 'spring', numberedRows(10), { rejected: 10 });
    // As an older version has written it down: to be started at its time.
    await redis.zadd(campaigns.keys.schedule, startAt, 'spring');
    await feeder.feedOnce();
    expect((await campaign()).state).toBe('ready');
    expect(await campaigns.due(Date.now())).toEqual([]);
  });

  test('does not put more and more rows aside when none of them gets through', async () => {
    await start(300);
    await setCounts({ deferred: 4_980 });
    await feeder.feedOnce();
    expect(await counted()).toEqual({ waiting: 280, queued: 20, deferred: 4_980 });
  });

  describe('with a campaign that the product paused for lack of access', () => {
    const ACCESS = { kind: 'permission', detail: 'conversation:message:create' } as const;
    const LONG_AGO = Date.now() - 60_000;
    let broken: boolean;
    let anothersFeeder: Feeder;

    beforeEach(async () => {
      broken = true;
      anothersFeeder = feeding.feeder({ accessIsBroken: async () => broken });
      await start(30);
      await feeding.campaigns.change('spring', (c) =>
        pauseForAccess({ ...c, updatedAt: LONG_AGO }, ACCESS, LONG_AGO),
      );
    });
    afterEach(() => anothersFeeder.stop());

    test('lets it go on once access is back, whichever worker has paused it', async () => {
      await anothersFeeder.feedOnce();
      expect(await campaign()).toMatchObject({ state: 'paused', pausedForAccess: ACCESS });
      expect((await campaign()).reason).toMatch(/conversation:message:create.*by itself/);
      broken = false;
      await anothersFeeder.feedOnce();
      const resumed = await campaign();
      expect(resumed).toMatchObject({ state: 'running', unsettled: true });
      expect(resumed.reason).toMatch(/went on by itself/);
      expect(resumed.pausedForAccess).toBeUndefined();
    });

    test('does not let it go on when a person has paused it in between', async () => {
      const given = { reason: 'wrong price', by: 'ana' };
      await feeding.campaigns.change('spring', (c) => pause(c, given, Date.now()));
      broken = false;
      await anothersFeeder.feedOnce();
      expect(await campaign()).toMatchObject({ state: 'paused', reason: 'wrong price', by: 'ana' });
      expect((await campaign()).pausedForAccess).toBeUndefined();
    });

    test('leaves one that was paused only a moment ago: the reason is yet to be published', async () => {
      await feeding.campaigns.change('spring', (c) => resume(c, {}, Date.now()));
      await feeding.campaigns.change('spring', (c) => pauseForAccess(c, ACCESS, Date.now()));
      broken = false;
      await anothersFeeder.feedOnce();
      expect((await campaign()).state).toBe('paused');
    });

    test('ends it when its time is over, and does not let it go on', async () => {
      await moveTimes({ endAt: Date.now() - 1_000 });
      broken = false;
      await anothersFeeder.feedOnce();
      expect((await campaign()).state).toBe('completed');
      expect(await counted()).toEqual({ expired: 30 });
    });
  });

  test('releases rows of each of two campaigns, whatever the size of the other', async () => {
    await start(3_000, { id: 'big' });
    await feeder.feedOnce();
    await start(30, { id: 'small' });
    await feeder.feedOnce();
    expect(await counted('big')).toEqual({ waiting: 2_900, queued: 100 });
    expect(await counted('small')).toEqual({ queued: 30 });
  });

  test('starts a campaign when its time has come, with the template as it is then', async () => {
    await feeding.campaigns.create({ ...SPRING, startAt: Date.now() + 3_600_000 });
    await upload(feeding.campaigns, feeding.rows, 'spring', numberedRows(5));
    await feeder.feedOnce();
    expect((await campaign()).state).toBe('ready');
    await moveTimes({ startAt: Date.now() - 1_000 });
    await feeder.feedOnce();
    expect(await campaign()).toMatchObject({ state: 'running', templateHash: 'hash-now' });
  });

  test('cancels, with the reason, one that should have started when its end has passed', async () => {
    await feeding.campaigns.create({ ...SPRING, startAt: 1_000, endAt: 2_000 });
    await upload(feeding.campaigns, feeding.rows, 'spring', numberedRows(5));
    await feeder.feedOnce();
    expect(await campaign()).toMatchObject({
      state: 'cancelled',
      reason: 'it could not start by itself: its end would come before its start',
    });
    expect(await counted()).toEqual({ cancelled: 5 });
  });

  test('completes a campaign when no row waits and none is live; unknown rows may remain', async () => {
    await start(3);
    await feeder.feedOnce();
    await setCounts({ queued: 0, sent: 2, unknown: 1 });
    await feeder.feedOnce();
    expect((await campaign()).state).toBe('running');
    await nobodyIsLive();
    await feeder.feedOnce();
    expect(await campaign()).toMatchObject({ state: 'completed', endedAt: expect.any(Number) });
    expect(await feeding.campaigns.due(Date.now())).toEqual([]);
  });

  test('releases nothing past the end: rows that wait expire, and released ones have it for a deadline', async () => {
    const endAt = Date.now() + 3_600_000;
    await start(150, { endAt });
    await feeder.feedOnce();
    expect(await feeding.ledger.read('spring.2')).toMatchObject({ deadline: endAt });
    await moveTimes({ endAt: Date.now() - 1_000 });
    await feeder.feedOnce();
    expect(await counted()).toEqual({ queued: 100, expired: 50 });
    await setCounts({ queued: 0, sent: 100 });
    await nobodyIsLive();
    await feeder.feedOnce();
    expect((await campaign()).state).toBe('completed');
  });

  test('completes a paused campaign, too, when its end has passed', async () => {
    await start(5, { endAt: Date.now() + 3_600_000 });
    await feeding.campaigns.change('spring', (c) => pause(c, { reason: 'x' }, Date.now()));
    await moveTimes({ endAt: Date.now() - 1_000 });
    await feeder.feedOnce();
    expect(await counted()).toEqual({ expired: 5 });
    expect((await campaign()).state).toBe('completed');
  });

  test.each<[string, Partial<CampaignCounts>]>([
    [
      '51 of the last 100 rows that were tried have failed',
      { failed: 41, undelivered: 10, sent: 49 },
    ],
    [
      '20 rows have become unknown: it is not known whether they were sent',
      { unknown: 20, sent: 5 },
    ],
  ])(
    'pauses a campaign by itself, because %s, and begins anew after a resume',
    async (reason, ended) => {
      await start(700);
      await setCounts(ended);
      await feeder.feedOnce();
      expect(await campaign()).toMatchObject({ state: 'paused', reason, pausedForFailures: true });
      await feeding.campaigns.change('spring', (c) => resume(c, {}, Date.now()));
      await feeder.feedOnce();
      expect((await campaign()).state).toBe('running');
      expect(await campaign()).not.toHaveProperty('pausedForFailures');
    },
  );

  test('lets a campaign go on of which half has failed, or that has skipped many', async () => {
    await start(700);
    await setCounts({ failed: 50, sent: 50, skipped: 500 });
    await feeder.feedOnce();
    expect((await campaign()).state).toBe('running');
    // Those have been judged: of the next hundred, too many fail.
    await setCounts({ failed: 120, sent: 80 });
    await feeder.feedOnce();
    expect((await campaign()).state).toBe('paused');
  });

  test('cancels what is released wherever it waits, and leaves what is on its way', async () => {
    await start(150);
    await feeder.feedOnce();
    await feeding.ledger.change('spring.2', (record) => ({
      result: undefined,
      next: { ...record, state: 'sending' },
    }));
    await feeding.campaigns.change('spring', (c) => cancel(c, {}, Date.now()));
    expect(await counted()).toEqual({ queued: 99, sending: 1, cancelled: 50 });
    await feeder.feedOnce();
    expect(await counted()).toEqual({ sending: 1, cancelled: 149 });
    expect(await feeding.ledger.read('spring.3')).toMatchObject({
      state: 'cancelled',
      reason: 'campaign_cancelled',
    });
    expect(await feeding.campaigns.due(Date.now())).toEqual([]);
  });

  test('wakes rows that were put aside while it was paused, and no others', async () => {
    const { queues, ledger, campaigns } = feeding;
    await start(3);
    await feeder.feedOnce();
    await campaigns.change('spring', (c) => pause(c, { reason: 'x' }, Date.now()));
    const claims = await ledger.changeUnlessHalted('spring.2', (r) => claim(r, 1, Date.now()));
    expect(claims).toEqual({ kind: 'campaign_halted', halt: 'paused' });
    await ledger.change('spring.2', (record) => waitForResume(record, Date.now()));
    for (const id of ['spring.2', 'spring.3']) {
      const record = await ledger.read(id);
      const [jobId = ''] = record === undefined ? [] : jobIds(record);
      const job = await queues.campaign.getJob(jobId);
      await job?.remove();
      await queues.campaign.add('dispatch', { id, generation: 1 }, { jobId, delay: 60_000 });
    }
    await campaigns.change('spring', (c) => resume(c, {}, Date.now()));
    await feeder.feedOnce();
    expect(await queues.campaign.getJobCountByTypes('delayed')).toBe(1);
    expect(await (await queues.campaign.getJob('n-spring.2.1'))?.getState()).toBe('waiting');
  });

  test('pauses a campaign whose rows are lost, and says so', async () => {
    await start(5);
    await feeding.redis.del(feeding.campaigns.keys.of('spring').rows);
    await feeder.feedOnce();
    expect(await campaign()).toMatchObject({
      state: 'paused',
      reason: 'rows that wait to be sent are missing in Redis',
    });
  });

  test('is not stopped by a campaign it cannot read, and forgets one that is gone', async () => {
    await feeding.redis.zadd(feeding.campaigns.keys.schedule, 0, 'a-broken-one', 0, 'b-gone');
    await feeding.redis.set(feeding.campaigns.keys.of('a-broken-one').record, 'another version');
    await start(5);
    const said: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => void said.push(line) });
    const saying = feeding.feeder({ log });
    for (const _look of ['first', 'second']) await saying.feedOnce();
    await saying.stop();
    expect(said).toEqual([
      expect.stringMatching(/campaign a-broken-one cannot be read.*a-broken-one/),
    ]);
    expect(await counted()).toEqual({ queued: 5 });
    expect(await feeding.campaigns.due(Date.now())).toEqual(['a-broken-one', 'spring']);
  });

  test('works alone; another takes over when its lease has run out, or at once when it stops', async () => {
    const other = feeding.feeder();
    await start(150);
    expect(await feeder.feedOnce()).toBe('fed');
    expect(await other.feedOnce()).toBe('not_mine');
    const leaseMs = await feeding.redis.pttl(feeding.campaigns.keys.feeder);
    expect(leaseMs).toBeGreaterThan(4_000);
    expect(leaseMs).toBeLessThanOrEqual(5_000);
    await feeder.stop();
    expect(await other.feedOnce()).toBe('fed');
    await setCounts({ queued: 0, sent: 100 });
    await other.feedOnce();
    expect(await counted()).toEqual({ queued: 50, sent: 100 });
    await other.stop();
  });
});
