import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { WELL_KNOWN } from '../../sandbox/population/wellKnown.js';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import { type Client, control, handClock, logIn } from './support/client.js';

const EXPORTS = '/api/v2/externalcontacts/contacts/exports';
const clock = handClock();
let sandbox: Sandbox;
let client: Client;
beforeAll(async () => {
  sandbox = await startSandbox({ generatedCustomers: 20, requestsPerMinute: 0, now: clock.now });
  client = await logIn(sandbox);
});
afterAll(() => sandbox.close());
beforeEach(() => sandbox.reset());

interface Export {
  id: string;
  status: string;
  downloadUrl?: string;
  resultRowCount?: number;
}

async function start(body: object = {}): Promise<Export> {
  const reply = await client.post(EXPORTS, body);
  expect(reply.status).toBe(200);
  return reply.body as Export;
}

async function finished({ id }: Export): Promise<Export> {
  clock.advance(sandbox.settings.exportDurationMs);
  return (await client.get(`${EXPORTS}/${id}`)).body as Export;
}

async function rowsOf(exported: Export): Promise<Record<string, string>[]> {
  const { downloadUrl = '' } = await finished(exported);
  const text = await (await fetch(downloadUrl)).text();
  return parse(text, { columns: true });
}

describe('an export of contacts', () => {
  test('runs, succeeds, and names a file with a row a contact', async () => {
    const started = await start();
    expect(started).toMatchObject({ status: 'RUNNING' });
    expect(started).not.toHaveProperty('downloadUrl');
    const done = await finished(started);
    expect(done).toMatchObject({ id: started.id, status: 'SUCCEEDED' });
    const file = await fetch(done.downloadUrl ?? '');
    expect([file.status, file.headers.get('content-type')]).toEqual([
      200,
      'text/csv; charset=utf-8',
    ]);
    const rows: Record<string, string>[] = parse(await file.text(), { columns: true });
    expect(rows).toHaveLength(done.resultRowCount ?? 0);
    const { delayedOrder, arabic } = WELL_KNOWN;
    expect(rows).toContainEqual(
      expect.objectContaining({ id: delayedOrder.id, workEmail: 'customer@example.com' }),
    );
    expect(rows).toContainEqual(expect.objectContaining({ firstName: arabic.firstName }));
  });

  test('holds both contacts of one address, and none that was merged or made automatically', async () => {
    const rows = await rowsOf(await start());
    expect(rows.filter(({ workEmail }) => workEmail === 'twins@example.com')).toHaveLength(2);
    const ids = rows.map(({ id }) => id);
    expect(ids).toContain(WELL_KNOWN.merged.id);
    expect(ids).not.toContain(WELL_KNOWN.mergedAddress.id);
    expect(ids).not.toContain(WELL_KNOWN.unreachable.id);
    expect(ids).not.toContain(WELL_KNOWN.hidden.id);
  });

  test('quotes what would break a row', async () => {
    sandbox.addCustomer({ firstName: 'A, "B"\nC', email: 'quoted@example.com' });
    expect(await rowsOf(await start())).toContainEqual(
      expect.objectContaining({ firstName: 'A, "B"\nC', workEmail: 'quoted@example.com' }),
    );
  });

  test('may be limited, and is listed', async () => {
    const { id } = await start();
    expect(await rowsOf(await start({ queryConditions: { limit: 3 } }))).toHaveLength(3);
    const { body } = await client.get(EXPORTS);
    expect((body as { entities: Export[] }).entities[1]).toMatchObject({ id, status: 'SUCCEEDED' });
    expect((await client.get(`${EXPORTS}/unknown`)).status).toBe(404);
  });

  test.each<[string, object]>([
    ['an unknown division', { divisionIds: ['x'] }],
    ['an unknown field', { format: 'csv' }],
    ['filters, which are not answered for', { queryConditions: { filters: {} } }],
    ['a list', []],
  ])('with %s is a 400', async (_what, body) => {
    expect((await client.post(EXPORTS, body)).status).toBe(400);
  });

  test('needs permissions to be made and to be seen', async () => {
    const set = (permissions: string[]) => control(sandbox, 'PATCH', '/settings', { permissions });
    await set(['externalContacts:contact:view', 'externalContacts:export:view']);
    expect(await client.post(EXPORTS, {})).toMatchObject({
      status: 403,
      body: { messageParams: { permissions: 'externalContacts:export:add' } },
    });
    await set(['externalContacts:contact:view', 'externalContacts:export:add']);
    const { id } = await start();
    expect((await client.get(`${EXPORTS}/${id}`)).status).toBe(403);
  });
});

describe('the file', () => {
  test('is fetched without a token: one that is sent is refused, and no request is counted', async () => {
    const { downloadUrl = '' } = await finished(await start());
    const before = sandbox.requests.count();
    const refused = await fetch(downloadUrl, { headers: { authorization: 'Bearer x' } });
    expect([refused.status, await refused.text()]).toEqual([
      400,
      expect.stringContaining('InvalidArgument'),
    ]);
    expect((await fetch(downloadUrl)).status).toBe(200);
    expect((await fetch(downloadUrl.replace(/.$/, 'z'))).status).toBe(403);
    expect(sandbox.requests.count()).toBe(before);
    expect((await control(sandbox, 'GET', '/downloads')).body).toMatchObject({
      downloads: [
        { kind: 'contact-export', status: 400 },
        { kind: 'contact-export', status: 200 },
        { kind: 'unknown', status: 403 },
      ],
    });
  });

  test('may have expired, or break off halfway', async () => {
    const { downloadUrl = '' } = await finished(await start());
    sandbox.faults.add({ kind: 'url-expired' });
    const expired = await fetch(downloadUrl);
    expect([expired.status, await expired.text()]).toEqual([
      403,
      expect.stringContaining('Request has expired'),
    ]);
    sandbox.faults.add({ kind: 'download-cut' });
    await expect(fetch(downloadUrl).then((file) => file.text())).rejects.toThrow();
    expect((await fetch(downloadUrl)).status).toBe(200);
  });
});

describe('faults of exports', () => {
  test('it may fail, or never end', async () => {
    sandbox.faults.add({ kind: 'export-fails' });
    sandbox.faults.add({ kind: 'export-stuck' });
    const [failing, stuck] = [await start(), await start()];
    expect(await finished(failing)).toMatchObject({ status: 'FAILED' });
    clock.advance(86_000_000);
    client = await logIn(sandbox);
    expect(await finished(stuck)).toMatchObject({ status: 'RUNNING' });
  });

  test('the file may have no email column, or other names of columns', async () => {
    sandbox.faults.add({ kind: 'export-without-email' });
    const [bare] = await rowsOf(await start());
    expect(Object.keys(bare ?? {})).toEqual([
      'id',
      'firstName',
      'lastName',
      'cellPhone',
      'divisionId',
    ]);
    sandbox.faults.add({ kind: 'export-other-columns' });
    const rows = await rowsOf(await start());
    expect(rows).toContainEqual(
      expect.objectContaining({
        'External Contact Id': WELL_KNOWN.delayedOrder.id,
        'Work Email': 'customer@example.com',
      }),
    );
  });

  test('rows may be missing', async () => {
    const all = await rowsOf(await start());
    sandbox.faults.add({ kind: 'export-rows-missing', share: 0.5 });
    const some = await rowsOf(await start());
    expect(some.length).toBeGreaterThan(0);
    expect(some.length).toBeLessThan(all.length);
  });

  test('a 429 may name the limit it ran into', async () => {
    const limit = {
      key: 'contacts.export.concurrent.max',
      namespace: 'external.contacts',
      value: 1,
    };
    const fault = { endpoint: 'contact-export-start', kind: '429', retryAfter: '30', limit };
    expect((await control(sandbox, 'POST', '/faults', fault)).status).toBe(201);
    expect(await client.post(EXPORTS, {})).toMatchObject({ status: 429, body: { limit } });
  });
});
