import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { GO, LANE, startClient, type TestClient, WEB_MESSAGE } from './support/client.js';
import { json, type Platform, startPlatform } from './support/platform.js';

let platform: Platform;
let genesys: TestClient;

beforeEach(async () => {
  platform = await startPlatform();
  genesys = await startClient({ baseUrl: platform.url });
});

afterEach(async () => {
  await genesys.client.close();
  await platform.close();
});

function answer(body: unknown): void {
  platform.handler = (_request, response) => json(response, 202, body);
}

const sent = () => genesys.client.sendAgentlessMessage(WEB_MESSAGE, GO, LANE);

const MALFORMED: readonly [string, unknown][] = [
  ['of a megabyte', 'a'.repeat(1_000_000)],
  ['of 129 characters', 'a'.repeat(129)],
  ['with a blank', 'a b'],
  ['with a line end', 'a\n'],
  ['beyond ASCII', 'ä1'],
  ['of dots alone, which lead elsewhere in a path', '..'],
  ['that is empty', ''],
  ['that is no text', { id: 'a' }],
];

describe('an id that the platform gives', () => {
  test.each(MALFORMED)(
    'to a message, %s, is none: whether it was sent is unknown',
    async (_title, id) => {
      answer({ id });
      expect(await sent()).toMatchObject({
        ok: false,
        failure: { kind: 'malformed', status: 202 },
      });
    },
  );

  test.each(MALFORMED)(
    'to a conversation, %s, costs nothing else',
    async (_title, conversationId) => {
      answer({ id: 'm-1', conversationId });
      expect(await sent()).toMatchObject({ ok: true, data: { messageId: 'm-1' } });
      const result = await sent();
      expect(result.ok && result.data.conversationId).toBeUndefined();
    },
  );

  test.each([
    '0b2f7c1e-1111-4222-8333-944445555666',
    '0b2f7c1e111142228333944445555666',
    '<CAF+xyz=1.2@mail.example.com>',
    'urn:msg:2026/11/22#7',
    'A'.repeat(128),
  ])('is kept however unusual: %s', async (id) => {
    answer({ id, conversationId: id });
    expect(await sent()).toMatchObject({ ok: true, data: { messageId: id, conversationId: id } });
  });

  test.each([
    ['of 129 characters', 'a'.repeat(129)],
    ['with a blank', 'a b'],
    ['beyond ASCII', 'ä1'],
  ])(
    "of a customer, %s, is not taken for one that was left out: it may be another's",
    async (_title, id) => {
      const conversationId = 'c-1';
      platform.handler = (_request, response) =>
        json(response, 200, {
          conversations: [
            { conversationId, participants: [{ purpose: 'customer', externalContactId: id }] },
          ],
        });
      const query = {
        interval: '2026-11-01T00:00:00Z/2026-11-02T00:00:00Z',
        paging: { pageSize: 1, pageNumber: 1 },
      };
      expect(await genesys.client.queryConversations(query, LANE)).toMatchObject({
        data: { conversations: [{ participants: [{ externalContactId: id }] }] },
      });
      platform.handler = (_request, response) =>
        json(response, 200, {
          id: conversationId,
          participants: [{ purpose: 'customer', externalContact: { id } }],
        });
      expect(await genesys.client.getMessageConversation(conversationId, LANE)).toMatchObject({
        data: { participants: [{ externalContact: { id } }] },
      });
    },
  );

  test('in a header is left out when it has not the form of one', async () => {
    platform.handler = (_request, response) =>
      json(response, 400, { code: 'bad.request' }, { 'inin-correlation-id': 'a'.repeat(5_000) });
    const result = await sent();
    expect(result).toMatchObject({ ok: false, failure: { kind: 'http', status: 400 } });
    expect(JSON.stringify(result)).not.toContain('aaaa');
  });
});
