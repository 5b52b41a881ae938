import { describe, expect, test } from '@jest/globals';
import { PAUSED } from '../../src/api/routes/campaignExamples.js';
import type { Campaign } from '../../src/campaign/campaign.js';
import { campaignWaits } from '../../src/campaign/campaignWaits.js';
import type { Tally } from '../../src/campaign/tally.js';
import { flowStatus } from '../../src/queue/flowStatus.js';
import { fleetStatus } from '../support/fleet.js';

const T0 = Date.parse('2026-11-22T09:00:00.000Z');
const RUNNING: Campaign = {
  id: 'c',
  name: 'c',
  state: 'running',
  template: 't',
  templateHash: 'h',
  defaults: {},
  createdAt: T0,
  updatedAt: T0,
};
const { counts } = PAUSED;
const tally = (reasons: Partial<Tally['reasons']> = {}): Tally => ({
  counts,
  live: 0,
  reasons: { deferred: {}, skipped: {}, failed: {}, unknown: {}, ...reasons },
  channels: {},
});
const gate = {
  closed: true as const,
  since: T0,
  until: T0 + 60_000,
  reason: { operation: 'send-email', retryAfterMs: 60_000 },
};

describe('what a campaign waits for', () => {
  test('is nothing while it flows', () => {
    expect(campaignWaits(RUNNING, tally(), [])).toEqual([]);
  });

  test('is a person, with who paused it, since when and why', () => {
    const paused: Campaign = { ...RUNNING, state: 'paused', by: 'ana', reason: 'wrong price' };
    expect(campaignWaits(paused, tally({ deferred: { campaign_paused: 4 } }), [])).toMatchObject([
      {
        code: 'campaign_paused',
        who: 'you',
        since: T0,
        detail: 'The campaign has been paused by ana since 2026-11-22T09:00:00Z: wrong price',
      },
    ]);
  });

  test('is a person without a name, or the campaign itself, and neither is taken for the other', () => {
    const paused: Campaign = { ...RUNNING, state: 'paused', reason: 'wrong price' };
    const [person] = campaignWaits(paused, tally(), []);
    expect(person?.detail).toBe(
      'The campaign has been paused since 2026-11-22T09:00:00Z: wrong price',
    );
    const access = { kind: 'credentials', detail: 'invalid_client' } as const;
    for (const itself of [{ pausedForFailures: true as const }, { pausedForAccess: access }]) {
      const [product] = campaignWaits({ ...paused, ...itself }, tally(), []);
      expect(product?.detail).toContain('paused by itself since 2026-11-22T09:00:00Z');
    }
  });

  test('is everything that stops the deployment, and only then what rows were deferred for', () => {
    const { workers } = fleetStatus();
    const { obstacles } = flowStatus(
      fleetStatus({
        gate,
        pause: { reason: 'audit', by: 'ops', since: T0 },
        workers: { ...workers, alive: [], lastSeenAt: T0 },
      }),
    );
    const deferred = { paused: 3, campaign_paused: 4, rate_limited: 2, active_conversation: 1 };
    const waits = campaignWaits(RUNNING, tally({ deferred }), obstacles);
    expect(waits.map(({ code, rows }) => [code, rows])).toEqual([
      ['no_workers', undefined],
      ['paused', undefined],
      ['gate_closed', undefined],
      ['active_conversation', 1],
    ]);
    expect(waits[1]).toMatchObject({ since: T0, detail: expect.stringMatching(/by ops since/) });
    expect(waits[2]).toMatchObject({ until: T0 + 60_000, who: 'Genesys Cloud' });
  });

  test('is the hours of its recipients while all rows wait for them, and then no prefetch', () => {
    const quietUntil = T0 + 36_000_000;
    const waiting = { ...tally(), counts: { ...counts, waiting: 1_200 } };
    const both = { quietUntil, heldUntil: T0 + 60_000 };
    expect(campaignWaits(RUNNING, waiting, [], both)).toMatchObject([
      { code: 'hours', who: 'the clock', until: quietUntil, rows: 1_200 },
    ]);
    const { obstacles } = flowStatus(fleetStatus({ gate }));
    const waits = campaignWaits(RUNNING, waiting, obstacles, both);
    expect(waits.map(({ code }) => code)).not.toContain('hours');
  });

  test('is its prefetch while rows wait for it, and nothing stops all of it', () => {
    const until = T0 + 60_000;
    const held = { heldUntil: until };
    const waiting = { ...tally(), counts: { ...counts, waiting: 1_200 } };
    expect(campaignWaits(RUNNING, waiting, [], held)).toMatchObject([
      { code: 'prefetch', who: 'Genesys Cloud', until, rows: 1_200 },
    ]);
    const [wait] = campaignWaits(RUNNING, waiting, [], held);
    expect(wait?.detail).toContain('until 2026-11-22T09:01:00Z at most');
    const { obstacles } = flowStatus(fleetStatus({ gate }));
    const waits = campaignWaits(RUNNING, waiting, obstacles, held);
    expect(waits.map(({ code }) => code)).not.toContain('prefetch');
    const allReleased = { ...tally(), counts: { ...counts, waiting: 0 } };
    expect(campaignWaits(RUNNING, allReleased, [], held)).toEqual([]);
  });

  test('is its time, before it starts by itself', () => {
    const ready: Campaign = { ...RUNNING, state: 'ready', startAt: T0 + 1 };
    expect(campaignWaits(ready, tally(), [])).toMatchObject([
      { code: 'not_before', who: 'the clock', until: T0 + 1 },
    ]);
  });

  test.each<Campaign['state']>(['importing', 'completed', 'cancelled'])(
    'is nothing when it is %s, whatever the deployment does',
    (state) => {
      const { obstacles } = flowStatus(fleetStatus({ gate }));
      expect(campaignWaits({ ...RUNNING, state }, tally(), obstacles)).toEqual([]);
    },
  );
});
