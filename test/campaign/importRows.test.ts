import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { rowsOf } from './support/files.js';
import { Importing } from './support/importing.js';

const importing = new Importing();
beforeAll(() => importing.open());
afterAll(() => importing.close());

const INVITATION = { template: 'invitation', templateHash: 'hash-of-invitation' };

/** What is stored of a file, row numbers in front. */
async function imported(file: string | Buffer, changes = {}) {
  const campaign = await importing.campaign(changes);
  const result = await importing.import(campaign, file);
  if (result.kind !== 'imported') throw new Error(JSON.stringify(result));
  return { ...result, campaign, stored: await importing.stored(campaign) };
}

describe('an import', () => {
  test('makes the file the rows of the campaign, which is ready then', async () => {
    const { campaign, summary, stored } = await imported(
      'E-Mail;Name;Place;Shoe size\nada@example.com;Ada;here;38\nben@example.com;Ben;there;44\n',
      INVITATION,
    );
    expect(stored).toEqual([
      {
        number: 2,
        row: { recipient: { email: 'ada@example.com', name: 'Ada' }, variables: { place: 'here' } },
      },
      {
        number: 3,
        row: {
          recipient: { email: 'ben@example.com', name: 'Ben' },
          variables: { place: 'there' },
        },
      },
    ]);
    expect(summary).toMatchObject({ rows: 2, rejected: 0, duplicates: 0, chunks: 1 });
    expect(summary.ignoredColumns).toEqual(['Shoe size']);
    expect(await importing.campaigns.get(campaign.id)).toMatchObject({
      state: 'ready',
      import: summary,
    });
    expect((await importing.campaigns.counts(campaign.id)).waiting).toBe(2);
  });

  test('counts recipients by their clock, as far as their rows say it', async () => {
    const { summary } = await imported(
      [
        'email,phone,timeZone',
        'a@example.com,,Asia/Tokyo',
        'b@example.com,+4915112345678,',
        'c@example.com,+12125550100,',
        'd@example.com,,',
        'e@example.com,+4915112345679,Asia/Tokyo',
      ].join('\n'),
    );
    expect(summary.clocks).toEqual({ 'Asia/Tokyo': 2, 'Europe/Berlin': 1, '': 2 });
    const zones = Intl.supportedValuesOf('timeZone').slice(0, 60);
    const rows = zones.map((zone, at) => `n${at}@example.com,${zone}`);
    const { summary: many } = await imported(`email,timeZone\n${rows.join('\n')}`);
    expect(many.clocks).toBeUndefined();
  });

  test.each([
    ['UTF-8 with a byte order mark', (text: string) => Buffer.from(`\ufeff${text}`)],
    ['UTF-16', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16, big-endian', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
    ['UTF-16 without a byte order mark', (text: string) => Buffer.from(text, 'utf16le')],
    ['UTF-16BE without one', (text: string) => Buffer.from(text, 'utf16le').swap16()],
    ['gzip', (text: string) => gzipSync(text)],
    ['UTF-16 in gzip', (text: string) => gzipSync(Buffer.from(`\ufeff${text}`, 'utf16le'))],
    ['Windows line ends', (text: string) => Buffer.from(text.replaceAll('\n', '\r\n'))],
    ['old Mac line ends', (text: string) => Buffer.from(text.replaceAll('\n', '\r'))],
    ['tabs', (text: string) => Buffer.from(text.replaceAll(',', '\t'))],
    ['semicolons', (text: string) => Buffer.from(text.replaceAll(',', ';'))],
    ['a separator line', (text: string) => Buffer.from(`sep=|\r\n${text.replaceAll(',', '|')}`)],
    ['no last line end', (text: string) => Buffer.from(text.trimEnd())],
  ])('reads %s', async (_what, encode) => {
    const { stored } = await imported(encode('email,name\nzoe@example.com,Zoë 🎈\n'));
    expect(stored).toEqual([
      { number: 2, row: { recipient: { email: 'zoe@example.com', name: 'Zoë 🎈' } } },
    ]);
  });

  test('reads pieces of any size', async () => {
    const bytes = Buffer.from('\ufeffemail,name\r\nzoe@example.com,"Zoë 🎈"\r\n');
    for (const size of [1, 2, 7]) {
      const campaign = await importing.campaign();
      await importing.import(campaign, rowsOf(bytes, size));
      const [first] = await importing.stored(campaign);
      expect(first?.row.recipient.name).toBe('Zoë 🎈');
    }
  });

  test('repairs what spreadsheets do to cells', async () => {
    const { stored } = await imported(
      [
        'email,phone,name,place',
        '" ada@example.com ",\'+15550100123,\u00a0Ada ,"=HYPERLINK(""x"")"',
        ",+49 (171) 123-4567,,'=1+1",
        ',,,',
        '',
        'ben@example.com,,,"two\nlines"',
      ].join('\r\n'),
      INVITATION,
    );
    expect(stored.map(({ number, row }) => [number, row.recipient, row.variables])).toEqual([
      [
        2,
        { email: 'ada@example.com', phone: '+15550100123', name: 'Ada' },
        { place: '=HYPERLINK("x")' },
      ],
      [3, { phone: '+491711234567' }, { place: '=1+1' }],
      [6, { email: 'ben@example.com' }, { place: 'two\nlines' }],
    ]);
  });

  test('reads NDJSON, flat or as requests are written', async () => {
    const { stored } = await imported(
      [
        '{"E-Mail": " ada@example.com ", "First name": "Ada", "surname": "Byron", "place": "here"}',
        '',
        '{"recipient": {"email": "ben@example.com"}, "variables": {"place": 7}}\r',
        '{"contact id": "C0000000-0000-4000-8000-00000000000A", "phone": null, "place": 8.5}',
      ].join('\n'),
      INVITATION,
    );
    expect(stored).toEqual([
      {
        number: 1,
        row: {
          recipient: { email: 'ada@example.com', name: 'Ada Byron' },
          variables: { place: 'here' },
        },
      },
      { number: 3, row: { recipient: { email: 'ben@example.com' }, variables: { place: 7 } } },
      {
        number: 4,
        row: {
          recipient: { externalContactId: 'c0000000-0000-4000-8000-00000000000a' },
          variables: { place: 8.5 },
        },
      },
    ]);
  });

  test('keeps rejected rows as they were, with what to correct', async () => {
    const header = ['E-Mail', 'Tel', 'Place', 'Colour'];
    const bad = [
      ['nobody', '', 'here', 'red'],
      ['', '', 'here', 'red'],
      ['cleo@example.com', '1.55501E+10', '', ' blue '],
      ['dan@example.com', '', 'M\ufffdnchen', ''],
      ['eve@example.com', '', '#REF!', ''],
      ['fay@example.com', '', 'here', 'red', 'what is this'],
    ];
    const { campaign, summary, stored, problems } = await imported(
      [header, ...bad, ['gus@example.com', '', 'here', 'red']]
        .map((cells) => cells.join(','))
        .join('\n'),
      INVITATION,
    );
    expect(stored.map(({ number }) => number)).toEqual([8]);
    expect(summary).toMatchObject({ rows: 1, rejected: 6 });
    const rejected = await importing.rejected(campaign);
    expect(problems).toEqual(
      rejected.flatMap(({ number, problems: ofRow }) =>
        ofRow.map((problem) => ({ row: number, ...problem })),
      ),
    );
    expect(rejected.map(({ cells }) => cells)).toEqual(bad);
    expect(rejected.map((row) => [row.number, ...row.problems])).toEqual([
      [2, { column: 'E-Mail', expected: 'an email address such as customer@example.com' }],
      [3, { column: 'E-Mail, Tel', expected: 'at least one of email, externalContactId, phone' }],
      [4, { column: 'Place', expected: 'a value, the template requires it' }],
      [5, { column: 'Place', expected: expect.stringContaining('CSV UTF-8') }],
      [6, { column: 'Place', expected: expect.stringContaining("spreadsheet's error") }],
      [7, { column: '', expected: expect.stringContaining('at most 4 cells') }],
    ]);
    expect(await importing.rows.rejectedLayout(campaign.id)).toEqual({
      format: 'csv',
      header,
      separator: ',',
    });
  });

  test('sets bad lines of NDJSON aside as they were', async () => {
    const bad = [
      '{"email": "ada@example.com"',
      '[1]',
      '{"email": 7}',
      '{"recipient": {"email": "ben@example.com", "age": 7}}',
      '{"recipient": {"email": "ben@example.com"}, "template": "other"}',
      '{"email": "cleo@example.com", "__proto__": {"name": "x"}}',
      '{"name": "Dan"}',
    ];
    const { campaign } = await imported(
      ['{"email": "zoe@example.com"}', ...bad].join('\n').concat('\n'),
    );
    const rejected = await importing.rejected(campaign);
    expect(rejected.map(({ cells }) => cells[0])).toEqual(bad);
    expect(rejected.map(({ problems }) => problems[0]?.column)).toEqual([
      '',
      '',
      'email',
      'recipient.age',
      'template',
      '__proto__',
      '',
    ]);
    expect(await importing.rows.rejectedLayout(campaign.id)).toEqual({
      format: 'ndjson',
      header: [],
    });
  });

  const CONTACT = 'c0000000-0000-4000-8000-00000000000b';

  test('counts rows of a recipient who stands further up as duplicates', async () => {
    const { summary, stored } = await imported(
      [
        'email,contact id,phone',
        `nobody,${CONTACT},`,
        `ada@example.com,${CONTACT},`,
        'ADA@example.com,,+15550100001',
        `,${CONTACT.toUpperCase()},`,
        ',,+1 (555) 010-0001',
        'ben@example.com,,',
        ',,+15550100002',
      ].join('\n'),
    );
    expect(stored.map(({ number }) => number)).toEqual([2, 7, 8]);
    expect(summary).toMatchObject({ rows: 3, rejected: 0, warned: 1, duplicates: 4 });
    expect(summary.addressedBy).toEqual({ externalContactId: 1, email: 1, phone: 1 });
  });

  test('fills chunks, so that a row is found by its place', async () => {
    const emails = Array.from({ length: 1_201 }, (_each, at) => `c${at}@example.com`);
    const { campaign, summary } = await imported(['email', ...emails].join('\n'));
    expect(summary).toMatchObject({ rows: 1_201, chunks: 3 });
    const sizes = await Promise.all(
      [0, 1, 2, 3].map(async (chunk) => (await importing.rows.read(campaign.id, chunk)).length),
    );
    expect(sizes).toEqual([500, 500, 201, 0]);
  });

  test('notes which content of the template its rows were checked against', async () => {
    const campaign = await importing.campaign({ templateHash: 'an older content' });
    await importing.import(campaign, 'email\nada@example.com\n');
    expect((await importing.campaigns.get(campaign.id))?.templateHash).toBe('hash-of-greeting');
  });

  test('tells how far it is, and where it ended', async () => {
    const campaign = await importing.campaign();
    const file = Buffer.from('email\nada@example.com\nada@example.com\nnobody\n');
    const told: unknown[] = [];
    await importing.import(campaign, file, { onProgress: (progress) => told.push(progress) });
    expect(told.at(-1)).toEqual({ bytes: file.length, rows: 1, rejected: 1, duplicates: 1 });
  });
});
