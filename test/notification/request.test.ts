import { describe, expect, test } from '@jest/globals';
import { deadlineOf, parseRequest } from '../../src/notification/request.js';
import { REQUEST, T0 } from '../support/notifications.js';

function problemsOf(input: unknown) {
  const parsed = parseRequest(input, T0);
  return parsed.ok ? [] : parsed.problems;
}

describe('a request', () => {
  test('needs a recipient and a template, nothing else', () => {
    expect(parseRequest(REQUEST, T0)).toEqual({ ok: true, request: REQUEST, written: REQUEST });
  });

  test('is returned before any default, each address in its one form, and as it was written', () => {
    const written = { ...REQUEST, recipient: { email: 'A@Example.com', name: ' Ann ' } };
    const request = { ...REQUEST, recipient: { email: 'A@example.com', name: 'Ann' } };
    expect(parseRequest(written, T0)).toEqual({ ok: true, request, written });
  });

  test('may use digits only as its id: what the queue would refuse is our own affair', () => {
    expect(problemsOf({ ...REQUEST, id: '12345' })).toEqual([]);
  });

  test.each([
    ['id', { ...REQUEST, id: 'two words' }, '1 to 128 characters from A-Z a-z 0-9 . _ -'],
    ['id', { ...REQUEST, id: 'a:b' }, '1 to 128 characters from A-Z a-z 0-9 . _ -'],
    ['id', { ...REQUEST, id: 'x'.repeat(129) }, '1 to 128 characters from A-Z a-z 0-9 . _ -'],
    ['id', { ...REQUEST, id: 12345 }, 'a string of 1 to 128 characters from A-Z a-z 0-9 . _ -'],
    ['recipient.email', { ...REQUEST, recipient: { email: 'customer' } }, 'an email address'],
    ['recipient.email', { ...REQUEST, recipient: { email: 'a@b' } }, 'an email address'],
    ['recipient.phone', { ...REQUEST, recipient: { phone: '0555 1234' } }, 'an E.164 number'],
    ['recipient', { ...REQUEST, recipient: {} }, 'at least one of email, externalContactId, phone'],
    [
      'recipient.name',
      { ...REQUEST, recipient: { ...REQUEST.recipient, name: 'A\r\nBcc: x' } },
      'one line',
    ],
    [
      'recipient.timeZone',
      { ...REQUEST, recipient: { ...REQUEST.recipient, timeZone: 'Mars' } },
      'IANA',
    ],
    ['template', { ...REQUEST, template: '../etc/passwd' }, 'the name of a template'],
    ['channels.1', { ...REQUEST, channels: ['web', 'fax'] }, 'one of web, email, engage, sms'],
    ['channels', { ...REQUEST, channels: [] }, 'at least one channel'],
    ['channels', { ...REQUEST, channels: ['web', 'web'] }, 'each channel once'],
    ['variables.a', { ...REQUEST, variables: { a: { b: 1 } } }, 'a string of at most 2000'],
    ['history.lookbackDays', { ...REQUEST, history: { lookbackDays: 0 } }, 'a whole number from 1'],
    ['sendAt', { ...REQUEST, sendAt: 'tomorrow' }, 'an ISO 8601 time with a zone'],
    ['sendAt', { ...REQUEST, sendAt: '2027-11-22T09:00:00Z' }, 'at most 90 days ahead'],
    ['deadline', { ...REQUEST, deadline: '2026-11-22T08:59:59Z' }, 'a time in the future'],
    ['priority', { ...REQUEST, priority: 'urgent' }, 'one of transactional, campaign'],
    ['subject', { ...REQUEST, subject: 'hello' }, 'no such field'],
    ['recipient.mail', { ...REQUEST, recipient: { email: 'a@b.co', mail: 'x' } }, 'no such field'],
  ])('is refused for %s (case %#), naming what was expected', (field, input, expected) => {
    const problem = problemsOf(input).find((candidate) => candidate.field === field);
    expect(problem?.expected).toContain(expected);
  });

  test.each([null, 'text', 7, []])('that is no object (%p) is refused', (input) => {
    expect(problemsOf(input)[0]?.field).toBe('(request)');
  });

  test('names every wrong field at once', () => {
    const fields = problemsOf({ id: ' ', recipient: { email: 'x' }, channels: ['fax'] }).map(
      ({ field }) => field,
    );
    expect(fields).toEqual(
      expect.arrayContaining(['id', 'recipient.email', 'template', 'channels.0']),
    );
  });

  test('over 64 KB is refused as a whole', () => {
    const metadata = Object.fromEntries(
      Array.from({ length: 70 }, (_, at) => [`k${at}`, 'x'.repeat(1_000)]),
    );
    expect(problemsOf({ ...REQUEST, metadata })[0]?.expected).toContain('at most 65536 bytes');
  });

  test('nested without end is refused instead of exhausting the stack, rings included', () => {
    const nested: unknown = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`);
    const ring: Record<string, unknown> = {};
    ring['self'] = ring;
    for (const a of [nested, ring]) {
      expect(problemsOf({ ...REQUEST, metadata: { a } })).toEqual([
        { field: '(request)', expected: 'values nested at most 16 levels deep' },
      ]);
    }
  });

  test.each([
    ['__proto__', '"__proto__":{"x":1}'],
    ['variables.__proto__', '"variables":{"__proto__":{"x":1}}'],
    ['variables.__proto__', '"variables":{"__proto__":"x"}'],
    ['metadata.__proto__', '"metadata":{"__proto__":{"x":1}}'],
    ['metadata.a.0.__proto__', '"metadata":{"a":[{"__proto__":null}]}'],
    ['history.__proto__', '"history":{"__proto__":{"required":false}}'],
  ])('names %s, which nothing behind the guard may meet', (field, more) => {
    const input = JSON.parse(`{"template":"follow-up","recipient":{"email":"a@b.co"},${more}}`);
    expect(problemsOf(input)).toEqual([{ field, expected: expect.stringMatching(/name|field/) }]);
  });

  test('without a deadline ends 24 h after it may begin', () => {
    const day = 24 * 60 * 60 * 1000;
    expect(deadlineOf(REQUEST, T0, day)).toBe(T0 + day);
    const sendAt = new Date(T0 + day).toISOString();
    expect(deadlineOf({ ...REQUEST, sendAt }, T0, day)).toBe(T0 + 2 * day);
  });
});
