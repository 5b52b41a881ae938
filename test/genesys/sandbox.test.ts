import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import { GO, LANE, startClient, type TestClient, WEB_MESSAGE } from './support/client.js';

// The sandbox was written from the platform's documents alone, so the two check each other here.

const DAY = 86_400_000;
const EMAIL = 'customer@example.com';

let sandbox: Sandbox;
let genesys: TestClient;
let contactId: string;

beforeAll(async () => {
  sandbox = await startSandbox({ requestsPerMinute: 0 });
  genesys = await startClient({
    baseUrl: sandbox.url,
    engageUrl: sandbox.url,
    clientId: sandbox.settings.clientId,
    clientSecret: sandbox.settings.clientSecret,
  });
  contactId = sandbox.customer(EMAIL).id;
});

afterAll(async () => {
  await genesys.client.close();
  await sandbox.close();
});

beforeEach(() => {
  sandbox.faults.clear();
});

const webMessage = () => ({
  ...WEB_MESSAGE,
  fromAddress: sandbox.settings.deploymentId,
  externalContactId: contactId,
});

async function newestConversation() {
  const page = await genesys.client.queryConversations(
    {
      interval: `${new Date(Date.now() - 30 * DAY).toISOString()}/${new Date().toISOString()}`,
      order: 'desc',
      orderBy: 'conversationStart',
      paging: { pageSize: 5, pageNumber: 1 },
      segmentFilters: [
        {
          type: 'and',
          predicates: [
            { dimension: 'mediaType', value: 'message' },
            { dimension: 'messageType', value: 'webmessaging' },
            { dimension: 'externalContactId', value: contactId },
          ],
        },
      ],
    },
    LANE,
  );
  if (!page.ok) throw new Error(`no history: ${JSON.stringify(page.failure)}`);
  const customer = ({ purpose }: { purpose?: string | undefined }) => purpose === 'customer';
  return page.data.conversations.find(({ participants }) => participants.some(customer));
}

describe('against the sandbox', () => {
  test('a customer is found by email, with what they last said', async () => {
    const contact = await genesys.client.findContact(EMAIL, LANE);
    expect(contact).toMatchObject({ ok: true, data: { id: contactId, firstName: 'Dana' } });
    expect(await genesys.client.getContact(contactId, LANE)).toMatchObject({
      ok: true,
      data: { id: contactId },
    });

    const summary = await newestConversation();
    if (summary === undefined) throw new Error('no conversation');
    const conversation = await genesys.client.getMessageConversation(summary.conversationId, LANE);
    if (!conversation.ok) throw new Error('no such conversation');
    const ids = conversation.data.participants
      .filter(({ purpose }) => purpose === 'customer')
      .flatMap(({ messages }) => messages.flatMap(({ messageId }) => messageId ?? []));
    const messages = await genesys.client.getMessages(summary.conversationId, ids, LANE);
    if (!messages.ok) throw new Error('no messages');
    expect(messages.data.map(({ id }) => id).sort()).toEqual([...ids].sort());
    expect(messages.data.some(({ normalizedMessage }) => normalizedMessage?.text)).toBe(true);
  });

  test('an unknown customer is null', async () => {
    const result = await genesys.client.findContact('nobody@example.com', LANE);
    expect(result).toMatchObject({ ok: true, data: null });
    expect(
      await genesys.client.getContact('c0000000-dead-4000-8000-000000000000', LANE),
    ).toMatchObject({
      ok: true,
      data: null,
    });
  });

  test('a web message arrives, and its details can be read', async () => {
    const sent = await genesys.client.sendAgentlessMessage(webMessage(), GO, LANE);
    if (!sent.ok) throw new Error(`not sent: ${JSON.stringify(sent.failure)}`);
    expect(sent.data.conversationId).toBeDefined();
    const details = await genesys.client.getMessageDetails(sent.data.messageId, LANE);
    expect(details).toMatchObject({
      ok: true,
      data: { id: sent.data.messageId, status: expect.any(String) },
    });
  });

  test('an email and an Engage message arrive', async () => {
    const before = sandbox.deliveries.total;
    const email = await genesys.client.sendAgentlessEmail(
      {
        senderType: 'Outbound',
        fromAddress: { email: 'shop@example.com', name: 'Shop' },
        toAddresses: [{ email: EMAIL }],
        subject: 'Your order',
        textBody: 'Hello',
        htmlBody: '<p>Hello</p>',
      },
      GO,
      LANE,
    );
    expect(email).toMatchObject({ ok: true, data: { messageId: expect.any(String) } });
    const engage = await genesys.client.sendEngageMessage(
      {
        to: { type: 'email', address: EMAIL },
        from: { type: 'email', address: 'shop@example.com', name: 'Shop' },
        subject: 'Your order',
        body: { contentType: 'text/html', content: '<p>Hello</p>' },
        messageType: 'proactive',
      },
      GO,
      LANE,
    );
    expect(engage).toMatchObject({ ok: true, status: 202 });
    expect(sandbox.deliveries.total).toBe(before + 2);
  });

  test.each([
    ['400', { kind: 'http', status: 400 }],
    ['401', { kind: 'http', status: 401 }],
    ['403-other', { kind: 'http', status: 403 }],
    ['404', { kind: 'http', status: 404 }],
    ['409', { kind: 'http', status: 409 }],
    ['413', { kind: 'http', status: 413 }],
    ['422', { kind: 'http', status: 422 }],
    ['500-before', { kind: 'http', status: 500 }],
    ['500-after', { kind: 'http', status: 500 }],
    ['reset-before', { kind: 'connection_lost' }],
    ['reset-after', { kind: 'connection_lost' }],
    ['broken-json', { kind: 'malformed', status: 200 }],
    ['empty-2xx', { kind: 'malformed', status: 200 }],
  ] as const)('a send met by %s is asked for once and says so', async (kind, failure) => {
    sandbox.requests.clear();
    sandbox.faults.add({ endpoint: 'agentless-message', kind });
    expect(await genesys.client.sendAgentlessMessage(webMessage(), GO, LANE)).toMatchObject({
      ok: false,
      failure,
    });
    const sends = sandbox.requests.list().filter(({ path }) => path.includes('agentless'));
    expect(sends).toHaveLength(1);
  });

  test('a missing permission is named', async () => {
    sandbox.faults.add({
      endpoint: 'agentless-message',
      kind: '403-permission',
      permission: 'conversation:message:create',
    });
    expect(await genesys.client.sendAgentlessMessage(webMessage(), GO, LANE)).toMatchObject({
      failure: {
        kind: 'http',
        status: 403,
        permissions: ['conversation:message:create'],
        correlationId: expect.any(String),
      },
    });
  });

  test('a 429 says how long to wait, in seconds or hours', async () => {
    for (const [retryAfter, retryAfterMs] of [
      ['3', 3_000],
      ['7200', 7_200_000],
    ] as const) {
      sandbox.faults.add({ endpoint: 'agentless-message', kind: '429', retryAfter });
      expect(await genesys.client.sendAgentlessMessage(webMessage(), GO, LANE)).toMatchObject({
        failure: { kind: 'http', status: 429, code: 'too.many.requests.retry.after', retryAfterMs },
      });
    }
  });

  test('a read gets over a 503 and revoked tokens', async () => {
    sandbox.faults.add({ endpoint: 'contact-lookup', kind: '503' });
    expect(await genesys.client.findContact(EMAIL, LANE)).toMatchObject({ ok: true });
    sandbox.revokeTokens();
    expect(await genesys.client.findContact(EMAIL, LANE)).toMatchObject({ ok: true });
  });
});
