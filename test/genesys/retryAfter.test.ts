import { describe, expect, test } from '@jest/globals';
import {
  parseRetryAfter,
  RateLimitBackoff,
  rateLimitWait,
} from '../../src/genesys/errorResponse.js';

const DATE = 'Wed, 21 Oct 2026 07:28:00 GMT';
const MINUTE_LATER = 'Wed, 21 Oct 2026 07:29:00 GMT';

describe('Retry-After', () => {
  test('whole seconds are read as they are', () => {
    expect(parseRetryAfter('42')).toBe(42_000);
    expect(parseRetryAfter(' 3 ')).toBe(3_000);
    expect(parseRetryAfter('0')).toBe(0);
  });

  test('fractions of a second are kept, not cut', () => {
    expect(parseRetryAfter('1.5')).toBe(1_500);
  });

  test('hours are honoured: daily quotas are answered with them', () => {
    expect(parseRetryAfter('7200')).toBe(7_200_000);
  });

  test('more than a day is taken for a day', () => {
    expect(parseRetryAfter('999999999')).toBe(86_400_000);
  });

  test('a date is measured against the Date header of the same answer', () => {
    expect(parseRetryAfter(MINUTE_LATER, DATE)).toBe(60_000);
  });

  test('the two older date forms of HTTP are understood', () => {
    expect(parseRetryAfter('Wednesday, 21-Oct-26 07:29:00 GMT', DATE)).toBe(60_000);
    expect(parseRetryAfter('Wed Oct 21 07:29:00 2026', DATE)).toBe(60_000);
  });

  test('without a Date header the local clock is used', () => {
    const inTenSeconds = new Date(Date.now() + 10_000).toUTCString();
    expect(parseRetryAfter(inTenSeconds)).toBeGreaterThan(8_000);
    expect(parseRetryAfter(inTenSeconds)).toBeLessThanOrEqual(10_000);
  });

  test('a date that has passed asks for no wait', () => {
    expect(parseRetryAfter(DATE, MINUTE_LATER)).toBe(0);
  });

  test.each(['-5', 'soon', '', '1e9', '0x10', '2026-10-21', '12 34', 'Infinity', '9999999999'])(
    'garbage is not a wait: %j',
    (header) => {
      expect(parseRetryAfter(header)).toBeUndefined();
    },
  );

  test('an absent header is not a wait', () => {
    expect(parseRetryAfter(undefined)).toBeUndefined();
    expect(parseRetryAfter(['3'])).toBeUndefined();
  });
});

describe('the wait after a 429', () => {
  test('is exactly what the header says, without jitter', () => {
    const waits = new Set(Array.from({ length: 50 }, () => rateLimitWait('3')));
    expect([...waits]).toEqual([3_000]);
  });

  test('is not known when the header is absent or garbage', () => {
    expect(rateLimitWait(undefined)).toBeUndefined();
    expect(rateLimitWait('soon')).toBeUndefined();
  });

  test('is never less than a second', () => {
    expect(rateLimitWait('0')).toBe(1_000);
    expect(rateLimitWait(DATE, MINUTE_LATER)).toBe(1_000);
  });
});

describe('the wait after a 429 without Retry-After', () => {
  test('is two to the power of the number in a row in seconds, and at most 64 s', () => {
    const backoff = new RateLimitBackoff();
    let now = 0;
    const waits = Array.from({ length: 8 }, () => {
      const wait = backoff.next(now);
      now += wait;
      return wait / 1_000;
    });
    expect(waits).toEqual([2, 4, 8, 16, 32, 64, 64, 64]);
  });

  test('does not grow by answers to requests that were under way together', () => {
    const backoff = new RateLimitBackoff();
    expect([0, 10, 20].map((now) => backoff.next(now))).toEqual([2_000, 1_990, 1_980]);
    expect(backoff.next(2_000)).toBe(4_000);
  });

  test('begins anew once a request issued after the wait is answered', () => {
    const backoff = new RateLimitBackoff();
    backoff.next(0);
    backoff.answered(1_000);
    expect(backoff.next(2_000)).toBe(4_000);
    backoff.answered(6_000);
    expect(backoff.next(6_500)).toBe(2_000);
  });
});
