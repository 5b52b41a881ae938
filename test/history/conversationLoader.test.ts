import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { CallOptions, Permit } from '../../src/genesys/call.js';
import type { ConversationLoader } from '../../src/history/conversationLoader.js';
import { openLoader } from '../pipeline/support/conversations.js';
import { HeldAdmission } from '../pipeline/support/heldAdmission.js';
import { LANE, type SandboxClient, startSandboxClient } from '../pipeline/support/sandboxClient.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const CAMPAIGN = { lane: 'campaign' } as const;

const slots = new HeldAdmission();
let genesys: SandboxClient;
let loader: ConversationLoader;

beforeAll(async () => {
  genesys = await startSandboxClient({}, slots);
});
afterAll(() => genesys.close());
beforeEach(() => {
  genesys.sandbox.reset();
  slots.close();
  loader = openLoader(genesys.client);
});

/** A customer with one conversation; answers their id. */
function customer(): string {
  const messages = [{ from: 'customer' as const, text: 'Where is my parcel?' }];
  return genesys.sandbox.addCustomer({ conversations: [{ minutesAgo: 60, messages }] }).id;
}

const customers = (count: number): string[] => Array.from({ length: count }, customer);

function load(externalContactId: string, options: CallOptions = LANE) {
  const now = Date.now();
  const window = { from: now - 31 * DAY_MS, to: now };
  return loader.load({ contactIds: [externalContactId], window, known: new Set() }, options);
}

const ONE = { ok: true, value: { conversations: [{ startedAt: expect.any(String) }] } };
const failed = (error: object) => ({ ok: false, error });
const queries = () => genesys.sandbox.requests.count('details-query');

describe('lookups that wait for a slot', () => {
  test.each([
    [1, 1],
    [50, 1],
    [51, 2],
    [120, 3],
  ])('of %i customers take %i queries, and as many slots', async (count, needed) => {
    const found = customers(count).map((id) => load(id));
    await slots.nth(needed);
    slots.open();
    for (const one of await Promise.all(found)) expect(one).toMatchObject(ONE);
    expect(queries()).toBe(needed);
    expect(slots.asked.length).toBeGreaterThanOrEqual(needed);
    // A slot that a busy machine let grow old is asked for once more.
    expect(slots.asked.length).toBeLessThanOrEqual(2 * needed);
  });

  test('are joined by every lookup asked before the permit is granted, and by none asked after', async () => {
    const [first = '', second = '', third = ''] = customers(3);
    const early = load(first);
    const slot = await slots.nth(1);
    const joined = load(second);
    slot.answer();
    expect(await Promise.all([early, joined])).toMatchObject([ONE, ONE]);
    const late = load(third);
    (await slots.nth(2)).answer();
    expect(await late).toMatchObject(ONE);
    expect(queries()).toBe(2);
  });

  test('are each given their own customer’s conversations alone', async () => {
    const ids = customers(20);
    const nobody = genesys.sandbox.addCustomer({}).id;
    slots.open();
    const found = await Promise.all([...ids, nobody].map((id) => load(id)));
    const conversations = found.flatMap((read) => (read.ok ? [read.value.conversations] : []));
    expect(conversations.map(({ length }) => length)).toEqual([...ids.map(() => 1), 0]);
    expect(new Set(conversations.flat().map(({ conversationId }) => conversationId)).size).toBe(20);
  });

  test('of one lane do not wait for the slot of the other', async () => {
    const [first = '', second = ''] = customers(2);
    const campaign = load(first, CAMPAIGN);
    const campaignSlot = await slots.nth(1);
    const urgent = load(second);
    const urgentSlot = await slots.nth(2);
    expect([campaignSlot, urgentSlot].map(({ request: { lane } }) => lane)).toEqual([
      'campaign',
      'transactional',
    ]);
    urgentSlot.answer();
    expect(await urgent).toMatchObject(ONE);
    campaignSlot.answer();
    expect(await campaign).toMatchObject(ONE);
  });

  test.each<[Permit, object]>([
    [
      { admitted: false, because: 'gate_closed', retryAfterMs: 1_234 },
      { kind: 'rate_limited', retryAfterMs: 1_234 },
    ],
    [
      { admitted: false, because: 'no_slot', retryAfterMs: 9_000 },
      { kind: 'no_slot', retryAfterMs: 9_000 },
    ],
    [{ admitted: false, because: 'deadline' }, { kind: 'past_deadline' }],
  ])('all hear of a refusal %j, and nothing is asked', async (ticket, error) => {
    const found = customers(3).map((id) => load(id));
    (await slots.nth(1)).answer(ticket);
    for (const one of await Promise.all(found)) expect(one).toEqual(failed(error));
    expect(queries()).toBe(0);
  });

  test('all hear of an admission that breaks; the next ones do not', async () => {
    const ids = customers(3);
    const broken = ids.map((id) => load(id));
    (await slots.nth(1)).break(new Error('no Redis'));
    for (const one of broken) await expect(one).rejects.toThrow('no Redis');
    slots.open();
    expect(await load(ids[0] ?? '')).toMatchObject(ONE);
  });
});

describe('of those who wait together', () => {
  const at = (deadline: number): CallOptions => ({ ...LANE, deadline });

  test('the last deadline is the one that admission hears of, or none where one has none', async () => {
    const [first = '', second = '', third = ''] = customers(3);
    const deadline = Date.now() + 60_000;
    const both = [load(first, at(deadline)), load(second, at(deadline + 1))];
    const slot = await slots.nth(1);
    expect(slot.request.deadline).toBe(deadline + 1);
    slot.answer();
    await Promise.all(both);
    const all = [load(first, at(deadline)), load(third)];
    const next = await slots.nth(2);
    expect(next.request.deadline).toBeUndefined();
    next.answer();
    await Promise.all(all);
  });

  test('who joined with more time goes on waiting where the first may not', async () => {
    const [first = '', second = ''] = customers(2);
    const deadline = Date.now() + 60_000;
    const hasty = load(first, at(deadline));
    const slot = await slots.nth(1);
    const patient = load(second, at(deadline + 60_000));
    slot.answer({ admitted: false, because: 'deadline' });
    const again = await slots.nth(2);
    expect(again.request.deadline).toBe(deadline + 60_000);
    again.answer();
    expect(await hasty).toEqual(failed({ kind: 'past_deadline' }));
    expect(await patient).toMatchObject(ONE);
  });

  test('who is too late when the slot comes is not asked about', async () => {
    const [first = '', second = ''] = customers(2);
    const late = load(first, at(Date.now() - 1));
    const inTime = load(second);
    slots.open();
    expect(await late).toEqual(failed({ kind: 'past_deadline' }));
    expect(await inTime).toMatchObject(ONE);
  });

  test('all stop with their worker, and nothing is asked', async () => {
    const stop = new AbortController();
    const found = customers(3).map((id) => load(id, { ...LANE, signal: stop.signal }));
    await slots.nth(1);
    stop.abort();
    for (const one of await Promise.all(found)) expect(one).toEqual(failed({ kind: 'stopping' }));
    expect(queries()).toBe(0);
  });

  test('all stop with their worker in the middle of the query, too', async () => {
    genesys.sandbox.faults.add({ endpoint: 'details-query', kind: 'stall' });
    slots.open();
    const stop = new AbortController();
    const found = customers(3).map((id) => load(id, { ...LANE, signal: stop.signal }));
    await genesys.sandbox.requests.waitFor(1, 'details-query', 5_000);
    stop.abort();
    for (const one of await Promise.all(found)) expect(one).toEqual(failed({ kind: 'stopping' }));
  });

  test('all stop in the middle of the query when each has a signal of its own, and all of them say so', async () => {
    genesys.sandbox.faults.add({ endpoint: 'details-query', kind: 'stall' });
    slots.open();
    const stops = customers(3).map((id) => ({ id, stop: new AbortController() }));
    const found = stops.map(({ id, stop }) => load(id, { ...LANE, signal: stop.signal }));
    await genesys.sandbox.requests.waitFor(1, 'details-query', 5_000);
    for (const { stop } of stops) stop.abort();
    for (const one of await Promise.all(found)) expect(one).toEqual(failed({ kind: 'stopping' }));
  });

  test('one who gives up alone does not end the wait of the others', async () => {
    const [first = '', second = ''] = customers(2);
    const stop = new AbortController();
    const gone = load(first, { ...LANE, signal: stop.signal });
    const slot = await slots.nth(1);
    const stays = load(second, { ...LANE, signal: new AbortController().signal });
    stop.abort();
    (await slots.nth(2)).answer();
    slot.answer();
    expect(await gone).toEqual(failed({ kind: 'stopping' }));
    expect(await stays).toMatchObject(ONE);
    expect(queries()).toBe(1);
  });

  test('one who gives up alone does not break off the query of the others', async () => {
    genesys.sandbox.faults.add({ endpoint: 'details-query', kind: 'delay', ms: 200 });
    const [first = '', second = ''] = customers(2);
    const stop = new AbortController();
    const gone = load(first, { ...LANE, signal: stop.signal });
    const stays = load(second, { ...LANE, signal: new AbortController().signal });
    slots.open();
    await genesys.sandbox.requests.waitFor(1, 'details-query', 5_000);
    stop.abort();
    expect(await stays).toMatchObject(ONE);
    await gone;
  });
});
