import { describe, expect, test } from '@jest/globals';
import { countedReason, reasonCountsOf } from '../../src/notification/countedReason.js';

describe('the reason that a row is counted under', () => {
  test.each([
    ['no_history', 'no_history'],
    ['http_503', 'http_5xx'],
    ['http_418', 'http_4xx'],
    ['history_http_502', 'history_http_5xx'],
    ['history_http_302', 'history_http_3xx'],
    ['history_mismatch', 'history_mismatch'],
    ['http_5033', 'other'],
    ['constructor', 'other'],
    ['what a gateway has invented', 'other'],
    [undefined, 'other'],
  ])('of %s is %s', (reason, counted) => {
    expect(countedReason(reason)).toBe(counted);
  });
});

describe('counts by reason', () => {
  test('never say more than there is, though a worker of the version before moved rows on', () => {
    const hash = { deferred: '3', 'deferred:paused': '2', 'deferred:active_conversation': '5' };
    expect(reasonCountsOf(hash).deferred).toEqual({ active_conversation: 3 });
  });

  test('add what has no known reason to the others', () => {
    expect(reasonCountsOf({ failed: '4', 'failed:other': '1', 'failed:no_channel': '2' })).toEqual({
      deferred: {},
      skipped: {},
      failed: { no_channel: 2, other: 2 },
      unknown: {},
    });
  });
});
