import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { WELL_KNOWN, type WellKnown } from '../../sandbox/population/wellKnown.js';
import type { GenesysClient } from '../../src/genesys/genesysClient.js';
import { readMessageTranscript } from '../../src/history/transcript.js';
import { json, type Platform, startPlatform } from '../genesys/support/platform.js';
import { findConversations } from '../pipeline/support/conversations.js';
import {
  LANE,
  openClient,
  type SandboxClient,
  startSandboxClient,
} from '../pipeline/support/sandboxClient.js';

describe('a transcript from the sandbox', () => {
  let genesys: SandboxClient;

  beforeAll(async () => {
    genesys = await startSandboxClient();
  });
  afterAll(() => genesys.close());
  beforeEach(() => genesys.sandbox.reset());

  async function newestOf(who: WellKnown) {
    const { id } = WELL_KNOWN[who];
    const search = {
      contactIds: [id] as const,
      lookbackDays: 31,
      maxConversations: 1,
      now: Date.now(),
    };
    const past = await findConversations(genesys.client, search, LANE);
    const [newest] = past.ok ? past.value : [];
    if (newest === undefined) throw new Error('no conversation');
    return newest;
  }

  async function read(who: WellKnown) {
    const conversation = await newestOf(who);
    const ids = [WELL_KNOWN[who].id] as const;
    const transcript = await readMessageTranscript(genesys.client, conversation, ids, LANE);
    if (!transcript.ok) throw new Error(JSON.stringify(transcript.error));
    expect(transcript.value).toMatchObject(conversation);
    return transcript.value.messages;
  }

  test('holds what the customer typed, with its time; no agent, bot, event or receipt', async () => {
    const messages = await read('delayedOrder');
    expect(messages.map(({ text }) => text)).toEqual([
      'Hi there',
      'My order 48213 was due last Friday and still has not arrived. Where is it?',
      'ok thanks',
    ]);
    for (const { at, direction } of messages) {
      expect(Date.parse(at)).toBeLessThan(Date.now());
      expect(direction).toBe('inbound');
    }
  });

  test('holds answers by button and quick reply, marked as such', async () => {
    expect(await read('buttons')).toEqual([
      {
        at: expect.any(String),
        direction: 'inbound',
        text: 'Change my delivery address',
        fromButton: true,
      },
      {
        at: expect.any(String),
        direction: 'inbound',
        text: 'The order of 12 October',
        fromButton: true,
      },
    ]);
  });

  test('hands texts over as they were typed', async () => {
    const [message] = await read('injection');
    expect(message?.text).toContain('<script>alert("hi")</script>');
  });

  test.each(['conversation', 'bulk-messages'] as const)(
    'is empty when the platform no longer has it (%s)',
    async (endpoint) => {
      genesys.sandbox.faults.add({ endpoint, kind: '404' });
      expect(await read('delayedOrder')).toEqual([]);
    },
  );

  test('costs one request when the customer wrote nothing', async () => {
    const { id } = genesys.sandbox.addCustomer({ email: 'silent@example.com' });
    const messages = [{ from: 'bot' as const, text: 'Hello!' }];
    const conversationId = genesys.sandbox.addConversation(id, { minutesAgo: 5, messages });
    const conversation = { conversationId, startedAt: new Date().toISOString() };
    expect(await readMessageTranscript(genesys.client, conversation, [id], LANE)).toEqual({
      ok: true,
      value: { ...conversation, messages: [] },
    });
    expect(genesys.sandbox.requests.count('bulk-messages')).toBe(0);
  });
});

describe('a transcript from a platform that answers oddly', () => {
  let platform: Platform;
  let client: GenesysClient;
  const conversation = { conversationId: 'conversation-1', startedAt: '2026-11-22T09:00:00Z' };

  beforeAll(async () => {
    platform = await startPlatform();
    client = await openClient(platform.url);
  });
  afterAll(async () => {
    await client.close();
    await platform.close();
  });
  beforeEach(() => {
    platform.requests.length = 0;
  });

  const at = (minute: number) => new Date(Date.UTC(2026, 10, 22, 9, minute)).toISOString();
  const reference = (n: number) => ({ messageId: `m${n}`, messageTime: at(n) });

  function serve(participants: object[], entities: object[]): void {
    platform.handler = ({ method }, response) =>
      json(response, 200, method === 'GET' ? { id: 'conversation-1', participants } : { entities });
  }

  async function read() {
    const transcript = await readMessageTranscript(client, conversation, ['c1'], LANE);
    return transcript.ok ? transcript.value.messages : transcript.error;
  }

  const askedFor = () => platform.requests.find(({ method }) => method === 'POST')?.body;

  test('asks for the latest messages although the outline has no order', async () => {
    const mixed = Array.from({ length: 150 }, (_, n) => reference((n * 77) % 150));
    serve([{ purpose: 'customer', messages: mixed }], []);
    expect(await read()).toEqual([]);
    expect(askedFor()).toEqual(Array.from({ length: 100 }, (_, n) => `m${n + 50}`));
  });

  test('asks for messages of `customer` and `external`, of no other participant', async () => {
    const of = (purpose: string, n: number) => ({ purpose, messages: [reference(n)] });
    const purposes = ['agent', 'customer', 'workflow', 'external', 'acd', 'api'];
    serve(purposes.map(of), []);
    await read();
    expect(askedFor()).toEqual(['m1', 'm3']);
  });

  const KINDS = [
    ...['kept', 'structured', 'by-its-channel', 'event', 'receipt', 'outbound', 'outbound-too'],
    ...['blank', 'undated', 'without-a-body'],
  ];

  test('of a conversation in which another customer took part is a lookup that failed', async () => {
    const message = { id: 'm1', timestamp: at(1), normalizedMessage: { type: 'Text', text: 'x' } };
    const of = (id: string) => [
      { purpose: 'customer', externalContact: { id }, messages: [reference(1)] },
    ];
    serve(of('c2'), [message]);
    expect(await read()).toMatchObject({ kind: 'try_later', reason: 'history_mismatch' });
    expect(askedFor()).toBeUndefined();
    serve(of('C1'), [message]);
    expect(await read()).toHaveLength(1);
  });

  test('skips events, receipts, outbound, blank and undated messages', async () => {
    const text = (id: string, normalizedMessage: object, more: object = {}) => ({
      id,
      direction: 'inbound',
      timestamp: at(1),
      normalizedMessage: { type: 'Text', text: id, ...normalizedMessage },
      ...more,
    });
    serve(
      [{ purpose: 'customer', messages: KINDS.map((messageId) => ({ messageId })) }],
      [
        text('kept', {}),
        text('structured', { type: 'Structured' }),
        text('by-its-channel', { channel: { time: at(2) } }, { timestamp: undefined }),
        text('event', { type: 'Event' }),
        text('receipt', { type: 'Receipt' }),
        text('outbound', {}, { direction: 'outbound' }),
        text('outbound-too', { direction: 'Outbound' }, { direction: undefined }),
        text('blank', { text: ' \n' }),
        text('undated', {}, { timestamp: undefined }),
        { id: 'without-a-body', direction: 'inbound', timestamp: at(1) },
      ],
    );
    expect(await read()).toEqual([
      { at: at(1), direction: 'inbound', text: 'kept' },
      { at: at(1), direction: 'inbound', text: 'structured' },
      { at: at(2), direction: 'inbound', text: 'by-its-channel' },
    ]);
  });

  test('is an error and not empty when a gateway knows no such path', async () => {
    platform.handler = (_request, response) => json(response, 502, {});
    expect(await read()).toMatchObject({ kind: 'try_later', reason: 'history_http_502' });
  });
});
