import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { FaultInput } from '../../sandbox/faults.js';
import { SMS_NUMBER } from '../../sandbox/population/generate.js';
import { WELL_KNOWN } from '../../sandbox/population/wellKnown.js';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import {
  type Client,
  control,
  EMAIL,
  emailTo,
  handClock,
  logIn,
  QUERY,
  WEB,
  webMessage,
} from './support/client.js';

const DAY = 86_400_000;
const LAG_MS = 5000;
const clock = handClock();
const { noHistory, delayedOrder } = WELL_KNOWN;
let sandbox: Sandbox;
let client: Client;
beforeAll(async () => {
  sandbox = await startSandbox({ requestsPerMinute: 0, indexingLagMs: LAG_MS, now: clock.now });
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  sandbox.reset();
  client = await logIn(sandbox);
});

interface Sent {
  id: string;
  conversationId: string;
}
interface Found {
  conversationId: string;
  originatingDirection: string;
  participants: {
    purpose: string;
    externalContactId?: string;
    sessions: { segments: { segmentStart: string; subject?: string }[] }[];
  }[];
}

const predicates = (...pairs: [string, string][]) =>
  pairs.map(([dimension, value]) => ({ dimension, value }));
const and = (...pairs: [string, string][]) => ({ type: 'and', predicates: predicates(...pairs) });
const or = (...pairs: [string, string][]) => ({ type: 'or', predicates: predicates(...pairs) });

/** What analytics knows of the last two days. */
async function found(...segmentFilters: object[]): Promise<Found[]> {
  const interval = [clock.now() - 2 * DAY, clock.now() + 60_000]
    .map((at) => new Date(at).toISOString())
    .join('/');
  const { status, body } = await client.post(QUERY, { interval, segmentFilters });
  expect(status).toBe(200);
  return (body as { conversations?: Found[] }).conversations ?? [];
}

const webMessagesTo = (id: string) =>
  found(
    and(['externalContactId', id], ['messageType', 'webmessaging']),
    and(['purpose', 'api'], ['direction', 'outbound']),
  );
const emailsTo = (...addresses: string[]) =>
  found(
    and(['mediaType', 'email'], ['direction', 'outbound']),
    or(...addresses.map((address): [string, string] => ['addressTo', address])),
  );

const sendWeb = async (to: string, extra: object = {}): Promise<Sent> =>
  (await client.post(WEB, webMessage(sandbox, to, extra))).body as Sent;
const sendEmail = async (to: string, extra: object = {}): Promise<Sent> =>
  (await client.post(EMAIL, emailTo(to, extra))).body as Sent;
const read = async (path: string): Promise<unknown> =>
  (await client.get(`/api/v2/conversations${path}`)).body;

/** The text of a web message, as its conversation has it. */
async function textOf({ id, conversationId }: Sent): Promise<string | undefined> {
  const path = `/api/v2/conversations/messages/${conversationId}/messages/bulk`;
  const { body } = await client.post(path, [id]);
  const { entities } = body as { entities: { normalizedMessage: { text: string } }[] };
  return entities[0]?.normalizedMessage.text;
}

describe('a web message that was sent', () => {
  test('its conversation has it at once, with the api participant, its time and its text', async () => {
    const sent = await sendWeb(noHistory.id, { textBody: 'Your parcel is here.' });
    expect(await read(`/messages/${sent.conversationId}`)).toMatchObject({
      participants: [
        { purpose: 'customer', externalContact: { id: noHistory.id } },
        {
          purpose: 'api',
          messages: [{ messageId: sent.id, messageTime: new Date(clock.now()).toISOString() }],
        },
      ],
    });
    expect(await textOf(sent)).toBe('Your parcel is here.');
  });

  test('analytics lists it for its contact once the lag is over', async () => {
    const { conversationId } = await sendWeb(noHistory.id);
    const sentAt = new Date(clock.now()).toISOString();
    clock.advance(LAG_MS - 1);
    expect(await webMessagesTo(noHistory.id)).toEqual([]);
    clock.advance(1);
    expect(await webMessagesTo(noHistory.id)).toMatchObject([
      {
        conversationId,
        originatingDirection: 'outbound',
        conversationStart: sentAt,
        participants: [
          { purpose: 'customer', externalContactId: noHistory.id },
          { purpose: 'api', sessions: [{ mediaType: 'message', messageType: 'webmessaging' }] },
        ],
      },
    ]);
  });

  test('one that joined a conversation begins when it was sent, not with the conversation', async () => {
    const conversation = sandbox.addConversation(noHistory.id, {
      media: 'webmessaging',
      minutesAgo: 30,
      active: true,
      messages: [{ from: 'customer', text: 'Hello?' }],
    });
    const sent = await sendWeb(noHistory.id, { useExistingActiveConversation: true });
    const sentAt = new Date(clock.now()).toISOString();
    expect(sent.conversationId).toBe(conversation);
    clock.advance(LAG_MS);
    const [first] = await found(and(['externalContactId', noHistory.id]), and(['purpose', 'api']));
    const api = first?.participants.find(({ purpose }) => purpose === 'api');
    expect(api?.sessions[0]?.segments[0]?.segmentStart).toBe(sentAt);
  });
});

describe('an email that was sent', () => {
  test('its conversation lists it at once, and gives both bodies', async () => {
    const textBody = `${'A long text. '.repeat(20)}Its end.`;
    const { id, conversationId } = await sendEmail('ada@example.net', { textBody });
    const time = new Date(clock.now()).toISOString();
    expect(await read(`/emails/${conversationId}`)).toMatchObject({
      participants: [{ purpose: 'customer', address: 'ada@example.net' }, { purpose: 'api' }],
    });
    const listed = (await read(`/emails/${conversationId}/messages`)) as { entities: object[] };
    expect(listed).toMatchObject({
      total: 1,
      entities: [{ id, time, subject: 'Your order', to: [{ email: 'ada@example.net' }] }],
    });
    expect(JSON.stringify(listed)).not.toContain('Its end.');
    expect(await read(`/emails/${conversationId}/messages/${id}`)).toMatchObject({
      id,
      textBody,
      htmlBody: '<p>Your order is on its way.</p>',
      from: { email: 'care@brand.example.com', name: 'Brand' },
    });
  });

  test('one that joined a conversation is listed only for those who ask for such', async () => {
    const { conversationId } = await sendEmail('ada@example.net');
    const { id } = await sendEmail('ada@example.net', { conversationId, subject: 'Again' });
    const path = `/emails/${conversationId}/messages`;
    expect(await read(path)).toMatchObject({ total: 1, entities: [{ subject: 'Your order' }] });
    expect(await read(`${path}?includeAgentlessStitchedMessages=true`)).toMatchObject({
      entities: [{ subject: 'Your order' }, { id, subject: 'Again' }],
    });
  });

  test('what is no email conversation, or no message of it, is a 404', async () => {
    const web = await sendWeb(noHistory.id);
    const { conversationId } = await sendEmail('ada@example.net');
    for (const path of [
      `${web.conversationId}/messages`,
      `${web.conversationId}/messages/${web.id}`,
      `${conversationId}/messages/${web.id}`,
    ]) {
      expect((await client.get(`/api/v2/conversations/emails/${path}`)).status).toBe(404);
    }
  });

  test('analytics lists it for its address, whichever case, and its subject, after the lag', async () => {
    const { conversationId } = await sendEmail('ada@example.net', { subject: 'Order 4711' });
    await sendEmail('grace@example.net');
    await sendEmail('third@example.net');
    expect(await emailsTo('ada@example.net')).toEqual([]);
    clock.advance(LAG_MS);
    const [first] = await emailsTo('ADA@example.net');
    expect(first).toMatchObject({ conversationId });
    expect(first?.participants[1]?.sessions[0]?.segments[0]?.subject).toBe('Order 4711');
    expect(await emailsTo('ada@example.net', 'grace@example.net')).toHaveLength(2);
    expect(await emailsTo('example.net')).toHaveLength(3);
    expect(await found(and(['subject', 'Order 4711']))).toHaveLength(1);
  });
});

test('analytics lists a text message for its number', async () => {
  const message = { fromAddress: SMS_NUMBER, toAddressMessengerType: 'sms', textBody: 'Hello.' };
  await client.post(WEB, { ...message, toAddress: '+442071234567' });
  clock.advance(LAG_MS);
  const sent = await found(and(['addressTo', '+442071234567'], ['purpose', 'api']));
  expect(sent).toMatchObject([{ originatingDirection: 'outbound' }]);
});

describe('what the platform may do to one who asks', () => {
  test.each<FaultInput>([
    { endpoint: 'agentless-message', kind: '503-after', retryAfter: '2' },
    { endpoint: 'agentless-message', kind: '500-after' },
    { endpoint: 'agentless-message', kind: 'reset-after' },
    { endpoint: 'agentless-message', kind: 'broken-json' },
    { endpoint: 'agentless-message', kind: 'empty-2xx' },
  ])('a send whose answer is spoilt was delivered once, and the record names %o', async (fault) => {
    sandbox.faults.add(fault);
    await client.post(WEB, webMessage(sandbox, delayedOrder.id)).catch(() => undefined);
    expect(sandbox.deliveries.list()).toMatchObject([{ fault: fault.kind }]);
    clock.advance(LAG_MS);
    expect(await webMessagesTo(delayedOrder.id)).toHaveLength(1);
  });

  test('503-after answers as 503 does, and a message that was answered has no fault', async () => {
    sandbox.faults.add({ endpoint: 'agentless-email', kind: '503-after', retryAfter: '2' });
    const reply = await client.post(EMAIL, emailTo('ada@example.net'));
    expect(reply).toMatchObject({ status: 503, body: { code: 'service.unavailable' } });
    expect(reply.headers.get('retry-after')).toBe('2');
    await sendEmail('grace@example.net');
    const { body } = await control(sandbox, 'GET', '/deliveries');
    expect(body).toMatchObject({
      deliveries: [
        { to: 'ada@example.net', fault: '503-after' },
        { to: 'grace@example.net', fault: null },
      ],
    });
  });

  test('index-late and index-missing keep a message from analytics, not from its conversation', async () => {
    sandbox.faults.add({ kind: 'index-late', ms: 1000 });
    const late = await sendWeb(noHistory.id);
    sandbox.faults.add({ kind: 'index-missing' });
    const missing = await sendWeb(delayedOrder.id);
    clock.advance(LAG_MS + 999);
    expect(await webMessagesTo(noHistory.id)).toEqual([]);
    clock.advance(1);
    expect(await webMessagesTo(noHistory.id)).toMatchObject([
      { conversationId: late.conversationId },
    ]);
    clock.advance(3_600_000);
    expect(await webMessagesTo(delayedOrder.id)).toEqual([]);
    expect(await textOf(missing)).toBe('Your order is on its way.');
  });

  test('texts can be read back with other line ends than they were sent with', async () => {
    sandbox.settings.textsReadBack = 'normalized';
    const textBody = 'Hello,  \nyour order\r\nis here.';
    const normalized = 'Hello,\r\nyour order\r\nis here.';
    expect(await textOf(await sendWeb(delayedOrder.id, { textBody }))).toBe(normalized);
    const { id, conversationId } = await sendEmail('ada@example.net', { textBody });
    expect(await read(`/emails/${conversationId}/messages/${id}`)).toMatchObject({
      textBody: normalized,
    });
    expect(sandbox.deliveries.list().map(({ text }) => text)).toEqual([textBody, textBody]);
  });
});
