import { describe, expect, test } from '@jest/globals';
import type { CampaignCounts } from '../../src/campaign/campaign.js';
import {
  type CampaignProgress,
  type ProgressFacts,
  type ProgressSurroundings,
  progressOf,
} from '../../src/campaign/campaignProgress.js';
import type { RowCost } from '../../src/campaign/rowCost.js';
import { STATES } from '../../src/notification/state.js';

const MINUTE = 60_000;
const NOW = Date.parse('2026-11-30T09:00:00Z');

const NONE = Object.fromEntries(
  [...STATES, 'waiting', 'deferred'].map((state) => [state, 0]),
) as unknown as CampaignCounts;

const TABLE: RowCost = { own: 4, ahead: 0, basis: { kind: 'table', isPrefetched: false } };

/** 3,000 rows of two requests each are left, and 300 requests a minute are to be had. */
const COUNTS = { ...NONE, sent: 1_000, waiting: 3_000 };

function progress(
  facts: Partial<Omit<ProgressFacts, 'tally'>> & { counts?: CampaignCounts; live?: number } = {},
  surroundings: Partial<ProgressSurroundings> = {},
  state: 'running' | 'paused' | 'completed' = 'running',
): CampaignProgress {
  const { counts = COUNTS, live = 0, ...rest } = facts;
  return progressOf(
    { state },
    { spent: { total: 2_000, ahead: 0 }, ...rest, tally: { counts, live } },
    {
      now: NOW,
      flow: undefined,
      allowance: { requestsPerMinute: 300, pace: 1, besidesPerMinute: 0 },
      others: [],
      heldUntil: undefined,
      deliveryCheckAfterMs: 0,
      ...surroundings,
    },
  );
}

function minutesLeft({ estimatedEndAt }: CampaignProgress): number {
  return (Date.parse(estimatedEndAt ?? '') - NOW) / MINUTE;
}

describe('the end of a running campaign', () => {
  test('comes from what its rows really spend and the pace of the budget, before any row has a pace', () => {
    expect(progress()).toMatchObject({ requestsARow: 2, requestsLeft: 6_000 });
    expect(minutesLeft(progress())).toBeCloseTo(20);
    const slowed = { requestsPerMinute: 300, pace: 0.5, besidesPerMinute: 0 };
    expect(minutesLeft(progress({}, { allowance: slowed }))).toBeCloseTo(40);
  });

  test('shares the budget with other running campaigns and with transactional notifications', () => {
    expect(minutesLeft(progress({}, { others: [1_000_000] }))).toBeCloseTo(40);
    expect(minutesLeft(progress({}, { others: [1_000_000, 300] }))).toBeCloseTo(41);
    const busy = { requestsPerMinute: 300, pace: 1, besidesPerMinute: 200 };
    expect(minutesLeft(progress({}, { allowance: busy }))).toBeCloseTo(60);
  });

  test('is not moved by a slow last minute alone, but by workers that are slower than the budget', () => {
    const short = { perMinute: 10, isStill: false };
    expect(minutesLeft(progress({}, { flow: short }))).toBeCloseTo(20);
    const slow = { perMinute: 60, steadyPerMinute: 75, isStill: false };
    expect(minutesLeft(progress({}, { flow: slow }))).toBeCloseTo(40);
    const nearly = { perMinute: 140, steadyPerMinute: 140, isStill: false };
    expect(minutesLeft(progress({}, { flow: nearly }))).toBeCloseTo(20);
  });

  test('counts rows that wait for their prefetch from the end of that wait', () => {
    const still = { perMinute: 0, isStill: true };
    const held = progress({}, { heldUntil: NOW + 3 * MINUTE, flow: still });
    expect(minutesLeft(held)).toBeCloseTo(23);
  });

  test('counts the last delivery checks', () => {
    const deliveryCheckAfterMs = MINUTE;
    expect(minutesLeft(progress({}, { deliveryCheckAfterMs }))).toBeCloseTo(21);
    const sent = { counts: { ...NONE, sent: 100 }, live: 5 };
    expect(minutesLeft(progress(sent, { deliveryCheckAfterMs }))).toBeCloseTo(1);
    const ended = progress({ ...sent, live: 0 }, { deliveryCheckAfterMs });
    expect(ended.estimatedEndAt ?? ended.noEstimateBecause).toBeUndefined();
  });

  const cases: [string, CampaignProgress, RegExp][] = [
    ['all of it is stopped', progress({}, { stop: 'No worker is alive.' }), /No worker is alive/],
    [
      'no row has ended for a minute',
      progress({}, { flow: { perMinute: 0, isStill: true } }),
      /No row has ended in the last minute/,
    ],
    [
      'only deferred rows are left',
      progress({ counts: { ...NONE, sent: 100, deferred: 3 } }),
      /Only deferred rows are left/,
    ],
    [
      'transactional notifications use the whole budget',
      progress({}, { allowance: { requestsPerMinute: 300, pace: 1, besidesPerMinute: 295 } }),
      /they go first/,
    ],
    ['nothing is known of its cost', progress({ spent: undefined }), /not known yet/],
  ];
  test.each(cases)('is not named while %s, and it says so', (_title, seen, because) => {
    expect(seen.estimatedEndAt).toBeUndefined();
    expect(seen.noEstimateBecause).toMatch(because);
  });
});

describe('what a row costs', () => {
  const withSent = (sent: number, expected: RowCost | undefined = TABLE) =>
    progress({
      counts: { ...NONE, sent, waiting: 100 },
      spent: { total: 60.2, ahead: 0 },
      expected,
    });

  test('is an estimate that says so until fifty rows had their turn, and then what was really spent', () => {
    expect(withSent(49)).toMatchObject({
      requestsSpent: 61,
      requestsARow: undefined,
      requestsEstimate: { aRow: 4, basis: 'table', detail: 'estimated from the table' },
      requestsLeft: 400,
    });
    expect(withSent(50)).toMatchObject({
      requestsSpent: 61,
      requestsARow: 1.2,
      requestsEstimate: undefined,
      requestsLeft: 121,
    });
    const prefetched = { ...TABLE, basis: { kind: 'table' as const, isPrefetched: true } };
    expect(withSent(0, prefetched).requestsEstimate?.detail).toMatch(
      /without what prefetching saves/,
    );
  });

  test('does not count rows that were cancelled or expired before their turn', () => {
    const counts = { ...NONE, sent: 100, cancelled: 5_000, expired: 900 };
    expect(progress({ counts, spent: { total: 210, ahead: 0 } }, {}, 'completed')).toMatchObject({
      rows: 6_000,
      requestsARow: 2.1,
      requestsLeft: undefined,
    });
  });

  test('holds of what was prefetched the part of one row, however few had their turn', () => {
    const counts = { ...NONE, sent: 100, waiting: 24_900 };
    const spent = { total: 1_100, ahead: 1_000 };
    const seen = progress({ counts, spent, covered: 12_500 });
    expect(seen.requestsARow).toBe(1.08);
    // 24,900 sends, and as much again for the second half of the file.
    expect(seen.requestsLeft).toBe(25_900);
  });
});
