import { describe, expect, test } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { fastify } from 'fastify';
import type { OpenApiOperation } from '../../src/api/openApi.js';
import { refuseUndescribed } from '../../src/api/route.js';
import {
  ACCEPTED,
  BATCH,
  BATCH_RESULTS,
  FULL_REQUEST,
  REQUEST,
} from '../../src/api/routes/notificationExamples.js';
import { parseRequest } from '../../src/notification/request.js';
import { startTestApi, stopApisAfterEach } from './support/api.js';
import { contract, schemaPointer } from './support/contract.js';

stopApisAfterEach();

const { document, problems, strictProblems } = contract();

type Content = OpenApiOperation['responses'][string]['content'];

describe('the OpenAPI document', () => {
  test('is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate(structuredClone(document));
    expect(result).toMatchObject({ valid: true });
    expect(document.openapi).toMatch(/^3\.1\./);
  });

  test('is served without a key', async () => {
    const api = await startTestApi({ API_KEYS: 'shop:shop-key-0123456789' });
    const served = await api.call('GET', '/openapi.json');
    expect(served.status).toBe(200);
    expect(served.body).toEqual(JSON.parse(JSON.stringify(document)));
  });

  test('has every route of the API: one that is not described does not start', async () => {
    const app = fastify();
    refuseUndescribed(app);
    expect(() => app.get('/v1/secret', async () => 'x')).toThrow(
      'GET /v1/secret has no description: declare it with route()',
    );
    await app.close();
  });

  test('says no method that is refused, and leaves out none that is allowed', async () => {
    const api = await startTestApi();
    for (const path of Object.keys(document.paths)) {
      const answer = await api.call('PATCH', path.replace(/\{\w+\}/, 'x'));
      const allowed = answer.headers.get('allow')?.split(', ') ?? [];
      const described = Object.keys(document.paths[path] ?? {}).map((name) => name.toUpperCase());
      // `batch`, `resolve` and `search` may be ids of notifications, too; `import` and `export` addresses.
      const byId = /^.v1.(notifications.(batch|resolve|search)|suppressions.(im|ex)port)$/.test(
        path,
      )
        ? ['GET', 'HEAD', 'PUT', 'DELETE']
        : ['HEAD'];
      expect([path, allowed.filter((name) => !byId.includes(name)).sort()]).toEqual([
        path,
        described.filter((name) => !byId.includes(name)).sort(),
      ]);
    }
  });

  test('has only examples that are valid', () => {
    let judged = 0;
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const [method, { requestBody, responses }] of Object.entries(operations)) {
        const judge = (status: number | 'request', content: Content) => {
          for (const [type, { example, examples = {} }] of Object.entries(content)) {
            const values = Object.values(examples).map(({ value }) => value);
            for (const value of example === undefined ? values : [example, ...values]) {
              judged++;
              const pointer = schemaPointer(path, method, status, type);
              expect([pointer, ...strictProblems(pointer, value)]).toEqual([pointer]);
            }
          }
        };
        if (requestBody !== undefined) judge('request', requestBody.content);
        for (const [status, { content }] of Object.entries(responses))
          judge(Number(status), content);
      }
    }
    expect(judged).toBeGreaterThan(60);
  });

  test('has examples that do what they say', async () => {
    const api = await startTestApi();
    for (const request of [REQUEST, FULL_REQUEST]) {
      expect(await api.post(request)).toMatchObject({
        status: 202,
        body: { id: request.id, state: ACCEPTED.state },
      });
    }
    const batch = await api.call('POST', '/v1/notifications/batch', BATCH);
    expect(batch.body).toEqual(BATCH_RESULTS);
  });
});

describe('the schema of a request', () => {
  const described = (request: unknown) =>
    problems(schemaPointer('/v1/notifications', 'post', 'request'), request).length === 0;
  const base = { recipient: { email: 'customer@example.com' }, template: 'follow-up' };

  test.each([
    ['the least', base],
    ['everything', { ...FULL_REQUEST, campaignId: 'autumn', sendAt: '2026-11-22T09:30:00+01:00' }],
    ['no recipient', { template: 'follow-up' }],
    ['a recipient without an address', { ...base, recipient: { name: 'Anna' } }],
    ['an address that is none', { ...base, recipient: { email: 'nowhere' } }],
    [
      'a national number with its country',
      { ...base, recipient: { phone: '0151 23456789', country: 'DE' } },
    ],
    [
      'a contact id of another system',
      { ...base, recipient: { externalContactId: '0035e00000AbCdEAAV' } },
    ],
    [
      'a contact id in capitals',
      { ...base, recipient: { externalContactId: 'C0000000-0000-4000-8000-00000000000A' } },
    ],
    ['a country by its name', { ...base, recipient: { ...base.recipient, country: 'Germany' } }],
    ['an unknown field', { ...base, templat: 'x' }],
    ['a number for an id', { ...base, id: 12345 }],
    ['an id that is a path', { ...base, id: '..' }],
    ['an unknown channel', { ...base, channels: ['fax'] }],
    ['a channel twice', { ...base, channels: ['web', 'web'] }],
    ['no channel', { ...base, channels: [] }],
    ['half a day', { ...base, history: { lookbackDays: 0.5 } }],
    ['a time without a zone', { ...base, deadline: '2026-11-22T09:30:00' }],
    ['an object for a variable', { ...base, variables: { a: {} } }],
    ['a variable with a space', { ...base, variables: { 'a b': 1 } }],
    ['metadata of any kind', { ...base, metadata: { a: [null, { b: 1 }] } }],
  ])('judges %s as the service does', (_title, request) => {
    const now = Date.parse('2026-11-21T00:00:00Z');
    expect(described(request)).toBe(parseRequest(request, now).ok);
  });
});
