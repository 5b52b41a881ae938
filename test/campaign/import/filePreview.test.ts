import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import type { Campaign } from '../../../src/campaign/campaign.js';
import {
  type FileHead,
  type FilePreview,
  PREVIEW_BYTES,
  previewFile,
} from '../../../src/campaign/import/filePreview.js';
import type { TemplateEntry } from '../../../src/templates/catalogue.js';

const NOW = Date.UTC(2026, 10, 30);

const ENTRY: TemplateEntry = {
  name: 'invitation',
  hash: 'h',
  channels: ['web', 'email'],
  defaultChannels: ['web', 'email'],
  manifest: {
    description: 'An invitation.',
    variables: {
      place: { required: true, description: 'where', example: 'here', maxLength: 40 },
    },
  },
};

const CAMPAIGN: Campaign = {
  id: 'autumn',
  name: 'Autumn',
  state: 'importing',
  template: 'invitation',
  templateHash: 'h',
  defaults: {},
  createdAt: NOW,
  updatedAt: NOW,
};

function preview(
  file: string | Buffer,
  { isWhole = true, columns }: Partial<FileHead> = {},
  campaign = CAMPAIGN,
): Promise<FilePreview> {
  const bytes = Buffer.from(file);
  return previewFile(campaign, { bytes, isWhole, columns }, { entry: ENTRY, now: NOW });
}

const CUSTOMERS = [
  'E-Mail;Vorname;Ort;Kundennr;Notiz',
  'ada@example.com;Ada;Kiel;7;',
  'nowhere;Ben;Bonn;8;x',
  'cem@example.com;Cem;Ulm;9;',
  'ada@example.com;Ada;Kiel;7;',
].join('\n');

describe('the preview of a file', () => {
  test('shows what each column means, with what stands in the first rows', async () => {
    const { columns, problems } = await preview(CUSTOMERS, { columns: { map: { Ort: 'place' } } });
    expect(problems).toEqual([]);
    expect(columns.map(({ name, means, use, isChosen }) => [name, means, use, isChosen])).toEqual([
      ['E-Mail', ['email'], 'read', false],
      ['Vorname', ['firstName'], 'read', false],
      ['Ort', ['place'], 'read', true],
      ['Kundennr', [], 'kept', false],
      ['Notiz', [], 'kept', false],
    ]);
    expect(columns[2]?.values).toEqual(['Kiel', 'Bonn', 'Ulm']);
  });

  test('counts what the rows of this piece would come to', async () => {
    const { found } = await preview(CUSTOMERS, { columns: { map: { Ort: 'place' } } });
    expect(found).toMatchObject({
      rows: 2,
      rejected: 1,
      duplicates: 1,
      rejectedBy: [{ column: 'E-Mail', rows: 1, firstRows: [3] }],
    });
  });

  test('shows the columns also of a file that cannot be imported yet, and says what is missing', async () => {
    const { columns, problems, found } = await preview(CUSTOMERS);
    expect(problems).toMatchObject([
      { column: 'place', expected: expect.stringMatching(/^this column/) },
    ]);
    expect(columns).toHaveLength(5);
    expect(found).toBeUndefined();
    const without = await preview('Kontaktweg,place\nada@example.com,here\n');
    expect(without.problems[0]?.suggestion).toEqual({ column: 'Kontaktweg', as: 'email' });
    expect(without.columns.map(({ name, use }) => [name, use])).toEqual([
      ['Kontaktweg', 'kept'],
      ['place', 'read'],
    ]);
  });

  test('needs no column for what the campaign itself gives', async () => {
    const given = { ...CAMPAIGN, defaults: { variables: { place: 'here' } } };
    expect((await preview(CUSTOMERS, {}, given)).problems).toEqual([]);
  });

  test('leaves out what a person has left out, and what an export of rejected rows has added', async () => {
    const file = 'email,place,notes,rejected_row,rejected_because\na@example.com,here,x,7,y\n';
    const { columns } = await preview(file, { columns: { ignore: ['notes'] } });
    expect(columns.map(({ name, use }) => [name, use])).toEqual([
      ['email', 'read'],
      ['place', 'read'],
      ['notes', 'left_out'],
      ['rejected_row', 'left_out'],
      ['rejected_because', 'left_out'],
    ]);
  });

  test('is not misled by where the piece ends: in a row, in a letter, in compressed data', async () => {
    const lines = Array.from({ length: 4_000 }, (_, at) => `c${at}@example.com,Köln,é`);
    const file = Buffer.from(`email,place,sign\n${lines.join('\n')}\n`);
    const inLetter = file.indexOf('é', 3_000) + 1;
    const { found, problems } = await preview(file.subarray(0, inLetter), { isWhole: false });
    expect(problems).toEqual([]);
    expect(found?.rejected).toBe(0);
    const packed = gzipSync(file);
    const cut = packed.subarray(0, Math.min(PREVIEW_BYTES, packed.length - 20));
    const unpacked = await preview(cut, { isWhole: false });
    expect(unpacked.problems).toEqual([]);
    expect(unpacked.found?.rows).toBeGreaterThan(100);
  });

  test('of a row that is cut off at the end of the whole file says so', async () => {
    const { problems } = await preview('email,place\nada@example.com,here\nben@example.com');
    expect(problems[0]?.expected).toMatch(/the whole file/);
  });

  test('of NDJSON names what its rows name; rows that are requests have no columns', async () => {
    const flat = await preview(
      '{"email":"a@example.com","place":"here"}\n{"email":"b","plaice":1}\n',
    );
    expect(flat.columns.map(({ name }) => name)).toEqual(['email', 'place', 'plaice']);
    expect(flat.found).toMatchObject({ rows: 1, rejected: 1 });
    const requests = await preview(
      '{"recipient":{"email":"a@example.com"},"variables":{"place":"here"}}\n',
    );
    expect(requests).toMatchObject({ columns: [], problems: [], found: { rows: 1 } });
  });

  test.each([
    ['a workbook', Buffer.from('PK\u0003\u0004'), /Excel workbook/],
    ['nothing', Buffer.from(''), /the file is empty/],
    [
      'a header without rows that is none',
      Buffer.from('ada@example.com\n'),
      /the first row has to name/,
    ],
  ])('of %s says what it is', async (_what, file, expected) => {
    const { problems } = await preview(file);
    expect(problems[0]?.expected).toMatch(expected);
  });

  test('never repeats what stands in a cell where it says what is wrong', async () => {
    const { problems, found } = await preview('email,place\nsecret-cell,here\n');
    expect(JSON.stringify([problems, found])).not.toContain('secret-cell');
  });
});
