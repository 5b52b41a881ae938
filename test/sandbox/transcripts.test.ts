import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { WELL_KNOWN, type WellKnown } from '../../sandbox/population/wellKnown.js';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import { type Client, EMAIL, emailTo, logIn, QUERY } from './support/client.js';

const DAY = 86_400_000;
let sandbox: Sandbox;
let client: Client;
beforeAll(async () => {
  sandbox = await startSandbox();
  client = await logIn(sandbox);
});
afterAll(() => sandbox.close());

interface Conversation {
  id: string;
  participants: {
    purpose: string;
    externalContact?: { id: string };
    messages: { messageId: string; messageMetadata: { type: string } }[];
  }[];
}

async function conversationOf(who: WellKnown): Promise<Conversation> {
  const now = Date.now();
  const interval = [now - 30 * DAY, now].map((at) => new Date(at).toISOString()).join('/');
  const predicates = [{ dimension: 'externalContactId', value: WELL_KNOWN[who].id }];
  const found = await client.post(QUERY, {
    interval,
    segmentFilters: [{ type: 'or', predicates }],
  });
  const { conversations } = found.body as { conversations: { conversationId: string }[] };
  const path = `/api/v2/conversations/messages/${conversations[0]?.conversationId}`;
  return (await client.get(path)).body as Conversation;
}

const messageIds = ({ participants }: Conversation): string[] =>
  participants.flatMap(({ messages }) => messages.map(({ messageId }) => messageId));

const bulk = (conversation: Conversation, ids: unknown, normalized = true) =>
  client.post(
    `/api/v2/conversations/messages/${conversation.id}/messages/bulk` +
      `?useNormalizedMessage=${normalized}`,
    ids,
  );

test('a conversation lists ids and kinds of messages by participant, and no text', async () => {
  const conversation = await conversationOf('delayedOrder');
  const [customer] = conversation.participants;
  expect(customer).toMatchObject({
    purpose: 'customer',
    externalContact: { id: WELL_KNOWN.delayedOrder.id },
  });
  const kinds = customer?.messages.map(({ messageMetadata }) => messageMetadata.type) ?? [];
  expect(new Set(kinds)).toEqual(new Set(['Event', 'Text', 'Receipt']));
  expect(JSON.stringify(conversation)).not.toContain('48213');
});

test('bulk messages hold the normalized text, its direction and who it is from', async () => {
  const conversation = await conversationOf('delayedOrder');
  const { status, body } = await bulk(conversation, messageIds(conversation));
  expect(status).toBe(200);
  const { entities } = body as { entities: object[] };
  expect(entities).toHaveLength(messageIds(conversation).length);
  expect(entities).toContainEqual(
    expect.objectContaining({
      direction: 'inbound',
      status: 'received',
      normalizedMessage: expect.objectContaining({
        type: 'Text',
        text: 'My order 48213 was due last Friday and still has not arrived. Where is it?',
        channel: expect.objectContaining({ from: expect.objectContaining({ nickname: 'Dana' }) }),
      }),
    }),
  );
});

test('with useNormalizedMessage=false there is only the deprecated text body', async () => {
  const conversation = await conversationOf('ranting');
  const { body } = await bulk(conversation, messageIds(conversation), false);
  const [first] = (body as { entities: { textBody: string }[] }).entities;
  expect(first?.textBody).toHaveLength(5000);
  expect(first).not.toHaveProperty('normalizedMessage');
});

test('answers by button stand in the content, not in the text', async () => {
  const conversation = await conversationOf('buttons');
  const { body } = await bulk(conversation, messageIds(conversation));
  const text = JSON.stringify(body);
  expect(text).toContain('"buttonResponse":{"type":"Button","text":"Change my delivery address"');
  expect(text).toContain('"quickReply":{"text":"The order of 12 October"');
});

test('one message is read without its conversation', async () => {
  const [id] = messageIds(await conversationOf('emoji'));
  const path = `/api/v2/conversations/messages/${id}/details?useNormalizedMessage=true`;
  expect(await client.get(path)).toMatchObject({ status: 200, body: { id, status: 'received' } });
});

test('the text is normalized when nothing is said about it', async () => {
  const [, id] = messageIds(await conversationOf('emoji'));
  const { body } = await client.get(`/api/v2/conversations/messages/${id}/details`);
  expect(body).toMatchObject({ normalizedMessage: { text: expect.stringContaining('the cake') } });
});

test('ids of other conversations are left out of a bulk answer', async () => {
  const conversation = await conversationOf('emoji');
  const others = messageIds(await conversationOf('ranting'));
  expect((await bulk(conversation, others)).body).toEqual({ entities: [] });
});

test('a bulk request takes an array of 1 to 1,000 ids', async () => {
  const conversation = await conversationOf('emoji');
  const ids = (length: number) => Array.from({ length }, (_, n) => `message-${n}`);
  expect((await bulk(conversation, ids(1000))).status).toBe(200);
  expect((await bulk(conversation, ids(1001))).status).toBe(400);
  expect((await bulk(conversation, [])).status).toBe(400);
  expect((await bulk(conversation, { ids: ids(1) })).status).toBe(400);
  expect((await bulk(conversation, [1])).body).toMatchObject({ details: [{ fieldName: '[0]' }] });
});

test('unknown conversations and messages, and those of email, are a 404', async () => {
  const { body } = await client.post(EMAIL, emailTo('customer@example.com'));
  const email = body as { id: string; conversationId: string };
  for (const path of ['unknown', email.conversationId, 'unknown/details', `${email.id}/details`]) {
    expect((await client.get(`/api/v2/conversations/messages/${path}`)).status).toBe(404);
  }
  const nowhere = { id: 'unknown', participants: [] };
  expect((await bulk(nowhere, ['x'])).status).toBe(404);
});
