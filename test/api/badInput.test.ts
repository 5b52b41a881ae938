import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { REQUEST, startTestApi, stopApisAfterAll, type TestApi } from './support/api.js';
import { templatesWithSmsOnly } from './support/templates.js';

/*
 * Every way of asking for something wrong: the answer names the field and what was expected, says
 * nothing of the value, and nothing is stored.
 */

const templates = templatesWithSmsOnly();
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ TEMPLATES_DIR: templates.dir });
});
afterAll(templates.remove);
stopApisAfterAll();
afterEach(async () => {
  expect(await api.storedKeys()).toEqual([]);
});

const ORDER = {
  ...REQUEST,
  template: 'order-update',
  variables: { orderNumber: 'A-1', status: 'On its way' },
};
const NESTED = `{"template":"follow-up","metadata":${'{"a":'.repeat(20)}1${'}'.repeat(21)}`;

describe('a wrong field is answered with 422, its name and what was expected', () => {
  test.each<[string, unknown, field: string, expected: string | RegExp]>([
    ['no body', undefined, '(request)', 'an object'],
    ['an array', [REQUEST], '(request)', 'an object'],
    ['null', 'null', '(request)', 'an object'],
    ['no recipient', { template: 'follow-up' }, 'recipient', 'an object'],
    ['a recipient of the wrong type', { ...REQUEST, recipient: 'Ann' }, 'recipient', 'an object'],
    ['variables of the wrong type', { ...REQUEST, variables: ['x'] }, 'variables', 'an object'],
    ['channels of the wrong type', { ...REQUEST, channels: 'web' }, 'channels', 'an array'],
    [
      'a recipient without an address',
      { ...REQUEST, recipient: { name: 'Ann' } },
      'recipient',
      'at least one of email, externalContactId, phone',
    ],
    ['an unknown field', { ...REQUEST, colour: 'red' }, 'colour', 'no such field'],
    [
      'an unknown field inside',
      { ...REQUEST, recipient: { ...REQUEST.recipient, fax: '1' } },
      'recipient.fax',
      'no such field',
    ],
    ['an id with spaces', { ...REQUEST, id: 'two words' }, 'id', /^1 to 128 characters/],
    ['an id that is too long', { ...REQUEST, id: 'x'.repeat(129) }, 'id', /^1 to 128 characters/],
    ['the number 12345 as id', { ...REQUEST, id: 12345 }, 'id', /^a string of 1 to 128/],
    [
      'an email without a domain',
      { ...REQUEST, recipient: { email: 'customer@' } },
      'recipient.email',
      /^an email address such as/,
    ],
    [
      'a phone that is not E.164',
      { ...REQUEST, recipient: { phone: '0555 123' } },
      'recipient.phone',
      /^an E.164 number such as/,
    ],
    [
      'an unknown time zone',
      { ...REQUEST, recipient: { ...REQUEST.recipient, timeZone: 'Mars/North' } },
      'recipient.timeZone',
      /^an IANA time zone/,
    ],
    [
      'a deadline in the past',
      { ...REQUEST, deadline: '2020-01-01T00:00:00Z' },
      'deadline',
      'a time in the future',
    ],
    ['a deadline that is no time', { ...REQUEST, deadline: 'soon' }, 'deadline', /^an ISO 8601/],
    [
      'a sendAt too far ahead',
      { ...REQUEST, sendAt: new Date(Date.now() + 91 * 86_400_000).toISOString() },
      'sendAt',
      'at most 90 days ahead',
    ],
    [
      'an unknown channel',
      { ...REQUEST, channels: ['web', 'fax'] },
      'channels.1',
      'one of web, email, engage, sms',
    ],
    ['a channel twice', { ...REQUEST, channels: ['web', 'web'] }, 'channels', 'each channel once'],
    ['no channel', { ...REQUEST, channels: [] }, 'channels', 'at least one channel'],
    ['an unknown priority', { ...REQUEST, priority: 'high' }, 'priority', /^one of transactional/],
    [
      'a template that does not exist',
      { ...REQUEST, template: 'folow-up' },
      'template',
      'one of follow-up, order-update, sms-only',
    ],
    [
      'a channel the template has no part for',
      { ...REQUEST, template: 'sms-only', channels: ['sms', 'email'] },
      'channels.1',
      'a channel that template sms-only has parts for: sms',
    ],
    [
      'a template without a part for the default channels',
      { ...REQUEST, template: 'sms-only' },
      'channels',
      /^one or more of sms/,
    ],
    ['a template path', { ...REQUEST, template: '../x' }, 'template', /^the name of a template/],
    [
      'a variable the template does not know',
      { ...ORDER, variables: { ...ORDER.variables, ordr: 'x' } },
      'variables.ordr',
      /^one of orderNumber, status/,
    ],
    [
      'a variable the template requires left out',
      { ...ORDER, variables: { status: 'On its way' } },
      'variables.orderNumber',
      'a value, the template requires it',
    ],
    [
      'a variable that is too long',
      { ...ORDER, variables: { ...ORDER.variables, orderNumber: 'x'.repeat(41) } },
      'variables.orderNumber',
      'at most 40 characters',
    ],
    [
      'metadata that is nested without end',
      NESTED,
      '(request)',
      'values nested at most 16 levels deep',
    ],
    [
      'more than 64 KB',
      { ...REQUEST, metadata: { note: 'x'.repeat(70_000) } },
      '(request)',
      'at most 65536 bytes of JSON',
    ],
  ])('%s', async (_title, body, field, expected) => {
    const answer = await api.post(body);
    expect(answer.status).toBe(422);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({
      type: 'urn:proactive-notifier:problem:invalid-request',
      title: 'The request is invalid',
      status: 422,
    });
    const wanted = typeof expected === 'string' ? expected : expect.stringMatching(expected);
    expect(answer.body['errors']).toContainEqual({ field, expected: wanted });
  });

  test('all wrong fields are named at once', async () => {
    const { body } = await api.post({ id: ' ', recipient: { email: 'x' }, channels: ['fax'] });
    const fields = (body['errors'] as { field: string }[]).map(({ field }) => field).sort();
    expect(fields).toEqual(['channels.0', 'id', 'recipient.email', 'template']);
  });

  test('no value is repeated, and names a caller made up are cut short', async () => {
    const answer = await api.post({
      ...REQUEST,
      id: 'secret one',
      recipient: { email: 'secret@', phone: 'secret' },
      ['f'.repeat(5_000)]: 'secret',
    });
    const text = JSON.stringify(answer.body);
    expect(text).not.toContain('secret');
    expect(text.length).toBeLessThan(1_500);
  });

  test('a thousand unknown fields make a short list', async () => {
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`f${at}`, at]));
    const { body } = await api.post({ ...REQUEST, ...many });
    expect(body['errors']).toHaveLength(100);
    expect(body['detail']).toBe('and 900 more fields are wrong');
  });
});

describe('a body that is no request at all', () => {
  test.each<[string, string, string, status: number, detail: string]>([
    ['malformed JSON', '{"recipient":', 'application/json', 400, 'The body is not valid JSON.'],
    [
      'a poisoned object',
      '{"__proto__":{}}',
      'application/json',
      400,
      'The body is not valid JSON.',
    ],
    ['plain text', 'hello', 'text/plain', 415, 'Send the body as application/json.'],
    [
      'a form',
      'a=b',
      'application/x-www-form-urlencoded',
      415,
      'Send the body as application/json.',
    ],
    ['an unreadable type', '{}', 'nonsense', 415, 'Send the body as application/json.'],
    [
      '10 MB',
      `{"x":"${'x'.repeat(10 * 1024 * 1024)}"}`,
      'application/json',
      413,
      'A body of at most 1048576 bytes is allowed here.',
    ],
  ])('%s', async (_title, body, type, status, detail) => {
    const answer = await api.post(body, { 'content-type': type });
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer).toMatchObject({ status, body: { type: 'about:blank', status, detail } });
  });
});
