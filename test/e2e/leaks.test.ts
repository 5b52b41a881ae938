import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SpanStatusCode } from '@opentelemetry/api';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import type { FaultInput } from '../../sandbox/faults.js';
import type { RunningRole } from '../../src/app/apiApp.js';
import { startWorker } from '../../src/app/workerApp.js';
import type { NotificationRequest } from '../../src/notification/request.js';
import { ledgerKeys } from '../../src/redis/keys.js';
import { startTestApi, stopApisAfterAll, type TestApi } from '../api/support/api.js';
import { type Deployment, deploy } from '../support/deployment.js';
import { type EchoingGateway, startEchoingGateway } from '../support/echoingGateway.js';
import { everythingStored } from '../support/everythingStored.js';
import { testRedisUrl } from '../support/redis.js';
import { recordSpans } from '../tracing/support/recordedSpans.js';

const SECRET = 'MARKER-client-secret';
const KEYRING = 'MARKER-notifier-secret';
const API_KEY = 'MARKER-api-key-of-the-shop';
const ADDRESS = 'marker-address@example.com';
const PHONE = '+4915198765432';
const NAME = 'Markername';
const SAID = 'MARKERTEXT my parcel has not arrived, what shall I do now?';
const VARIABLE = 'MARKERVARIABLE';
/** Every marker, whatever was made of it: cut, lower case, with or without a plus. */
const MARKER = /marker|4915198765432/i;

/** Endpoints and what goes wrong there, once each. */
const FAULTS_ON_THE_WAY: FaultInput[] = [
  ...(
    ['400', '403-other', '409', '413', '422', '401', '500-after', 'broken-json'] as const
  ).flatMap((kind) => [
    { endpoint: 'agentless-email' as const, kind },
    { endpoint: 'agentless-message' as const, kind },
  ]),
  ...(['reset-after', 'empty-2xx'] as const).map((kind) => ({
    endpoint: 'agentless-email' as const,
    kind,
  })),
  { endpoint: 'agentless-email', kind: '503', retryAfter: '1' },
  { endpoint: 'engage', kind: '500-after' },
  { endpoint: 'engage', kind: '422' },
  { endpoint: 'contact-lookup', kind: '400' },
  { endpoint: 'contact-lookup', kind: '500-before' },
  ...(['details-query', 'bulk-messages'] as const).flatMap((endpoint) => [
    { endpoint, kind: '400' as const },
    { endpoint, kind: 'broken-json' as const },
  ]),
  { endpoint: 'conversation', kind: '403-other' },
  { endpoint: 'login', kind: '500-before' },
  { endpoint: 'agentless-email', kind: '429', retryAfter: '1' },
];

describe('nothing that is private leaves its place', () => {
  const recorded = recordSpans();
  let deployment: Deployment;
  let gateway: EchoingGateway;
  let api: TestApi;
  let worker: RunningRole;
  let customerId: string;
  const logged: string[] = [];
  const answered: string[] = [];
  const asked: string[] = [];

  const withKey = { authorization: `Bearer ${API_KEY}` };
  const call = async (...[method, path, body, headers]: Parameters<TestApi['call']>) => {
    const answer = await api.call(method, path, body, headers ?? withKey);
    answered.push(JSON.stringify([answer.body, [...answer.headers]]));
    return answer;
  };

  const request = (id: string, more: Partial<NotificationRequest> = {}): NotificationRequest => ({
    id,
    recipient: { email: ADDRESS, phone: PHONE, name: NAME },
    template: 'order-update',
    variables: { orderNumber: VARIABLE, status: VARIABLE, note: SAID },
    channels: ['email'],
    ...more,
  });

  const isOver = async (id: string): Promise<boolean> => {
    const { state, reason } = (await call('GET', `/v1/notifications/${id}`)).body;
    if (reason === 'internal_error') return true;
    return !['accepted', 'queued', 'processing', 'sending'].includes(String(state));
  };

  beforeAll(async () => {
    deployment = await deploy({
      sandbox: { clientSecret: SECRET, deliveryDelayMs: 0 },
      env: { NOTIFIER_SECRET: KEYRING, DELIVERY_CHECK_AFTER: '200ms' },
    });
    const { sandbox, env } = deployment;
    customerId = sandbox.addCustomer({
      firstName: NAME,
      email: ADDRESS,
      phone: PHONE,
      conversations: [{ minutesAgo: 60, messages: [{ from: 'customer', text: SAID }] }],
    }).id;
    gateway = await startEchoingGateway(sandbox.url);
    const through = { GENESYS_CLOUD_BASE_URL: gateway.url, GENESYS_ENGAGE_URL: gateway.url };
    api = await startTestApi({ ...env, ...through, API_KEYS: `shop:${API_KEY}` });
    await runThroughTrouble(through);
  });
  afterAll(async () => {
    await worker?.stop();
    await gateway?.close();
    await deployment?.stop();
    await recorded.stop();
  });
  stopApisAfterAll();

  async function runThroughTrouble(through: Record<string, string>): Promise<void> {
    const { sandbox, prefix } = deployment;
    await accept(request('internal-error'));
    const redis = new Redis(testRedisUrl());
    // JSON.parse quotes what it stumbles over.
    await redis.set(ledgerKeys(prefix).request('internal-error'), `${SAID} ${ADDRESS}`);
    await redis.quit();

    const log = pino({ level: 'trace' }, linesTo(logged));
    worker = await startWorker(deployment.config({ ...through, HEALTH_PORT: '0' }), log);
    await accept(request('all-well'));
    await accept(request('all-well-web', { channels: ['web'] }));
    for (const id of ['internal-error', 'all-well', 'all-well-web']) await untilOver(id);
    for (const [n, fault] of FAULTS_ON_THE_WAY.entries()) {
      sandbox.faults.clear();
      sandbox.faults.add(fault);
      if (fault.endpoint === 'login') sandbox.revokeTokens();
      const channels =
        fault.endpoint === 'agentless-message'
          ? (['sms'] as const)
          : fault.endpoint === 'engage'
            ? (['engage'] as const)
            : (['email'] as const);
      // A customer who was found once is remembered; a lookup that shall fail needs a new one.
      const email = fault.endpoint === 'contact-lookup' ? `marker-${n}@example.com` : ADDRESS;
      const recipient = { email, phone: PHONE };
      // So is what was found out about them, for the same look-back.
      const history = { lookbackDays: 2 + n };
      const to = { channels: [...channels], recipient, history };
      const id = `fault-${n}`;
      await accept(request(id, { ...to, template: 'follow-up', variables: {} }));
      await fired(fault);
    }
    sandbox.faults.clear();
    await writeNonsenseToTheApi();
    for (const path of ['/metrics', '/readyz', '/healthz', '/nonesuch']) {
      answered.push(await (await fetch(`${worker.url}${path}`)).text());
      answered.push(await (await fetch(`${api.url}${path}`)).text());
    }
  }

  async function accept(body: NotificationRequest): Promise<void> {
    const { status } = await call('POST', '/v1/notifications', body);
    if (status !== 202) throw new Error(`${body.id} was answered ${status}: ${answered.at(-1)}`);
    asked.push(body.id ?? '');
  }

  async function untilOver(id: string): Promise<void> {
    while (!(await isOver(id))) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  /** The fault was met, and what came of it is written. */
  async function fired(fault: FaultInput): Promise<void> {
    const { sandbox } = deployment;
    const giveUpAt = Date.now() + 10_000;
    while (sandbox.faults.list().some((standing) => standing.fired === 0)) {
      if (Date.now() > giveUpAt) throw new Error(`never met: ${JSON.stringify(fault)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await new Promise((resolve) => setTimeout(resolve, fault.kind === '429' ? 1_500 : 150));
  }

  async function writeNonsenseToTheApi(): Promise<void> {
    const bad: unknown[] = [
      `{"recipient": {"email": "${ADDRESS}"`,
      request('nonsense', { recipient: { email: `${SAID} is no address` } }),
      request('nonsense', { template: VARIABLE }),
      request('nonsense', { deadline: SAID }),
      request('nonsense', { variables: { orderNumber: SAID.repeat(50), status: VARIABLE } }),
      { ...request('all-well'), variables: { orderNumber: 'another', status: VARIABLE } },
      { notifications: [request('nonsense', { recipient: { phone: `no ${PHONE}` } })] },
      SAID,
    ];
    for (const body of bad) {
      for (const path of ['/v1/notifications', '/v1/notifications/batch']) {
        await call('POST', path, body);
      }
    }
    await call('GET', `/v1/notifications/${ADDRESS}?email=${ADDRESS}`);
    await call('GET', `/v1/${encodeURIComponent(SAID)}`);
    await call('GET', '/v1/notifications/all-well', undefined, {
      authorization: `Bearer ${SECRET}`,
    });
    await call('POST', '/v1/pause', { reason: 7, note: SAID });
    await call('GET', '/v1/status');
  }

  function expectNothing(where: string, text: string): void {
    const at = MARKER.exec(text)?.index;
    expect([where, at === undefined ? '' : text.slice(Math.max(0, at - 120), at + 60)]).toEqual([
      where,
      '',
    ]);
    for (const credential of gateway.credentials) {
      expect([where, text.includes(credential)]).toEqual([where, false]);
    }
  }

  test('although it went through the whole of it', async () => {
    expect(JSON.stringify(deployment.sandbox.deliveries.list())).toMatch(/MARKERTEXT/);
    expect(gateway.credentials.size).toBeGreaterThan(2);
    const stored = await everythingStored(deployment.prefix);
    const keys = ledgerKeys(deployment.prefix);
    expect(stored.get(keys.request('all-well'))).toBeDefined();
    const ended = new Set<unknown>();
    const { ledger } = deployment.producer.store;
    for (const id of asked) ended.add((await ledger.read(id))?.state);
    for (const state of ['sent', 'failed', 'unknown', 'queued'])
      expect([...ended]).toContain(state);
    expect(logged.join('')).toContain('attempt failed');
  });

  test('not into a log line of the worker', () => {
    expect(logged.length).toBeGreaterThan(100);
    for (const line of logged) expectNothing('worker log', line);
  });

  test('not into a log line of the api', () => {
    expect(api.logged.length).toBeGreaterThan(50);
    for (const line of api.logged) expectNothing('api log', line);
  });

  test('not into a span: names, attributes, events and links', () => {
    const spans = recorded.ended();
    const kinds = new Set(spans.map(({ name }) => name));
    for (const name of [
      'POST /v1/notifications',
      'send transactional',
      'process transactional',
      'claim',
      'POST contact-lookup',
      'POST agentless-email',
      'POST login',
    ])
      expect([...kinds]).toContain(name);
    expect(
      spans.filter(({ status }) => status.code === SpanStatusCode.ERROR).length,
    ).toBeGreaterThan(10);
    for (const { name, attributes, events, links, status } of spans) {
      expectNothing(`span ${name}`, JSON.stringify([name, attributes, events, links, status]));
    }
  });

  test('no id of a customer into a span, although requests name it in their path', () => {
    for (const { name, attributes, events } of recorded.ended()) {
      const text = JSON.stringify([name, attributes, events]);
      expect([name, text.includes(customerId)]).toEqual([name, false]);
    }
  });

  test('not into an answer: problem documents, views, health and metrics', () => {
    expect(
      answered.filter((text) => text.includes('urn:proactive-notifier:problem')).length,
    ).toBeGreaterThan(5);
    expect(
      answered.filter((text) => text.includes('notifier_platform_requests_total')),
    ).toHaveLength(2);
    for (const text of answered) expectNothing('answer', text);
  });

  test('not into a job, an event of the queue, the ledger or any other key', async () => {
    const { prefix } = deployment;
    const stored = await everythingStored(prefix);
    // What a caller asked for and what was found out is encrypted; this one was written open above.
    const writtenOpen = ledgerKeys(prefix).request('internal-error');
    const kinds = new Set<string>();
    for (const [key, content] of stored) {
      // The queue has a key of this name of its own, there only while jobs wait.
      expectNothing('key', key.replace(/:marker$/, ''));
      if (key === writtenOpen) continue;
      kinds.add(key.slice(prefix.length + 1).split(/:|-/)[0] ?? '');
      expectNothing(key, content);
    }
    for (const kind of ['n', 'r', 'c', 'transactional', 'due', 'unknown'])
      expect([...kinds]).toContain(kind);
    expect(stored.has(`${prefix}:transactional:events`)).toBe(true);
  });
});

function linesTo(lines: string[]): Writable {
  return new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
}
