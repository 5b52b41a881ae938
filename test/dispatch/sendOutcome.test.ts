import { describe, expect, test } from '@jest/globals';
import { classifyResponse, type SendOutcome } from '../../src/dispatch/sendOutcome.js';
import type { CallFailure } from '../../src/genesys/call.js';
import type { Channel } from '../../src/notification/state.js';

/** What a failure means on `web`, unless the row is about another channel. */
function verdictOf(failure: CallFailure, channel: Channel = 'web'): SendOutcome {
  return classifyResponse(failure, channel);
}

function http(status: number, more: object = {}): CallFailure {
  return { kind: 'http', status, fields: [], ...more };
}

function refused(status: number): [string, CallFailure, SendOutcome] {
  return [`${status}`, http(status), { kind: 'refused', reason: `http_${status}` }];
}

function unknown(status: number): [string, CallFailure, SendOutcome] {
  return [`${status}`, http(status), { kind: 'unknown', reason: `http_${status}` }];
}

describe('not sent, and no worker may send before the gate opens', () => {
  test.each<[string, CallFailure, number]>([
    ['429', http(429, { retryAfterMs: 42_000 }), 42_000],
    ['429 with hours', http(429, { retryAfterMs: 7_200_000 }), 7_200_000],
    ['429 without a time', http(429), 1_000],
    ['a closed gate', { kind: 'gate_closed', retryAfterMs: 3_000 }, 3_000],
  ])('%s', (_answer, failure, retryAfterMs) => {
    expect(verdictOf(failure)).toEqual({ kind: 'rate_limited', retryAfterMs });
  });
});

describe('not sent, and worth trying again; free of charge when the platform cannot be reached', () => {
  test.each<[string, CallFailure, SendOutcome]>([
    [
      '503 with Retry-After, then',
      http(503, { retryAfterMs: 9_000 }),
      { kind: 'try_later', reason: 'http_503', retryAfterMs: 9_000, usesAttempt: true },
    ],
    [
      '503 with Retry-After: 0',
      http(503, { retryAfterMs: 0 }),
      { kind: 'try_later', reason: 'http_503', retryAfterMs: 0, usesAttempt: true },
    ],
    [
      'connection refused',
      { kind: 'unreachable', code: 'ECONNREFUSED' },
      { kind: 'try_later', reason: 'unreachable', usesAttempt: false },
    ],
    [
      'DNS failure',
      { kind: 'unreachable', code: 'ENOTFOUND' },
      { kind: 'try_later', reason: 'unreachable', usesAttempt: false },
    ],
    [
      'TLS failure',
      { kind: 'unreachable', code: 'CERT_HAS_EXPIRED' },
      { kind: 'try_later', reason: 'unreachable', usesAttempt: false },
    ],
    [
      'an intent that was too old',
      { kind: 'not_issued', reason: 'send_by_passed' },
      { kind: 'try_later', reason: 'send_by_passed', usesAttempt: true },
    ],
    [
      'a deadline that passed before anything was written',
      { kind: 'not_issued', reason: 'deadline' },
      { kind: 'try_later', reason: 'deadline', usesAttempt: true },
    ],
    [
      'a login host that fails',
      { kind: 'not_issued', reason: 'login_failed', code: 'http_503', retryAfterMs: 5_000 },
      { kind: 'try_later', reason: 'login_failed', retryAfterMs: 5_000, usesAttempt: false },
    ],
  ])('%s', (_answer, failure, verdict) => {
    expect(verdictOf(failure)).toEqual(verdict);
  });
});

describe('not sent, because the worker stops', () => {
  test.each(['aborted', 'closed'])('%s before anything was written', (reason) => {
    expect(verdictOf({ kind: 'not_issued', reason })).toEqual({ kind: 'stopping' });
  });
});

describe('not sent, and our own access is the cause', () => {
  test('401 is worth one more login', () => {
    expect(verdictOf(http(401))).toEqual({ kind: 'log_in_again' });
  });

  test.each([
    ['missing.permissions', ' and '],
    ['missing.any.permissions', ' or '],
  ])('403 %s names what is missing', (code, word) => {
    const permissions = ['conversation:message:create', 'conversation:webmessaging:create'];
    expect(verdictOf(http(403, { code, permissions }))).toEqual({
      kind: 'hold',
      cause: { kind: 'permission', detail: permissions.join(word) },
    });
    expect(verdictOf(http(403, { code }))).toEqual({
      kind: 'hold',
      cause: { kind: 'permission', detail: 'unnamed' },
    });
  });

  test('407, from a proxy of our own, holds the work', () => {
    expect(verdictOf(http(407))).toEqual({
      kind: 'hold',
      cause: { kind: 'credentials', detail: expect.stringContaining('http_407') },
    });
  });

  test.each<[CallFailure, string]>([
    [{ kind: 'credentials', status: 400, code: 'invalid_client' }, 'invalid_client'],
    [{ kind: 'credentials', status: 401 }, 'http_401'],
  ])('a refused login holds the work', (failure, detail) => {
    expect(verdictOf(failure)).toEqual({
      kind: 'hold',
      cause: { kind: 'credentials', detail },
    });
  });
});

describe('not sent, because the customer is in a conversation', () => {
  test.each(['web', 'sms'] as const)('409 on %s', (channel) => {
    expect(verdictOf(http(409), channel)).toEqual({ kind: 'active_conversation' });
  });
});

describe('not sent, and never to be over this channel', () => {
  test.each([...[400, 402, 403, 404, 405, 410, 413, 415, 418, 422, 451].map(refused)])(
    '%s',
    (_answer, failure, verdict) => {
      expect(verdictOf(failure)).toEqual(verdict);
    },
  );

  test.each(['email', 'engage'] as const)(
    '409 on %s, where it does not mean a conversation',
    (channel) => {
      expect(verdictOf(http(409), channel)).toEqual({ kind: 'refused', reason: 'http_409' });
    },
  );

  test('403 with another code than of a missing permission', () => {
    expect(verdictOf(http(403, { code: 'not.authorized' }))).toEqual({
      kind: 'refused',
      reason: 'http_403',
      detail: 'not.authorized',
    });
  });

  test('a missing permission’s code on another status is no hold', () => {
    expect(verdictOf(http(400, { code: 'missing.permissions' }))).toMatchObject({
      kind: 'refused',
    });
  });

  test('code and field names are kept, at most 120 characters of them', () => {
    const failure = http(400, { code: 'bad.request', fields: ['toAddress', 'textBody'] });
    expect(verdictOf(failure)).toMatchObject({ detail: 'bad.request toAddress textBody' });
    const long = verdictOf(http(400, { fields: Array(20).fill('aFieldOfTwentyLetters') }));
    expect(long.kind === 'refused' && long.detail?.length).toBe(120);
  });
});

describe('perhaps sent, so it may not be tried again', () => {
  test.each<[string, CallFailure, SendOutcome]>([
    ...[301, 302, 303, 307, 308, 406, 408, 500, 501, 502, 503, 504, 507, 599].map(unknown),
    ['a timeout', { kind: 'timeout' }, { kind: 'unknown', reason: 'timeout' }],
    [
      'a connection lost after the request was written',
      { kind: 'connection_lost', code: 'ECONNRESET' },
      { kind: 'unknown', reason: 'connection_lost' },
    ],
    [
      '2xx without an id',
      { kind: 'malformed', status: 200 },
      { kind: 'unknown', reason: 'malformed' },
    ],
    ['an abort after all', { kind: 'aborted' }, { kind: 'unknown', reason: 'aborted' }],
  ])('%s', (_answer, failure, verdict) => {
    expect(verdictOf(failure)).toEqual(verdict);
  });

  test('a 5xx other than 503, even with Retry-After', () => {
    expect(verdictOf(http(502, { retryAfterMs: 1_000 }))).toMatchObject({ kind: 'unknown' });
  });
});
