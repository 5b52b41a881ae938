import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { WELL_KNOWN, type WellKnown } from '../../sandbox/population/wellKnown.js';
import type { CallOptions } from '../../src/genesys/call.js';
import { type HistorySearch, readHistory } from '../../src/history/lookup.js';
import { openLoader } from '../pipeline/support/conversations.js';
import { LANE, type SandboxClient, startSandboxClient } from '../pipeline/support/sandboxClient.js';

let genesys: SandboxClient;

beforeAll(async () => {
  genesys = await startSandboxClient();
});
afterAll(() => genesys.close());
beforeEach(() => genesys.sandbox.reset());

const search = (who: WellKnown, more: object = {}) => ({
  contactIds: [WELL_KNOWN[who].id] as const,
  lookbackDays: 31,
  maxConversations: 5,
  wantsText: true,
  wantsSummary: false,
  transcriptSource: 'messages' as const,
  now: Date.now(),
  ...more,
});

function read(what: HistorySearch, options: CallOptions = LANE) {
  const { client } = genesys;
  return readHistory({ client, conversations: openLoader(client) }, what, options);
}

async function textsOf(who: WellKnown, more: object = {}): Promise<string[][]> {
  const history = await read(search(who, more));
  if (!history.ok) throw new Error(JSON.stringify(history.error));
  return history.value.map(({ messages }) => messages.map(({ text }) => text));
}

/** How many requests went to each endpoint, login aside. */
function requests(): Record<string, number> {
  const { login: _login, ...counts } = genesys.sandbox.requests.countByOperation();
  return counts;
}

describe('a history', () => {
  test('of one conversation costs three requests', async () => {
    expect(await textsOf('delayedOrder')).toEqual([
      [
        'Hi there',
        'My order 48213 was due last Friday and still has not arrived. Where is it?',
        'ok thanks',
      ],
    ]);
    expect(requests()).toEqual({ 'details-query': 1, conversation: 1, 'bulk-messages': 1 });
  });

  test('of one conversation costs two by its recording', async () => {
    const [texts] = await textsOf('delayedOrder', { transcriptSource: 'recordings' });
    expect(texts).toContain('ok thanks');
    expect(requests()).toEqual({ 'details-query': 1, recordings: 1 });
  });

  test('falls back conversation by conversation, not as a whole', async () => {
    genesys.sandbox.faults.add({ endpoint: 'recordings', kind: '404' });
    expect(await textsOf('regular', { transcriptSource: 'recordings' })).toHaveLength(2);
    expect(requests()).toEqual({
      'details-query': 1,
      recordings: 2,
      conversation: 1,
      'bulk-messages': 1,
    });
  });

  test('ends at the first conversation with substance, past mere pleasantries', async () => {
    expect(await textsOf('regular')).toEqual([
      ['hello', 'ok thanks'],
      [
        'The replacement router has arrived, but the power supply is missing from the box',
        'thanks',
      ],
    ]);
    expect(requests()).toEqual({ 'details-query': 1, conversation: 2, 'bulk-messages': 2 });
  });

  test('reads no more conversations than asked for, substance or not', async () => {
    expect(await textsOf('regular', { maxConversations: 1 })).toEqual([['hello', 'ok thanks']]);
    expect(requests()).toEqual({ 'details-query': 1, conversation: 1, 'bulk-messages': 1 });
  });

  test('without text is one request, and all conversations', async () => {
    expect(await textsOf('regular', { wantsText: false })).toEqual([[], [], [], []]);
    expect(requests()).toEqual({ 'details-query': 1 });
  });

  test('of a customer who never wrote is empty', async () => {
    expect(await textsOf('noHistory')).toEqual([]);
    expect(requests()).toEqual({ 'details-query': 1 });
  });

  test('reaches back as far as asked', async () => {
    expect(await textsOf('dormant')).toEqual([]);
    expect(await textsOf('dormant', { lookbackDays: 62 })).toEqual([
      ['How do I cancel the paper bill?'],
    ]);
  });

  test('passes a conversation over that the platform no longer serves', async () => {
    genesys.sandbox.faults.add({ endpoint: 'conversation', kind: '404' });
    const [newest, next] = await textsOf('regular');
    expect(newest).toEqual([]);
    expect(next?.[0]).toContain('power supply');
  });
});

describe('an error on the way', () => {
  test.each([
    ['details-query', '429', { kind: 'rate_limited', retryAfterMs: 3_000 }],
    ['conversation', '429', { kind: 'rate_limited', retryAfterMs: 3_000 }],
    ['bulk-messages', '429', { kind: 'rate_limited', retryAfterMs: 3_000 }],
    ['details-query', '400', { kind: 'refused', reason: 'history_http_400' }],
    ['bulk-messages', '403-permission', { kind: 'hold', cause: { kind: 'permission' } }],
    ['conversation', 'broken-json', { kind: 'try_later', reason: 'history_malformed' }],
  ] as const)('in %s by %s is handed on', async (endpoint, kind, error) => {
    genesys.sandbox.faults.add(
      kind === '429' ? { endpoint, kind, retryAfter: '3' } : { endpoint, kind },
    );
    expect(await read(search('delayedOrder'))).toMatchObject({
      ok: false,
      error,
    });
  });

  test('that passes is outlived within the call', async () => {
    genesys.sandbox.faults.add({ endpoint: 'conversation', kind: '503' });
    genesys.sandbox.faults.add({ endpoint: 'bulk-messages', kind: 'reset-before' });
    expect(await textsOf('delayedOrder')).toHaveLength(1);
  });

  test('of a worker that stops ends the lookup', async () => {
    const stopping = AbortSignal.abort();
    const history = read(search('delayedOrder'), { ...LANE, signal: stopping });
    expect(await history).toEqual({ ok: false, error: { kind: 'stopping' } });
  });
});
