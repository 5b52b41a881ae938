import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { WELL_KNOWN, type WellKnown } from '../../sandbox/population/wellKnown.js';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import { type Client, control, EMAIL, emailTo, handClock, logIn } from './support/client.js';

const VIEW = 'recording:recording:view';

interface Line {
  purpose: string;
  messageText?: string;
}

const clock = handClock();
let sandbox: Sandbox;
let client: Client;

beforeAll(async () => {
  sandbox = await startSandbox({ generatedCustomers: 0, requestsPerMinute: 0, now: clock.now });
  client = await logIn(sandbox);
});
afterAll(() => sandbox.close());
beforeEach(() => sandbox.reset());

function set(settings: object) {
  return control(sandbox, 'PATCH', '/settings', settings);
}

const recordingsOf = (conversationId: string, query = '?formatId=NONE&maxWaitMs=1') =>
  client.get(`/api/v2/conversations/${conversationId}/recordings${query}`);

/** Adds a conversation in which the customer said this; it ended some minutes ago. */
function said(text: string, more: { active?: boolean; who?: WellKnown } = {}): string {
  const { who = 'delayedOrder', active = false } = more;
  const messages = [
    { from: 'customer' as const, text },
    { from: 'agent' as const, text: 'I will have a look.' },
  ];
  return sandbox.addConversation(WELL_KNOWN[who].id, { minutesAgo: 10, active, messages });
}

async function linesOf(conversationId: string): Promise<Line[]> {
  const { status, body } = await recordingsOf(conversationId);
  expect(status).toBe(200);
  const [recording] = body as { messagingTranscript: Line[] }[];
  return recording?.messagingTranscript ?? [];
}

async function idOfNewest(who: WellKnown): Promise<string> {
  const now = clock.now();
  const { body } = await client.post('/api/v2/analytics/conversations/details/query', {
    interval: [now - 30 * 86_400_000, now].map((at) => new Date(at).toISOString()).join('/'),
    order: 'desc',
    segmentFilters: [
      { type: 'or', predicates: [{ dimension: 'externalContactId', value: WELL_KNOWN[who].id }] },
    ],
  });
  const { conversations } = body as { conversations: { conversationId: string }[] };
  return conversations[0]?.conversationId ?? '';
}

describe('a recording', () => {
  test('holds what every participant wrote, in order and with their purpose', async () => {
    const id = said('My order 48213 is late');
    const { body } = await recordingsOf(id);
    expect(body).toEqual([
      expect.objectContaining({ conversationId: id, media: 'message', fileState: 'AVAILABLE' }),
    ]);
    expect(await linesOf(id)).toEqual([
      expect.objectContaining({
        purpose: 'customer',
        messageText: 'My order 48213 is late',
        timestamp: expect.stringMatching(/Z$/),
        status: 'received',
      }),
      expect.objectContaining({ purpose: 'agent', messageText: 'I will have a look.' }),
    ]);
  });

  test('holds answers by button as such, events without text, and no receipts', async () => {
    const lines = await linesOf(await idOfNewest('buttons'));
    expect(lines).toContainEqual(
      expect.objectContaining({
        purpose: 'customer',
        contentType: 'ButtonResponse',
        buttonResponse: expect.objectContaining({ text: 'Change my delivery address' }),
      }),
    );
    const silent = (await linesOf(await idOfNewest('delayedOrder'))).filter(
      ({ messageText }) => messageText === undefined,
    );
    expect(silent.length).toBeGreaterThan(0);
    for (const line of silent) expect(line).toHaveProperty('events');
  });

  test('is not ready, 202, while the conversation is open', async () => {
    expect((await recordingsOf(said('Hello?', { active: true }))).status).toBe(202);
  });

  test('is not ready, 202, until so long after the end as the settings say', async () => {
    await set({ recordingDelayMs: 3_600_000 });
    const id = said('My order is late');
    expect((await recordingsOf(id)).status).toBe(202);
    clock.advance(3_600_000);
    expect((await recordingsOf(id)).status).toBe(200);
  });

  test('does not exist where recording is off, nor of an email conversation', async () => {
    const { body } = await client.post(EMAIL, emailTo('customer@example.com'));
    const email = (body as { conversationId: string }).conversationId;
    expect(await recordingsOf(email)).toMatchObject({ status: 200, body: [] });
    await set({ recordings: false });
    expect(await recordingsOf(said('Hello'))).toMatchObject({ status: 200, body: [] });
  });

  test('of an unknown conversation is a 404', async () => {
    expect((await recordingsOf('unknown')).status).toBe(404);
  });

  test.each([VIEW, 'recording:recordingSegment:view'])('is shown with %s', async (permission) => {
    await set({ permissions: [permission] });
    expect((await recordingsOf(said('Hello'))).status).toBe(200);
  });

  test('needs one of two permissions', async () => {
    await set({ permissions: ['conversation:message:view'] });
    expect(await recordingsOf(said('Hello'))).toMatchObject({
      status: 403,
      body: { code: 'missing.any.permissions', message: expect.stringContaining(VIEW) },
    });
  });

  test.each(['?maxWaitMs=0', '?maxWaitMs=soon', '?formatId=TEXT'])(
    'cannot be asked for with %s',
    async (query) => {
      expect((await recordingsOf(said('Hello'), query)).status).toBe(400);
    },
  );

  test('can be made to fail like any other endpoint', async () => {
    const fault = { endpoint: 'recordings', kind: '503', retryAfter: '7' };
    expect((await control(sandbox, 'POST', '/faults', fault)).status).toBe(201);
    const { status, headers } = await recordingsOf(said('Hello'));
    expect([status, headers.get('retry-after')]).toEqual([503, '7']);
  });
});

describe('sensitive data redaction', () => {
  const TEXT = 'Card 4111 1111 1111 1111, 09/29, or me@example.com, +49 151 23456789; order 48213';
  const MASKED = 'Card [card number], [card expiry date], or [email], [phone]; order 48213';
  const textOf = async (id: string) => (await linesOf(id))[0]?.messageText;

  test('is off unless switched on', async () => {
    expect(await textOf(said(TEXT))).toBe(TEXT);
  });

  test('masks what customers wrote, in recordings and nowhere else', async () => {
    await set({ sensitiveDataRedaction: true });
    const id = said(TEXT);
    expect(await textOf(id)).toBe(MASKED);
    const { body } = await client.get(`/api/v2/conversations/messages/${id}`);
    const messageId = /"messageId":"(\w+)"/.exec(JSON.stringify(body))?.[1];
    const details = await client.get(`/api/v2/conversations/messages/${messageId}/details`);
    expect(JSON.stringify(details.body)).toContain('4111 1111 1111 1111');
  });

  test('does not apply to who has the permission by name', async () => {
    const permissions = [VIEW, 'recording:recording:viewSensitiveData'];
    await set({ sensitiveDataRedaction: true, permissions });
    expect(await textOf(said(TEXT))).toBe(TEXT);
  });
});
