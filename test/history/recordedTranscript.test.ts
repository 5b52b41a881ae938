import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { WELL_KNOWN, type WellKnown } from '../../sandbox/population/wellKnown.js';
import type { GenesysClient } from '../../src/genesys/genesysClient.js';
import { readTranscript } from '../../src/history/transcript.js';
import { json, type Platform, startPlatform } from '../genesys/support/platform.js';
import { findConversations } from '../pipeline/support/conversations.js';
import {
  LANE,
  openClient,
  type SandboxClient,
  startSandboxClient,
} from '../pipeline/support/sandboxClient.js';

const BY_RECORDING = { recordings: 1 };
const BY_MESSAGES_AFTER_ALL = { recordings: 1, conversation: 1, 'bulk-messages': 1 };

describe('a transcript from recordings', () => {
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
    genesys.sandbox.requests.clear();
    return newest;
  }

  async function read(who: WellKnown, source: 'recordings' | 'messages' = 'recordings') {
    const conversation = await newestOf(who);
    const transcript = await readTranscript(
      { ...genesys, source },
      conversation,
      [WELL_KNOWN[who].id],
      LANE,
    );
    if (!transcript.ok) return transcript.error;
    expect(transcript.value).toMatchObject(conversation);
    return transcript.value.messages;
  }

  const requests = () => genesys.sandbox.requests.countByOperation();

  test.each(['delayedOrder', 'buttons', 'injection', 'emoji', 'arabic'] as const)(
    'says the same as the messages do (%s), for one request instead of two',
    async (who) => {
      const byMessages = await read(who, 'messages');
      expect(requests()).toEqual({ conversation: 1, 'bulk-messages': 1 });
      expect(byMessages).not.toEqual([]);
      expect(await read(who)).toEqual(byMessages);
      expect(requests()).toEqual(BY_RECORDING);
    },
  );

  test.each([
    ['is not made', { recordings: false }],
    ['is not ready', { recordingDelayMs: 31 * 86_400_000 }],
  ])('falls back to the messages when the recording %s', async (_name, settings) => {
    Object.assign(genesys.sandbox.settings, settings);
    expect(await read('delayedOrder')).toHaveLength(3);
    expect(requests()).toEqual(BY_MESSAGES_AFTER_ALL);
  });

  test('falls back to the messages when the platform has no such recording', async () => {
    genesys.sandbox.faults.add({ endpoint: 'recordings', kind: '404' });
    expect(await read('delayedOrder')).toHaveLength(3);
    expect(requests()).toEqual(BY_MESSAGES_AFTER_ALL);
  });

  test('falls back to the messages when the recording was redacted', async () => {
    genesys.sandbox.settings.sensitiveDataRedaction = true;
    expect(JSON.stringify(await read('cardNumber'))).not.toContain('[card number]');
    expect(requests()).toEqual(BY_MESSAGES_AFTER_ALL);
  });

  test('takes the recording of who wrote nothing sensitive, redaction or not', async () => {
    genesys.sandbox.settings.sensitiveDataRedaction = true;
    expect(await read('delayedOrder')).toHaveLength(3);
    expect(requests()).toEqual(BY_RECORDING);
  });

  test('does not ask for the recording of a conversation that is still open', async () => {
    expect(await read('chatting')).not.toEqual([]);
    expect(requests()).toEqual({ conversation: 1, 'bulk-messages': 1 });
  });

  test.each([
    [
      '403-permission',
      { kind: 'hold', cause: { kind: 'permission', detail: expect.stringContaining('recording') } },
    ],
    ['403-other', { kind: 'refused', reason: 'history_http_403' }],
    ['429', { kind: 'rate_limited' }],
    ['broken-json', { kind: 'try_later', reason: 'history_malformed' }],
  ] as const)('hands a %s on, and does not turn to the messages', async (kind, error) => {
    genesys.sandbox.faults.add({ endpoint: 'recordings', kind });
    expect(await read('delayedOrder')).toMatchObject(error);
    expect(requests()).toEqual(BY_RECORDING);
  });

  test('hands a 5xx that stays on, and does not turn to the messages', async () => {
    genesys.sandbox.faults.add({ endpoint: 'recordings', kind: '503', count: 9 });
    expect(await read('delayedOrder')).toMatchObject({
      kind: 'try_later',
      reason: 'history_http_503',
    });
    expect(Object.keys(requests())).toEqual(['recordings']);
  });

  test('outlives a 5xx that passes', async () => {
    genesys.sandbox.faults.add({ endpoint: 'recordings', kind: '500-before' });
    expect(await read('delayedOrder')).toHaveLength(3);
    expect(requests()).toEqual({ recordings: 2 });
  });
});

describe('a recording of a platform that answers oddly', () => {
  const AT = '2026-11-22T09:00:00.000Z';
  const conversation = { conversationId: 'conversation-1', startedAt: AT, endedAt: AT };
  let platform: Platform;
  let client: GenesysClient;

  beforeAll(async () => {
    platform = await startPlatform();
    client = await openClient(platform.url);
  });
  afterAll(async () => {
    await client.close();
    await platform.close();
  });

  const line = (messageText: string | null, more: object = {}) => ({
    purpose: 'customer',
    timestamp: AT,
    messageText,
    ...more,
  });

  /** What is read when these are the recordings; the messages say that they were asked. */
  async function textsIn(recordings: unknown) {
    platform.handler = ({ path, method }, response) => {
      if (path.endsWith('/recordings')) return json(response, 200, recordings);
      if (method === 'GET') {
        const participants = [{ purpose: 'customer', messages: [{ messageId: 'm1' }] }];
        return json(response, 200, { id: 'conversation-1', participants });
      }
      const normalizedMessage = { type: 'Text', text: 'from the messages' };
      return json(response, 200, { entities: [{ id: 'm1', timestamp: AT, normalizedMessage }] });
    };
    const transcript = await readTranscript(
      { client, source: 'recordings' },
      conversation,
      ['c1'],
      LANE,
    );
    if (!transcript.ok) throw new Error(transcript.error.kind);
    return transcript.value.messages.map(({ text }) => text);
  }

  const textsOf = (...messagingTranscript: object[]) => textsIn([{ messagingTranscript }]);
  const FROM_THE_MESSAGES = ['from the messages'];

  test('counts lines of `customer` and `external`, of no other participant', async () => {
    const purposes = ['agent', 'customer', 'workflow', 'external', 'acd', 'api', undefined];
    expect(await textsOf(...purposes.map((purpose) => line(`${purpose}`, { purpose })))).toEqual([
      'customer',
      'external',
    ]);
  });

  test('puts recordings together, and counts a line once that stands in two', async () => {
    const first = { messagingTranscript: [line('one', { id: '1' }), line('two', { id: '2' })] };
    const second = { messagingTranscript: [line('two', { id: '2' }), line('three', { id: '3' })] };
    expect(await textsIn([first, { media: 'screen' }, second])).toEqual(['one', 'two', 'three']);
  });

  test('takes an answer by button once, though it stands there twice', async () => {
    const buttonResponse = { text: 'Yes, please' };
    const pressed = {
      buttonResponse,
      buttonResponses: [buttonResponse],
      contentType: 'QuickReply',
    };
    expect(await textsOf(line('Yes, please', pressed))).toEqual(['Yes, please']);
  });

  test('skips lines without words that never had any, and those without a time', async () => {
    const silent = [
      { events: [{ eventType: 'Typing' }] },
      { messageMediaAttachments: [{ url: 'https://example.com/a.png' }] },
      { messageStickerAttachments: [{}] },
      { contentType: 'Location' },
    ].map((more) => line(null, more));
    const undated = line('when?', { timestamp: undefined });
    expect(await textsOf(...silent, undated, line('kept'))).toEqual(['kept']);
  });

  test.each([
    ['no recording', []],
    ['no transcript', [{ media: 'audio' }]],
    ['an empty transcript', [{ messagingTranscript: [] }]],
    ['nothing of the customer', [{ messagingTranscript: [line('Hello!', { purpose: 'agent' })] }]],
    ['nothing in words', [{ messagingTranscript: [line(null, { contentType: 'Story' })] }]],
  ])('with %s is no use', async (_name, recordings) => {
    expect(await textsIn(recordings)).toEqual(FROM_THE_MESSAGES);
  });

  test.each([
    'My card [card number] was charged twice',
    'I am [name]',
    'Schreiben Sie an [E-Mail-Adresse]',
    '[REDACTED]',
    'My number is ***********1111',
    'Call me: ####',
    'PIN ████',
    'IBAN XXXXXXXXXXXX1234',
  ])('is left alone as a whole when a line of the customer is masked: %s', async (masked) => {
    expect(await textsOf(line('Where is my order?'), line(masked))).toEqual(FROM_THE_MESSAGES);
    const pressed = { contentType: 'ButtonResponse', buttonResponse: { text: masked } };
    expect(await textsOf(line('Where is my order?'), line(null, pressed))).toEqual(
      FROM_THE_MESSAGES,
    );
  });

  test.each([null, '', '  '])(
    'is left alone as a whole when a text was emptied: %j',
    async (text) => {
      expect(await textsOf(line('Where is my order?'), line(text))).toEqual(FROM_THE_MESSAGES);
    },
  );

  test.each(['Order [48213] is late', 'Nr. 12 * 3 = 36', 'Great!!! xoxo'])(
    'is used when nothing in it is masked: %s',
    async (text) => {
      expect(await textsOf(line(text))).toEqual([text]);
    },
  );

  test('may be masked where others speak', async () => {
    const agent = line('Thank you, [name]', { purpose: 'agent' });
    expect(await textsOf(line('Where is my order?'), agent)).toEqual(['Where is my order?']);
  });
});
