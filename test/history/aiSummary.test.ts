import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { WELL_KNOWN, type WellKnown } from '../../sandbox/population/wellKnown.js';
import { extractHistory } from '../../src/context/extractContext.js';
import { IdentityLookup } from '../../src/history/identity.js';
import { CustomerLookup, type HistorySearch } from '../../src/history/lookup.js';
import { openLoader } from '../pipeline/support/conversations.js';
import { LANE, type SandboxClient, startSandboxClient } from '../pipeline/support/sandboxClient.js';

const COMPLAINT = 'The invoice for May is wrong, and the invoice for June as well';

let genesys: SandboxClient;
let lookup: CustomerLookup;
let reasons: string[];

beforeAll(async () => {
  genesys = await startSandboxClient();
});
afterAll(() => genesys.close());
beforeEach(() => {
  genesys.sandbox.reset();
  genesys.sandbox.settings.summaries = 'on';
  genesys.sandbox.addConversation(WELL_KNOWN.noHistory.id, {
    minutesAgo: 60,
    messages: [{ from: 'customer', text: COMPLAINT }],
  });
  reasons = [];
  const { client } = genesys;
  lookup = new CustomerLookup({
    client,
    conversations: openLoader(client),
    identities: new IdentityLookup(client),
    onNoSummary: (reason) => reasons.push(reason),
    defaultLookbackDays: 31,
    transcriptSource: 'messages',
  });
});

/** For templates that use the summary alone, or none but topic and sentiment. */
const SUMMARY = { wantsText: false, wantsSummary: true, transcriptSource: 'messages' } as const;
const GIST = { wantsText: true, wantsSummary: false, transcriptSource: 'summaries' } as const;
const QUOTE = { wantsText: true, wantsSummary: true, transcriptSource: 'messages' } as const;

const search = (
  who: WellKnown,
  more: Pick<HistorySearch, 'wantsText' | 'wantsSummary' | 'transcriptSource'>,
): HistorySearch => ({
  contactIds: [WELL_KNOWN[who].id],
  lookbackDays: 31,
  maxConversations: 5,
  now: Date.now(),
  ...more,
});

async function read(who: WellKnown, more: Parameters<typeof search>[1]) {
  const history = await lookup.history(search(who, more), LANE);
  return history.ok ? extractHistory(history.value) : history.error;
}

/** How many requests went to each endpoint, login and the query aside. */
function requests(): Record<string, number> {
  const {
    login: _login,
    'details-query': _query,
    ...counts
  } = genesys.sandbox.requests.countByOperation();
  return counts;
}

const MESSAGES = { conversation: 1, 'bulk-messages': 1 };
const FROM_MESSAGES = { topic: 'billing', lastMessage: COMPLAINT };
const ONE = { summaries: 1 };

describe('a summary that a template uses', () => {
  test('costs one request and no transcript', async () => {
    expect(await read('delayedOrder', SUMMARY)).toMatchObject({
      hasHistory: true,
      summary: expect.stringContaining('My order 48213'),
      contactReason: expect.stringContaining('The customer wrote'),
      resolution: 'The agent answered the question.',
      followUp: 'No follow-up was agreed.',
      language: 'en-us',
    });
    expect(requests()).toEqual(ONE);
  });

  test('is that of the conversation which is quoted', async () => {
    expect(await read('regular', QUOTE)).toMatchObject({
      lastMessage: expect.stringContaining('power supply'),
      summary: expect.stringContaining('power supply'),
    });
    expect(requests()).toEqual({ conversation: 2, 'bulk-messages': 2, ...ONE });
  });

  test('is the same where its history was known ahead', async () => {
    const known = await read('regular', { ...QUOTE, wantsSummary: false });
    if (!('hasHistory' in known)) throw new Error(known.kind);
    const completed = await lookup.completed(known, search('regular', QUOTE), LANE);
    expect(completed).toEqual({ ok: true, value: await read('regular', QUOTE) });
  });

  test('is not asked for while the conversation is open', async () => {
    expect(await read('chatting', SUMMARY)).not.toHaveProperty('summary');
    expect(requests()).toEqual({});
  });

  test('is redacted as messages are', async () => {
    const history = await read('cardNumber', SUMMARY);
    expect(JSON.stringify(history)).not.toMatch(/\d{4}[ -]?\d{4}[ -]?\d{4}/);
    expect(history).toHaveProperty('summary', expect.stringContaining('•••'));
  });
});

describe('summaries in place of messages', () => {
  test('say topic and mood for one request', async () => {
    const [byMessages, bySummary] = [
      await read('noHistory', { ...GIST, transcriptSource: 'messages' }),
      await read('noHistory', GIST),
    ];
    expect(requests()).toEqual({ ...MESSAGES, ...ONE });
    const { topic } = byMessages as { topic?: string };
    expect(topic).toBeDefined();
    expect(bySummary).toMatchObject({ topic, hasHistory: true });
    expect(reasons).toEqual([]);
  });

  test('serve a template that also prints them with the same request', async () => {
    const history = await read('noHistory', { ...GIST, wantsSummary: true });
    expect(history).toMatchObject({ summary: expect.stringContaining('invoice') });
    expect(requests()).toEqual(ONE);
  });

  test.each([
    ['off', 'http_404'],
    ['forbidden', 'http_403'],
    ['empty', 'http_200'],
  ] as const)(
    'that are %s leave the conversation to its messages, and say so',
    async (off, why) => {
      genesys.sandbox.settings.summaries = off;
      const history = await read('noHistory', { ...GIST, wantsSummary: true });
      expect(history).toMatchObject(FROM_MESSAGES);
      expect(history).not.toHaveProperty('summary');
      expect(requests()).toEqual({ ...MESSAGES, ...ONE });
      expect(reasons).toEqual([why]);
    },
  );

  test.each([['403-permission'], ['broken-json'], ['404']] as const)(
    'answered by %s leave it to its messages, too',
    async (kind) => {
      genesys.sandbox.faults.add({ endpoint: 'summaries', kind });
      expect(await read('noHistory', GIST)).toMatchObject(FROM_MESSAGES);
      expect(requests()).toMatchObject(MESSAGES);
      expect(reasons).toHaveLength(1);
    },
  );

  test('wait, as every lookup does, where the platform asks for a pause', async () => {
    genesys.sandbox.faults.add({ endpoint: 'summaries', kind: '429', retryAfter: '3' });
    expect(await read('noHistory', GIST)).toEqual({ kind: 'rate_limited', retryAfterMs: 3_000 });
    expect(reasons).toEqual([]);
  });
});
