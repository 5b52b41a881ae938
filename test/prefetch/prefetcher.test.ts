import { afterEach, describe, expect, test } from '@jest/globals';
import { WELL_KNOWN } from '../../sandbox/population/wellKnown.js';
import { cancel } from '../../src/campaign/lifecycle.js';
import { newPrefetch } from '../../src/prefetch/prefetchState.js';
import { numberedRows } from '../campaign/support/campaigns.js';
import { everythingStored } from '../support/everythingStored.js';
import { CAMPAIGN, isReady, openPrefetching, type Prefetching } from './support/prefetching.js';

const ROWS = 1_000;
/** One with merged contacts, one of two with an address, and one whose contact has another name. */
const PEOPLE = ['merged@example.com', 'twins@example.com', 'customer@example.com'];

let prefetching: Prefetching;
afterEach(() => prefetching.close());

/** Rows 2, 3, 4 … to the customers the sandbox has, and to people it does not know. */
function rowsToCustomers() {
  const addresses = prefetching.sandbox
    .customers()
    .flatMap(({ email, emailOnContact, mergedInto }) =>
      email !== null && emailOnContact && mergedInto === null ? [email] : [],
    );
  return numberedRows(ROWS, (n) => addresses[n - 2] ?? `unknown${n}@example.net`);
}

async function open(options = {}, settings = {}) {
  prefetching = await openPrefetching({ generatedCustomers: 150, ...options }, settings);
  await prefetching.launch(rowsToCustomers());
}

async function prefetchedRows() {
  const rows = await Promise.all(rowsToCustomers().map(({ number }) => prefetching.row(number)));
  return rows.filter((row) => row !== undefined);
}

/** All prefetched blocks as they lie in Redis. */
async function blocksStored(): Promise<string> {
  const stored = await everythingStored(prefetching.prefix);
  return [...stored]
    .flatMap(([key, content]) => (/:prefetch:\d+$/.test(key) ? [content] : []))
    .join('');
}

describe('a prefetch', () => {
  test('knows who the customers are and what they said, and lies encrypted in at most 400 bytes a row', async () => {
    await open();
    await prefetching.until(isReady);
    expect(prefetching.warnings).toEqual([]);
    const rows = await prefetchedRows();
    expect(rows.length).toBeGreaterThan(100);
    const histories = rows.filter(({ history }) => history?.hasHistory);
    expect(histories.length).toBeGreaterThan(60);
    expect(prefetching.sandbox.requests.count('contact-lookup')).toBe(0);
    const stored = await blocksStored();
    const said = histories.map(({ history }) => history?.lastMessage).find(Boolean) ?? 'nothing';
    expect(stored).not.toContain(said);
    const bytes = Math.round(stored.length / rows.length);
    process.stdout.write(`${bytes} bytes a row that is known\n`);
    expect(bytes).toBeLessThan(400);
  });

  test('leaves an address that two contacts have to the lookup', async () => {
    await open();
    await prefetching.until(isReady);
    const twins = rowsToCustomers().filter(
      ({ row }) => row.recipient.email === 'twins@example.com',
    );
    expect(twins).toHaveLength(2);
    for (const { number } of twins) expect(await prefetching.row(number)).toBeUndefined();
  });

  test('finds the history of a customer under every id that was merged into theirs', async () => {
    await open();
    const { sandbox } = prefetching;
    const merged = sandbox.customers().find(({ mergedInto }) => mergedInto !== null);
    const canonical = sandbox.customer(merged?.mergedInto ?? '');
    sandbox.addConversation(merged?.id ?? '', {
      minutesAgo: 30,
      messages: [{ from: 'customer', text: 'The lid of my kettle does not close any more' }],
    });
    await prefetching.until(isReady);
    const row = rowsToCustomers().find(
      ({ row: { recipient } }) => recipient.email === canonical.email,
    );
    const known = await prefetching.row(row?.number ?? 0);
    expect(known?.identity?.mergedIds).toContain(merged?.id);
    expect(known?.history?.lastMessage).toMatch(/lid of my kettle/);
  });

  test('makes another export where that of an earlier window is gone', async () => {
    await open();
    const { store, campaigns } = prefetching;
    const uploadedAt = (await campaigns.get(CAMPAIGN))?.import?.finishedAt ?? 0;
    const contactExport = { id: 'gone', startedAt: Date.now() - 60_000 };
    const state = { ...newPrefetch(uploadedAt, 0), contactExport };
    await store.write(CAMPAIGN, undefined, state, { entries: new Map(), keepMs: 1 });
    await prefetching.until(isReady);
    expect(prefetching.sandbox.requests.count('contact-export-start')).toBe(1);
    expect(prefetching.warnings).toEqual([]);
    expect((await prefetchedRows()).length).toBeGreaterThan(100);
  });

  test('leaves the history of customers in an open conversation to the lookup', async () => {
    await open();
    const [first] = rowsToCustomers();
    const email = first?.row.recipient.email ?? '';
    prefetching.sandbox.patchCustomer(email, { activeConversation: true });
    await prefetching.until(isReady);
    const row = await prefetching.row(first?.number ?? 0);
    expect(row?.identity).toBeDefined();
    expect(row).not.toHaveProperty('history', expect.anything());
    expect(row).not.toHaveProperty('conversations', expect.anything());
  });

  test('knows what was written under merged contacts from the one job, and leaves doubtful contacts to the lookup', async () => {
    prefetching = await openPrefetching({ generatedCustomers: 0 });
    const rows = numberedRows(ROWS, (n) => PEOPLE[n - 2] ?? `unknown${n}@example.net`);
    for (const { row } of rows.slice(0, PEOPLE.length)) row.recipient.name = 'Julia Brandt';
    await prefetching.launch(rows);
    await prefetching.until(isReady);
    const [merged, twins, otherName] = await Promise.all(
      rows.slice(0, PEOPLE.length).map(({ number }) => prefetching.row(number)),
    );
    const { mergedGuest, mergedAddress } = WELL_KNOWN;
    const mergedIds = [...(merged?.identity?.mergedIds ?? [])].sort();
    expect(mergedIds).toEqual([mergedGuest.id, mergedAddress.id].sort());
    const [newest] = merged?.conversations ?? [];
    expect(newest?.conversationId ?? merged?.history?.conversationId).toBeDefined();
    expect([twins, otherName]).toEqual([undefined, undefined]);
    expect(prefetching.sandbox.requests.count('details-job-start')).toBe(1);
  });

  test('forgets what it knows of a customer who had a conversation since, and of no other', async () => {
    await open();
    const rows = rowsToCustomers();
    const [one, other] = rows.map(({ row }) => row.recipient.email ?? '');
    // Earlier on the day of the look, which the platform answers with as well: no news.
    prefetching.sandbox.addConversation(other ?? '', {
      minutesAgo: 10,
      messages: [{ from: 'customer', text: 'My bicycle squeaks' }],
    });
    await prefetching.until(isReady);
    const before = await prefetchedRows();
    prefetching.sandbox.addConversation(one ?? '', {
      minutesAgo: 0,
      messages: [{ from: 'customer', text: 'One more question about my bicycle' }],
    });
    prefetching.passes(25_000);
    await prefetching.until(() => prefetching.moments.includes('looked_for_news'));
    const after = await prefetchedRows();
    expect(after).toHaveLength(before.length);
    const known = (all: typeof before) => all.filter(({ history }) => history !== undefined).length;
    expect(known(after)).toBe(known(before) - 1);
    expect((await prefetching.row(rows[0]?.number ?? 0))?.history).toBeUndefined();
    expect((await prefetching.row(rows[1]?.number ?? 0))?.history?.lastMessage).toMatch(/squeaks/);
  });

  test('begins anew when nothing it knows is fresh any more', async () => {
    await open();
    await prefetching.until(isReady);
    const jobs = () => prefetching.moments.filter((moment) => moment === 'job_started').length;
    expect(jobs()).toBe(1);
    prefetching.passes(61_000);
    await prefetching.until(() => jobs() === 2);
    await prefetching.until(isReady);
    expect((await prefetchedRows()).length).toBeGreaterThan(100);
  });

  test('ends with its campaign: its job is cancelled, and nothing of it is left', async () => {
    await open({ jobDurationMs: 600_000 });
    await prefetching.until(() => prefetching.moments.includes('job_started'));
    await prefetching.campaigns.change(CAMPAIGN, (campaign) => cancel(campaign, {}, Date.now()));
    prefetching.passes(600_000);
    await prefetching.until((state) => state === undefined);
    expect(prefetching.sandbox.requests.count('details-job-cancel')).toBe(1);
    const keys = await prefetching.redis.keys(`${prefetching.prefix}:k:${CAMPAIGN}:prefetch*`);
    expect(keys).toEqual([]);
  });
});

describe('what the platform gives otherwise than expected', () => {
  test.each([
    ['an export that fails', { kind: 'export-fails' }, 'contact export'],
    ['an export without addresses', { kind: 'export-without-email' }, 'contact export'],
    ['an export whose file has expired', { kind: 'url-expired' }, 'contact export'],
    ['an export whose file is cut off', { kind: 'download-cut' }, 'contact export'],
    ['a job that fails', { kind: 'job-fails' }, 'conversation job'],
    ['a job that expires', { kind: 'job-expires' }, 'conversation job'],
    ['batches of voice', { kind: 'batch-voice', probability: 1 }, 'recording batch'],
    [
      'batches that cannot be read',
      { kind: 'batch-unreadable', probability: 1 },
      'recording batch',
    ],
  ])('%s costs a line in the log, and the rest is still known', async (_, fault, source) => {
    await open();
    prefetching.sandbox.faults.add(fault as never);
    await prefetching.until(isReady);
    expect(prefetching.warnings).toEqual([
      expect.objectContaining({ campaignId: CAMPAIGN, source }),
    ]);
    const rows = await prefetchedRows();
    if (source === 'contact export') expect(rows).toEqual([]);
    else expect(rows.length).toBeGreaterThan(100);
    if (source === 'recording batch') {
      expect(rows.some(({ conversations }) => conversations !== undefined)).toBe(true);
    }
  });

  test('contacts that cannot be asked for in bulk end it at the first refusal', async () => {
    await open();
    prefetching.sandbox.faults.add({
      endpoint: 'bulk-contacts',
      kind: '403-other',
      probability: 1,
    });
    expect(await prefetching.until(isReady)).toMatchObject({ over: true, holdUntil: 0 });
    expect(prefetching.sandbox.requests.count('bulk-contacts')).toBe(1);
    expect(prefetching.warnings).toMatchObject([{ source: 'contact list' }]);
  });

  test('a permission that is missing for all of it leaves the campaign to its lookups', async () => {
    await open({ permissions: ['externalContacts:contact:view'] });
    const state = await prefetching.until(isReady);
    expect(state).toMatchObject({ over: true, holdUntil: 0, kept: [] });
    expect(prefetching.warnings).toHaveLength(1);
  });
});
