import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { type Answer, startTestApi, stopApisAfterAll, type TestApi } from './support/api.js';
import { contract, schemaPointer } from './support/contract.js';

stopApisAfterAll();

const { strictProblems } = contract();
const ONE = '/v1/suppressions/{address}';
const KEYS = { API_KEYS: 'crm:a-key-of-16-chars' };
const KEY = { authorization: 'Bearer a-key-of-16-chars' };

let api: TestApi;
let redis: Redis;
beforeAll(async () => {
  api = await startTestApi({ ...KEYS, DEFAULT_COUNTRY: 'GB' });
  redis = new Redis(api.config.REDIS_URL);
});
afterAll(() => redis.disconnect());

const call = (method: string, address: string, body?: unknown) =>
  api.call(method, `/v1/suppressions/${encodeURIComponent(address)}`, body, KEY);

/** The status and what differs from the description: `[200]` when nothing does. */
function against(path: string, method: string, { status, headers, body }: Answer) {
  const type = headers.get('content-type')?.split(';')[0] ?? '';
  return [status, ...strictProblems(schemaPointer(path, method, status, type), body)];
}

async function upload(body: string, query = '', type = 'text/csv'): Promise<Answer> {
  const response = await fetch(`${api.url}/v1/suppressions/import${query}`, {
    method: 'POST',
    headers: { ...KEY, 'content-type': type },
    body,
  });
  const json = (await response.json()) as Record<string, unknown>;
  return { status: response.status, headers: response.headers, body: json };
}

describe('an address', () => {
  test('is put on the list, read, and taken off; each answer is as it is described', async () => {
    const put = await call('PUT', 'Ann@Example.com', { reason: 'Asked by phone' });
    expect(against(ONE, 'put', put)).toEqual([201]);
    expect(put.body).toMatchObject({
      suppression: {
        channels: 'all',
        source: 'person',
        reason: 'Asked by phone',
        author: 'api:crm',
      },
    });
    const read = await call('GET', 'ann@example.com');
    expect(against(ONE, 'get', read)).toEqual([200]);
    const removed = await call('DELETE', ' ann@EXAMPLE.com');
    expect(against(ONE, 'delete', removed)).toEqual([200]);
    expect(removed.body).toEqual(read.body);
    expect(against(ONE, 'get', await call('GET', 'ann@example.com'))).toEqual([404]);
    expect(against(ONE, 'delete', await call('DELETE', 'ann@example.com'))).toEqual([404]);
  });

  test('is not weakened by a second entry, which says what was there before', async () => {
    await call('PUT', '+15550100123', { channels: ['sms'] });
    const put = await call('PUT', '+1 (555) 010-0123', {
      channels: ['web'],
      until: '2099-01-01T00:00:00Z',
    });
    expect(against(ONE, 'put', put)).toEqual([200]);
    const { suppression, before } = put.body as Record<string, Record<string, unknown>>;
    expect(suppression).toMatchObject({ channels: ['web', 'sms'] });
    expect(suppression).not.toHaveProperty('until');
    expect(before).toMatchObject({ channels: ['sms'] });
  });

  test('without a body is suppressed on all channels; a national number is of the deployment’s country', async () => {
    expect((await call('PUT', '07700 900123')).status).toBe(201);
    expect((await call('GET', '+447700900123')).body).toMatchObject({ channels: 'all' });
  });

  test.each(['*', ' ', '@example.com', '12', 'NULL', 'Ann Miller'])(
    '%j is refused, and nothing is stored',
    async (address) => {
      const before = (await api.storedKeys()).filter((key) => !key.includes(':audit')).length;
      const put = await call('PUT', address, {});
      expect(against(ONE, 'put', put)).toEqual([422]);
      expect(put.body).toMatchObject({ errors: [{ field: 'address' }] });
      expect(JSON.stringify(put.body)).not.toContain('Miller');
      expect((await call('GET', address)).status).toBe(422);
      const after = (await api.storedKeys()).filter((key) => !key.includes(':audit')).length;
      expect(after).toBe(before);
    },
  );

  test.each([
    [{ channels: [] }, 'channels'],
    [{ channels: ['fax'] }, 'channels'],
    [{ reason: 'mail of ann@example.com' }, 'reason'],
    [{ until: '2020-01-01T00:00:00Z' }, 'until'],
    [{ until: 'tomorrow' }, 'until'],
    [{ channel: 'sms' }, 'channel'],
  ])('with %j is refused by the field', async (body, field) => {
    const put = await call('PUT', 'dan@example.com', body);
    expect(put.status).toBe(422);
    expect((put.body['errors'] as { field: string }[])[0]?.field).toContain(field);
    expect((await call('GET', 'dan@example.com')).status).toBe(404);
  });

  test('that is 254 characters long, each of them encoded, is still taken', async () => {
    const domain = `${'d'.repeat(60)}.${'d'.repeat(60)}.${'d'.repeat(61)}.example`;
    const address = `${'a'.repeat(254 - domain.length - 1)}@${domain}`;
    const encoded = [...address].map((c) => `%${c.charCodeAt(0).toString(16)}`).join('');
    const put = await api.call('PUT', `/v1/suppressions/${encoded}`, {}, KEY);
    expect(put.status).toBe(201);
  });
});

describe('a file', () => {
  const IMPORT = '/v1/suppressions/import';

  test('is imported with a report, and the list says how many there are', async () => {
    const answer = await upload(
      'email,phone\nf1@example.com,\nf2@example.com,+15550100124\nnone,\n',
      '?channels=email,sms&reason=List%20of%20May',
    );
    expect(against(IMPORT, 'post', answer)).toEqual([200]);
    expect(answer.body).toMatchObject({
      rows: 2,
      added: 3,
      rejected: 1,
      problems: [{ row: 4, column: 'email, phone' }],
    });
    expect((await call('GET', 'f1@example.com')).body).toMatchObject({
      channels: ['email', 'sms'],
      source: 'import',
      reason: 'List of May',
    });
    const summary = await api.call('GET', '/v1/suppressions', undefined, KEY);
    expect(against('/v1/suppressions', 'get', summary)).toEqual([200]);
    expect(summary.body).toMatchObject({ bySource: { import: 3 } });
  });

  test('without a column of addresses, of another type, or with wrong parameters is refused', async () => {
    const refused = await upload('Kontakt\nann@example.com\n');
    expect(against(IMPORT, 'post', refused)).toEqual([422]);
    expect(refused.body).toMatchObject({ stored: { rows: 0, added: 0, replaced: 0 } });
    expect((await upload('x', '', 'image/png')).status).toBe(415);
    expect((await upload('email\na@b.example\n', '?channels=fax')).status).toBe(422);
    expect((await upload('email\na@b.example\n', '?until=2020-01-01')).status).toBe(422);
  });

  test('that is cut off keeps what was stored of it', async () => {
    const rows = Array.from({ length: 3_000 }, (_, n) => `cut${n}@example.com\n`).join('');
    const body = Buffer.from(`email\n${rows}`);
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      `POST ${IMPORT} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${KEY.authorization}\r\nContent-Type: text/csv\r\nContent-Length: ${body.length + 10}\r\n\r\n`,
    );
    socket.write(body);
    const first = async () => (await call('GET', 'cut0@example.com')).status;
    while ((await first()) !== 200);
    socket.destroy();
    expect(await first()).toBe(200);
  });
});

test('the list is exported as hashes, and comes back where the secret is the same', async () => {
  await call('PUT', 'kept@example.com', { channels: ['email'], reason: 'Asked' });
  const response = await fetch(`${api.url}/v1/suppressions/export`, { headers: KEY });
  expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
  const text = await response.text();
  expect(text).not.toContain('kept@');
  await call('DELETE', 'kept@example.com');
  const restored = await upload(text, '', 'application/x-ndjson');
  expect(restored.status).toBe(200);
  expect((await call('GET', 'kept@example.com')).body).toMatchObject({
    channels: ['email'],
    reason: 'Asked',
    source: 'person',
  });
  const cut = await upload(text.trimEnd().split('\n').slice(0, -1).join('\n'));
  expect(cut.status).toBe(422);
});

test('who does what is audited with the hash of the address, and no address is kept or logged', async () => {
  const MARKER = 'marker-person@example.com';
  await call('PUT', MARKER, {});
  await upload(`email\n${MARKER}\n`);
  await call('GET', MARKER);
  await call('DELETE', MARKER);
  const audit = await api.call('GET', '/v1/audit?what=suppression&limit=10', undefined, KEY);
  const entries = audit.body['entries'] as Record<string, string>[];
  const [removed, , added] = entries;
  expect(removed).toMatchObject({ what: 'suppression.remove', who: 'crm', outcome: 'done' });
  expect(added).toMatchObject({ what: 'suppression.add', on: removed?.['on'] });
  expect(removed?.['on']).toMatch(/^[\w-]{16}$/);
  const written = [JSON.stringify(audit.body), api.logged.join('')];
  const keys = await redis.keys(`${api.config.QUEUE_PREFIX}*`);
  for (const key of keys) {
    written.push(key, (await redis.dump(key).catch(() => ''))?.toString() ?? '');
  }
  expect(written.join('').toLowerCase()).not.toContain('marker-person');
});

test('a list of suppressions asks for a key as everything else does', async () => {
  expect((await api.call('GET', '/v1/suppressions')).status).toBe(401);
  expect((await api.call('GET', '/v1/suppressions/export')).status).toBe(401);
});
