import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { csvOf } from './support/files.js';
import { Importing } from './support/importing.js';

const importing = new Importing();
beforeAll(() => importing.open());
afterAll(() => importing.close());

const INVITATION = { template: 'invitation', templateHash: 'hash-of-invitation' };

const MANY_ROWS = csvOf(2_000);

/** What every refusal leaves behind: the record alone, as before. */
const NOTHING = [''];

describe('a file that cannot be used is refused, and nothing of it is kept:', () => {
  test.each<[string, string | Buffer, { row?: number; column?: string; expected: RegExp }]>([
    ['an empty one', '', { expected: /the file is empty/ }],
    ['a blank one', ' \r\n\r\n', { expected: /a first row that names the columns/ }],
    ['a header alone', 'email,name\n', { expected: /at least one row to send to; there is none/ }],
    ['only bad rows', 'email\na\nb\n', { expected: /at least one row .*all 2 were rejected/ }],
    [
      'no header',
      'ada@example.com,Ada\nben@example.com,Ben\n',
      { expected: /^a column named email.*seems to be a recipient/ },
    ],
    ['no address', 'name\nAda\n', { expected: /^a column named email.*found: name/ }],
    [
      'two headers for one field',
      'mail,e-mail address\na,b\n',
      { expected: /one column for email/ },
    ],
    ['a column named __proto__', 'email,__proto__\na,b\n', { expected: /another name/ }],
    ['10 000 columns', `email${',x'.repeat(9_999)}\n`, { expected: /at most 500 columns/ }],
    ['a zip archive', Buffer.from('PK\u0003\u0004abc'), { expected: /a zip archive or an Excel/ }],
    ['an old workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), { expected: /old Excel/ }],
    ['a PDF', '%PDF-1.7\n', { expected: /a PDF/ }],
    ['a binary file', Buffer.from([7, 0, 3, 0, 0, 1, 255, 0]), { expected: /a binary file/ }],
    ['gzip of gzip', gzipSync(gzipSync('email\n')), { expected: /compressed twice/ }],
    ['gzip of a zip', gzipSync('PK\u0003\u0004abc'), { expected: /a zip archive/ }],
    ['gzip cut off', gzipSync(MANY_ROWS).subarray(0, -20), { expected: /the whole file/ }],
    ['damaged gzip', damaged(gzipSync(MANY_ROWS)), { expected: /a sound gzip file|whole file/ }],
    ['a JSON array', '[{"email": "a@b.example"}]', { expected: /^NDJSON: one object a line/ }],
    [
      'a row cut off',
      `${MANY_ROWS}x@example`.replaceAll('@', ',@').replace('email', 'email,name').slice(0, -9),
      {
        row: 2_002,
        expected: /ends in the middle of this row, which has 1 of 2 cells/,
      },
    ],
    [
      'a quote left open',
      `${MANY_ROWS}"ada@example.com\n`,
      { row: 2_002, expected: /closing quote/ },
    ],
    [
      'a quote left open far up',
      `email\n"ada@example.com\n${csvOf(40_000)}`,
      { row: 2, expected: /at most 262144 characters in a row/ },
    ],
    [
      'a line of JSON cut off',
      '{"email": "ada@example.com"}\n{"email": "ben@ex',
      { row: 2, expected: /ends in the middle of this line/ },
    ],
    [
      'a long line of JSON',
      `{"email": "ada@example.com"}\n{"name": "${'x'.repeat(300_000)}"}\n`,
      { row: 2, expected: /at most 262144 characters/ },
    ],
  ])('%s', async (_what, file, problem) => {
    const campaign = await importing.campaign();
    const result = await importing.import(campaign, file);
    if (result.kind !== 'unusable') throw new Error('it was not');
    const { row, column, expected } = problem;
    expect(result.problems[0]).toMatchObject({
      ...(row !== undefined && { row }),
      ...(column !== undefined && { column }),
      expected: expect.stringMatching(expected),
    });
    expect(await importing.keysOf(campaign)).toEqual(NOTHING);
    expect(await importing.campaigns.get(campaign.id)).toEqual({
      ...campaign,
      updatedAt: expect.any(Number),
    });
  });

  test('one that lacks what the template requires', async () => {
    const campaign = await importing.campaign(INVITATION);
    const result = await importing.import(campaign, 'email,plaze\nada@example.com,here\n');
    expect(result).toMatchObject({
      problems: [{ column: 'place', expected: expect.stringContaining('did you mean plaze?') }],
    });
    expect(await importing.keysOf(campaign)).toEqual(NOTHING);
  });

  test('but not one that lacks what the campaign gives for all', async () => {
    const campaign = await importing.campaign({
      ...INVITATION,
      defaults: { variables: { place: 'here' } },
    });
    const result = await importing.import(campaign, 'email\nada@example.com\n');
    expect(result).toMatchObject({ kind: 'imported', summary: { rows: 1 } });
  });

  test('any, while its template is unknown or fits no channel', async () => {
    const unknown = await importing.campaign({ template: 'gone' });
    expect(await importing.import(unknown, MANY_ROWS)).toMatchObject({
      problems: [{ expected: 'a template that exists: one of greeting, invitation' }],
    });
    const silent = await importing.campaign({ defaults: { channels: ['sms'] } });
    expect(await importing.import(silent, MANY_ROWS)).toMatchObject({
      problems: [{ column: 'channels.0', expected: expect.stringContaining('web, email') }],
    });
  });

  test('an endless line, of which no more than a few pieces are read', async () => {
    let pieces = 0;
    const endless = Readable.from(
      (function* () {
        yield Buffer.from('email\nada@example.com\n');
        for (;;) {
          pieces += 1;
          yield Buffer.alloc(64 * 1024, 'x');
        }
      })(),
      { objectMode: false },
    );
    const result = await importing.import(await importing.campaign(), endless);
    expect(result).toMatchObject({ kind: 'unusable', problems: [{ row: 3 }] });
    expect(pieces).toBeLessThan(20);
  });

  test('one whose text was saved in another encoding, by its first rows', async () => {
    const campaign = await importing.campaign();
    const result = await importing.import(
      campaign,
      Buffer.from('email,name\nzoe@example.com,Zoë\n', 'latin1'),
    );
    expect(result).toMatchObject({
      kind: 'unusable',
      problems: [
        { expected: expect.stringMatching(/^at least one row to send to/) },
        {
          row: 2,
          column: 'name',
          expected: expect.stringMatching(/^readable letters.*CSV UTF-8/),
        },
      ],
    });
  });

  test('and problems never repeat what stands in a cell', async () => {
    const secret = 'secret-7f3a';
    const files = [
      `email,name\n${secret},${secret}\u0007\n`,
      `${secret}@example.com,Ada\n`,
      `email\n"${secret}\n`,
      `{"email": "${secret}"}\n{"email": "${secret}`,
    ];
    for (const file of files) {
      const result = await importing.import(await importing.campaign(), file);
      if (result.kind !== 'unusable') throw new Error('it was used');
      expect(JSON.stringify(result.problems)).not.toContain(secret);
      expect(JSON.stringify(result.rejectedBy)).not.toContain(secret);
    }
  });
});

/** Sound at its beginning and its end. */
function damaged(gzip: Buffer): Buffer {
  const bytes = Buffer.from(gzip);
  bytes.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 64);
  return bytes;
}

describe('a small gzip that unfolds into endless empty lines', () => {
  test.each([
    ['CSV', 'email\nada@example.com\n', 5_000_002],
    ['NDJSON', '{"email":"ada@example.com"}\n', 5_000_001],
  ])('is read no further than a file may be long: %s', async (_, head, row) => {
    const campaign = await importing.campaign();
    const bomb = gzipSync(head + '\n'.repeat(5_100_000));
    expect(await importing.import(campaign, bomb)).toMatchObject({
      kind: 'unusable',
      problems: [{ row, expected: expect.stringMatching(/^at most 5000000 rows, empty ones/) }],
    });
    expect(await importing.keysOf(campaign)).toEqual(NOTHING);
  });
});
