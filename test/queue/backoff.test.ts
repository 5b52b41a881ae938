import { describe, expect, test } from '@jest/globals';
import { backoffMs, RetryableError } from '../../src/queue/backoff.js';

const LEAST = () => 0.999_999;
const MOST = () => 0;
const TEN_MINUTES = 600_000;

describe('the wait before the next attempt', () => {
  test('doubles from 2 s, without jitter', () => {
    const waits = [1, 2, 3, 4, 5].map((attempts) => backoffMs(attempts, undefined, MOST));
    expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 32_000]);
  });

  test('never exceeds ten minutes, however many attempts were made', () => {
    for (const attempts of [10, 11, 100, 5_000]) {
      expect(backoffMs(attempts, undefined, MOST)).toBe(TEN_MINUTES);
    }
  });

  test('is at least half of that, whatever chance says, and never nothing', () => {
    for (let attempts = 0; attempts <= 20; attempts += 1) {
      const full = backoffMs(attempts, undefined, MOST);
      const least = backoffMs(attempts, undefined, LEAST);
      expect(least).toBeGreaterThanOrEqual(full / 2);
      expect(least).toBeLessThan(full);
      expect(least).toBeGreaterThanOrEqual(1_000);
    }
  });

  test('differs between jobs that failed together', () => {
    const waits = Array.from({ length: 100 }, () => backoffMs(5));
    expect(new Set(waits).size).toBeGreaterThan(50);
    for (const ms of waits) {
      expect(ms).toBeGreaterThanOrEqual(16_000);
      expect(ms).toBeLessThanOrEqual(32_000);
    }
  });

  test('is whole milliseconds, which is all that Redis takes', () => {
    for (let n = 0; n < 50; n += 1) expect(Number.isInteger(backoffMs(3))).toBe(true);
    expect(backoffMs(1, 1_500.2)).toBe(1_501);
  });

  test.each([0, 1, 42_000, 7_200_000])(
    'that the platform asked for, %i ms, is neither jittered nor cut short',
    (asked) => {
      for (const random of [LEAST, MOST]) expect(backoffMs(9, asked, random)).toBe(asked);
    },
  );
});

test('a retryable error carries a code and the wait that was asked for', () => {
  const error = new RetryableError('http_503', 3_000);
  expect({ ...error, message: error.message }).toMatchObject({
    message: 'http_503',
    reason: 'http_503',
    retryAfterMs: 3_000,
  });
  expect(new RetryableError('unreachable').retryAfterMs).toBeUndefined();
});
