import { describe, expect, test } from '@jest/globals';
import type { CallFailure } from '../../src/genesys/call.js';
import { classifyRead, type LookupError } from '../../src/history/lookupError.js';

function http(status: number, more: object = {}): CallFailure {
  return { kind: 'http', status, fields: [], ...more };
}

describe('a failed read', () => {
  test.each<[string, CallFailure, LookupError]>([
    ['429', http(429, { retryAfterMs: 3_000 }), { kind: 'rate_limited', retryAfterMs: 3_000 }],
    ['429 without a time', http(429), { kind: 'rate_limited', retryAfterMs: 1_000 }],
    [
      'a closed gate',
      { kind: 'gate_closed', retryAfterMs: 2_000 },
      { kind: 'rate_limited', retryAfterMs: 2_000 },
    ],
  ])('by %s waits for the gate', (_answer, failure, error) => {
    expect(classifyRead(failure)).toEqual(error);
  });

  test.each<[string, CallFailure, string]>([
    ['500', http(500), 'history_http_500'],
    ['502', http(502), 'history_http_502'],
    ['408', http(408), 'history_http_408'],
    ['a timeout', { kind: 'timeout' }, 'history_timeout'],
    ['a lost connection', { kind: 'connection_lost', code: 'EPIPE' }, 'history_connection_lost'],
    ['an answer that makes no sense', { kind: 'malformed', status: 200 }, 'history_malformed'],
    ['a deadline before it was issued', { kind: 'not_issued', reason: 'deadline' }, 'deadline'],
  ])('by %s is tried again, since reads change nothing', (_answer, failure, reason) => {
    expect(classifyRead(failure)).toEqual({ kind: 'try_later', reason, usesAttempt: true });
  });

  test('because the host is unreachable uses no attempt: it is no job’s fault', () => {
    expect(classifyRead({ kind: 'unreachable', code: 'ECONNREFUSED' })).toEqual({
      kind: 'try_later',
      reason: 'unreachable',
      usesAttempt: false,
    });
  });

  test('by 503 or a login host that fails is tried again when they say', () => {
    expect(classifyRead(http(503, { retryAfterMs: 9_000 }))).toEqual({
      kind: 'try_later',
      reason: 'history_http_503',
      retryAfterMs: 9_000,
      usesAttempt: true,
    });
    const login = { kind: 'not_issued', reason: 'login_failed', retryAfterMs: 5_000 } as const;
    expect(classifyRead(login)).toEqual({
      kind: 'try_later',
      reason: 'login_failed',
      retryAfterMs: 5_000,
      usesAttempt: false,
    });
  });

  test.each<[string, CallFailure, { kind: string; detail: string }]>([
    ['401, after one more login', http(401), { kind: 'credentials', detail: 'http_401' }],
    [
      'a refused login',
      { kind: 'credentials', status: 400, code: 'invalid_client' },
      { kind: 'credentials', detail: 'invalid_client' },
    ],
    [
      'a missing permission',
      http(403, { code: 'missing.any.permissions', permissions: ['a:b:view', 'c:d:view'] }),
      { kind: 'permission', detail: 'a:b:view or c:d:view' },
    ],
  ])('by %s holds the work', (_answer, failure, cause) => {
    expect(classifyRead(failure)).toEqual({ kind: 'hold', cause });
  });

  test.each([301, 302, 303, 307, 308])('by a redirect (%i) is tried later', (status) => {
    expect(classifyRead(http(status))).toEqual({
      kind: 'try_later',
      reason: `history_http_${status}`,
      usesAttempt: true,
    });
  });

  test.each([400, 403, 404, 409, 413, 422])('by %i is refused, with code and fields', (status) => {
    expect(classifyRead(http(status, { code: 'bad.request', fields: ['interval'] }))).toEqual({
      kind: 'refused',
      reason: `history_http_${status}`,
      detail: 'bad.request interval',
    });
    expect(classifyRead(http(status))).toEqual({
      kind: 'refused',
      reason: `history_http_${status}`,
    });
  });

  test('with a missing permission’s code on another status is refused, not held', () => {
    expect(classifyRead(http(400, { code: 'missing.permissions' }))).toMatchObject({
      kind: 'refused',
    });
  });

  test.each<CallFailure>([
    { kind: 'aborted' },
    { kind: 'not_issued', reason: 'aborted' },
    { kind: 'not_issued', reason: 'closed' },
  ])('of a worker that stops uses no attempt', (failure) => {
    expect(classifyRead(failure)).toEqual({ kind: 'stopping' });
  });
});
