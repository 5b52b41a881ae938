import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { WELL_KNOWN } from '../../sandbox/population/wellKnown.js';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import {
  type Client,
  control,
  handClock,
  logIn,
  logInAs,
  WEB,
  webMessage,
} from './support/client.js';
import { Listener } from './support/socket.js';

const CHANNELS = '/api/v2/notifications/channels';
const clock = handClock();
let sandbox: Sandbox;
let client: Client;
let topic: string;
beforeAll(async () => {
  sandbox = await startSandbox({ generatedCustomers: 0, deliveryDelayMs: 0, now: clock.now });
  topic = `v2.webmessaging.deployments.${sandbox.settings.deploymentId}.undelivered.messages`;
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  sandbox.reset();
  client = await logIn(sandbox);
});

interface Channel {
  id: string;
  connectUri: string;
  expires: string;
}

const subscriptions = ({ id }: Channel) => `${CHANNELS}/${id}/subscriptions`;

async function create(as = client): Promise<Channel> {
  const { status, body } = await as.post(CHANNELS, undefined);
  expect(status).toBe(200);
  return body as Channel;
}

async function listen(): Promise<{ channel: Channel; listener: Listener }> {
  const channel = await create();
  expect((await client.put(subscriptions(channel), [{ id: topic }])).status).toBe(200);
  return { channel, listener: await Listener.open(channel.connectUri) };
}

const send = (who: 'offline' | 'delayedOrder' = 'offline') =>
  client.post(WEB, webMessage(sandbox, WELL_KNOWN[who].id));
const act = (action: string, channelId?: string) =>
  control(sandbox, 'POST', '/channels', { do: action, channelId });
const raised = (count: number) => sandbox.notifications.waitForEvents(count, 60_000);

describe('channels', () => {
  test('a channel has an address to connect to and lives for 24 hours', async () => {
    const { connectUri, expires } = await create();
    expect(connectUri).toMatch(/^ws:/);
    expect(Date.parse(expires) - clock.now()).toBe(86_400_000);
  });

  test('only the channels of the own client are listed and found', async () => {
    const mine = await create();
    const theirs = await create(await logInAs(sandbox, 'another'));
    expect(await client.get(CHANNELS)).toMatchObject({ body: { entities: [{ id: mine.id }] } });
    expect((await client.get(subscriptions(theirs))).status).toBe(404);
    expect((await client.get(`${CHANNELS}?includechannels=all`)).status).toBe(400);
  });

  test('a 21st channel removes the one that was used longest ago, those without a socket first', async () => {
    const connected = await create();
    await Listener.open(connected.connectUri);
    const oldest = await create();
    for (let made = 2; made < 20; made += 1) await create();
    clock.advance(1);
    await create();
    const ids = sandbox.notifications.channels().map(({ id }) => id);
    expect(ids).toHaveLength(20);
    expect(ids).toContain(connected.id);
    expect(ids).not.toContain(oldest.id);
  });

  test('a channel whose time has passed is gone; a subscription starts its time anew', async () => {
    const channel = await create();
    clock.advance(86_399_000);
    client = await logIn(sandbox);
    expect((await client.put(subscriptions(channel), [{ id: topic }])).status).toBe(200);
    clock.advance(86_399_000);
    client = await logIn(sandbox);
    expect((await client.get(subscriptions(channel))).status).toBe(200);
    clock.advance(1000);
    client = await logIn(sandbox);
    expect((await client.get(subscriptions(channel))).status).toBe(404);
    await expect(Listener.open(channel.connectUri)).rejects.toThrow('404');
  });
});

describe('subscriptions', () => {
  test('PUT replaces the list, GET shows it, DELETE empties it', async () => {
    const channel = await create();
    const listed = { entities: [{ id: topic, state: 'Permitted' }] };
    expect(await client.put(subscriptions(channel), [{ id: topic }])).toMatchObject({
      status: 200,
      body: listed,
    });
    expect((await client.get(subscriptions(channel))).body).toEqual(listed);
    expect((await client.post(subscriptions(channel), [])).body).toEqual(listed);
    expect((await client.put(subscriptions(channel), [])).body).toEqual({ entities: [] });
    await client.put(subscriptions(channel), [{ id: topic }]);
    expect((await client.delete(subscriptions(channel))).status).toBe(204);
    expect((await client.get(subscriptions(channel))).body).toEqual({ entities: [] });
  });

  test('a topic that is not permitted is refused, or listed as rejected with ignoreErrors', async () => {
    await control(sandbox, 'PATCH', '/settings', { permissions: ['conversation:message:view'] });
    const channel = await create();
    const missing = 'conversation:webmessaging:view';
    expect(await client.put(subscriptions(channel), [{ id: topic }])).toMatchObject({
      status: 403,
      body: { code: 'missing.permissions', messageParams: { permissions: missing } },
    });
    const lenient = `${subscriptions(channel)}?ignoreErrors=true`;
    expect(await client.put(lenient, [{ id: topic }])).toMatchObject({
      status: 200,
      body: { entities: [{ id: topic, state: 'Rejected', missingPermissions: [missing] }] },
    });
    expect((await client.get(subscriptions(channel))).body).toEqual({ entities: [] });
  });

  test.each<[string, unknown]>([
    ['an unknown topic', [{ id: 'v2.users.me.presence' }]],
    ['an unknown field', [{ id: 'x', topic: 'y' }]],
    ['no list', { id: 'x' }],
    ['1,001 topics', Array.from({ length: 1001 }, (_, n) => ({ id: `t${n}` }))],
  ])('%s is a 400', async (_what, body) => {
    const channel = await create();
    expect((await client.put(subscriptions(channel), body)).status).toBe(400);
  });
});

describe('the socket', () => {
  test('sends heartbeats and answers pings', async () => {
    sandbox.settings.heartbeatSeconds = 0.02;
    const { listener } = await listen();
    const [beat] = await listener.waitFor('channel.metadata');
    expect(beat?.eventBody).toEqual({ message: 'WebSocket Heartbeat' });
    listener.socket.send('{"message":"ping"}');
    while (!listener.heard.some(({ eventBody }) => eventBody.message === 'pong')) {
      await listener.waitFor('channel.metadata', listener.heard.length + 1);
    }
  });

  test('is closed when something else than a ping is sent', async () => {
    const { listener } = await listen();
    listener.socket.send('hello');
    expect(await listener.ended).toBe(1003);
  });

  test('a second one of a channel takes the place of the first', async () => {
    const { channel, listener } = await listen();
    const second = await Listener.open(channel.connectUri);
    expect(await listener.ended).toBe(1001);
    await second.ping();
  });

  test('needs a channel, and no page of another site may open it', async () => {
    const { connectUri } = await create();
    await expect(Listener.open(connectUri.replace(/.$/, 'z'))).rejects.toThrow('404');
    const { WebSocket } = await import('ws');
    const foreign = new WebSocket(connectUri, { origin: 'https://evil.example' });
    const failed = new Promise<Error>((resolve) => foreign.once('error', resolve));
    expect((await failed).message).toContain('403');
  });

  test('can be closed, cut, frozen, thawed, warned and expired on demand', async () => {
    const { channel, listener } = await listen();
    expect((await act('warn')).status).toBe(204);
    await listener.waitFor('v2.system.socket_closing');
    await act('freeze', channel.id);
    listener.socket.send('{"message":"ping"}');
    await send();
    await raised(1);
    await act('thaw');
    await listener.ping();
    expect(listener.on(topic)).toEqual([]);
    await act('close');
    expect(await listener.ended).toBe(1001);
    const again = await Listener.open(channel.connectUri);
    await act('cut');
    expect(await again.ended).toBe(1006);
    await act('expire');
    await expect(Listener.open(channel.connectUri)).rejects.toThrow('404');
    expect((await act('close', channel.id)).status).toBe(404);
    expect((await act('explode')).status).toBe(400);
  });

  test('costs no platform request', async () => {
    const { listener } = await listen();
    await listener.ping();
    expect(sandbox.requests.countByOperation()).toEqual({
      login: 1,
      'channel-create': 1,
      'subscriptions-replace': 1,
    });
  });
});

describe('undelivered web messages', () => {
  test('are raised once each, with the ids of the message and none of its text', async () => {
    const { listener } = await listen();
    const { body } = await send();
    const { id, conversationId } = body as { id: string; conversationId: string };
    const [event] = await listener.waitFor(topic);
    expect(event?.eventBody).toEqual({
      conversationId,
      deploymentId: sandbox.settings.deploymentId,
      externalContactId: WELL_KNOWN.offline.id,
      participantId: expect.any(String),
      communicationId: expect.any(String),
      sessionExpiry: expect.any(Number),
      messages: [{ id, eventTimeMs: expect.any(Number) }],
      eventTimeMs: expect.any(Number),
    });
    await listener.ping();
    expect(listener.on(topic)).toHaveLength(1);
  });

  test('a message that arrives raises nothing', async () => {
    const { listener } = await listen();
    await send('delayedOrder');
    await send();
    await listener.waitFor(topic);
    expect(sandbox.notifications.events()).toHaveLength(1);
  });

  test('what is raised while no socket is open is lost', async () => {
    const { channel, listener } = await listen();
    await act('close');
    await listener.ended;
    await send();
    await raised(1);
    const again = await Listener.open(channel.connectUri);
    await again.ping();
    expect(again.on(topic)).toEqual([]);
    expect(sandbox.notifications.events()).toMatchObject([{ topic, heardBy: 0 }]);
  });

  test('the control tells who listens and what was raised, and waits for it', async () => {
    const waiting = control(sandbox, 'GET', '/channels?listening=1&events=1&timeoutMs=60000');
    const { channel } = await listen();
    await send();
    expect((await waiting).body).toMatchObject({
      reached: true,
      channels: [{ id: channel.id, topics: [topic], connected: true, frozen: false }],
      events: [{ topic, heardBy: 1 }],
    });
  });
});

describe('faults of events and sockets', () => {
  test('an event may be missing', async () => {
    sandbox.faults.add({ kind: 'event-missing' });
    const { listener } = await listen();
    await send();
    const second = (await send()).body as { id: string };
    const [event] = await listener.waitFor(topic);
    expect(event?.eventBody).toMatchObject({ messages: [{ id: second.id }] });
  });

  test('an event may come late and repeatedly', async () => {
    sandbox.faults.add({ kind: 'event-late', ms: 50 });
    sandbox.faults.add({ kind: 'event-repeated', times: 2 });
    const { listener } = await listen();
    const sentAt = performance.now();
    await send();
    const [first, second, third] = await listener.waitFor(topic, 3);
    expect(performance.now() - sentAt).toBeGreaterThanOrEqual(49);
    expect([second?.eventBody, third?.eventBody]).toEqual([first?.eventBody, first?.eventBody]);
  });

  test('sockets may be closed every so many seconds', async () => {
    sandbox.faults.add({ kind: 'socket-closes', seconds: 0.02, count: 1 });
    sandbox.faults.add({ kind: 'socket-closes', seconds: 0.02, abrupt: true, count: 1 });
    const { channel, listener } = await listen();
    expect(await listener.ended).toBe(1001);
    expect(await (await Listener.open(channel.connectUri)).ended).toBe(1006);
    await (await Listener.open(channel.connectUri)).ping();
  });

  test('a socket may be frozen: no heartbeat, no pong, no event', async () => {
    sandbox.settings.heartbeatSeconds = 0.01;
    sandbox.faults.add({ kind: 'socket-frozen' });
    const { channel, listener } = await listen();
    listener.socket.send('{"message":"ping"}');
    await send();
    await raised(1);
    const second = await Listener.open(channel.connectUri);
    await listener.ended;
    expect(listener.heard).toEqual([]);
    await second.waitFor('channel.metadata', 2);
  });

  test('is armed without an endpoint, and refused with one', async () => {
    const arm = (fault: object) => control(sandbox, 'POST', '/faults', fault);
    expect((await arm({ kind: 'socket-frozen' })).status).toBe(201);
    expect((await arm({ kind: 'socket-frozen', endpoint: 'contact' })).status).toBe(400);
    expect((await arm({ kind: 'event-late', ms: 0 })).status).toBe(400);
  });
});
