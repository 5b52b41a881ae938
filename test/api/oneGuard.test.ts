import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { InvalidRequestError } from '../../src/queue/notifierErrors.js';
import { type Office, openOffice } from '../campaign/support/office.js';
import { startTestApi, stopApisAfterAll, type TestApi } from './support/api.js';

/*
 * One guard for all ways in: what one refuses, all refuse, by the same field. What each takes is the
 * same in storage, whichever way it came.
 */

let api: TestApi;
let office: Office;
let campaigns = 0;

beforeAll(async () => {
  office = await openOffice({ DEFAULT_COUNTRY: 'GB' });
  api = await startTestApi({ QUEUE_PREFIX: office.prefix, DEFAULT_COUNTRY: 'GB' });
});
afterAll(async () => {
  await office.close();
});
stopApisAfterAll();

const ORDER = { orderNumber: 'A-1', status: 'On its way' };
const EMAIL = { email: 'customer@example.com' };

interface Body {
  recipient: Record<string, unknown>;
  variables: Record<string, unknown>;
}

const body = (recipient: object, variables: object): Body => ({
  recipient: { ...recipient },
  variables: { ...ORDER, ...variables },
});

const WAYS: Record<string, (given: Body) => Promise<string[]>> = {
  async HTTP(given) {
    const answer = await api.post({ template: 'order-update', ...given });
    return answer.status === 202 ? [] : fieldsOf(answer.body);
  },
  async batch(given) {
    const notifications = [{ template: 'order-update', ...given }];
    const answer = await api.call('POST', '/v1/notifications/batch', { notifications });
    const [result] = answer.body['results'] as Record<string, unknown>[];
    return result?.['status'] === 202 ? [] : fieldsOf(result ?? {});
  },
  async library(given) {
    try {
      await office.producer.send({ template: 'order-update', ...given } as never);
      return [];
    } catch (error) {
      if (!(error instanceof InvalidRequestError)) throw error;
      return error.problems.map(({ field }) => field);
    }
  },
  async NDJSON(given) {
    campaigns += 1;
    const id = `rows-${campaigns}`;
    await office.campaigns.create({ id, template: 'order-update' });
    const file = Readable.from([`${JSON.stringify(given)}\n`], { objectMode: false });
    const outcome = await office.campaigns.importRows(id, file);
    // An address that cannot be used beside one that can is left out of the row, with a warning.
    if (outcome?.kind === 'imported') {
      return (outcome.campaign.import?.warnings ?? []).flatMap(({ column }) => column ?? []);
    }
    if (outcome?.kind !== 'unusable') throw new Error(JSON.stringify(outcome));
    return outcome.problems.flatMap(({ column }) => column ?? []);
  },
};

function fieldsOf(problem: Record<string, unknown>): string[] {
  return (problem['errors'] as { field: string }[]).map(({ field }) => field);
}

describe.each(Object.keys(WAYS))('by %s', (way) => {
  const refused = (given: Body) => WAYS[way]?.(given);

  test.each<[string, object, object, string]>([
    [
      'a contact id of another system',
      { ...EMAIL, externalContactId: '0035e00000AbCdEAAV' },
      {},
      'recipient.externalContactId',
    ],
    [
      'NULL for a contact id',
      { ...EMAIL, externalContactId: 'NULL' },
      {},
      'recipient.externalContactId',
    ],
    ['0 for a contact id', { ...EMAIL, externalContactId: '0' }, {}, 'recipient.externalContactId'],
    [
      'the UUID of zeros',
      { externalContactId: '00000000-0000-0000-0000-000000000000' },
      {},
      'recipient.externalContactId',
    ],
    ['a shortened phone number', { ...EMAIL, phone: '4.47701E+11' }, {}, 'recipient.phone'],
    ['a number that is too short', { ...EMAIL, phone: '07700' }, {}, 'recipient.phone'],
    ['two @', { email: 'a@b@example.com' }, {}, 'recipient.email'],
    ['an abbreviation for a zone', { ...EMAIL, timeZone: 'BST' }, {}, 'recipient.timeZone'],
    ['a name that is a placeholder', { ...EMAIL, name: '{{first_name}}' }, {}, 'recipient.name'],
    ['half a name that is unknown', { ...EMAIL, name: 'Ann Unknown' }, {}, 'recipient.name'],
    ['a name with lost letters', { ...EMAIL, name: 'J\ufffdrg' }, {}, 'recipient.name'],
    ['a name with half a surrogate pair', { ...EMAIL, name: 'J\ud83drg' }, {}, 'recipient.name'],
    ['a country that there is not', { ...EMAIL, country: 'XX' }, {}, 'recipient.country'],
    ['a spreadsheet’s error', EMAIL, { note: '#WERT!' }, 'variables.note'],
    ['a shortened order number', EMAIL, { orderNumber: '1.23457E+15' }, 'variables.orderNumber'],
    ['no value', EMAIL, { note: 'N/A' }, 'variables.note'],
    ['a printed object', EMAIL, { note: '[object Object]' }, 'variables.note'],
    ['NUL in a text', EMAIL, { note: 'a\u0000b' }, 'variables.note'],
    ['a link without a scheme', EMAIL, { trackingUrl: 'www.example.com' }, 'variables.trackingUrl'],
    ['a plain http link', EMAIL, { trackingUrl: 'http://example.com' }, 'variables.trackingUrl'],
    ['a script for a link', EMAIL, { optOutUrl: 'javascript:alert(1)' }, 'variables.optOutUrl'],
    [
      'a number beyond 2^53',
      EMAIL,
      { orderNumber: 9_007_199_254_740_994 },
      'variables.orderNumber',
    ],
    ['a boolean for a text', EMAIL, { note: false }, 'variables.note'],
    ['a day that does not exist', EMAIL, { note: '2026-02-30' }, 'variables.note'],
  ])('%s is named by its field', async (_title, recipient, variables, field) => {
    expect(await refused(body(recipient, variables))).toContain(field);
  });

  test.each<[string, object, object]>([
    ['names that people have', { ...EMAIL, name: 'Jennifer Null' }, {}],
    ['a contact id in capitals', { externalContactId: 'C0000000-0000-4000-8000-00000000000A' }, {}],
    ['a national number', { phone: '07700 900123' }, {}],
    ['a number of another country', { phone: '0151 23456789', country: 'DE' }, {}],
    ['an & before the @', { email: 'research&development@example.com' }, {}],
    ['a domain in any script', { email: 'ann@müller.example' }, {}],
    ['digits as text', EMAIL, { orderNumber: '9007199254740993' }],
    ['links', EMAIL, { trackingUrl: 'https://example.com/a', optOutUrl: 'mailto:a@example.com' }],
  ])('%s is taken', async (_title, recipient, variables) => {
    expect(await refused(body(recipient, variables))).toEqual([]);
  });
});

describe('what a campaign says for all rows', () => {
  test.each<[object, string]>([
    [{ trackingUrl: 'http://example.com' }, 'variables.trackingUrl'],
    [{ note: '#REF!' }, 'variables.note'],
    [{ note: 'J\ufffdrg' }, 'variables.note'],
    [{ orderNumber: 2 ** 60 }, 'variables.orderNumber'],
  ])('%j is refused by its field', async (variables, field) => {
    const answer = await api.call('POST', '/v1/campaigns', { template: 'order-update', variables });
    expect([answer.status, fieldsOf(answer.body)]).toEqual([422, [field]]);
  });
});

describe('a body over HTTP', () => {
  const post = (bytes: Buffer) =>
    fetch(`${api.url}/v1/notifications`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new Uint8Array(bytes),
    });
  const written =
    '{"recipient":{"email":"a@example.com","name":"Jörg Müller"},"template":"follow-up"}';

  test.each<[string, Buffer, string]>([
    ['Latin-1', Buffer.from(written, 'latin1'), 'The body is not UTF-8. Encode it as UTF-8.'],
    ['UTF-16', Buffer.from(written, 'utf16le'), 'The body is not UTF-8. Encode it as UTF-8.'],
    [
      'a cut character',
      Buffer.from(written).subarray(0, written.indexOf('ö') + 1),
      'The body is not UTF-8. Encode it as UTF-8.',
    ],
  ])('in %s is a 400 that says so, and nothing is stored', async (_encoding, bytes, detail) => {
    const before = await api.storedKeys();
    const answer = await post(bytes);
    expect([answer.status, await answer.json()]).toEqual([
      400,
      expect.objectContaining({ detail }),
    ]);
    expect(await api.storedKeys()).toEqual(before);
  });

  test('in UTF-8 is read, with a byte order mark too', async () => {
    for (const bytes of [Buffer.from(written), Buffer.from(`\ufeff${written}`)]) {
      expect((await post(bytes)).status).toBe(202);
    }
  });

  test('whose number would change its digits is refused by the field, in a batch that item alone', async () => {
    const item = (number: string) =>
      `{"recipient":{"email":"a@example.com"},"template":"order-update","variables":{"status":"x","orderNumber":${number}}}`;
    const one = await api.post(item('9007199254740993'));
    expect(fieldsOf(one.body)).toEqual(['variables.orderNumber']);
    const list = ['1001', '9007199254740993', '0.12345678901234567891', '"9007199254740993"'];
    const text = `{"notifications":[${list.map(item).join()}]}`;
    const answer = await api.call('POST', '/v1/notifications/batch', text);
    const statuses = (answer.body['results'] as { status: number }[]).map(({ status }) => status);
    expect(statuses).toEqual([202, 422, 422, 202]);
  });

  test('with damage in an id, a key or the metadata is refused, and the damage is not repeated', async () => {
    const base = { recipient: EMAIL, template: 'follow-up' };
    const { body: answer } = await api.post({
      ...base,
      campaignId: 'a\u0000',
      metadata: { note: 'a\ufffd', list: [{ 'k\u0001': 1 }], big: 2 ** 60 },
    });
    expect(fieldsOf(answer)).toEqual([
      'campaignId',
      'metadata.note',
      'metadata.list.0',
      'metadata.big',
    ]);
  });
});

describe('two writings of one recipient', () => {
  test.each<[string, object, object]>([
    ['a phone number', { phone: '+44 (0)7700 900123' }, { phone: '07700 900123', country: 'gb' }],
    ['a domain', { email: 'ann@Müller.example' }, { email: 'ann@xn--mller-kva.example' }],
    [
      'a contact id',
      { externalContactId: 'C0000000-0000-4000-8000-00000000000A' },
      { externalContactId: 'c0000000-0000-4000-8000-00000000000a' },
    ],
  ])('under one id are one request: %s', async (title, one, other) => {
    const base = { id: title.replaceAll(' ', '-'), template: 'follow-up' };
    expect((await api.post({ ...base, recipient: one })).status).toBe(202);
    expect((await api.post({ ...base, recipient: other })).status).toBe(200);
    expect((await api.post({ ...base, recipient: EMAIL })).status).toBe(409);
  });

  test('in one file are one row', async () => {
    const csv = [
      'phone,email,country',
      '+44 (0)7700 900200,,',
      '+44 7700 900200,,',
      '07700 900200,,United Kingdom',
      '0044-7700-900200,,',
      ',ann@müller.example,',
      ',Ann@XN--MLLER-KVA.example,',
      '0151 23456789,,Deutschland',
      '+4915123456789,,',
    ].join('\n');
    const { import: imported } = await office.imported('writings', csv, {
      history: { required: false },
    });
    expect(imported).toMatchObject({ rows: 3, duplicates: 5, rejected: 0 });
    const rows = await office.rows.read('writings', 0);
    expect(rows.map(({ row }) => row.recipient)).toEqual([
      { phone: '+447700900200' },
      { email: 'ann@xn--mller-kva.example' },
      { phone: '+4915123456789' },
    ]);
  });
});

describe('digits beyond a number', () => {
  test('are kept in a CSV and as text, and refused as a number of NDJSON', async () => {
    const csv = 'email,orderNumber,status\na@example.com,9007199254740993,x\n';
    await office.imported('digits-csv', csv, { template: 'order-update' });
    const [row] = await office.rows.read('digits-csv', 0);
    expect(row?.row.variables).toMatchObject({ orderNumber: '9007199254740993' });

    const line = (number: string) =>
      `{"email":"c${number.length}@example.com","orderNumber":${number},"status":"x"}\n`;
    const ndjson = line('9007199254740993') + line('"9007199254740993"') + line('1001');
    const { import: imported } = await office.imported('digits', ndjson, {
      template: 'order-update',
    });
    expect(imported).toMatchObject({ rows: 2, rejected: 1 });
    const rows = await office.rows.read('digits', 0);
    expect(rows.map(({ row: { variables } }) => variables?.['orderNumber'])).toEqual([
      '9007199254740993',
      1001,
    ]);
  });
});

describe('cells of a file that say that there is no value', () => {
  test('are empty ones: three customers stay three, and greet by no placeholder', async () => {
    const csv = [
      'email,contact id,first name,last name,orderNumber,status,note,trackingUrl',
      'a@example.com,NULL,Ann,Unknown,A-1,x,N/A,-',
      'b@example.com,none,NULL,NULL,A-2,x,\\N,',
      'c@example.com,0,Jennifer,Null,A-3,x,k. A.,',
      'd@example.com,,,,NULL,x,,',
      'e@example.com,,,,A-5,x,#WERT!,',
    ].join('\n');
    const { import: imported } = await office.imported('placeholders', csv, {
      template: 'order-update',
    });
    expect(imported).toMatchObject({ rows: 3, duplicates: 0, rejected: 2 });
    const rows = await office.rows.read('placeholders', 0);
    expect(rows.map(({ row }) => row)).toEqual([
      {
        recipient: { email: 'a@example.com', name: 'Ann' },
        variables: { orderNumber: 'A-1', status: 'x' },
      },
      { recipient: { email: 'b@example.com' }, variables: { orderNumber: 'A-2', status: 'x' } },
      {
        recipient: { email: 'c@example.com', name: 'Jennifer Null' },
        variables: { orderNumber: 'A-3', status: 'x' },
      },
    ]);
  });
});
