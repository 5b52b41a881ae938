import { describe, expect, test } from '@jest/globals';
import { readRefusal } from '../../src/genesys/errorResponse.js';

function refusal(status: number, body: unknown, headers: Record<string, unknown> = {}) {
  return readRefusal({ status, headers, text: JSON.stringify(body) });
}

describe('a refusal', () => {
  test('keeps code, field names and correlation id', () => {
    const failure = refusal(
      400,
      {
        message: 'The value a@example.com is wrong',
        code: 'invalid.value',
        status: 400,
        contextId: 'context-1',
        details: [{ errorCode: 'x', fieldName: 'toAddresses[0].email' }],
        errors: [{ details: [{ fieldName: 'subject' }, { fieldName: 'subject' }] }],
      },
      { 'inin-correlation-id': 'correlation-1' },
    );
    expect(failure).toEqual({
      kind: 'http',
      status: 400,
      code: 'invalid.value',
      fields: ['toAddresses[0].email', 'subject'],
      correlationId: 'correlation-1',
    });
  });

  test('takes the context id where the correlation header is missing', () => {
    expect(refusal(500, { contextId: 'context-1' }).correlationId).toBe('context-1');
  });

  test.each(['missing.permissions', 'missing.any.permissions'])('%s names them', (code) => {
    const failure = refusal(403, {
      code,
      message:
        'You are missing the following permission(s): conversation:message:create, analytics:conversationDetail:view',
    });
    expect(failure.permissions).toEqual([
      'conversation:message:create',
      'analytics:conversationDetail:view',
    ]);
  });

  test('permissions are found in message parameters too', () => {
    const failure = refusal(403, {
      code: 'missing.permissions',
      message: 'Not allowed',
      messageParams: { permissions: '[externalContacts:contact:view]' },
    });
    expect(failure.permissions).toEqual(['externalContacts:contact:view']);
  });

  test('a missing permission the platform does not name is still one', () => {
    expect(refusal(403, { code: 'missing.permissions' }).permissions).toEqual([]);
  });

  test('another 403 has no permissions', () => {
    const failure = refusal(403, { code: 'not.authorized', message: 'a:b:c is off limits' });
    expect(failure.permissions).toBeUndefined();
  });

  test('names the limit that was reached', () => {
    const failure = refusal(
      429,
      { code: 'too.many.requests.retry.after', limit: { key: 'client.credentials.token.rate' } },
      { 'retry-after': '42' },
    );
    expect(failure).toMatchObject({ limit: 'client.credentials.token.rate', retryAfterMs: 42_000 });
  });

  test('a 503 has a wait only if it says so', () => {
    expect(refusal(503, {}, { 'retry-after': '7' }).retryAfterMs).toBe(7_000);
    expect(refusal(503, {}).retryAfterMs).toBeUndefined();
    expect(refusal(503, {}, { 'retry-after': 'soon' }).retryAfterMs).toBeUndefined();
  });

  test.each([
    '<html>Bad gateway</html>',
    '',
    'null',
    '[]',
    '"text"',
    '{"details": 5, "errors": {}}',
  ])('a body that is none of this is no obstacle: %s', (text) => {
    expect(readRefusal({ status: 502, headers: {}, text })).toEqual({
      kind: 'http',
      status: 502,
      fields: [],
    });
  });

  test('nothing that could be an address, a number or a sentence gets through', () => {
    const failure = refusal(
      400,
      {
        code: 'a@example.com',
        contextId: 'call +15551234567',
        details: [
          { fieldName: 'a@example.com' },
          { fieldName: '+15551234567' },
          { fieldName: 'My secret text' },
        ],
        limit: { key: 'a b' },
      },
      { 'inin-correlation-id': 'Dear Ada,' },
    );
    expect(failure).toEqual({ kind: 'http', status: 400, fields: [] });
  });
});
