import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { WELL_KNOWN } from '../../sandbox/population/wellKnown.js';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import {
  type Client,
  control,
  EMAIL,
  emailTo,
  handClock,
  logIn,
  QUERY,
  WEB,
  webMessage,
} from './support/client.js';

const DAY = 86_400_000;
const clock = handClock();
let sandbox: Sandbox;
let client: Client;
beforeAll(async () => {
  sandbox = await startSandbox({ now: clock.now, indexingLagMs: 0 });
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  sandbox.reset();
  client = await logIn(sandbox);
});

interface Found {
  conversations?: { conversationId: string; conversationStart: string; participants: object[] }[];
  totalHits: number;
}

const interval = (fromDaysAgo: number, toDaysAgo = 0): string =>
  [fromDaysAgo, toDaysAgo].map((d) => new Date(clock.now() - d * DAY).toISOString()).join('/');

const byContact = (...ids: string[]) => ({
  type: 'or',
  predicates: ids.map((value) => ({ dimension: 'externalContactId', value })),
});

const only = (dimension: string, value: string) => ({
  type: 'and',
  predicates: [{ dimension, value }],
});

async function query(body: object): Promise<Found> {
  const reply = await client.post(QUERY, { interval: interval(31), ...body });
  expect(reply.status).toBe(200);
  return reply.body as Found;
}

describe('which conversations match', () => {
  test('a filter of several contacts finds the conversations of all of them', async () => {
    const { regular, delayedOrder } = WELL_KNOWN;
    const { totalHits, conversations } = await query({
      segmentFilters: [byContact(regular.id, delayedOrder.id)],
    });
    expect(totalHits).toBe(5);
    expect(conversations).toHaveLength(5);
  });

  test('two filters may be fulfilled by two segments, the predicates of one only by one', async () => {
    const contact = { dimension: 'externalContactId', value: WELL_KNOWN.regular.id };
    const agent = { dimension: 'purpose', value: 'agent' };
    const two = [
      { type: 'and', predicates: [contact] },
      { type: 'and', predicates: [agent] },
    ];
    expect((await query({ segmentFilters: two })).totalHits).toBe(3);
    const one = [{ type: 'and', predicates: [contact, agent] }];
    expect((await query({ segmentFilters: one })).totalHits).toBe(0);
  });

  test('the answer has no conversations key when nothing matches', async () => {
    const found = await query({ segmentFilters: [byContact(WELL_KNOWN.noHistory.id)] });
    expect(found).toEqual({ totalHits: 0 });
  });

  test('media and message type tell web messaging from SMS', async () => {
    const contact = byContact(WELL_KNOWN.phoneOnly.id);
    const ofType = async (messageType: string) =>
      (await query({ segmentFilters: [contact, only('messageType', messageType)] })).totalHits;
    expect([await ofType('sms'), await ofType('webmessaging')]).toEqual([1, 0]);
  });

  test('exists, notExists and clauses are evaluated', async () => {
    const contact = byContact(WELL_KNOWN.chatting.id);
    const ended = (operator: string) => ({
      type: 'and',
      clauses: [{ type: 'or', predicates: [{ dimension: 'conversationEnd', operator }] }],
    });
    const count = async (operator: string) =>
      (await query({ segmentFilters: [contact], conversationFilters: [ended(operator)] }))
        .totalHits;
    expect([await count('exists'), await count('notExists')]).toEqual([1, 1]);
  });

  test('a conversation matches when it started on a day the interval touches', async () => {
    const customer = sandbox.addCustomer({ firstName: 'Early' });
    const noon = Math.floor(clock.now() / DAY) * DAY - 3 * DAY + DAY / 2;
    sandbox.addConversation(customer.id, {
      minutesAgo: (clock.now() - noon) / 60_000,
      messages: [{ from: 'customer', text: 'It is noon' }],
    });
    const within = async (fromMs: number, toMs: number) => {
      const [from, to] = [
        new Date(noon + fromMs).toISOString(),
        new Date(noon + toMs).toISOString(),
      ];
      const body = { interval: `${from}/${to}`, segmentFilters: [byContact(customer.id)] };
      return (await query(body)).totalHits;
    };
    expect(await within(DAY / 4, DAY / 3)).toBe(1);
    expect(await within(DAY / 2, DAY)).toBe(0);
    expect(await within(-DAY, -DAY / 2)).toBe(0);
  });

  test('an old conversation is outside the last 31 days, and inside its own window', async () => {
    const segmentFilters = [byContact(WELL_KNOWN.dormant.id)];
    expect((await query({ segmentFilters })).totalHits).toBe(0);
    expect((await query({ segmentFilters, interval: interval(60, 31) })).totalHits).toBe(1);
  });

  test('an email address matches in full, by local part or by domain, and no otherwise', async () => {
    await client.post(EMAIL, emailTo('someone@nowhere.example.org'));
    const to = async (value: string) =>
      (await query({ segmentFilters: [only('addressTo', value)] })).totalHits;
    expect(await to('someone@nowhere.example.org')).toBe(1);
    expect(await to('someone')).toBe(1);
    expect(await to('nowhere.example.org')).toBe(1);
    expect(await to('some')).toBe(0);
  });
});

describe('order and paging', () => {
  const segmentFilters = [byContact(WELL_KNOWN.regular.id)];

  test('the order is by start, ascending unless descending is asked for', async () => {
    const starts = async (order?: string) =>
      (
        await query({ segmentFilters, ...(order === undefined ? {} : { order }) })
      ).conversations?.map(({ conversationStart }) => Date.parse(conversationStart)) ?? [];
    const ascending = await starts();
    expect(ascending).toEqual([...ascending].sort((a, b) => a - b));
    expect(await starts('desc')).toEqual(ascending.reverse());
  });

  test('pages follow one another and totalHits counts all of them', async () => {
    const page = (pageNumber: number) =>
      query({ segmentFilters, paging: { pageSize: 3, pageNumber } });
    const pages = [await page(1), await page(2), await page(3)];
    expect(pages.map(({ conversations }) => conversations?.length)).toEqual([3, 1, undefined]);
    expect(pages.map(({ totalHits }) => totalHits)).toEqual([4, 4, 4]);
  });
});

describe('what is answered', () => {
  test('participants are identified by purpose, the customer by external contact id, without any text', async () => {
    const { conversations } = await query({
      segmentFilters: [byContact(WELL_KNOWN.delayedOrder.id)],
    });
    expect(conversations?.[0]?.participants).toMatchObject([
      { purpose: 'customer', externalContactId: WELL_KNOWN.delayedOrder.id },
      { purpose: 'workflow' },
      { purpose: 'agent', sessions: [{ mediaType: 'message', messageType: 'webmessaging' }] },
    ]);
    expect(JSON.stringify(conversations)).not.toContain('48213');
    expect(JSON.stringify(conversations)).not.toContain('customer@example.com');
  });

  test('an active conversation has no end', async () => {
    const segmentFilters = [byContact(WELL_KNOWN.chatting.id)];
    const { conversations } = await query({ segmentFilters, order: 'desc' });
    expect(conversations?.[0]).not.toHaveProperty('conversationEnd');
    expect(conversations?.[1]).toHaveProperty('conversationEnd');
  });

  test('a send shows up with the api participant once the index has caught up', async () => {
    await control(sandbox, 'PATCH', '/settings', { indexingLagMs: 5000 });
    await client.post(WEB, webMessage(sandbox, WELL_KNOWN.noHistory.id));
    const segmentFilters = [byContact(WELL_KNOWN.noHistory.id), only('purpose', 'api')];
    clock.advance(4999);
    expect((await query({ segmentFilters })).totalHits).toBe(0);
    clock.advance(1);
    const { conversations } = await query({ segmentFilters });
    expect(conversations?.[0]).toMatchObject({ originatingDirection: 'outbound' });
  });
});

describe('what is refused with a 400', () => {
  const filtered = { segmentFilters: [byContact('x')] };
  const many = Array.from({ length: 101 }, (_, n) => `id-${n}`);
  test.each<[string, () => object, string]>([
    ['no interval', () => ({ interval: undefined }), 'interval'],
    ['an interval that is none', () => ({ interval: 'yesterday' }), 'interval'],
    ['an interval that ends before it starts', () => ({ interval: interval(1, 2) }), 'interval'],
    ['32 days with a filter', () => ({ interval: interval(32), ...filtered }), 'interval'],
    ['8 days without a filter', () => ({ interval: interval(8) }), 'interval'],
    ['a page of 101', () => ({ ...filtered, paging: { pageSize: 101 } }), 'paging.pageSize'],
    [
      'a page beyond 100,000 results',
      () => ({ ...filtered, paging: { pageSize: 100, pageNumber: 1001 } }),
      'paging',
    ],
    ['an unknown order', () => ({ ...filtered, order: 'newest' }), 'order'],
    ['an unknown field', () => ({ ...filtered, group_by: ['x'] }), 'group_by'],
    [
      'an unknown dimension',
      () => ({ segmentFilters: [only('addressOther', 'x')] }),
      'segmentFilters[0].predicates.dimension',
    ],
    [
      'a segment dimension in a conversation filter',
      () => ({ conversationFilters: [only('mediaType', 'message')] }),
      'conversationFilters[0].predicates.dimension',
    ],
    [
      'an unknown operator',
      () => ({
        segmentFilters: [
          { type: 'and', predicates: [{ dimension: 'purpose', operator: 'is', value: 'x' }] },
        ],
      }),
      'segmentFilters[0].predicates[0].operator',
    ],
    [
      'matches without a value',
      () => ({ segmentFilters: [{ type: 'and', predicates: [{ dimension: 'purpose' }] }] }),
      'segmentFilters[0].predicates[0].value',
    ],
    ['an empty filter', () => ({ segmentFilters: [{ type: 'and' }] }), 'segmentFilters[0]'],
    ['101 predicates', () => ({ segmentFilters: [byContact(...many)] }), 'segmentFilters[0]'],
  ])('%s', async (_what, body, fieldName) => {
    const reply = await client.post(QUERY, { interval: interval(7), ...body() });
    expect(reply).toMatchObject({ status: 400, body: { code: 'bad.request' } });
    expect(reply.body).toMatchObject({ details: [{ fieldName }] });
  });
});
