import net from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { FaultInput } from '../../sandbox/faults.js';
import type { NotificationView } from '../../src/notification/notificationView.js';
import type { State } from '../../src/notification/state.js';
import { type Deployment, deploy } from '../support/deployment.js';
import { freePort } from '../support/freePort.js';

const WEB_SEND = 'agentless-message';
const EMAIL_SEND = 'agentless-email';

type WithoutEndpoint<F> = F extends unknown ? Omit<F, 'endpoint'> : never;
type Misbehaviour = WithoutEndpoint<FaultInput>;

let deployment: Deployment;
let engagePort: number;
const customers: string[] = [];

/** A customer with a history, who is online and has not been written to yet. */
function newCustomer(): { email: string } {
  const email = `row-${customers.length}@example.com`;
  customers.push(email);
  deployment.sandbox.addCustomer({
    email,
    firstName: 'Robin',
    conversations: [
      { minutesAgo: 90, messages: [{ from: 'customer', text: 'My parcel came without its lid.' }] },
    ],
  });
  return { email };
}

/** Sends to a new customer whose web message meets this; answers the notification's id and their email. */
async function meets(misbehaviour: Misbehaviour) {
  const recipient = newCustomer();
  deployment.sandbox.faults.add({ ...misbehaviour, endpoint: WEB_SEND } as FaultInput);
  const id = await deployment.send({ recipient, template: 'follow-up' });
  return { id, email: recipient.email };
}

/** The channels over which a customer really got something. */
function received(email: string): string[] {
  return deployment.sandbox.deliveries.list(email).map(({ channel }) => channel);
}

const sends = (endpoint: typeof WEB_SEND | typeof EMAIL_SEND | 'engage' = WEB_SEND) =>
  deployment.sandbox.requests.count(endpoint);

/** The notification in one of these states, once its timeline holds a step with this reason. */
async function deferred(id: string, reason: string, ...states: State[]): Promise<NotificationView> {
  for (;;) {
    const view = await deployment.reaches(id, ...states);
    if (view.timeline.some((entry) => entry.reason === reason)) return view;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** What takes the whole deadline of a call, begun before the other rows and looked at after them. */
const SLOW = [
  { name: 'stall', fault: { kind: 'stall' }, delivered: [] },
  { name: 'stall after delivering', fault: { kind: 'stall', delivered: true }, delivered: ['web'] },
  { name: 'body that trickles for ever', fault: { kind: 'trickle' }, delivered: ['web'] },
] as const;
const slow = new Map<string, { id: string; email: string }>();

beforeAll(async () => {
  engagePort = await freePort();
  deployment = await deploy({
    env: {
      // Accepted is the last word here: what becomes of a message later is another matter.
      DELIVERY_CHECK_AFTER: '0s',
      ACTIVE_CONVERSATION: 'defer',
      GENESYS_ENGAGE_URL: `http://127.0.0.1:${engagePort}`,
    },
  });
  await deployment.startWorker();
  for (const { name, fault } of SLOW) {
    deployment.sandbox.requests.clear();
    slow.set(name, await meets(fault));
    if (!(await deployment.sandbox.requests.waitFor(1, WEB_SEND, 10_000))) throw new Error(name);
  }
});
afterAll(() => deployment.stop());
beforeEach(() => {
  deployment.sandbox.requests.clear();
});

describe('perhaps sent: unknown, asked for once, no other channel', () => {
  test.each([
    [{ kind: '503' }, 'http_503', []],
    [{ kind: '500-before' }, 'http_500', []],
    [{ kind: '500-after' }, 'http_500', ['web']],
    [{ kind: 'reset-before' }, 'connection_lost', []],
    [{ kind: 'reset-after' }, 'connection_lost', ['web']],
    [{ kind: 'broken-json' }, 'malformed', ['web']],
    [{ kind: 'empty-2xx' }, 'malformed', ['web']],
  ] as const)('%j', async (fault, reason, delivered) => {
    const { id, email } = await meets(fault);
    const view = await deployment.reaches(id, 'unknown', 'sent', 'failed');
    expect(view).toMatchObject({ state: 'unknown', reason, channel: 'web' });
    expect(view.attempts).toBeLessThanOrEqual(1);
    expect([sends(), sends(EMAIL_SEND)]).toEqual([1, 0]);
    expect(received(email)).toEqual(delivered);
  });
});

describe('surely not sent, and never to be over this channel: the next one', () => {
  test.each([
    ['400', 'http_400', 'bad.request'],
    ['403-other', 'http_403', 'not.authorized'],
    ['404', 'http_404', 'not.found'],
    ['413', 'http_413', 'request.entity.too.large'],
    ['422', 'http_422', 'unprocessable.entity'],
  ] as const)('%s', async (kind, reason, detail) => {
    const { id, email } = await meets({ kind });
    const view = await deployment.reaches(id, 'sent', 'unknown', 'failed');
    expect(view).toMatchObject({ state: 'sent', channel: 'email', attempts: 1 });
    expect(view.timeline).toContainEqual(
      expect.objectContaining({ state: 'processing', channel: 'web', reason, detail }),
    );
    expect([sends(), sends(EMAIL_SEND)]).toEqual([1, 1]);
    expect(received(email)).toEqual(['email']);
  });

  test('and failed when every channel refuses', async () => {
    deployment.sandbox.faults.add({ endpoint: EMAIL_SEND, kind: '422' });
    const { id, email } = await meets({ kind: '400' });
    const view = await deployment.reaches(id, 'sent', 'unknown', 'failed');
    expect(view).toMatchObject({ state: 'failed', reason: 'every_channel_refused', attempts: 1 });
    expect(received(email)).toEqual([]);
  });
});

describe('surely not sent: the same channel, later', () => {
  test('429 closes the gate, and the job comes back without having used an attempt', async () => {
    const { id, email } = await meets({ kind: '429', retryAfter: '1' });
    const view = await deployment.reaches(id, 'sent', 'unknown', 'failed');
    expect(view).toMatchObject({ state: 'sent', channel: 'web', attempts: 1 });
    expect(view.timeline).toContainEqual(
      expect.objectContaining({ state: 'queued', reason: 'rate_limited' }),
    );
    const [refused, accepted] = sendTimes();
    expect((accepted ?? 0) - (refused ?? 0)).toBeGreaterThanOrEqual(990);
    expect([sends(), sends(EMAIL_SEND)]).toEqual([2, 0]);
    expect(received(email)).toEqual(['web']);
  });

  test('503 with Retry-After uses an attempt and waits as long as asked', async () => {
    const { id, email } = await meets({ kind: '503', retryAfter: '1' });
    const view = await deployment.reaches(id, 'sent', 'unknown', 'failed');
    expect(view).toMatchObject({ state: 'sent', channel: 'web', attempts: 2 });
    expect(view.timeline).toContainEqual(
      expect.objectContaining({ state: 'queued', reason: 'http_503' }),
    );
    const [refused, accepted] = sendTimes();
    expect((accepted ?? 0) - (refused ?? 0)).toBeGreaterThanOrEqual(990);
    expect([sends(), sends(EMAIL_SEND)]).toEqual([2, 0]);
    expect(received(email)).toEqual(['web']);
  });

  test('a port without a listener uses no attempt, and is tried again until there is one', async () => {
    const recipient = newCustomer();
    const channels = ['engage', 'email'] as ('engage' | 'email')[];
    const id = await deployment.send({ recipient, template: 'follow-up', channels });
    const waiting = await deferred(id, 'unreachable', 'queued', 'sent', 'unknown');
    expect(waiting).toMatchObject({ state: 'queued', attempts: 0 });
    expect(sends(EMAIL_SEND)).toBe(0);

    const gateway = net.createServer((socket) => {
      const onward = net.connect(deployment.sandbox.port, '127.0.0.1');
      for (const end of [socket, onward]) end.on('error', () => undefined);
      socket.pipe(onward).pipe(socket);
    });
    await new Promise<void>((resolve) => gateway.listen(engagePort, '127.0.0.1', resolve));
    const view = await deployment.reaches(id, 'sent', 'unknown', 'failed');
    gateway.close();
    expect(view).toMatchObject({ state: 'sent', channel: 'engage', attempts: 1 });
    expect([sends('engage'), sends(EMAIL_SEND)]).toEqual([1, 0]);
    expect(received(recipient.email)).toEqual(['engage']);
  });

  test('409 during an active conversation waits for its end without using an attempt', async () => {
    const recipient = newCustomer();
    deployment.sandbox.patchCustomer(recipient.email, { activeConversation: true });
    const id = await deployment.send({ recipient, template: 'follow-up' });
    const view = await deferred(id, 'active_conversation', 'queued', 'sent', 'failed');
    expect(view).toMatchObject({ state: 'queued', attempts: 0 });
    expect([sends(), sends(EMAIL_SEND)]).toEqual([1, 0]);
    expect(received(recipient.email)).toEqual([]);
    await deployment.producer.cancel(id);
  });
});

describe('surely not sent, and our own access is the cause', () => {
  test('401 once: one more login, and the same attempt goes on', async () => {
    const { id, email } = await meets({ kind: '401' });
    const view = await deployment.reaches(id, 'sent', 'unknown', 'failed');
    expect(view).toMatchObject({ state: 'sent', channel: 'web', attempts: 1 });
    expect(view.timeline.filter(({ state }) => state === 'queued')).toHaveLength(1);
    expect(deployment.sandbox.requests.count('login')).toBe(1);
    expect([sends(), sends(EMAIL_SEND)]).toEqual([2, 0]);
    expect(received(email)).toEqual(['web']);
  });

  test.each([
    [{ kind: '401', count: 2 }, 'credentials', 'http_401', 3],
    [
      { kind: '403-permission', permission: 'conversation:message:create' },
      'permission',
      'conversation:message:create',
      // One of them is the question, without a recipient, whether the permission is there now.
      3,
    ],
  ] as const)(
    '%j: held without using an attempt, sent once corrected',
    async (fault, reason, detail, count) => {
      const { id, email } = await meets(fault);
      const held = await deferred(id, reason, 'queued', 'unknown', 'failed');
      expect(held).toMatchObject({ state: 'queued', reason, attempts: 0 });
      expect(held.timeline).toContainEqual(expect.objectContaining({ reason, detail }));
      expect(received(email)).toEqual([]);

      const view = await deployment.reaches(id, 'sent', 'unknown', 'failed');
      expect(view).toMatchObject({ state: 'sent', channel: 'web', attempts: 1 });
      expect([sends(), sends(EMAIL_SEND)]).toEqual([count, 0]);
      expect(received(email)).toEqual(['web']);
    },
  );
});

describe('409 where the policy is the next channel', () => {
  test('goes there', async () => {
    const other = await deploy({ env: { ACTIVE_CONVERSATION: 'next-channel' } });
    try {
      await other.startWorker();
      const recipient = { email: 'chatting@example.com' };
      const id = await other.send({ recipient, template: 'follow-up' });
      const view = await other.reaches(id, 'sent', 'unknown', 'failed');
      expect(view).toMatchObject({ state: 'sent', channel: 'email', attempts: 1 });
      expect(view.timeline).toContainEqual(
        expect.objectContaining({ channel: 'web', reason: 'active_conversation' }),
      );
      expect(other.sandbox.deliveries.list().map(({ channel }) => channel)).toEqual(['email']);
    } finally {
      await other.stop();
    }
  });
});

describe('an answer that does not come before the call’s deadline: perhaps sent', () => {
  test.each(SLOW)('$name', async ({ name, delivered }) => {
    const sent = slow.get(name);
    if (sent === undefined) throw new Error('was not sent');
    const { id, email } = sent;
    const view = await deployment.reaches(id, 'unknown', 'sent', 'failed');
    expect(view).toMatchObject({ state: 'unknown', reason: 'timeout', channel: 'web' });
    const [intentAt, endedAt] = ['sending', 'unknown'].map((state) =>
      Date.parse(view.timeline.find((entry) => entry.state === state)?.at ?? ''),
    );
    expect((endedAt ?? 0) - (intentAt ?? 0)).toBeLessThan(18_000);
    expect(received(email)).toEqual(delivered);
  });
});

test('after all this, no customer has got a message twice', () => {
  expect(customers.length).toBeGreaterThan(20);
  for (const email of customers) expect(received(email).length).toBeLessThanOrEqual(1);
});

/** When the sends of this test arrived at the platform, in epoch milliseconds. */
function sendTimes(): number[] {
  const arrived = deployment.sandbox.requests.list();
  return arrived.filter(({ operation }) => operation === WEB_SEND).map(({ at }) => at);
}
