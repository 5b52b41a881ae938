import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { FaultInput } from '../../sandbox/faults.js';
import { WELL_KNOWN } from '../../sandbox/population/wellKnown.js';
import type { RequestFault } from '../../sandbox/requestFaults.js';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import {
  type Client,
  clientWith,
  control,
  EMAIL,
  ENGAGE,
  emailTo,
  LOOKUP,
  logIn,
  requestToken,
  tokenIn,
  WEB,
  webMessage,
} from './support/client.js';

let sandbox: Sandbox;
let client: Client;
let token: string;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  sandbox.reset();
  client = await logIn(sandbox);
  token = tokenIn(await requestToken(sandbox));
  sandbox.requests.clear();
});

type Kind = RequestFault['kind'];

const send = () => client.post(WEB, webMessage(sandbox, WELL_KNOWN.delayedOrder.id));
const plain = (kind: Exclude<Kind, 'delay'>): FaultInput => ({
  endpoint: 'agentless-message',
  kind,
});

/** How a send ends on the wire: the bytes of the answer, or the error of the connection. */
function rawSend(signal: AbortSignal): Promise<{ code: string | null; text: string }> {
  return new Promise((resolve) => {
    let text = '';
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const options = { method: 'POST', headers, signal, agent: false };
    const outgoing = httpRequest(`${sandbox.url}${WEB}`, options, (incoming) => {
      incoming.setEncoding('utf8');
      incoming.on('data', (chunk: string) => {
        text += chunk;
      });
      incoming.on('end', () => resolve({ code: null, text }));
      incoming.on('error', ({ name }) => resolve({ code: name, text }));
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ code: error.code ?? error.name, text }),
    );
    outgoing.end(JSON.stringify(webMessage(sandbox, WELL_KNOWN.delayedOrder.id)));
  });
}

describe('refusals without an effect', () => {
  test.each<[Exclude<Kind, 'delay'>, number, string]>([
    ['429', 429, 'too.many.requests.retry.after'],
    ['503', 503, 'service.unavailable'],
    ['500-before', 500, 'internal.server.error'],
    ['401', 401, 'bad.credentials'],
    ['403-permission', 403, 'missing.permissions'],
    ['403-other', 403, 'not.authorized'],
    ['400', 400, 'bad.request'],
    ['404', 404, 'not.found'],
    ['409', 409, 'conflict'],
    ['413', 413, 'request.entity.too.large'],
    ['422', 422, 'unprocessable.entity'],
  ])('%s answers %i with the code %s and delivers nothing', async (kind, status, code) => {
    sandbox.faults.add(plain(kind));
    const reply = await send();
    expect(reply).toMatchObject({ status, body: { code, status } });
    expect(reply.body).toMatchObject({ contextId: reply.headers.get('inin-correlation-id') });
    expect(reply.headers.has('retry-after')).toBe(false);
    expect(sandbox.deliveries.total).toBe(0);
    expect((await send()).status).toBe(200);
  });

  test.each(['3', '7200', 'Wed, 21 Oct 2026 07:28:00 GMT', 'soon', '-1', ''])(
    'Retry-After is sent as it was given: %p',
    async (retryAfter) => {
      for (const kind of ['429', '503'] as const) {
        sandbox.faults.add({ endpoint: 'agentless-message', kind, retryAfter });
        expect((await send()).headers.get('retry-after')).toBe(retryAfter);
      }
    },
  );

  test('403-permission names the permission it was given', async () => {
    const permission = 'conversation:message:create';
    sandbox.faults.add({ endpoint: 'agentless-message', kind: '403-permission', permission });
    expect((await send()).body).toMatchObject({
      message: `Unable to perform the requested action. You are missing the following permission(s): ${permission}`,
    });
  });

  test('a login is refused in the shape of the login server', async () => {
    sandbox.faults.add({ endpoint: 'login', kind: '401' });
    const reply = await requestToken(sandbox);
    expect(reply).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });
});

describe('answers that are lost or spoilt', () => {
  test.each<[Exclude<Kind, 'delay'>, number]>([
    ['reset-before', 0],
    ['reset-after', 1],
  ])('%s cuts the connection with %i deliveries made', async (kind, deliveries) => {
    sandbox.faults.add(plain(kind));
    expect(await rawSend(AbortSignal.timeout(5000))).toEqual({ code: 'ECONNRESET', text: '' });
    expect(sandbox.deliveries.total).toBe(deliveries);
  });

  test.each([
    [false, 0],
    [true, 1],
  ])(
    'a stall with delivered=%s never answers, %i deliveries made',
    async (delivered, deliveries) => {
      sandbox.faults.add({ endpoint: 'agentless-message', kind: 'stall', delivered });
      const giveUp = new AbortController();
      const ended = rawSend(giveUp.signal);
      await sandbox.requests.waitFor(1, 'agentless-message', 5000);
      if (delivered) await sandbox.deliveries.waitFor(1, undefined, 5000);
      // A later request is served, so the stalled one has had its turn.
      await client.post(LOOKUP, { type: 'Email', value: 'customer@example.com' });
      giveUp.abort();
      expect((await ended).text).toBe('');
      expect(sandbox.deliveries.total).toBe(deliveries);
      expect(sandbox.requests.list()[0]).toMatchObject({ status: null, fault: 'stall' });
    },
  );

  test('500-after answers 500 though the message was delivered', async () => {
    sandbox.faults.add(plain('500-after'));
    expect((await send()).status).toBe(500);
    expect(sandbox.deliveries.total).toBe(1);
  });

  test('empty-2xx answers without an id, and broken-json with half a body, both delivered', async () => {
    sandbox.faults.add(plain('empty-2xx'));
    expect(await send()).toMatchObject({ status: 200, body: {} });
    sandbox.faults.add(plain('broken-json'));
    const { text } = await rawSend(AbortSignal.timeout(5000));
    expect(() => JSON.parse(text)).toThrow();
    expect(sandbox.deliveries.total).toBe(2);
  });

  test('a trickle over a time ends with the whole body', async () => {
    sandbox.faults.add({ endpoint: 'agentless-message', kind: 'trickle', seconds: 0.3 });
    const startedAt = performance.now();
    const { code, text } = await rawSend(AbortSignal.timeout(10_000));
    expect(code).toBeNull();
    expect(performance.now() - startedAt).toBeGreaterThan(250);
    expect(JSON.parse(text)).toMatchObject({ messengerType: 'webmessaging' });
  });

  test('a trickle without a time gives a little and never ends', async () => {
    sandbox.faults.add(plain('trickle'));
    const { code, text } = await rawSend(AbortSignal.timeout(700));
    expect(code).not.toBeNull();
    expect(text.length).toBeGreaterThan(0);
    expect(text.length).toBeLessThan(50);
    expect(sandbox.deliveries.total).toBe(1);
  });

  test('a delay answers honestly, later', async () => {
    sandbox.faults.add({ endpoint: 'agentless-message', kind: 'delay', ms: 200 });
    const startedAt = performance.now();
    expect((await send()).status).toBe(200);
    expect(performance.now() - startedAt).toBeGreaterThan(190);
  });

  test('a fault that spoils an answer waits for a request that has an effect', async () => {
    const standing = sandbox.faults.add(plain('500-after'));
    expect((await client.post(WEB, {})).status).toBe(400);
    expect(standing).toMatchObject({ fired: 0, remaining: 1 });
    expect((await send()).status).toBe(500);
    expect(standing).toMatchObject({ fired: 1, remaining: 0 });
  });
});

describe('when a fault fires', () => {
  test('a fault counts down and says how often it fired', async () => {
    const standing = sandbox.faults.add({ endpoint: 'agentless-message', kind: '503', count: 2 });
    const statuses = [(await send()).status, (await send()).status, (await send()).status];
    expect(statuses).toEqual([503, 503, 200]);
    expect(standing).toMatchObject({ fired: 2, remaining: 0 });
  });

  test('faults of one endpoint leave the others alone; a star means all of them', async () => {
    sandbox.faults.add({ endpoint: 'agentless-email', kind: '503' });
    expect((await send()).status).toBe(200);
    sandbox.faults.add({ endpoint: '*', kind: '422', count: 2 });
    expect((await send()).status).toBe(422);
    expect((await client.post(EMAIL, emailTo('a@example.com'))).status).toBe(503);
    expect((await requestToken(sandbox)).status).toBe(422);
    expect((await client.post(ENGAGE, {})).status).toBe(400);
  });

  test('a request that is not let in uses up no fault', async () => {
    const standing = sandbox.faults.add({ endpoint: 'agentless-message', kind: '503' });
    const message = webMessage(sandbox, WELL_KNOWN.delayedOrder.id);
    expect((await clientWith(sandbox, 'made-up').post(WEB, message)).status).toBe(401);
    sandbox.settings.permissions = [];
    expect((await send()).status).toBe(403);
    expect(standing.fired).toBe(0);
  });

  test('several faults of one endpoint fire in the order they were set', async () => {
    sandbox.faults.add({ endpoint: 'agentless-message', kind: '429', retryAfter: '3' });
    sandbox.faults.add({ endpoint: 'agentless-message', kind: '429', retryAfter: '1' });
    const waits = [await send(), await send()].map(({ headers }) => headers.get('retry-after'));
    expect(waits).toEqual(['3', '1']);
  });

  test('a probability fires on its share of the requests for as long as it stands', async () => {
    sandbox.settings.requestsPerMinute = 0;
    const standing = sandbox.faults.add({ endpoint: 'engage', kind: '503', probability: 0.3 });
    for (let n = 0; n < 300; n += 1) await client.post(ENGAGE, {});
    expect(standing.fired).toBeGreaterThan(50);
    expect(standing.fired).toBeLessThan(130);
    sandbox.faults.clear();
    expect((await client.post(ENGAGE, {})).status).toBe(400);
  });
});

describe('defining faults over HTTP', () => {
  test('a fault is set, listed and removed', async () => {
    const fault = { endpoint: 'details-query', kind: '503', count: 3, retryAfter: '2' };
    expect(await control(sandbox, 'POST', '/faults', fault)).toMatchObject({
      status: 201,
      body: { fault, fired: 0, remaining: 3 },
    });
    const listed = await control(sandbox, 'GET', '/faults');
    expect(listed.body).toMatchObject({ faults: [{ fault }] });
    expect((await control(sandbox, 'DELETE', '/faults')).status).toBe(204);
    expect((await control(sandbox, 'GET', '/faults')).body).toEqual({ faults: [] });
  });

  test.each([
    ['endpoint', { endpoint: 'agentless', kind: '503' }],
    ['kind', { endpoint: '*', kind: '418' }],
    ['kind', { endpoint: '*' }],
    ['count', { endpoint: '*', kind: '503', count: 0 }],
    ['probability', { endpoint: '*', kind: '503', probability: 1.5 }],
    ['probability', { endpoint: '*', kind: '503', probability: 0.5, count: 2 }],
    ['retryAfter', { endpoint: '*', kind: '429', retryAfter: 3 }],
    ['retryAfter', { endpoint: '*', kind: '429', retryAfter: 'a\r\nb' }],
    ['retryAfter', { endpoint: '*', kind: '500-before', retryAfter: '3' }],
    ['ms', { endpoint: '*', kind: 'delay' }],
  ])('a wrong %s is refused with a message that names it', async (field, fault) => {
    const reply = await control(sandbox, 'POST', '/faults', fault);
    expect(reply.status).toBe(400);
    expect((reply.body as { error: string }).error).toContain(`${field}:`);
    expect(sandbox.faults.list()).toEqual([]);
  });
});
