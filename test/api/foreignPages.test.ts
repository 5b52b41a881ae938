import { afterEach, describe, expect, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import { type HealthServer, startHealthServer } from '../../src/metrics/healthServer.js';
import { Metrics } from '../../src/metrics/metrics.js';
import { rawHttp } from '../support/rawHttp.js';
import { REQUEST, startTestApi, stopApisAfterEach } from './support/api.js';

stopApisAfterEach();
const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of running.splice(0)) await each.close();
});

const KEY = 'shop-key-0123456789';
const JSON_BODY = { 'content-type': 'application/json' };

const FOREIGN: readonly [string, Record<string, string>][] = [
  ['a page of another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
  ['a page of another port of this machine', { 'sec-fetch-site': 'same-site' }],
  ['an older browser at another site', { origin: 'https://evil.example' }],
  ['a sandboxed frame', { origin: 'null' }],
  ['a name that was pointed to this machine', { host: 'evil.example:3000' }],
  [
    'a page under a name that was pointed to this machine',
    { host: 'evil.example', origin: 'http://evil.example', 'sec-fetch-site': 'same-origin' },
  ],
];

const CHANGES: readonly [string, string][] = [
  ['POST', '/v1/notifications'],
  ['POST', '/v1/campaigns'],
  ['POST', '/v1/campaigns/c/start'],
  ['POST', '/v1/campaigns/c/cancel'],
  ['PUT', '/v1/campaigns/c/rows'],
  ['DELETE', '/v1/notifications/n'],
  ['POST', '/v1/pause'],
  ['POST', '/v1/resume'],
  ['POST', '/v1/gate/open'],
];

describe('an api without keys', () => {
  test.each(FOREIGN)('changes nothing for %s', async (_title, headers) => {
    const api = await startTestApi();
    const statuses = [];
    for (const [method, path] of CHANGES) {
      const body = method === 'DELETE' ? undefined : JSON.stringify(REQUEST);
      const asked = { method, headers: { ...JSON_BODY, ...headers }, ...(body && { body }) };
      statuses.push((await rawHttp(`${api.url}${path}`, asked)).status);
    }
    expect(statuses).toEqual(CHANGES.map(() => 403));
    expect(await api.storedKeys()).toEqual([]);
  });

  test.each(FOREIGN)('lets %s read nothing', async (_title, headers) => {
    const api = await startTestApi();
    const paths = ['/v1/status', '/v1/campaigns', '/v1/campaigns/c/rejected', '/metrics'];
    paths.push('/readyz', '/healthz', '/docs', '/openapi.json', '/notifications', '/queues');
    for (const path of paths) {
      const { status, headers: answered } = await rawHttp(`${api.url}${path}`, { headers });
      expect([path, status]).toEqual([path, 403]);
      expect(answered['access-control-allow-origin']).toBeUndefined();
    }
  });

  test.each([
    ['a program', {}],
    ['a program that says localhost', { host: 'localhost:3000' }],
    ['a program over IPv6', { host: '[::1]:3000' }],
    ['its own pages', { 'sec-fetch-site': 'same-origin' }],
    ['an address that was typed', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }],
    ['a link in a chat', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
  ])('answers %s', async (_title, headers: Record<string, string>) => {
    const api = await startTestApi();
    for (const path of ['/v1/status', '/metrics', '/docs', '/notifications']) {
      const { status } = await rawHttp(`${api.url}${path}`, { headers });
      expect([path, status]).toEqual([path, 200]);
    }
  });

  test('takes what a program sends, which says nothing of where it comes from', async () => {
    const api = await startTestApi();
    const asked = { method: 'POST', headers: JSON_BODY, body: JSON.stringify(REQUEST) };
    expect((await rawHttp(`${api.url}/v1/notifications`, asked)).status).toBe(202);
  });

  test('takes no form of another site that is followed like a link', async () => {
    const api = await startTestApi();
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    const { status } = await rawHttp(`${api.url}/v1/resume`, { method: 'POST', headers });
    expect(status).toBe(403);
  });
});

describe('an api with keys', () => {
  test('works behind a proxy that gives it another name, with a key and only so', async () => {
    const api = await startTestApi({ API_KEYS: `shop:${KEY}` });
    const host = 'notifier.example.com';
    const authorization = `Bearer ${KEY}`;
    const status = async (path: string, headers: Record<string, string>) =>
      (await rawHttp(`${api.url}${path}`, { headers })).status;
    expect(await status('/v1/status', { host, authorization })).toBe(200);
    expect(await status('/v1/status', { host, authorization, origin: 'https://a.example' })).toBe(
      200,
    );
    expect(await status('/readyz', { host })).toBe(200);
    expect(await status('/docs', { host })).toBe(200);
    expect(await status('/v1/status', { host })).toBe(401);
    expect(await status('/v1/status', { origin: 'https://evil.example' })).toBe(401);
  });
});

describe("a worker's health port", () => {
  async function start(host: string): Promise<HealthServer> {
    const readiness = async () => ({ ready: true as const });
    const server = await startHealthServer(0, host, { readiness, metrics: new Metrics() });
    running.push(server);
    return server;
  }

  test.each(FOREIGN)('lets %s read nothing on loopback', async (_title, headers) => {
    const { url } = await start('127.0.0.1');
    for (const path of ['/metrics', '/readyz', '/healthz']) {
      expect((await rawHttp(`${url}${path}`, { headers })).status).toBe(403);
    }
    expect((await rawHttp(`${url}/readyz`)).status).toBe(200);
  });

  test('answers to any name where others reach it, as probes do', async () => {
    const { url } = await start('0.0.0.0');
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:/);
    expect((await rawHttp(`${url}/readyz`, { headers: { host: '10.1.2.3:9090' } })).status).toBe(
      200,
    );
  });
});

describe('the sandbox', () => {
  async function start(host: string): Promise<Sandbox> {
    const sandbox = await startSandbox({ host });
    running.push(sandbox);
    return sandbox;
  }

  test.each(FOREIGN)('does nothing and shows nothing for %s', async (_title, headers) => {
    const { url, faults } = await start('127.0.0.1');
    const fault = JSON.stringify({ endpoint: 'login', kind: 'status', status: 500 });
    for (const [method, path] of [
      ['POST', '/_sandbox/faults'],
      ['POST', '/_sandbox/reset'],
      ['POST', '/oauth/token'],
      ['POST', '/_sandbox/inbox/clear'],
      ['GET', '/_sandbox/customers'],
      ['GET', '/_sandbox/inbox'],
      ['GET', '/nowhere'],
    ] as const) {
      const asked = {
        method,
        headers: { ...JSON_BODY, ...headers },
        ...(method === 'POST' && { body: fault }),
      };
      expect([path, (await rawHttp(`${url}${path}`, asked)).status]).toEqual([path, 403]);
    }
    expect(faults.list()).toEqual([]);
  });

  test('answers to the name it has among containers when it listens for them', async () => {
    const { url } = await start('0.0.0.0');
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:/);
    const answer = await rawHttp(`${url}/_sandbox/`, { headers: { host: 'sandbox:8080' } });
    expect(answer.status).toBe(200);
  });
});
