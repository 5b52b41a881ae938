import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { GenesysClient } from '../../src/genesys/genesysClient.js';
import { ConversationLoader } from '../../src/history/conversationLoader.js';
import { pagesOf } from '../genesys/support/movingPages.js';
import { json, type Platform, startPlatform } from '../genesys/support/platform.js';
import { findConversations, openLoader } from '../pipeline/support/conversations.js';
import {
  LANE,
  openClient,
  type SandboxClient,
  startSandboxClient,
} from '../pipeline/support/sandboxClient.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const HOUR = 60;

let genesys: SandboxClient;
let loader: ConversationLoader;

beforeAll(async () => {
  genesys = await startSandboxClient();
});
afterAll(() => genesys.close());
beforeEach(() => {
  genesys.sandbox.reset();
  loader = openLoader(genesys.client);
});

/** A customer with that many conversations of their own and unanswered ones of ours, a minute apart. */
function customer(
  own: { count: number; minutesAgo: number },
  ours: { count: number; minutesAgo: number } = { count: 0, minutesAgo: 0 },
): string {
  const conversations = (
    [
      ['customer', own],
      ['agent', ours],
    ] as const
  ).flatMap(([from, { count, minutesAgo }]) =>
    Array.from({ length: count }, (_, n) => ({
      minutesAgo: minutesAgo + n,
      messages: [{ from, text: 'Hello' }],
    })),
  );
  return genesys.sandbox.addCustomer({ conversations }).id;
}

const once = (minutesAgo = HOUR): string => customer({ count: 1, minutesAgo });

function load(externalContactId: string, through = loader, now = Date.now()) {
  const window = { from: now - 31 * DAY_MS, to: now };
  return through.load({ contactIds: [externalContactId], window, known: new Set() }, LANE);
}

/** How many conversations each of them was found to have. */
async function countsOf(ids: readonly string[]): Promise<number[]> {
  const found = await Promise.all(ids.map((id) => load(id)));
  return found.map((read) => (read.ok ? read.value.conversations.length : -1));
}

const ones = (count: number): number[] => Array.from({ length: count }, () => 1);
const queries = () => genesys.sandbox.requests.count('details-query');

describe('pages', () => {
  test('full of one customer cost the others one query more, and the customer nothing', async () => {
    const chatty = customer({ count: 300, minutesAgo: HOUR });
    const others = Array.from({ length: 9 }, () => once(48 * HOUR));
    expect(await countsOf([chatty, ...others])).toEqual([100, ...ones(9)]);
    expect(queries()).toBe(2);
  });

  test('full of our own notifications to all customers hide no history', async () => {
    const ids = Array.from({ length: 50 }, () =>
      customer({ count: 1, minutesAgo: 72 * HOUR }, { count: 12, minutesAgo: HOUR }),
    );
    expect(await countsOf(ids)).toEqual(ones(50));
    expect(queries()).toBe(7);
  });

  test('are not read again for those who go on when others have enough', async () => {
    const notified = Array.from({ length: 5 }, () =>
      customer({ count: 1, minutesAgo: 200 * HOUR }, { count: 19, minutesAgo: 26 * HOUR }),
    );
    const others = Array.from({ length: 25 }, () => once(100 * HOUR));
    expect(await countsOf([...notified, ...others])).toEqual(ones(30));
    expect(queries()).toBe(2);
  });

  test('full of notifications to one customer who never wrote hide no history of others', async () => {
    const silent = customer({ count: 0, minutesAgo: 0 }, { count: 450, minutesAgo: HOUR });
    const others = Array.from({ length: 9 }, () => once(48 * HOUR));
    expect(await countsOf([silent, ...others])).toEqual([0, ...ones(9)]);
    expect(queries()).toBeLessThanOrEqual(5);
  });

  test('that follow hold what is older, nothing twice and nothing left out', async () => {
    const id = customer({ count: 250, minutesAgo: HOUR });
    const search = { contactIds: [id] as const, lookbackDays: 31, maxConversations: 1_000 };
    const all = await findConversations(genesys.client, { ...search, now: Date.now() }, LANE);
    const starts = all.ok ? all.value.map(({ startedAt }) => Date.parse(startedAt)) : [];
    expect(starts).toHaveLength(250);
    expect(new Set(starts).size).toBe(250);
    expect(starts).toEqual([...starts].sort((a, b) => b - a));
  });
});

test('customers whose contacts were merged are asked for under all their ids, in the query of all', async () => {
  const ids = Array.from({ length: 10 }, () => once());
  const families = [
    [once(), once(48 * HOUR)],
    [customer({ count: 0, minutesAgo: 0 }), once(), once()],
  ];
  const now = Date.now();
  const window = { from: now - 31 * DAY_MS, to: now };
  const ask = ([main = '', ...merged]: string[]) =>
    loader.load({ contactIds: [main, ...merged], window, known: new Set() }, LANE);
  const found = await Promise.all([...ids.map((id) => [id]), ...families].map(ask));
  const counts = found.map((read) => (read.ok ? read.value.conversations.length : -1));
  expect(counts).toEqual([...ones(10), 2, 2]);
  expect(queries()).toBe(1);
});

describe('a platform that takes fewer at once', () => {
  test('is asked in smaller batches, and from then on not in larger ones', async () => {
    genesys.sandbox.settings.predicatesPerFilter = 20;
    const ids = Array.from({ length: 50 }, () => once());
    expect(await countsOf(ids)).toEqual(ones(50));
    const refused = () => genesys.sandbox.requests.list().filter(({ status }) => status === 400);
    expect(refused()).toHaveLength(3);
    genesys.sandbox.requests.clear();
    expect(await countsOf(ids)).toEqual(ones(50));
    expect(refused()).toEqual([]);
    expect(queries()).toBe(4);
  });

  test('is asked for one and the same customer once, however many want it', async () => {
    genesys.sandbox.settings.predicatesPerFilter = 2;
    const id = once();
    expect(await countsOf([id, id, id, id, id])).toEqual(ones(5));
    expect(queries()).toBe(1);
  });
});

describe('an error', () => {
  test('with one query is not that of the next', async () => {
    genesys.sandbox.faults.add({ endpoint: 'details-query', kind: 'broken-json' });
    const ids = Array.from({ length: 60 }, () => once());
    const found = await Promise.all(ids.map((id) => load(id)));
    const errors = found.map((read) => (read.ok ? 'none' : read.error.kind));
    const [first, ...rest] = errors.slice(0, 50);
    const [next, ...others] = errors.slice(50);
    expect([first, next].sort()).toEqual(['none', 'try_later']);
    expect(rest.every((error) => error === first)).toBe(true);
    expect(others.every((error) => error === next)).toBe(true);
  });
});

describe('a platform of odd answers', () => {
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
  beforeEach(() => {
    platform.requests.length = 0;
  });

  interface Query {
    interval: string;
    paging: { pageNumber: number };
    segmentFilters: { predicates: { value: string }[] }[];
  }

  const asked = (body: unknown) =>
    (body as Query).segmentFilters[1]?.predicates.map(({ value }) => value) ?? [];
  const conversationOf = (who: string, n = 0) => ({
    conversationId: `conversation-${who}-${n}`,
    conversationStart: new Date(Date.now() - 60_000 - n * 1_000).toISOString(),
    participants: [
      { purpose: 'customer', externalContactId: who, sessions: [{ direction: 'inbound' }] },
    ],
  });
  const answerHonestly = () => {
    platform.handler = ({ body }, response) =>
      json(response, 200, { conversations: asked(body).map((who) => conversationOf(who)) });
  };
  const people = (count: number) => Array.from({ length: count }, (_, n) => `contact-${n}`);
  const kinds = async (found: Promise<Awaited<ReturnType<typeof load>>>[]) =>
    (await Promise.all(found)).map((read) => (read.ok ? 'found' : read.error.kind));

  test('refuses an id whatever stands beside it: that one alone is refused, and nothing learned', async () => {
    const BAD = 'contact-17';
    platform.handler = ({ body }, response) => {
      if (asked(body).includes(BAD)) return json(response, 400, { code: 'bad.request' });
      json(response, 200, { conversations: asked(body).map((who) => conversationOf(who)) });
    };
    const through = openLoader(client);
    const outcomes = await kinds(people(50).map((who) => load(who, through)));
    expect(outcomes.indexOf('refused')).toBe(17);
    expect(outcomes.filter((kind) => kind === 'found')).toHaveLength(49);
    expect(platform.requests.length).toBeLessThanOrEqual(13);

    answerHonestly();
    platform.requests.length = 0;
    await kinds(people(50).map((who) => load(who, through)));
    expect(platform.requests).toHaveLength(1);
  });

  test('answers with a customer who was not asked about: ignored, and logged once, without the contact', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
    const through = new ConversationLoader(client, log);
    platform.handler = ({ body }, response) =>
      json(response, 200, {
        conversations: [...asked(body), 'unasked-1', 'unasked-2'].map((who) => conversationOf(who)),
      });
    for (let times = 0; times < 3; times += 1) {
      expect(await kinds([load('contact-1', through)])).toEqual(['found']);
    }
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('conversation-unasked-1');
    expect(JSON.parse(lines[0] ?? '')).not.toHaveProperty('externalContactId');
  });

  test('gives page after page of customers who were not asked about: after four it is not asked any further', async () => {
    platform.handler = (_request, response) =>
      json(response, 200, {
        conversations: Array.from({ length: 100 }, (_, n) => conversationOf('unasked', n)),
      });
    // Not "no history": what came was no answer to what was asked.
    expect(await load('contact-1', openLoader(client))).toMatchObject({
      ok: false,
      error: { kind: 'try_later', reason: 'history_mismatch' },
    });
    expect(platform.requests).toHaveLength(4);
  });

  test('answers with another customer alone: that is counted, and no answer', async () => {
    const mismatches: string[] = [];
    const through = new ConversationLoader(client, pino({ level: 'silent' }), (operation) =>
      mismatches.push(operation),
    );
    platform.handler = (_request, response) =>
      json(response, 200, { conversations: [conversationOf('unasked')] });
    expect(await kinds([load('contact-1', through)])).toEqual(['try_later']);
    expect(mismatches).toEqual(['conversation-query']);
  });

  test('is asked for all ids of merged contacts in one query, and each customer gets their own', async () => {
    answerHonestly();
    const through = openLoader(client);
    const window = { from: Date.now() - 31 * DAY_MS, to: Date.now() };
    const search = (...contactIds: [string, ...string[]]) =>
      through.load({ contactIds, window, known: new Set() }, LANE);
    const found = await Promise.all([search('ann', 'ann-2'), search('bob', 'BOB-2', 'bob-3')]);
    expect(platform.requests).toHaveLength(1);
    expect(asked(platform.requests[0]?.body)).toEqual(['ann', 'ann-2', 'bob', 'BOB-2', 'bob-3']);
    const counts = found.map((read) => read.ok && read.value.conversations.length);
    expect(counts).toEqual([2, 3]);
  });

  test('keeps the ids of one customer together where so many at once are refused', async () => {
    platform.handler = ({ body }, response) => {
      if (asked(body).length > 4) return json(response, 400, { code: 'bad.request' });
      json(response, 200, { conversations: asked(body).map((who) => conversationOf(who)) });
    };
    const through = openLoader(client);
    const window = { from: Date.now() - 31 * DAY_MS, to: Date.now() };
    const found = await Promise.all(
      people(4).map((who) =>
        through.load({ contactIds: [who, `${who}-merged`], window, known: new Set() }, LANE),
      ),
    );
    expect(found.map((read) => read.ok && read.value.conversations.length)).toEqual([2, 2, 2, 2]);
  });

  const oursTo = (who: string, count: number) =>
    Array.from({ length: count }, (_, n) => ({
      ...conversationOf(who, n),
      customerParticipation: false,
    }));

  test('knows fewer conversations while its pages are read: what moved to a page that was read is not missed', async () => {
    const history = { ...conversationOf('contact-1', 1_000), customerParticipation: true };
    const known = [...oursTo('contact-1', 100), history];
    let deleted = 0;
    platform.handler = pagesOf(known, () => {
      if (deleted === 0) known.shift();
      deleted += 1;
    });
    const read = await load('contact-1', openLoader(client));
    expect(read.ok && read.value.conversations).toMatchObject([
      { conversationId: history.conversationId },
    ]);
    expect(platform.requests.length).toBeLessThanOrEqual(4);
  });

  test('knows fewer conversations four times in a row: that is read again too, and no "none"', async () => {
    const history = { ...conversationOf('contact-1', 1_000), customerParticipation: true };
    const known = [...oursTo('contact-1', 350), history];
    let answered = 0;
    platform.handler = pagesOf(known, () => {
      answered += 1;
      if (answered <= 8) known.splice(150, 1);
    });
    const read = await load('contact-1', openLoader(client));
    expect(read.ok && read.value.conversations).toMatchObject([
      { conversationId: history.conversationId },
    ]);
  });

  test('knows fewer and fewer conversations with each page: it is asked again later, and not for ever', async () => {
    const known = oursTo('contact-1', 2_000);
    platform.handler = pagesOf(known, () => known.splice(0, 1));
    expect(await load('contact-1', openLoader(client))).toMatchObject({
      ok: false,
      error: { kind: 'try_later', reason: 'history_unsteady' },
    });
    expect(platform.requests.length).toBeLessThanOrEqual(20);
  });

  test('gives the same page again and again: it is not asked for ever', async () => {
    const ours = (n: number) => ({
      ...conversationOf('contact-1', n),
      customerParticipation: false,
    });
    platform.handler = (_request, response) =>
      json(response, 200, { conversations: Array.from({ length: 100 }, (_, n) => ours(n)) });
    expect(await load('contact-1', openLoader(client))).toMatchObject({ ok: true });
    expect(platform.requests.length).toBeLessThanOrEqual(5);
  });

  const NOON = Date.parse('2026-11-22T12:00:00Z');
  test.each([
    ['of the same day are covered by one query', 60_000, 1],
    ['of two days are covered by one query each', DAY_MS, 2],
  ])('windows %s, none longer than 31 days', async (_which, apart, needed) => {
    answerHonestly();
    const through = openLoader(client);
    await kinds([load('contact-1', through, NOON), load('contact-2', through, NOON + apart)]);
    expect(platform.requests).toHaveLength(needed);
    for (const { body } of platform.requests) {
      const [from = '', to = ''] = (body as Query).interval.split('/');
      expect(Date.parse(to) - Date.parse(from)).toBeLessThanOrEqual(31 * DAY_MS);
    }
  });
});
