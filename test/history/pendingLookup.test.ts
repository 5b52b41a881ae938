import { expect, test } from '@jest/globals';
import { BatchLimit, LARGEST_BATCH } from '../../src/history/pendingLookup.js';

const HOUR_MS = 60 * 60 * 1000;

test('a limit that was learned holds for an hour', () => {
  let now = 1_000;
  const limit = new BatchLimit(() => now);
  expect(limit.size).toBe(LARGEST_BATCH);
  limit.learn(13);
  now += HOUR_MS;
  expect(limit.size).toBe(13);
  now += 1;
  expect(limit.size).toBe(LARGEST_BATCH);
});
