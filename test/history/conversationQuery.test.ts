import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { WELL_KNOWN } from '../../sandbox/population/wellKnown.js';
import type { GenesysClient } from '../../src/genesys/genesysClient.js';
import { json, type Platform, startPlatform } from '../genesys/support/platform.js';
import { findConversations } from '../pipeline/support/conversations.js';
import {
  LANE,
  openClient,
  type SandboxClient,
  startSandboxClient,
} from '../pipeline/support/sandboxClient.js';

const NOON = Date.parse('2026-11-22T12:00:00Z');
const HOUR = 60;
const DAY = 24 * HOUR;

let genesys: SandboxClient;
let customerId: string;

beforeAll(async () => {
  // The clock stands still, so that it is known which conversations share a day with a window's edge.
  genesys = await startSandboxClient({ now: () => NOON });
});
afterAll(() => genesys.close());
beforeEach(() => {
  genesys.sandbox.reset();
  customerId = genesys.sandbox.addCustomer({ email: 'newest@example.com' }).id;
});

/** Adds a conversation of the customer; answers its id. */
function wrote(minutesAgo: number, media: 'webmessaging' | 'sms' = 'webmessaging'): string {
  const messages = [{ from: 'customer' as const, text: 'Where is my parcel?' }];
  return genesys.sandbox.addConversation(customerId, { minutesAgo, media, messages });
}

/** Sends the customer a notification, as we do. */
async function notified(times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) {
    const sent = await genesys.client.sendAgentlessMessage(
      {
        toAddressMessengerType: 'webmessaging',
        fromAddress: genesys.sandbox.settings.deploymentId,
        externalContactId: customerId,
        textBody: 'A notification',
        useExistingActiveConversation: false,
      },
      { beforeWrite: async () => ({ go: true, sendBy: Date.now() + 5_000 }) },
      LANE,
    );
    if (!sent.ok) throw new Error(sent.failure.kind);
  }
}

async function find(
  search: { lookbackDays?: number; maxConversations?: number; now?: number } = {},
) {
  const found = await findConversations(
    genesys.client,
    // A second later, or what was sent just now would lie in the future.
    {
      contactIds: [customerId] as const,
      lookbackDays: 31,
      maxConversations: 5,
      now: NOON + 1_000,
      ...search,
    },
    LANE,
  );
  if (!found.ok) throw new Error(JSON.stringify(found.error));
  return found.value.map(({ conversationId }) => conversationId);
}

const queries = () => genesys.sandbox.requests.count('details-query');

describe('past conversations', () => {
  test('come newest first, no more than asked for, with their times', async () => {
    const ids = [3 * HOUR, 9 * DAY, DAY, 2 * DAY].map((ago) => wrote(ago));
    expect(await find()).toEqual([ids[0], ids[2], ids[3], ids[1]]);
    expect(await find({ maxConversations: 2 })).toEqual([ids[0], ids[2]]);
    const [first] = await findAll();
    expect(first).toEqual({
      conversationId: ids[0],
      startedAt: '2026-11-22T09:00:00.000Z',
      endedAt: expect.stringMatching(/^2026-11-22T09:/),
    });
  });

  test('are of this customer and of web messaging only', async () => {
    const own = wrote(DAY);
    wrote(HOUR, 'sms');
    const other = genesys.sandbox.addCustomer({
      conversations: [{ minutesAgo: HOUR, messages: [{ from: 'customer', text: 'Hello' }] }],
    });
    expect(other.id).not.toBe(customerId);
    expect(await find()).toEqual([own]);
  });

  test('that are still open have no end', async () => {
    const messages = [{ from: 'customer' as const, text: 'Are you there?' }];
    genesys.sandbox.addConversation(customerId, { minutesAgo: 5, active: true, messages });
    expect(await findAll()).toEqual([
      { conversationId: expect.any(String), startedAt: '2026-11-22T11:55:00.000Z' },
    ]);
  });

  test('are taken by their start time, although the platform answers by whole days', async () => {
    const within = wrote(2 * DAY - HOUR);
    const before = wrote(2 * DAY + HOUR);
    expect(await find({ lookbackDays: 2 })).toEqual([within]);
    expect(await find({ lookbackDays: 3 })).toEqual([within, before]);
  });

  test('do not count when the customer said nothing in them, as in our own sends', async () => {
    const own = wrote(DAY);
    await notified(6);
    expect(await find()).toEqual([own]);
  });
});

async function findAll() {
  const search = { contactIds: [customerId] as const, lookbackDays: 31, maxConversations: 50 };
  const found = await findConversations(genesys.client, { ...search, now: NOON + 1_000 }, LANE);
  return found.ok ? found.value : [];
}

describe('windows of at most 31 days', () => {
  test('are asked for one after the other until the lookback ends', async () => {
    expect(await find({ lookbackDays: 31 })).toEqual([]);
    expect(queries()).toBe(1);
    genesys.sandbox.requests.clear();
    // The sandbox refuses a longer interval, so twelve answered queries cover the year.
    expect(await find({ lookbackDays: 366 })).toEqual([]);
    expect(queries()).toBe(12);
  });

  test('go no further back once there are enough conversations', async () => {
    const near = wrote(10 * DAY);
    const far = wrote(45 * DAY);
    expect(await find({ lookbackDays: 366, maxConversations: 1 })).toEqual([near]);
    expect(queries()).toBe(1);
    genesys.sandbox.requests.clear();
    expect(await find({ lookbackDays: 366, maxConversations: 2 })).toEqual([near, far]);
    expect(queries()).toBe(2);
  });

  test('leave nothing out where a full page reaches across the edge', async () => {
    const ids = Array.from({ length: 120 }, (_, n) => wrote(31 * DAY + n - 60));
    expect(await find({ lookbackDays: 62, maxConversations: 200 })).toEqual(ids);
  });

  test('meet at their edges: what started there is found once', async () => {
    const ids = [31 * DAY - 1, 31 * DAY, 31 * DAY + 1].map((ago) => wrote(ago));
    expect(await find({ lookbackDays: 62, now: NOON })).toEqual(ids);
  });
});

describe('pages within a window', () => {
  test('are turned while our own sends fill them', async () => {
    const own = wrote(DAY);
    await notified(120);
    expect(await find()).toEqual([own]);
    expect(queries()).toBe(2);
  });

  test('are not turned when the first holds enough', async () => {
    for (let n = 0; n < 120; n += 1) wrote(DAY + n);
    expect(await find({ maxConversations: 5 })).toHaveLength(5);
    expect(queries()).toBe(1);
  });

  test('leave nothing out that started in the same moment as the last one of a page', async () => {
    const ids = Array.from({ length: 97 }, (_, n) => wrote(DAY + n));
    for (let n = 0; n < 5; n += 1) ids.push(wrote(2 * DAY));
    const found = await find({ maxConversations: 200 });
    expect(new Set(found)).toEqual(new Set(ids));
    expect(found).toHaveLength(102);
  });

  test('are turned four times at most', async () => {
    wrote(DAY);
    const messages = [{ from: 'agent' as const, text: 'Nobody answered this' }];
    for (let n = 0; n < 405; n += 1) {
      genesys.sandbox.addConversation(customerId, { minutesAgo: n, messages });
    }
    expect(await find()).toEqual([]);
    expect(queries()).toBe(4);
  });
});

describe('a customer of a platform that answers oddly', () => {
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

  const summary = (n: number, purpose: string, direction: string, who = customerId) => ({
    conversationId: `conversation-${n}`,
    conversationStart: new Date(NOON - n * 60_000).toISOString(),
    participants: [{ purpose, externalContactId: who, sessions: [{ direction }] }],
  });
  const ask = async (maxConversations = 60) => {
    const search = { contactIds: [customerId] as const, lookbackDays: 31, maxConversations };
    const found = await findConversations(client, { ...search, now: NOON }, LANE);
    return found.ok ? found.value.map(({ conversationId }) => conversationId) : found;
  };

  test('is recognised as `external` as well as `customer`, by contact id', async () => {
    platform.handler = (_request, response) =>
      json(response, 200, {
        conversations: [
          summary(1, 'external', 'inbound'),
          summary(2, 'agent', 'inbound'),
          summary(3, 'customer', 'inbound', 'another-contact'),
        ],
      });
    expect(await ask()).toEqual(['conversation-1']);
  });

  test('counts once when a conversation is met again', async () => {
    const page = (from: number, count: number) =>
      Array.from({ length: count }, (_, n) => summary(from + n, 'customer', 'inbound'));
    let queries = 0;
    platform.handler = (_request, response) => {
      queries += 1;
      json(response, 200, { conversations: queries === 1 ? page(1, 100) : page(100, 3) });
    };
    expect(await ask(200)).toEqual(Array.from({ length: 102 }, (_, n) => `conversation-${n + 1}`));
  });

  test('has no history where a start time is missing or senseless', async () => {
    const odd = { ...summary(1, 'customer', 'inbound'), conversationStart: 'yesterday' };
    const { conversationStart: _none, ...without } = summary(2, 'customer', 'inbound');
    platform.handler = (_request, response) =>
      json(response, 200, { conversations: [odd, without] });
    expect(await ask()).toEqual([]);
  });
});

test('an error in a later window is handed on, not taken for an empty history', async () => {
  customerId = WELL_KNOWN.dormant.id;
  genesys.sandbox.faults.add({ endpoint: 'details-query', kind: 'delay', ms: 1 });
  genesys.sandbox.faults.add({ endpoint: 'details-query', kind: '429', retryAfter: '7' });
  const search = {
    contactIds: [customerId] as const,
    lookbackDays: 62,
    maxConversations: 5,
    now: NOON,
  };
  expect(await findConversations(genesys.client, search, LANE)).toEqual({
    ok: false,
    error: { kind: 'rate_limited', retryAfterMs: 7_000 },
  });
});
