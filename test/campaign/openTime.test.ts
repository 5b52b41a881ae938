import { describe, expect, test } from '@jest/globals';
import { rowHours } from '../../src/app/campaignHours.js';
import type { Campaign, RowHours } from '../../src/campaign/campaign.js';
import { progressOf } from '../../src/campaign/campaignProgress.js';
import { forecast } from '../../src/campaign/dryRun/forecast.js';
import { openTimeOf } from '../../src/campaign/openTime.js';
import { STATES } from '../../src/notification/state.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** 20:00 in Berlin, 03:00 in Tokyo, 14:00 in New York. */
const EVENING = Date.parse('2028-06-05T18:00:00Z');

function hoursOf(settings: Parameters<typeof rowHours>[0] = {}): RowHours {
  const hours = rowHours({
    QUIET_HOURS: '21:00-08:00',
    QUIET_TIME_ZONE: 'Europe/Berlin',
    ...settings,
  });
  if (hours === undefined) throw new Error('there are quiet hours');
  return hours;
}

const openTime = (rows: Record<string, number>, endAt?: number, settings = {}) =>
  openTimeOf(hoursOf(settings), { endAt }, rows);

/** When all is sent, in hours from the evening on. */
const endOf = (rows: Record<string, number>, hours: number) =>
  ((openTime(rows)({ from: EVENING, workMs: hours * HOUR })?.at ?? Number.NaN) - EVENING) / HOUR;

describe('sending that waits for quiet hours', () => {
  test('stops for the night and goes on in the morning', () => {
    expect(endOf({ '': 100 }, 0.5)).toBeCloseTo(0.5);
    expect(endOf({ '': 100 }, 3)).toBeCloseTo(1 + 11 + 2);
    expect(endOf({ '': 100 }, 1 + 13 + 1)).toBeCloseTo(1 + 11 + 13 + 11 + 1);
  });

  test('is done for the clocks that are open, and for the others in their turn', () => {
    // Tokyo opens five hours on, while it is night in Berlin.
    expect(endOf({ 'Asia/Tokyo': 100 }, 1)).toBeCloseTo(6);
    // Half an hour of Berlin until its night, and half an hour of Tokyo from its morning on.
    expect(endOf({ 'Europe/Berlin': 50, 'Asia/Tokyo': 50 }, 1)).toBeCloseTo(5.5);
    expect(endOf({ 'Europe/Berlin': 50, 'Asia/Tokyo': 50 }, 4)).toBeCloseTo(13);
  });

  test('says how much is left at a time', () => {
    const half = openTime({ '': 100 })({
      from: EVENING,
      workMs: 2 * HOUR,
      stopAt: EVENING + 5 * HOUR,
    });
    expect(half?.at).toBe(EVENING + 5 * HOUR);
    expect(half?.leftMs).toBeCloseTo(HOUR);
  });

  test('is not foreseen beyond some hundred nights', () => {
    expect(openTime({ '': 100 })({ from: EVENING, workMs: 10_000 * HOUR })).toBeUndefined();
  });

  test('goes on in the night where what would be too late is sent', () => {
    const endAt = EVENING + 4 * HOUR;
    const send = openTime({ '': 100 }, endAt, { QUIET_HOURS_PAST_DEADLINE: 'send' });
    expect(send({ from: EVENING, workMs: 2 * HOUR })?.at).toBe(EVENING + 2 * HOUR);
    const expire = openTime({ '': 100 }, endAt);
    expect(expire({ from: EVENING, workMs: 2 * HOUR, stopAt: endAt })?.leftMs).toBeCloseTo(HOUR);
  });
});

describe('all rows of a campaign wait', () => {
  const campaign = (clocks?: Record<string, number>): Campaign => ({
    id: 'c',
    name: 'c',
    state: 'running',
    template: 't',
    templateHash: 'h',
    defaults: {},
    createdAt: 0,
    updatedAt: 0,
    import: {
      rows: 2,
      rejected: 0,
      duplicates: 0,
      ignoredColumns: [],
      addressedBy: { externalContactId: 0, email: 2, phone: 0 },
      chunks: 1,
      finishedAt: 0,
      clocks,
    },
  });

  test('while it is quiet by every clock of its recipients, until the first of them opens', () => {
    const night = EVENING + 2 * HOUR;
    const until = (clocks?: Record<string, number>) =>
      hoursOf().allWaitUntil(campaign(clocks), night);
    expect(until({ '': 2 })).toBe(EVENING + 12 * HOUR);
    expect(until({ '': 1, 'Asia/Tokyo': 1 })).toBe(EVENING + 5 * HOUR);
    expect(until({ '': 1, 'America/New_York': 1 })).toBeUndefined();
  });

  test('is not said where the clocks were not counted', () => {
    expect(hoursOf().allWaitUntil(campaign(), EVENING + 2 * HOUR)).toBeUndefined();
  });
});

describe('what is foreseen of a campaign', () => {
  const INPUT = {
    tried: 600,
    cost: { identity: 0, history: 0, transcript: 0, send: 600, deliveryCheck: 0 },
    historyRequired: false,
    allowance: { requestsPerMinute: 5, pace: 1, besidesPerMinute: 0 },
    others: [],
    startsAt: EVENING,
    assumptions: [],
  };

  test('has the nights in it, how long they are, and how many rows are in time', () => {
    const endAt = EVENING + 5 * HOUR;
    const told = forecast({ ...INPUT, endAt, openTime: openTime({ '': 600 }, endAt) });
    expect(told).toMatchObject({ durationMs: 13 * HOUR, quietMs: 11 * HOUR });
    expect(Date.parse(told.endsAt)).toBe(EVENING + 13 * HOUR);
    expect(told.endAt).toMatchObject({ isMet: false, rowsInTime: 300 });
    expect(told.assumptions.join()).toMatch(/quiet by the clocks of their recipients/);
    expect(forecast(INPUT).quietMs).toBeUndefined();
  });

  test('is the end with its nights while it runs, also while nothing flows because of them', () => {
    const none = Object.fromEntries([...STATES, 'waiting', 'deferred'].map((state) => [state, 0]));
    const counts = { ...none, sent: 1_000, waiting: 600 } as unknown as Parameters<
      typeof progressOf
    >[1]['tally']['counts'];
    const night = EVENING + 2 * HOUR;
    const progress = progressOf(
      { state: 'running' },
      { tally: { counts, live: 0 }, spent: { total: 1_000, ahead: 0 } },
      {
        now: night,
        flow: { perMinute: 0, isStill: true },
        allowance: { requestsPerMinute: 10, pace: 1, besidesPerMinute: 0 },
        others: [],
        heldUntil: undefined,
        deliveryCheckAfterMs: 0,
        quietUntil: EVENING + 12 * HOUR,
        openTime: openTime({ '': 1 }),
      },
    );
    expect(progress.estimatedEndAt).toBe(new Date(EVENING + 13 * HOUR).toISOString());
  });
});
