import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { type Campaign, type CampaignCounts, rowId } from '../../src/campaign/campaign.js';
import { progressOf } from '../../src/campaign/campaignProgress.js';
import type { CampaignDecision } from '../../src/campaign/campaignSteps.js';
import {
  cancel as cancelCampaign,
  complete,
  expireWaiting,
  pause,
  reopen,
  resume,
} from '../../src/campaign/lifecycle.js';
import { Release, ReleasedRows, type ReleaseStep } from '../../src/campaign/release.js';
import { RowStore } from '../../src/campaign/rowStore.js';
import { CampaignStore } from '../../src/campaign/store.js';
import { recordAnswer, recordDelivery } from '../../src/notification/answer.js';
import { claim, finish, release as giveBack, startLeg } from '../../src/notification/attempt.js';
import { countedReason } from '../../src/notification/countedReason.js';
import type { Decision } from '../../src/notification/decision.js';
import { Keyring } from '../../src/notification/keyring.js';
import { Ledger } from '../../src/notification/ledger.js';
import {
  beginLooks,
  doubt,
  type LegFinding,
  REDIS_WENT_BACK,
  recordLook,
} from '../../src/notification/reconciling.js';
import {
  countLabel,
  isLive,
  type NotificationRecord,
  openLeg,
  unknownLegs,
} from '../../src/notification/record.js';
import {
  cancelWithCampaign,
  resolve,
  retry,
  sweep,
  takeOver,
  waitForResume,
} from '../../src/notification/settlement.js';
import { closeQueues, openQueues } from '../../src/queue/jobs.js';
import { modelRuns } from '../support/modelTimes.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';
import { launch, numberedRows } from './support/campaigns.js';

/*
 * Everything that changes where a row stands, in any order, cut off anywhere: releases that die after
 * any step and begin at a cursor that is long out of date, workers, sweeper, operators. Whatever
 * happens, the counts are those that one would find by looking at each row.
 */

const ROWS = 6;
const HOUR = 3_600_000;
const AT_REST = {
  now: 0,
  flow: undefined,
  allowance: { requestsPerMinute: 300, pace: 1, besidesPerMinute: 0 },
  others: [],
  heldUntil: undefined,
  deliveryCheckAfterMs: 0,
};

interface World {
  campaign: Campaign;
  now: number;
}

describe('the counts of a campaign', () => {
  const redis = new Redis(testRedisUrl());
  const prefix = freshPrefix();
  const queues = openQueues(redis, prefix, () => undefined);
  const ledger = new Ledger(redis, prefix, Keyring.forDevelopment(), {
    ledgerMs: 600_000,
    requestMs: 600_000,
  });
  const campaigns = new CampaignStore(redis, prefix, { retentionMs: 600_000 });
  const rows = new RowStore(redis, prefix, Keyring.forDevelopment());
  const releasedRows = new ReleasedRows({ redis, campaigns, ledger, queues });
  let dieAfter: ReleaseStep | undefined;
  const release = new Release({
    campaigns,
    rows,
    ledger,
    queues,
    keyring: Keyring.forDevelopment(),
    observe: (step) => {
      if (step === dieAfter) throw new Error('killed');
    },
  });

  beforeAll(() => redis.ping());
  afterAll(async () => {
    await closeQueues(queues);
    await redis.quit();
    await flushPrefix(prefix);
  });

  type Command = (world: World) => Promise<unknown>;

  const step = (
    decide: (campaign: Campaign, now: number) => CampaignDecision<unknown>,
  ): Command => {
    return ({ campaign, now }) => campaigns.change(campaign.id, (current) => decide(current, now));
  };
  const onRow = (
    decide: (record: NotificationRecord, world: World) => Decision<unknown>,
    when: 'always' | 'unless halted' = 'always',
  ) =>
    fc.integer({ min: 2, max: ROWS + 1 }).map(
      (row): Command =>
        (world) => {
          const id = rowId(world.campaign.id, row);
          const change = (record: NotificationRecord) => decide(record, world);
          return when === 'always'
            ? ledger.change(id, change)
            : ledger.changeUnlessHalted(id, change);
        },
    );

  const releases = fc
    .record({
      cursor: fc.constantFrom('now' as const, 'now' as const, 'from the start' as const),
      wanted: fc.integer({ min: 1, max: 4 }),
      death: fc.option(fc.constantFrom<ReleaseStep>('accepted', 'jobs_added', 'queued')),
    })
    .map(
      ({ cursor, wanted, death }): Command =>
        async ({ campaign }) => {
          const at = cursor === 'now' ? await campaigns.cursor.released(campaign.id) : 0;
          dieAfter = death ?? undefined;
          await release.release(campaign, at, wanted).catch((error: Error) => {
            if (error.message !== 'killed') throw error;
          });
        },
    );

  const sent = onRow((record, { now }) => {
    const leg = openLeg(record.legs);
    if (leg === undefined) return { result: undefined };
    const answer = { outcome: 'sent', messageId: 'm', deliveryCheckAt: now + 1 } as const;
    return recordAnswer(record, { leg, answer }, now);
  });
  const lost = onRow((record, { now }) => {
    const leg = openLeg(record.legs) ?? record.legs.at(-1);
    const answer = { outcome: now % 2 === 0 ? 'unknown' : 'refused', reason: 'r' } as const;
    return leg === undefined ? { result: 0 } : recordAnswer(record, { leg, answer }, now);
  });

  const FINDINGS: readonly LegFinding[] = [
    { kind: 'found', messageId: 'm' },
    { kind: 'not_there' },
    { kind: 'not_there' },
    { kind: 'ambiguous' },
  ];
  const looks = fc
    .constantFrom('hold' as const, 'resend' as const)
    .chain((policy) => fc.constantFrom(...FINDINGS).map((finding) => ({ policy, finding })))
    .chain(({ policy, finding }) =>
      onRow((record, { now }) => {
        const { next: begun = record } = beginLooks(record, now - HOUR, now);
        const findings = unknownLegs(begun.legs).map((leg) => ({ leg, finding }));
        const look = { askedAt: now, made: begun.looks?.made ?? 0, findings, policy };
        return recordLook(begun, look, [1_000], now);
      }),
    );
  const inDoubt = onRow((record, { now }) => {
    const legs = [{ channel: 'web' as const, intentAt: now - 1, sendBy: now }];
    return doubt(record, { reason: REDIS_WENT_BACK, legs, notFound: 'resend' }, now);
  });

  const commands: fc.Arbitrary<Command> = fc.oneof(
    { weight: 3, arbitrary: looks },
    { weight: 1, arbitrary: inDoubt },
    { weight: 8, arbitrary: releases },
    { weight: 8, arbitrary: onRow((r, { now }) => claim(r, r.generation, now), 'unless halted') },
    {
      weight: 8,
      arbitrary: onRow((r, { now }) => {
        const intent = {
          fencingToken: r.fencingToken,
          channel: now % 2 === 0 ? 'web' : 'email',
          sendWithinMs: 2_000,
        } as const;
        return startLeg(r, intent, now);
      }, 'unless halted'),
    },
    { weight: 6, arbitrary: sent },
    { weight: 4, arbitrary: lost },
    {
      weight: 3,
      arbitrary: onRow((r, { now }) => {
        const delivery = now % 3 === 0 ? 'failed' : 'delivered';
        return recordDelivery(
          r,
          { fencingToken: r.fencingToken, delivery, mayFallBack: now % 2 === 0 },
          now,
        );
      }),
    },
    {
      weight: 3,
      arbitrary: onRow((r, { now }) =>
        giveBack(
          r,
          { fencingToken: r.fencingToken, reason: 'x', usesAttempt: true, maxAttempts: 3 },
          now,
        ),
      ),
    },
    {
      weight: 2,
      arbitrary: onRow((r, { now }) =>
        finish(r, { fencingToken: r.fencingToken, state: 'skipped', reason: 'no_history' }, now),
      ),
    },
    { weight: 2, arbitrary: onRow((r, { now }) => waitForResume(r, now)) },
    { weight: 2, arbitrary: onRow((r, { now }) => sweep(r, now)) },
    { weight: 2, arbitrary: onRow((r, { now }) => takeOver(r, 3, now)) },
    { weight: 1, arbitrary: onRow((r, { now }) => cancelWithCampaign(r, now)) },
    { weight: 2, arbitrary: onRow((r, { now }) => resolve(r, 'not_sent', now)) },
    { weight: 3, arbitrary: onRow((r, { now }) => retry(r, { deadline: now + HOUR }, now)) },
    {
      weight: 2,
      arbitrary: fc.constantFrom<Command>(
        step((c, now) => pause(c, { reason: 'x' }, now)),
        step((c, now) => pause(c, { reason: 'x' }, now)),
        step((c, now) => resume(c, {}, now)),
        step((c, now) => resume(c, {}, now)),
        step((c, now) => resume(c, {}, now)),
        step((c, now) => complete(c, now)),
        step((c, now) => reopen(c, {}, now)),
      ),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Command>(
        step((c, now) => cancelCampaign(c, {}, now)),
        step((c, now) => expireWaiting({ ...c, endAt: now }, now)),
        ({ campaign }) => releasedRows.cancel(campaign.id),
        ({ campaign }) => releasedRows.wake(campaign.id),
      ),
    },
    {
      weight: 4,
      arbitrary: fc.constantFrom(1, 1, 1_001, 25_001, 30 * HOUR).map(
        (ms): Command =>
          async (w) => {
            w.now += ms;
          },
      ),
    },
  );

  /** What the counts should be, found by looking at each row. */
  async function looked(
    campaign: Campaign,
  ): Promise<{ counts: Record<string, number>; live: string[]; settledAsSent: number }> {
    const numbers = Array.from({ length: ROWS }, (_, at) => at + 2);
    const records = await ledger.readAll(numbers.map((number) => rowId(campaign.id, number)));
    const counts: Record<string, number> = {};
    const live: string[] = [];
    let settledAsSent = 0;
    records.forEach((record, at) => {
      if (record === undefined) return;
      const label = countLabel(record);
      counts[label] = (counts[label] ?? 0) + 1;
      if (isLive(record)) live.push(String(at + 2));
      else if (record.state === 'sent') settledAsSent += 1;
    });
    return { counts, live: live.sort(), settledAsSent };
  }

  /** The same by reason. */
  async function lookedByReason(campaign: Campaign): Promise<unknown> {
    const numbers = Array.from({ length: ROWS }, (_, at) => at + 2);
    const records = await ledger.readAll(numbers.map((number) => rowId(campaign.id, number)));
    const found: Record<string, Record<string, number>> = {
      deferred: {},
      skipped: {},
      failed: {},
      unknown: {},
    };
    for (const record of records) {
      const reasons = record === undefined ? undefined : found[countLabel(record)];
      if (record === undefined || reasons === undefined) continue;
      const reason = countedReason(record.reason);
      reasons[reason] = (reasons[reason] ?? 0) + 1;
    }
    return found;
  }

  /** Over which channel the messages left, found by looking at each row. */
  async function lookedByChannel(campaign: Campaign): Promise<unknown> {
    const numbers = Array.from({ length: ROWS }, (_, at) => at + 2);
    const records = await ledger.readAll(numbers.map((number) => rowId(campaign.id, number)));
    const found: Record<string, Record<string, number>> = {};
    for (const record of records) {
      const label = record?.state ?? '';
      if (!['sent', 'delivered', 'read', 'undelivered'].includes(label)) continue;
      const channel = record?.legs.findLast(({ outcome }) =>
        ['sent', 'undelivered'].includes(outcome ?? ''),
      )?.channel;
      if (channel === undefined) throw new Error(`${label} over no channel`);
      found[channel] = { ...found[channel], [label]: (found[channel]?.[label] ?? 0) + 1 };
    }
    return found;
  }

  async function mustAddUp({ campaign }: World): Promise<void> {
    const counts = await campaigns.counts(campaign.id);
    const sum = Object.values(counts).reduce((total, count) => total + count, 0);
    expect(sum).toBe(ROWS);
    const { counts: expected, live, settledAsSent } = await looked(campaign);
    const unreleased = ROWS - Object.values(expected).reduce((total, count) => total + count, 0);
    const surplus = Object.entries(counts)
      .map(([label, count]) => [label, count - (expected[label] ?? 0)] as const)
      .filter(([, more]) => more !== 0);
    // Rows that were never released stand together: they wait, or ended all at once.
    const together: (keyof CampaignCounts)[] = ['waiting', 'cancelled', 'expired'];
    expect(surplus.every(([label]) => together.includes(label as keyof CampaignCounts))).toBe(true);
    expect(surplus.map(([, more]) => more)).toEqual(unreleased === 0 ? [] : [unreleased]);
    const tally = await campaigns.tally(campaign.id);
    expect(tally).toEqual({
      counts,
      live: live.length,
      reasons: await lookedByReason(campaign),
      channels: await lookedByChannel(campaign),
    });
    const { ended, awaitingDelivery = 0 } = progressOf({ state: 'running' }, { tally }, AT_REST);
    expect(ended).toBe(ROWS - counts.waiting - live.length);
    expect(awaitingDelivery).toBe(counts.sent - settledAsSent);
    const inRedis = await redis.smembers(campaigns.keys.of(campaign.id).live);
    expect(inRedis.sort()).toEqual(live);
  }

  test('always add up, and are those of its rows, whatever happens and wherever it is cut off', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(commands, { minLength: 20, maxLength: 60, size: 'max' }),
        async (history) => {
          runs += 1;
          const id = await launch(campaigns, rows, numberedRows(ROWS), { id: `c${runs}` });
          const campaign = await campaigns.get(id);
          if (campaign === undefined) throw new Error('it was created');
          const world: World = { campaign, now: Date.now() };
          for (const command of history) {
            await command(world);
            await mustAddUp(world);
          }
        },
      ),
      { numRuns: modelRuns(25) },
    );
  });

  test('of a campaign begun by the version before still add up, by reason too', async () => {
    dieAfter = undefined;
    const id = await launch(campaigns, rows, numberedRows(ROWS), { id: 'older' });
    const campaign = await campaigns.get(id);
    if (campaign === undefined) throw new Error('it was created');
    await release.release(campaign, 0, ROWS);
    const key = campaigns.keys.of(id).counts;
    const skipRow = async (row: number) => {
      await ledger.change(rowId(id, row), (record) => claim(record, 1, Date.now()));
      await ledger.change(rowId(id, row), (record) => {
        const end = {
          fencingToken: record.fencingToken,
          state: 'skipped',
          reason: 'no_history',
        } as const;
        return finish(record, end, Date.now());
      });
    };
    await skipRow(2);
    await skipRow(3);
    // The version before kept the state alone.
    await redis.hdel(key, 'skipped:no_history');
    expect((await campaigns.tally(id)).reasons.skipped).toEqual({ other: 2 });
    await skipRow(4);
    expect((await campaigns.tally(id)).reasons.skipped).toEqual({ no_history: 1, other: 2 });
    for (const row of [2, 3, 4]) {
      await ledger.change(rowId(id, row), (record) =>
        retry(record, { deadline: Date.now() + HOUR }, Date.now()),
      );
    }
    expect(await campaigns.tally(id)).toMatchObject({
      counts: { skipped: 0 },
      reasons: { skipped: {} },
    });
    expect(Object.values(await redis.hgetall(key)).every((count) => Number(count) >= 0)).toBe(true);
  });
});
