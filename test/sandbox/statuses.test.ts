import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { WELL_KNOWN, type WellKnown } from '../../sandbox/population/wellKnown.js';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import {
  type Client,
  EMAIL,
  emailTo,
  handClock,
  LOOKUP,
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
  sandbox = await startSandbox({
    generatedCustomers: 0,
    requestsPerMinute: 0,
    indexingLagMs: 0,
    now: clock.now,
  });
  client = await logIn(sandbox);
});
afterAll(() => sandbox.close());
beforeEach(() => sandbox.reset());

interface Session {
  deliveryStatus?: string;
}
interface Found {
  conversationId: string;
  participants: { purpose: string; externalContactId?: string; sessions: Session[] }[];
}

const or = (dimension: string, values: string[]) => ({
  type: 'or',
  predicates: values.map((value) => ({ dimension, value })),
});

async function query(filters: object): Promise<Found[]> {
  const interval = [clock.now() - 30 * DAY, clock.now() + DAY]
    .map((at) => new Date(at).toISOString())
    .join('/');
  const { status, body } = await client.post(QUERY, {
    interval,
    paging: { pageSize: 100, pageNumber: 1 },
    ...filters,
  });
  expect(status).toBe(200);
  return (body as { conversations?: Found[] }).conversations ?? [];
}

async function send(who: WellKnown): Promise<string> {
  const { body } = await client.post(WEB, webMessage(sandbox, WELL_KNOWN[who].id));
  return (body as { conversationId: string }).conversationId;
}

async function mail(to: string): Promise<string> {
  const { body } = await client.post(EMAIL, emailTo(to));
  return (body as { conversationId: string }).conversationId;
}

/** The delivery status of each conversation, asked for in one request. */
async function statuses(ids: string[]): Promise<(string | undefined)[]> {
  const found = await query({ conversationFilters: [or('conversationId', ids)] });
  return ids.map((id) => {
    const participants = found.find(({ conversationId }) => conversationId === id)?.participants;
    const api = participants?.find(({ purpose }) => purpose === 'api');
    return api?.sessions[0]?.deliveryStatus;
  });
}

describe('statuses of many messages in one request', () => {
  test('each session of an agentless conversation carries its delivery status', async () => {
    const ids = [await send('delayedOrder'), await send('offline'), await send('reading')];
    expect(await statuses(ids)).toEqual(['Queued', 'Queued', 'Queued']);
    clock.advance(sandbox.settings.deliveryDelayMs);
    expect(await statuses(ids)).toEqual(['DeliverySuccess', 'DeliveryFailed', 'DeliverySuccess']);
    clock.advance(sandbox.settings.deliveryDelayMs);
    expect(await statuses(ids)).toEqual(['DeliverySuccess', 'DeliveryFailed', 'Read']);
  });

  test('a hundred conversations are answered at once, and 101 predicates are refused', async () => {
    const ids = Array.from({ length: 99 }, (_, n) => `unknown-${n}`);
    const known = await send('offline');
    expect(await query({ conversationFilters: [or('conversationId', [...ids, known])] })).toEqual([
      expect.objectContaining({ conversationId: known }),
    ]);
    const { status } = await client.post(QUERY, {
      interval: '2026-01-01T00:00Z/2026-01-02T00:00Z',
      conversationFilters: [or('conversationId', [...ids, 'a', 'b'])],
    });
    expect(status).toBe(400);
  });

  test('a read message says so in its own details, too', async () => {
    const { body } = await client.post(WEB, webMessage(sandbox, WELL_KNOWN.reading.id));
    clock.advance(2 * sandbox.settings.deliveryDelayMs);
    const { id } = body as { id: string };
    const details = await client.get(`/api/v2/conversations/messages/${id}/details`);
    expect(details.body).toMatchObject({
      status: 'read',
      normalizedReceipts: [{ status: 'Read' }],
    });
  });
});

describe('an email that bounces', () => {
  const conversation = (id: string) => client.get(`/api/v2/conversations/emails/${id}`);

  test('never arrives, and shows no error before 20 seconds', async () => {
    const id = await mail('bouncing@example.com');
    expect(sandbox.deliveries.total).toBe(0);
    clock.advance(20_000);
    expect(JSON.stringify((await conversation(id)).body)).not.toContain('errorInfo');
    expect(await statuses([id])).toEqual(['Sent']);
    clock.advance(5_000);
    const { body } = await conversation(id);
    expect(body).toMatchObject({ id, participants: expect.arrayContaining([]) });
    expect((body as { participants: object[] }).participants).toContainEqual(
      expect.objectContaining({
        errorInfo: { code: expect.any(String), message: expect.any(String) },
      }),
    );
    expect(await statuses([id])).toEqual(['DeliveryFailed']);
  });

  test('leaves the others as sent', async () => {
    const id = await mail('customer@example.com');
    clock.advance(60_000);
    expect(JSON.stringify((await conversation(id)).body)).not.toContain('errorInfo');
    expect(await statuses([id])).toEqual(['Sent']);
  });

  test('is not found where the conversation is no email', async () => {
    expect((await conversation(await send('offline'))).status).toBe(404);
    expect((await conversation('unknown')).status).toBe(404);
  });
});

describe('pages under live data', () => {
  test('a row of the page before is seen again, or a row is missed', async () => {
    const page = (pageNumber: number) =>
      query({
        segmentFilters: [or('externalContactId', [WELL_KNOWN.regular.id])],
        paging: { pageSize: 2, pageNumber },
      });
    const ids = (found: Found[]) => found.map(({ conversationId }) => conversationId);
    const all = [...ids(await page(1)), ...ids(await page(2))];
    sandbox.faults.add({ kind: 'pages-shift', by: 1 });
    sandbox.faults.add({ kind: 'pages-shift', by: -1 });
    expect(ids(await page(1))).toEqual(all.slice(0, 2));
    expect(ids(await page(2))).toEqual(all.slice(1, 3));
    expect(ids(await page(2))).toEqual(all.slice(3));
    expect(ids(await page(2))).toEqual(all.slice(2));
  });
});

describe('merged contacts', () => {
  const { merged, mergedGuest, mergedAddress } = WELL_KNOWN;
  const segmentFilters = (...ids: string[]) => [or('externalContactId', ids)];

  test('conversations stay under the id they were held under', async () => {
    expect(await query({ segmentFilters: segmentFilters(merged.id) })).toEqual([]);
    const found = await query({
      segmentFilters: segmentFilters(merged.id, mergedGuest.id, mergedAddress.id),
    });
    const ids = found.flatMap(({ participants }) =>
      participants.flatMap(({ externalContactId }) => externalContactId ?? []),
    );
    expect(new Set(ids)).toEqual(new Set([mergedGuest.id, mergedAddress.id]));
  });

  test('a filter by the canonical contact finds them, unless the platform does not honour it', async () => {
    const canonical = { segmentFilters: [or('canonicalExternalContactId', [merged.id])] };
    expect(await query(canonical)).toHaveLength(2);
    sandbox.settings.canonicalContactFilter = false;
    expect(await query(canonical)).toEqual([]);
  });

  test('a bulk fetch resolves a merged id, and says which id it does not know', async () => {
    const { body } = await client.post('/api/v2/externalcontacts/bulk/contacts', {
      entities: [{ id: mergedGuest.id }, { id: 'unknown' }],
    });
    expect(body).toMatchObject({
      results: [
        {
          id: mergedGuest.id,
          success: true,
          entity: {
            id: merged.id,
            mergeSet: [{ id: merged.id }, { id: mergedGuest.id }, { id: mergedAddress.id }],
          },
        },
        { id: 'unknown', success: false, status: 404, error: { code: 'not.found' } },
      ],
      errorCount: 1,
      errorIndexes: [1],
    });
  });

  test.each<[string, unknown]>([
    ['no ids', { entities: [] }],
    ['51 ids', { entities: Array.from({ length: 51 }, (_, n) => ({ id: `c${n}` })) }],
    ['an unknown field', { entities: [{ id: 'x', email: 'y' }] }],
  ])('a bulk fetch with %s is a 400', async (_what, body) => {
    expect((await client.post('/api/v2/externalcontacts/bulk/contacts', body)).status).toBe(400);
  });
});

describe('two contacts with one address', () => {
  const { twinFirst, twinSecond } = WELL_KNOWN;

  test('a look-up answers with the one that was made first', async () => {
    const { body } = await client.post(LOOKUP, { type: 'Email', value: 'Twins@example.com' });
    expect(body).toMatchObject({ id: twinFirst.id, firstName: 'Anna' });
    sandbox.addCustomer({ firstName: 'Third', email: 'twins@example.com' });
    expect((await client.post(LOOKUP, { type: 'Email', value: 'twins@example.com' })).body).toEqual(
      body,
    );
  });

  test('a search shows both', async () => {
    const search = (query: string) => client.get(`/api/v2/externalcontacts/contacts?${query}`);
    expect((await search('q=twins@example.com')).body).toMatchObject({
      entities: [
        { id: twinFirst.id, firstName: 'Anna' },
        { id: twinSecond.id, firstName: 'Paul' },
      ],
      total: 2,
    });
    expect((await search('q=keller')).body).toMatchObject({ total: 2 });
    expect((await search('q=before.merge@example.com')).body).toMatchObject({ total: 0 });
    expect((await search('q=x&pageSize=100&pageNumber=11')).status).toBe(400);
    expect((await search('email=x')).status).toBe(400);
  });
});
