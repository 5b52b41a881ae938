import { describe, expect, test } from '@jest/globals';
import { type ForecastInput, forecast } from '../../../src/campaign/dryRun/forecast.js';

const MINUTE = 60_000;
const START = Date.parse('2026-11-23T09:00:00Z');

/** 1 000 customers by email, 5 requests each, of 300 a minute. */
const INPUT: ForecastInput = {
  tried: 1_000,
  cost: { identity: 1_000, history: 20, transcript: 1_980, send: 1_000, deliveryCheck: 1_000 },
  historyRequired: true,
  allowance: { requestsPerMinute: 300, pace: 1, besidesPerMinute: 0 },
  others: [],
  startsAt: START,
  assumptions: [],
};

describe('the forecast of a campaign', () => {
  test('is all requests at the pace of the allowance', () => {
    const told = forecast(INPUT);
    expect(told.requests.total).toBe(5_000);
    expect(told.durationMs).toBe(Math.round((5_000 / 300) * MINUTE));
    expect(Date.parse(told.endsAt)).toBe(START + told.durationMs);
  });

  test('says what fetching in bulk would cost and save, with transcripts where they are recordings', () => {
    expect(forecast(INPUT).prefetch).toBeUndefined();
    const byMessages = forecast({ ...INPUT, prefetch: { transcripts: false } });
    expect(byMessages.requests).toEqual(forecast(INPUT).requests);
    expect(byMessages.prefetch).toEqual({
      requests: 34,
      saves: 986,
      savesMs: Math.round((986 / 300) * MINUTE),
    });
    const byRecordings = forecast({ ...INPUT, prefetch: { transcripts: true } });
    expect(byRecordings.prefetch).toMatchObject({ requests: 93, saves: 2_907 });
    const nothing = { ...INPUT.cost, identity: 0, history: 0, transcript: 0 };
    expect(
      forecast({ ...INPUT, cost: nothing, prefetch: { transcripts: true } }).prefetch,
    ).toBeUndefined();
  });

  test('is slower where 429s have slowed the requests down', () => {
    const told = forecast({ ...INPUT, allowance: { ...INPUT.allowance, pace: 0.5 } });
    expect(told.durationMs).toBe(Math.round((5_000 / 150) * MINUTE));
    expect(told.assumptions.join()).toContain('50 %');
  });

  test('shares evenly with campaigns that run: a larger one takes as much, a smaller one all it needs', () => {
    const beside = (...others: number[]) =>
      forecast({ ...INPUT, others: others.map((rows) => ({ rows })) }).durationMs;
    expect(beside(1_000_000)).toBe(Math.round((10_000 / 300) * MINUTE));
    expect(beside(100)).toBe(Math.round((5_500 / 300) * MINUTE));
    expect(beside(1_000_000, 100)).toBe(Math.round((10_500 / 300) * MINUTE));
  });

  test('counts the requests of other campaigns as they really are, where they are known', () => {
    const others = [{ rows: 1_000, requests: 300 }];
    const told = forecast({ ...INPUT, others });
    expect(told.durationMs).toBe(Math.round((5_300 / 300) * MINUTE));
    expect(told.beside).toEqual({ campaigns: 1, rows: 1_000, requests: 300 });
  });

  test('leaves out what transactional notifications use of the budget, and never comes to a stop', () => {
    const busy = (besidesPerMinute: number) =>
      forecast({ ...INPUT, allowance: { ...INPUT.allowance, besidesPerMinute } });
    expect(busy(100)).toMatchObject({
      requestsPerMinute: 200,
      durationMs: Math.round((5_000 / 200) * MINUTE),
    });
    expect(busy(100).assumptions.join()).toContain('go on using 100 requests a minute');
    expect(busy(500).requestsPerMinute).toBe(15);
  });

  test('goes by what earlier campaigns have really spent, where there were any, and says so', () => {
    expect(forecast(INPUT).expected).toEqual({
      requests: 5_000,
      aRow: 5,
      basis: 'table',
      detail: 'estimated from the table',
    });
    const lastAt = Date.parse('2026-11-22T12:00:00Z');
    const basis = { kind: 'earlier' as const, campaigns: 3, rows: 12_000, lastAt };
    const told = forecast({ ...INPUT, earlier: { own: 1.08, ahead: 0, basis } });
    expect(told.expected).toEqual({
      requests: 1_080,
      aRow: 1.08,
      basis: 'earlier',
      detail: 'from 12,000 rows of 3 earlier campaigns, last on 2026-11-22',
    });
    expect(told.durationMs).toBe(Math.round((1_080 / 300) * MINUTE));
    expect(told.requests).toEqual(forecast(INPUT).requests);
    expect(told.assumptions.join()).not.toContain('knows every customer');
  });

  test('says whether the end can be met, and how many rows can be sent by then', () => {
    const by = (endAt: number) => forecast({ ...INPUT, endAt }).endAt;
    expect(by(START + 17 * MINUTE)).toMatchObject({ isMet: true, rowsInTime: 1_000 });
    expect(by(START + 10 * MINUTE)).toMatchObject({ isMet: false, rowsInTime: 600 });
    expect(by(START - MINUTE)).toMatchObject({ isMet: false, rowsInTime: 0 });
  });

  test('needs fewer requests when a sample shows that many have no history', () => {
    const shares = { asked: 50, found: 0.5, withHistory: 0.4 };
    expect(forecast({ ...INPUT, shares }).requests).toEqual({
      identity: 1_000,
      history: 10,
      transcript: 792,
      send: 400,
      deliveryCheck: 400,
      total: 2_602,
    });
    const all = forecast({ ...INPUT, shares, historyRequired: false });
    expect(all.requests).toMatchObject({ transcript: 792, send: 1_000 });
  });

  test('of a campaign that reaches no customer takes no time', () => {
    const cost = { identity: 0, history: 0, transcript: 0, send: 0, deliveryCheck: 0 };
    const told = forecast({ ...INPUT, tried: 0, cost, others: [{ rows: 5 }], endAt: START });
    expect(told).toMatchObject({ durationMs: 0, endAt: { isMet: true } });
  });
});
