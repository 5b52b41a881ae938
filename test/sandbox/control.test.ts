import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { WELL_KNOWN } from '../../sandbox/population/wellKnown.js';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import { DEFAULT_DEPLOYMENT_ID } from '../../sandbox/settings.js';
import {
  type Client,
  clientWith,
  control,
  EMAIL,
  emailTo,
  LOOKUP,
  logIn,
  requestToken,
  tokenIn,
  WEB,
  webMessage,
} from './support/client.js';

const known = Object.values(WELL_KNOWN).map(({ email }) => email ?? '');
const EVERYONE = known.length + 25;
/** No email counts as one, and two share theirs. */
const WITHOUT_OWN_EMAIL = known.length - new Set(known).size;

let sandbox: Sandbox;
let client: Client;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  sandbox.reset();
  client = await logIn(sandbox);
});

const send = (to: string) => client.post(WEB, webMessage(sandbox, to));

describe('the record of deliveries', () => {
  test('is asked for by contact id, by email whichever channel was used, and emptied', async () => {
    await send(WELL_KNOWN.delayedOrder.id);
    await client.post(EMAIL, emailTo('customer@example.com'));
    await client.post(EMAIL, emailTo('else@example.com'));
    const channelsTo = async (to: string) => {
      const path = `/deliveries?to=${encodeURIComponent(to)}`;
      const { body } = await control(sandbox, 'GET', path);
      return (body as { deliveries: { channel: string }[] }).deliveries.map(
        ({ channel }) => channel,
      );
    };
    expect(await channelsTo('customer@example.com')).toEqual(['web', 'email']);
    expect(await channelsTo(WELL_KNOWN.delayedOrder.id)).toEqual(['web', 'email']);
    expect(await channelsTo('ELSE@example.com')).toEqual(['email']);
    expect((await control(sandbox, 'DELETE', '/deliveries')).status).toBe(204);
    const { body } = await control(sandbox, 'GET', '/deliveries');
    expect(body).toMatchObject({ total: 0, bound: 20_000, deliveries: [] });
  });

  test('can be waited for', async () => {
    const path = '/deliveries?wait=true&count=1&to=customer@example.com&timeoutMs=5000';
    const waiting = control(sandbox, 'GET', path);
    await send(WELL_KNOWN.delayedOrder.id);
    expect(await waiting).toMatchObject({
      body: { reached: true, deliveries: [{ channel: 'web' }] },
    });
  });
});

describe('the record of requests', () => {
  test('holds every request that arrived, refused and unknown ones included', async () => {
    sandbox.requests.clear();
    await send(WELL_KNOWN.delayedOrder.id);
    await clientWith(sandbox, 'made-up').post(LOOKUP, {});
    await client.get('/api/v2/nowhere?token=abc');
    const { body } = await control(sandbox, 'GET', '/requests');
    expect(body).toMatchObject({
      total: 3,
      counts: { 'agentless-message': 1, 'contact-lookup': 1, unknown: 1 },
      requests: [
        { operation: 'agentless-message', status: 200, client: 'sandbox', method: 'POST' },
        { operation: 'contact-lookup', status: 401, client: null },
        { operation: 'unknown', status: 404, path: '/api/v2/nowhere' },
      ],
    });
  });

  test('never holds a token, a secret or a body', async () => {
    sandbox.requests.clear();
    const token = tokenIn(await requestToken(sandbox));
    await clientWith(sandbox, token).post(EMAIL, emailTo('customer@example.com'));
    const text = JSON.stringify((await control(sandbox, 'GET', '/requests')).body);
    expect(text).toContain('agentless-email');
    for (const secret of [token, 'sandbox-secret', 'Basic', 'customer@example.com', 'on its way']) {
      expect(text).not.toContain(secret);
    }
  });

  test('is cut by since, and emptied', async () => {
    const later = Date.now() + 60_000;
    const { body } = await control(sandbox, 'GET', `/requests?since=${later}`);
    expect(body).toMatchObject({ requests: [], counts: { login: 1 } });
    expect((await control(sandbox, 'DELETE', '/requests')).status).toBe(204);
    expect((await control(sandbox, 'GET', '/requests')).body).toMatchObject({
      total: 0,
      counts: {},
    });
  });

  test('a wait ends with the arrival, even of a request that is never answered', async () => {
    sandbox.faults.add({ endpoint: 'agentless-message', kind: 'stall' });
    const path = '/requests?wait=agentless-message&count=1&timeoutMs=5000';
    const waiting = control(sandbox, 'GET', path);
    const stalled = send(WELL_KNOWN.delayedOrder.id).catch(() => null);
    expect(await waiting).toMatchObject({ body: { reached: true } });
    await sandbox.close();
    await stalled;
    sandbox = await startSandbox();
  });

  test('a wait that is in vain says so after its time', async () => {
    const { status, body } = await control(sandbox, 'GET', '/requests?wait=engage&timeoutMs=50');
    expect(status).toBe(200);
    expect(body).toMatchObject({ reached: false });
  });

  test('is bounded, and counts on beyond the bound', async () => {
    sandbox.settings.requestsPerMinute = 0;
    const record = sandbox.requests.list()[0];
    if (record === undefined) throw new Error('the login was not recorded');
    for (let n = 0; n < 20_010; n += 1) sandbox.requests.add(record);
    expect(sandbox.requests.list()).toHaveLength(20_000);
    expect(sandbox.requests.count()).toBe(20_011);
    expect(sandbox.requests.dropped).toBe(11);
  });
});

describe('customers', () => {
  test('everyone is listed, with what they are like', async () => {
    const { body } = await control(sandbox, 'GET', '/customers');
    const { customers } = body as { customers: object[] };
    expect(customers).toHaveLength(EVERYONE);
    expect(customers).toContainEqual(
      expect.objectContaining({ email: 'chatting@example.com', activeConversation: true }),
    );
  });

  test('going offline, and opening or closing a conversation, change what a send meets', async () => {
    const patch = (body: object) =>
      control(sandbox, 'PATCH', '/customers/customer@example.com', body);
    expect((await patch({ activeConversation: true })).body).toMatchObject({
      activeConversation: true,
    });
    expect((await send(WELL_KNOWN.delayedOrder.id)).status).toBe(409);
    await patch({ activeConversation: false, online: false });
    expect((await send(WELL_KNOWN.delayedOrder.id)).status).toBe(200);
    expect(sandbox.deliveries.total).toBe(0);
  });

  test('a person with conversations is added, and thousands are generated', async () => {
    const messages = [{ from: 'customer', text: 'Where is my parcel?' }];
    const definition = { email: 'new@example.com', conversations: [{ minutesAgo: 5, messages }] };
    const added = await control(sandbox, 'POST', '/customers', definition);
    expect(added).toMatchObject({ status: 201, body: { conversations: 1, online: true } });
    const lookup = await client.post(LOOKUP, { type: 'Email', value: 'new@example.com' });
    expect(lookup.status).toBe(200);
    const bulk = await control(sandbox, 'POST', '/customers', { generate: 5000 });
    const { customers } = bulk.body as { customers: { id: string; email: string }[] };
    expect(new Set(customers.map(({ id }) => id)).size).toBe(5000);
    expect(new Set(sandbox.customers().map(({ email }) => email ?? '')).size).toBe(
      EVERYONE - WITHOUT_OWN_EMAIL + 1 + 5000,
    );
  });

  test('a wrong definition or patch is refused, and an unknown customer is a 404', async () => {
    const wrong = await control(sandbox, 'POST', '/customers', { email: 'nobody' });
    expect(wrong).toMatchObject({
      status: 400,
      body: { error: 'email: must be an email address' },
    });
    const path = `/customers/${WELL_KNOWN.offline.id}`;
    expect((await control(sandbox, 'PATCH', path, { online: 'yes' })).status).toBe(400);
    expect((await control(sandbox, 'PATCH', '/customers/nobody', {})).status).toBe(404);
  });
});

describe('settings and reset', () => {
  test('settings are read and changed; unknown and malformed ones are refused', async () => {
    const patched = await control(sandbox, 'PATCH', '/settings', { latencyMs: 5 });
    expect(patched.body).toMatchObject({ latencyMs: 5, requestsPerMinute: 300 });
    expect((await control(sandbox, 'GET', '/settings')).body).toMatchObject({ latencyMs: 5 });
    const unknown = await control(sandbox, 'PATCH', '/settings', { latency: 5 });
    expect(unknown.body).toEqual({ error: 'latency: is not a field of this request' });
    expect((await control(sandbox, 'PATCH', '/settings', { latencyMs: '5' })).status).toBe(400);
    expect(sandbox.settings.latencyMs).toBe(5);
  });

  test('a reset brings everything back but the tokens', async () => {
    sandbox.patchCustomer('customer@example.com', { online: false });
    sandbox.addCustomer({ email: 'new@example.com' });
    sandbox.faults.add({ endpoint: '*', kind: '503', count: 9 });
    await control(sandbox, 'PATCH', '/settings', { requestsPerMinute: 1 });
    await client.post(EMAIL, emailTo('new@example.com'));
    expect((await control(sandbox, 'POST', '/reset')).status).toBe(204);
    expect(sandbox.customers()).toHaveLength(EVERYONE);
    expect(sandbox.customer('customer@example.com').online).toBe(true);
    expect(sandbox.settings.requestsPerMinute).toBe(300);
    expect([sandbox.deliveries.total, sandbox.requests.count()]).toEqual([0, 0]);
    expect((await send(WELL_KNOWN.delayedOrder.id)).status).toBe(200);
  });

  test('the index names the deployment, the endpoints and the fixed customers, and no secret', async () => {
    const { status, body } = await control(sandbox, 'GET', '/');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      webDeploymentId: DEFAULT_DEPLOYMENT_ID,
      wellKnownCustomers: { delayedOrder: { email: 'customer@example.com' } },
    });
    expect(JSON.stringify(body)).not.toContain('sandbox-secret');
    expect((await control(sandbox, 'GET', '/nowhere')).status).toBe(404);
  });
});
