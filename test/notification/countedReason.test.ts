import { describe, expect, test } from '@jest/globals';
import { classifyResponse } from '../../src/dispatch/sendOutcome.js';
import type { CallFailure } from '../../src/genesys/call.js';
import { classifyRead, HISTORY_MISMATCH } from '../../src/history/lookupError.js';
import {
  channelCountsOf,
  countedReason,
  reasonCountsOf,
} from '../../src/notification/countedReason.js';

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

describe('every reason that an answer of the platform leads to', () => {
  const statuses = [307, 400, 404, 406, 408, 413, 422, 500, 502, 503, 504];
  const failures: CallFailure[] = [
    { kind: 'unreachable' },
    { kind: 'timeout' },
    { kind: 'connection_lost' },
    { kind: 'malformed' },
    { kind: 'mismatch' },
    { kind: 'aborted' },
    ...['deadline', 'send_by_passed', 'login_failed'].map(
      (reason) => ({ kind: 'not_issued', reason }) as const,
    ),
    ...statuses.map((status) => ({ kind: 'http', status, fields: [], retryAfterMs: 1 }) as const),
  ] as CallFailure[];

  test.each(failures)('is one of those that are counted: %j', (failure) => {
    for (const verdict of [
      classifyResponse(failure, 'web'),
      classifyRead(failure),
      HISTORY_MISMATCH,
    ]) {
      if ('reason' in verdict) expect(countedReason(verdict.reason)).not.toBe('other');
    }
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

describe('counts by channel', () => {
  test('are those of messages that left, and never more than their state has', () => {
    const hash = { sent: '3', 'sent:web': '2', 'sent:email': '5', delivered: '1', read: '0' };
    expect(channelCountsOf(hash)).toEqual({ web: { sent: 2 }, email: { sent: 1 } });
  });
});
