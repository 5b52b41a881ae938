import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Office, openOffice } from './support/office.js';

let office: Office;

beforeAll(async () => {
  office = await openOffice();
});

afterAll(() => office.close());

async function rejectedOf(id: string, format: 'csv' | 'ndjson'): Promise<string> {
  const file = await office.campaigns.rejected(id, format);
  return file === undefined ? '' : text(Readable.from(file.text));
}

/** Uploads a file to a campaign of its own; answers how many rows were taken and how many were not. */
async function upload(id: string, content: string): Promise<{ rows: number; rejected: number }> {
  const { import: imported } = await office.imported(id, content, { template: 'order-update' });
  return { rows: imported?.rows ?? 0, rejected: imported?.rejected ?? 0 };
}

const CSV = [
  'Phone;E-Mail;Order number;Status;Note',
  '+15550100001;good@example.com;A-1;On its way;',
  '+4930;short@exa mple.com;A-2;On its way;"=1+1;""x"""',
  "'+15550100003;not an address;-5;@home;+ 5",
  '+15550100004;also@bad@example.com;A-4;',
  '',
].join('\r\n');

describe('rows that were set aside', () => {
  test('come back with their header, their row and what is wrong, for a spreadsheet', async () => {
    expect(await upload('aside', CSV)).toEqual({ rows: 1, rejected: 3 });
    const [header, first, second, third, ...rest] = (await rejectedOf('aside', 'csv')).split(
      '\r\n',
    );
    expect(header).toBe(
      '\ufeffrejected_row;rejected_because;Phone;E-Mail;Order number;Status;Note',
    );
    expect(first).toMatch(
      /^3;E-Mail: expected .*;'\+4930;short@exa mple.com;A-2;On its way;"'=1\+1;""x"""$/,
    );
    expect(second).toMatch(
      /^4;.*E-Mail: expected .*;''\+15550100003;not an address;'-5;'@home;'\+ 5$/,
    );
    expect(third).toMatch(/^5;/);
    expect(rest).toEqual(['']);
  });

  test('are as wrong as before when they are uploaded as they are, and have nothing new', async () => {
    await upload('again', CSV);
    const exported = await rejectedOf('again', 'csv');
    const corrected = exported.replace('not an address', 'third@example.com');
    expect(await upload('corrected', corrected)).toEqual({ rows: 1, rejected: 2 });
    const [chunk] = await office.rows.read('corrected', 0);
    expect(chunk?.row).toEqual({
      recipient: { email: 'third@example.com', phone: '+15550100003' },
      variables: { orderNumber: '-5', status: '@home', note: '+ 5' },
    });
    const twice = await rejectedOf('corrected', 'csv');
    expect(twice.split('\r\n')[0]).toBe(exported.split('\r\n')[0]);
  });

  test('of NDJSON keep every letter, and can be uploaded as they are', async () => {
    const ndjson = [
      '{"email":"good@example.com","orderNumber":1,"status":"s"}',
      '{ "email":"bad", "orderNumber":12345678901234567890, "status":"s" }',
      '{"recipient":{"email":"bad"},"variables":{"orderNumber":"=1","status":"s"}}',
      '{}',
      'no json at all',
      '',
    ].join('\n');
    expect(await upload('lines', ndjson)).toEqual({ rows: 1, rejected: 4 });
    const exported = await rejectedOf('lines', 'ndjson');
    const lines = exported.trimEnd().split('\n');
    expect(
      lines.map((line) => (JSON.parse(line) as { rejected_row: number }).rejected_row),
    ).toEqual([2, 3, 4, 5]);
    expect(lines[0]).toContain('"orderNumber":12345678901234567890, "status":"s" }');
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ variables: { orderNumber: '=1' } });
    // A number that cannot keep its digits stays rejected.
    const corrected = lines
      .slice(0, 2)
      .map((line, at) => line.replace('"bad"', `"corrected-${at}@example.com"`))
      .join('\n');
    expect(await upload('lines-corrected', corrected)).toEqual({ rows: 1, rejected: 1 });
  });

  test('of CSV can be had as NDJSON, and the other way round to be looked at', async () => {
    await upload('both', CSV);
    const [line = ''] = (await rejectedOf('both', 'ndjson')).split('\n');
    expect(JSON.parse(line)).toMatchObject({ rejected_row: 3, Phone: '+4930', Note: '=1+1;"x"' });
    await upload('both-lines', '{"email":"a@example.com","orderNumber":1,"status":"s"}\n{"x":1}\n');
    expect(await rejectedOf('both-lines', 'csv')).toMatch(/,line\r\n2,.*,"\{""x"":1\}"\r\n$/);
  });

  test('are none when every row was taken', async () => {
    await upload('clean', 'email,orderNumber,status\na@example.com,1,s\n');
    expect(await rejectedOf('clean', 'csv')).toBe('\ufeffrejected_row,rejected_because\r\n');
    expect(await rejectedOf('clean', 'ndjson')).toBe('');
  });
});
