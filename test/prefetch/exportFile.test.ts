import { describe, expect, test } from '@jest/globals';
import { readContactExport } from '../../src/prefetch/exportFile.js';

const ANN = '6f1c2a5e-0000-4000-8000-000000000001';
const BEN = '6f1c2a5e-0000-4000-8000-000000000002';
const WANTED = new Set(['ann@example.com', 'ben@example.com']);

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function read(text: string | Buffer, { size = 7, wanted = WANTED } = {}) {
  return readContactExport(inPieces(Buffer.from(text), size), wanted);
}

describe('a contact export', () => {
  test.each([
    ['Id,FirstName,WorkEmail', `${ANN},Ann,Ann@Example.com`],
    ['first name;Personal Email;ID', `Ann;ann@example.com;${ANN}`],
    ['contact_id\totherEmail\tworkEmail', `${ANN}\tann@example.com\t`],
    ['\ufeff"id","e-mail"', `"${ANN}","ann@example.com"`],
  ])('is read by the names of its columns: %s', async (header, row) => {
    expect(await read(`${header}\r\n${row}\r\n`)).toEqual({
      ok: true,
      contacts: new Map([['ann@example.com', ANN]]),
      rows: 1,
    });
  });

  test('keeps no address that is not asked for, however it is cut into pieces', async () => {
    const rows = Array.from({ length: 50 }, (_, at) => `x${at},other${at}@example.com`);
    const text = ['id,email', ...rows, `${ANN},ann@example.com`, `${BEN},ben@example.com`].join(
      '\n',
    );
    for (const size of [1, 3, 64, 100_000]) {
      expect(await read(text, { size })).toEqual({
        ok: true,
        contacts: new Map([
          ['ann@example.com', ANN],
          ['ben@example.com', BEN],
        ]),
        rows: 52,
      });
    }
  });

  test('says of an address that two contacts have that it is no one contact', async () => {
    const text = `id,workEmail,otherEmail\n${ANN},ann@example.com,\n${BEN},ben@example.com,ANN@example.com`;
    expect(await read(text)).toMatchObject({
      contacts: new Map([
        ['ann@example.com', null],
        ['ben@example.com', BEN],
      ]),
    });
  });

  test('says of an address without a usable id that it is no one contact', async () => {
    expect(await read('id,email\n,ann@example.com')).toMatchObject({
      contacts: new Map([['ann@example.com', null]]),
    });
  });

  test.each([
    ['without an email column', `id,phone\n${ANN},+15550100123`, /email/],
    ['without an id column', 'name,email\nAnn,ann@example.com', /ids/],
    ['that is empty', '', /first row/],
    ['that ends within quotes', `id,email\n"${ANN},ann@example.com`, /whole CSV/],
    ['that is an image', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0xff]), /UTF-8/],
  ])(
    '%s is no export, and what is wrong with it says nothing of what is in it',
    async (_, text, expected) => {
      const answer = await read(text);
      expect(answer).toEqual({ ok: false, expected: expect.stringMatching(expected) });
      expect(JSON.stringify(answer)).not.toMatch(/ann@example/);
    },
  );
});
