import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { EngageMessage } from '../../src/genesys/resources/sends.js';
import { GO, LANE, startClient, type TestClient, WEB_MESSAGE } from './support/client.js';
import { json, type Platform, startPlatform } from './support/platform.js';

let platform: Platform;
let genesys: TestClient;

beforeEach(async () => {
  platform = await startPlatform();
  genesys = await startClient({ baseUrl: `${platform.url}/gateway`, engageUrl: platform.url });
});

afterEach(async () => {
  await genesys.client.close();
  await platform.close();
});

function answerWith(status: number, body: unknown): void {
  platform.handler = (_request, response) =>
    json(response, status, body, { 'ININ-Correlation-Id': 'correlation-1' });
}

function onlyRequest() {
  expect(platform.requests).toHaveLength(1);
  const [request] = platform.requests;
  if (request === undefined) throw new Error('no request arrived');
  return request;
}

describe('what goes over the wire', () => {
  test('every request carries the token, JSON, and who we are', async () => {
    answerWith(200, { id: 'contact-1' });
    await genesys.client.findContact('a@example.com', LANE);
    expect(onlyRequest().headers).toMatchObject({
      authorization: 'Bearer token-1',
      'content-type': 'application/json',
      accept: 'application/json',
      'user-agent': expect.stringMatching(/^proactive-notifier\/\d+\.\d+\.\d+/),
    });
  });

  test('login sends client credentials as a form with Basic authentication', async () => {
    await genesys.client.checkCredentials();
    expect(platform.logins[0]).toMatchObject({
      method: 'POST',
      path: '/gateway/oauth/token',
      text: 'grant_type=client_credentials',
      headers: {
        authorization: `Basic ${Buffer.from('client-1:secret-1').toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
    });
  });

  test('a contact is looked up by one email identifier', async () => {
    answerWith(200, { id: 'contact-1', firstName: 'Ada', mergeSet: [{ id: 'contact-2' }] });
    const result = await genesys.client.findContact('a@example.com', LANE);
    expect(result).toEqual({
      ok: true,
      status: 200,
      correlationId: 'correlation-1',
      data: { id: 'contact-1', firstName: 'Ada', mergeSet: [{ id: 'contact-2' }] },
    });
    expect(onlyRequest()).toMatchObject({
      method: 'POST',
      path: '/gateway/api/v2/externalcontacts/identifierlookup/contacts',
      query: {},
      body: { type: 'Email', value: 'a@example.com' },
    });
  });

  test('a contact is read by id, whatever characters the id has', async () => {
    answerWith(200, { id: 'a/b' });
    await genesys.client.getContact('a/b', LANE);
    expect(onlyRequest()).toMatchObject({
      method: 'GET',
      path: '/gateway/api/v2/externalcontacts/contacts/a%2Fb',
    });
  });

  test('a conversation query is passed on as it is', async () => {
    answerWith(200, {
      totalHits: 1,
      conversations: [
        {
          conversationId: 'conversation-1',
          participants: [{ purpose: 'customer', sessions: [{ mediaType: 'message' }] }],
        },
      ],
    });
    const query = {
      interval: '2026-10-22T00:00:00.000Z/2026-11-22T00:00:00.000Z',
      order: 'desc' as const,
      orderBy: 'conversationStart' as const,
      paging: { pageSize: 100, pageNumber: 1 },
      segmentFilters: [
        { type: 'or' as const, predicates: [{ dimension: 'externalContactId', value: 'c' }] },
      ],
    };
    const result = await genesys.client.queryConversations(query, LANE);
    expect(result).toMatchObject({
      ok: true,
      data: {
        totalHits: 1,
        conversations: [
          {
            conversationId: 'conversation-1',
            participants: [
              { purpose: 'customer', sessions: [{ mediaType: 'message', segments: [] }] },
            ],
          },
        ],
      },
    });
    expect(onlyRequest()).toMatchObject({
      method: 'POST',
      path: '/gateway/api/v2/analytics/conversations/details/query',
      body: query,
    });
  });

  test('a page without conversations has none, though the platform leaves the key out', async () => {
    answerWith(200, { totalHits: 0 });
    const result = await genesys.client.queryConversations({ interval: 'a/b' }, LANE);
    expect(result).toMatchObject({ ok: true, data: { conversations: [], totalHits: 0 } });
  });

  test('a message conversation is read for ids, times and purposes', async () => {
    answerWith(200, {
      id: 'conversation-1',
      participants: [{ purpose: 'customer', messages: [{ messageId: 'm1', messageTime: 't' }] }],
    });
    const result = await genesys.client.getMessageConversation('conversation-1', LANE);
    expect(result).toMatchObject({
      ok: true,
      data: { participants: [{ purpose: 'customer', messages: [{ messageId: 'm1' }] }] },
    });
    expect(onlyRequest()).toMatchObject({
      method: 'GET',
      path: '/gateway/api/v2/conversations/messages/conversation-1',
    });
  });

  test('messages are fetched in bulk, normalised', async () => {
    answerWith(200, {
      entities: [
        {
          id: 'm1',
          normalizedMessage: {
            type: 'Structured',
            content: [{ contentType: 'ButtonResponse', buttonResponse: { text: 'Yes' } }],
          },
        },
      ],
    });
    const result = await genesys.client.getMessages('conversation-1', ['m1', 'm2'], LANE);
    expect(result).toMatchObject({
      ok: true,
      data: [{ id: 'm1', normalizedMessage: { content: [{ buttonResponse: { text: 'Yes' } }] } }],
    });
    expect(onlyRequest()).toMatchObject({
      method: 'POST',
      path: '/gateway/api/v2/conversations/messages/conversation-1/messages/bulk',
      query: { useNormalizedMessage: 'true' },
      body: ['m1', 'm2'],
    });
  });

  test('more than 1,000 messages at once are a mistake of ours, not a request', async () => {
    const ids = Array.from({ length: 1_001 }, (_, index) => `m${index}`);
    await expect(genesys.client.getMessages('c', ids, LANE)).rejects.toThrow(/1000/);
    expect(platform.requests).toHaveLength(0);
  });

  test('message details need no conversation id', async () => {
    answerWith(200, { id: 'm1', status: 'delivery-failed' });
    const result = await genesys.client.getMessageDetails('m1', LANE);
    expect(result).toMatchObject({ ok: true, data: { status: 'delivery-failed' } });
    expect(onlyRequest()).toMatchObject({
      method: 'GET',
      path: '/gateway/api/v2/conversations/messages/m1/details',
    });
  });

  test('an agentless message', async () => {
    answerWith(200, { id: 'm1', conversationId: 'conversation-1', message: { id: 'm1' } });
    const result = await genesys.client.sendAgentlessMessage(WEB_MESSAGE, GO, LANE);
    expect(result).toEqual({
      ok: true,
      status: 200,
      correlationId: 'correlation-1',
      data: { messageId: 'm1', conversationId: 'conversation-1' },
    });
    expect(onlyRequest()).toMatchObject({
      method: 'POST',
      path: '/gateway/api/v2/conversations/messages/agentless',
      query: { useNormalizedMessage: 'true' },
      body: WEB_MESSAGE,
    });
  });

  test('an agentless email', async () => {
    answerWith(200, { id: 'e1', conversationId: 'conversation-2' });
    const email = {
      senderType: 'Outbound' as const,
      fromAddress: { email: 'shop@example.com', name: 'Shop' },
      toAddresses: [{ email: 'a@example.com' }] as [{ email: string }],
      subject: 'Your order',
      htmlBody: '<p>Hello</p>',
    };
    const result = await genesys.client.sendAgentlessEmail(email, GO, LANE);
    expect(result).toMatchObject({
      ok: true,
      data: { messageId: 'e1', conversationId: 'conversation-2' },
    });
    expect(onlyRequest()).toMatchObject({
      method: 'POST',
      path: '/gateway/api/v2/conversations/emails/agentless',
      query: {},
      body: email,
    });
  });

  test('an Engage message goes to the Engage URL over the same transport', async () => {
    answerWith(202, { id: 'g1', status: 'queued' });
    const message: EngageMessage = {
      to: { type: 'email', address: 'a@example.com' },
      from: { type: 'email', address: 'shop@example.com', name: 'Shop' },
      subject: 'Your order',
      body: { contentType: 'text/html', content: '<p>Hello</p>' },
      messageType: 'proactive',
    };
    const result = await genesys.client.sendEngageMessage(message, GO, LANE);
    expect(result).toMatchObject({ ok: true, status: 202, data: { messageId: 'g1' } });
    expect(onlyRequest()).toMatchObject({
      method: 'POST',
      path: '/api/v2/engage/messages',
      headers: { authorization: 'Bearer token-1' },
      body: message,
    });
    // Asked for once more where the login took longer than a slot is good for.
    expect(new Set(genesys.admission.admitted)).toEqual(new Set(['engage-message']));
  });

  test.each([
    [200, 'g1', 'g1'],
    [201, 'g2', 'g2'],
    [202, 42, '42'],
  ])('an Engage message answered with %i and an id is accepted', async (status, id, messageId) => {
    answerWith(status, { id });
    const message: EngageMessage = {
      to: { type: 'email', address: 'a@example.com' },
      from: { type: 'email', address: 'shop@example.com', name: 'Shop' },
      subject: 'Your order',
      body: { contentType: 'text/html', content: '<p>Hello</p>' },
      messageType: 'proactive',
    };
    const result = await genesys.client.sendEngageMessage(message, GO, LANE);
    expect(result).toMatchObject({ ok: true, data: { messageId } });
  });
});

describe('what an answer means', () => {
  test('a contact the platform does not know is null', async () => {
    answerWith(404, { code: 'not.found', status: 404, message: 'no such contact' });
    const result = await genesys.client.findContact('a@example.com', LANE);
    expect(result).toEqual({ ok: true, data: null, status: 404, correlationId: 'correlation-1' });
  });

  test('a 404 that is not the platform speaking does not make a customer unknown', async () => {
    platform.handler = (_request, response) => {
      response.writeHead(404, { 'Content-Type': 'text/html' }).end('<h1>Not Found</h1>');
    };
    const result = await genesys.client.findContact('a@example.com', LANE);
    expect(result).toEqual({ ok: false, failure: { kind: 'http', status: 404, fields: [] } });
  });

  test('a part of an answer that is not what it should be does not cost the rest', async () => {
    answerWith(200, { entities: [{ id: 'm1', timestamp: 7, normalizedMessage: 'what?' }] });
    const result = await genesys.client.getMessages('conversation-1', ['m1'], LANE);
    expect(result).toMatchObject({ ok: true, data: [{ id: 'm1' }] });
  });

  test.each([
    ['broken JSON', '{"id": "m1"'],
    ['an empty body', ''],
    ['JSON without an id', '{"status":"queued"}'],
    ['an id that is no string', '{"id": 7}'],
    ['an empty id', '{"id": ""}'],
    ['null', 'null'],
  ])(
    'a send answered 200 with %s is malformed: it is unknown whether it was sent',
    async (_name, body) => {
      platform.handler = (_request, response) => {
        response.writeHead(200, { 'ININ-Correlation-Id': 'correlation-1' }).end(body);
      };
      const result = await genesys.client.sendAgentlessMessage(WEB_MESSAGE, GO, LANE);
      expect(result).toEqual({
        ok: false,
        failure: { kind: 'malformed', status: 200, correlationId: 'correlation-1' },
      });
    },
  );

  test('a redirect is not followed', async () => {
    platform.handler = (_request, response) => {
      response.writeHead(307, { Location: `${platform.url}/elsewhere` }).end();
    };
    const result = await genesys.client.sendAgentlessMessage(WEB_MESSAGE, GO, LANE);
    expect(result).toEqual({ ok: false, failure: { kind: 'http', status: 307, fields: [] } });
    expect(platform.requests).toHaveLength(1);
  });
});
