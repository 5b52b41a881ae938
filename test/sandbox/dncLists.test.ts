import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import { type Client, control, handClock, logIn } from './support/client.js';

const LISTS = '/api/v2/outbound/dnclists';
const clock = handClock();
let sandbox: Sandbox;
let client: Client;
beforeAll(async () => {
  sandbox = await startSandbox({ generatedCustomers: 0, requestsPerMinute: 0, now: clock.now });
  client = await logIn(sandbox);
});
afterAll(() => sandbox.close());
beforeEach(() => sandbox.reset());

const phones = () =>
  sandbox.addDncList({
    name: 'Do not call',
    entries: [
      { address: '+15550100111' },
      { address: '+15550100112', expiresAt: '2027-01-01T00:00:00Z' },
    ],
  });

interface ExportUri {
  uri: string;
  exportTimestamp: string;
}

/** The text behind an export, as the platform hands it out: a signed address, then the file. */
async function fetched({ uri }: ExportUri): Promise<string> {
  const { pathname } = new URL(uri);
  const { body } = await client.get(`${pathname}?issueRedirect=false`);
  return (await fetch((body as { url: string }).url)).text();
}

describe('DNC lists', () => {
  test('are listed page by page, with their size where it is asked for', async () => {
    const { id } = phones();
    await control(sandbox, 'POST', '/dnclists', { name: 'No email', contactMethod: 'Email' });
    const first = await client.get(`${LISTS}?pageSize=1&includeSize=true`);
    expect(first.body).toMatchObject({
      entities: [
        { id, name: 'Do not call', contactMethod: 'Phone', dncSourceType: 'rds', size: 2 },
      ],
      pageCount: 2,
      total: 2,
    });
    const second = await client.get(`${LISTS}?pageSize=1&pageNumber=2`);
    expect(second.body).toMatchObject({ entities: [{ name: 'No email' }] });
    expect((await client.get(`${LISTS}?pageSize=101`)).status).toBe(400);
  });

  test('are exported into a file, whose address is there once it is made', async () => {
    const { id } = phones();
    expect((await client.get(`${LISTS}/${id}/export`)).status).toBe(404);
    expect((await client.post(`${LISTS}/${id}/export`, {})).status).toBe(200);
    expect((await client.get(`${LISTS}/${id}/export`)).status).toBe(404);
    clock.advance(sandbox.settings.exportDurationMs);
    const { status, body } = await client.get(`${LISTS}/${id}/export`);
    expect(status).toBe(200);
    expect(await fetched(body as ExportUri)).toBe(
      'PhoneNumber,ExpirationDateTime\r\n+15550100111,\r\n+15550100112,2027-01-01T00:00:00Z\r\n',
    );
  });

  test('keep the export before until the next one is made', async () => {
    const { id } = phones();
    await client.post(`${LISTS}/${id}/export`, {});
    clock.advance(sandbox.settings.exportDurationMs);
    const before = (await client.get(`${LISTS}/${id}/export`)).body as ExportUri;
    clock.advance(1_000);
    await client.post(`${LISTS}/${id}/export`, {});
    expect((await client.get(`${LISTS}/${id}/export`)).body).toEqual(before);
    clock.advance(sandbox.settings.exportDurationMs);
    const after = (await client.get(`${LISTS}/${id}/export`)).body as ExportUri;
    expect(after.exportTimestamp).not.toBe(before.exportTimestamp);
  });

  test('want both permissions for an export, and one to be seen', async () => {
    const { id } = phones();
    sandbox.settings.permissions = ['outbound:dncList:view'];
    expect((await client.get(LISTS)).status).toBe(200);
    const { status, body } = await client.post(`${LISTS}/${id}/export`, {});
    expect(status).toBe(403);
    expect(body).toMatchObject({
      code: 'missing.permissions',
      messageParams: { permissions: 'outbound:dnc:view' },
    });
  });

  test('of another service than the platform cannot be exported; an unknown one is a 404', async () => {
    const { id } = sandbox.addDncList({ name: 'National', dncSourceType: 'gryphon' });
    expect((await client.post(`${LISTS}/${id}/export`, {})).status).toBe(400);
    expect((await client.post(`${LISTS}/unknown/export`, {})).status).toBe(404);
    expect((await client.get('/api/v2/downloads/unknown?issueRedirect=false')).status).toBe(404);
  });
});
