import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { WELL_KNOWN } from '../../sandbox/population/wellKnown.js';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import { type Client, control, handClock, logIn } from './support/client.js';

const JOBS = '/api/v2/analytics/conversations/details/jobs';
const DAY = 86_400_000;
const clock = handClock();
let sandbox: Sandbox;
let client: Client;
beforeAll(async () => {
  sandbox = await startSandbox({ generatedCustomers: 0, requestsPerMinute: 0, now: clock.now });
  client = await logIn(sandbox);
});
afterAll(() => sandbox.close());
beforeEach(() => sandbox.reset());

interface Results {
  conversations: {
    conversationId: string;
    participants: { purpose: string; attributes: Record<string, string> }[];
  }[];
  cursor?: string;
  dataAvailabilityDate: string;
}

const interval = (fromDaysAgo: number, toDaysAgo = 0): string =>
  [fromDaysAgo, toDaysAgo].map((d) => new Date(clock.now() - d * DAY).toISOString()).join('/');

const web = {
  segmentFilters: [
    { type: 'and', predicates: [{ dimension: 'messageType', value: 'webmessaging' }] },
  ],
};

const submit = (extra: object = {}) =>
  client.post(JOBS, { interval: interval(31), ...web, ...extra });

async function start(extra: object = {}): Promise<string> {
  const { status, body } = await submit(extra);
  expect(status).toBe(202);
  return (body as { jobId: string }).jobId;
}

const stateOf = async (id: string) =>
  ((await client.get(`${JOBS}/${id}`)).body as { state: string }).state;
const resultsOf = (id: string, query = '') => client.get(`${JOBS}/${id}/results${query}`);
const finish = () => clock.advance(sandbox.settings.jobDurationMs);

async function fulfilled(extra: object = {}): Promise<Results> {
  const id = await start(extra);
  finish();
  return (await resultsOf(id)).body as Results;
}

describe('an analytics job', () => {
  test('is queued, pending and fulfilled', async () => {
    const id = await start();
    expect(await stateOf(id)).toBe('QUEUED');
    clock.advance(sandbox.settings.jobDurationMs / 2);
    expect(await stateOf(id)).toBe('PENDING');
    expect((await resultsOf(id)).status).toBe(400);
    clock.advance(sandbox.settings.jobDurationMs / 2);
    expect(await stateOf(id)).toBe('FULFILLED');
    expect((await client.get(`${JOBS}/unknown`)).status).toBe(404);
  });

  test('is read page by page, by a cursor that belongs to it', async () => {
    const id = await start();
    finish();
    const all = (await resultsOf(id)).body as Results;
    const seen: string[] = [];
    let page = (await resultsOf(id, '?pageSize=4')).body as Results;
    for (;;) {
      seen.push(...page.conversations.map(({ conversationId }) => conversationId));
      if (page.cursor === undefined) break;
      page = (await resultsOf(id, `?pageSize=4&cursor=${page.cursor}`)).body as Results;
    }
    expect(seen).toEqual(all.conversations.map(({ conversationId }) => conversationId));
    expect(seen.length).toBeGreaterThan(8);
    expect((await resultsOf(id, '?cursor=bm9uc2Vuc2U')).status).toBe(400);
  });

  test('holds the attributes of the participants, which a query does not', async () => {
    const { conversations } = await fulfilled({
      conversationFilters: [
        { type: 'and', predicates: [{ dimension: 'conversationEnd', operator: 'exists' }] },
      ],
    });
    const attributes = conversations.flatMap(({ participants }) =>
      participants.map((participant) => participant.attributes['context.email']),
    );
    expect(attributes).toContain('hidden@example.com');
  });

  test('has nothing of what came after its data was available', async () => {
    const before = sandbox.addConversation(WELL_KNOWN.noHistory.id, {
      minutesAgo: 180,
      messages: [{ from: 'customer', text: 'Before' }],
    });
    const after = sandbox.addConversation(WELL_KNOWN.noHistory.id, {
      minutesAgo: 30,
      messages: [{ from: 'customer', text: 'After' }],
    });
    sandbox.settings.dataAvailabilityLagMs = 3_600_000;
    const submittedAt = clock.now();
    const { conversations, dataAvailabilityDate } = await fulfilled();
    const ids = conversations.map(({ conversationId }) => conversationId);
    expect(Date.parse(dataAvailabilityDate)).toBe(submittedAt - 3_600_000);
    expect(ids).toContain(before);
    expect(ids).not.toContain(after);
    expect((await client.get(`${JOBS}/availability`)).body).toEqual({
      dataAvailabilityDate: new Date(clock.now() - 3_600_000).toISOString(),
    });
  });

  test('finds what was active, or what started on a day of the interval', async () => {
    const open = sandbox.addConversation(WELL_KNOWN.noHistory.id, {
      minutesAgo: 5 * 24 * 60,
      active: true,
      messages: [{ from: 'customer', text: 'Still open' }],
    });
    const found = async (extra: object) =>
      (await fulfilled({ interval: interval(1), ...extra })).conversations.some(
        ({ conversationId }) => conversationId === open,
      );
    expect(await found({})).toBe(true);
    expect(await found({ startOfDayIntervalMatching: true })).toBe(false);
  });

  test('may be limited, and cancelled', async () => {
    expect((await fulfilled({ limit: 2 })).conversations).toHaveLength(2);
    const id = await start();
    expect((await client.delete(`${JOBS}/${id}`)).status).toBe(204);
    expect(await stateOf(id)).toBe('CANCELLED');
    finish();
    expect((await resultsOf(id)).status).toBe(400);
    expect((await client.delete(`${JOBS}/unknown`)).status).toBe(404);
  });

  test.each<[string, object]>([
    ['paging', { paging: { pageSize: 25 } }],
    ['aggregations', { aggregations: [] }],
    ['an interval of 32 days', { interval: interval(32) }],
    ['a limit that is none', { limit: 0 }],
  ])('with %s is a 400', async (_what, extra) => {
    expect((await submit(extra)).status).toBe(400);
  });

  test('refuses a page that is too large', async () => {
    const id = await start();
    finish();
    expect((await resultsOf(id, '?pageSize=1000')).status).toBe(200);
    expect((await resultsOf(id, '?pageSize=1001')).status).toBe(400);
    sandbox.settings.jobPageSize = 100;
    expect(await resultsOf(id, '?pageSize=101')).toMatchObject({
      status: 400,
      body: { details: [{ fieldName: 'pageSize' }] },
    });
  });

  test('needs one of two permissions', async () => {
    await control(sandbox, 'PATCH', '/settings', { permissions: [] });
    expect((await submit()).status).toBe(403);
  });
});

describe('limits and faults of jobs', () => {
  test('too many at once are a 429 that names the limit, until one ends', async () => {
    sandbox.settings.concurrentJobs = 2;
    await start();
    await start();
    expect(await submit()).toMatchObject({
      status: 429,
      body: {
        limit: {
          key: 'details.jobs.concurrent.access.max',
          namespace: 'analytics',
          value: 2,
        },
      },
    });
    finish();
    expect((await submit()).status).toBe(202);
  });

  test('a job may fail, never end, or expire between two pages', async () => {
    sandbox.faults.add({ kind: 'job-fails' });
    const failing = await start();
    sandbox.faults.add({ kind: 'job-stuck' });
    const stuck = await start();
    sandbox.faults.add({ kind: 'job-expires', afterPages: 1 });
    const expiring = await start();
    finish();
    expect([await stateOf(failing), await stateOf(stuck)]).toEqual(['FAILED', 'PENDING']);
    expect(await stateOf(expiring)).toBe('FULFILLED');
    const { cursor } = (await resultsOf(expiring, '?pageSize=2')).body as Results;
    expect((await resultsOf(expiring, `?pageSize=2&cursor=${cursor}`)).status).toBe(400);
    expect(await stateOf(expiring)).toBe('EXPIRED');
  });
});
