import { describe, expect, test } from '@jest/globals';
import { backoffMs } from '../../src/notification/delays.js';

const LEAST = () => 0.999_999;
const MOST = () => 0;
const TEN_MINUTES = 600_000;

describe('the wait before the next attempt', () => {
  test('doubles from 3 s, without jitter', () => {
    const waits = [1, 2, 3, 4, 5].map((attempts) => backoffMs(attempts, undefined, MOST));
    expect(waits).toEqual([3_000, 6_000, 12_000, 24_000, 48_000]);
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
      expect(least).toBeGreaterThanOrEqual(1_500);
    }
  });

  test('differs between jobs that failed together', () => {
    const waits = Array.from({ length: 100 }, () => backoffMs(5));
    expect(new Set(waits).size).toBeGreaterThan(50);
    for (const ms of waits) {
      expect(ms).toBeGreaterThanOrEqual(24_000);
      expect(ms).toBeLessThanOrEqual(48_000);
    }
  });

  test('is whole milliseconds, which is all that Redis takes', () => {
    for (let n = 0; n < 50; n += 1) expect(Number.isInteger(backoffMs(3))).toBe(true);
    expect(backoffMs(1, 9_000.2)).toBe(9_001);
  });

  test.each([3_000, 42_000, 7_200_000])(
    'that the platform asked for, %i ms, is neither jittered nor cut short',
    (asked) => {
      for (const random of [LEAST, MOST]) expect(backoffMs(1, asked, random)).toBe(asked);
    },
  );

  test('does not shrink when the platform asks for less, or "0" would use up every attempt at once', () => {
    expect(backoffMs(1, 0, MOST)).toBe(3_000);
    expect(backoffMs(3, 1_000, LEAST)).toBe(backoffMs(3, undefined, LEAST));
  });
});
