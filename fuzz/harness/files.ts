import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { anyJson, damaged, jsonBytes, PERSONAL, text } from './hostile.js';

const HEADS = [
  'email',
  'phone',
  'externalContactId',
  'name',
  'orderNumber',
  'status',
  'timeZone',
  'country',
  'E-Mail-Adresse',
  'Telefon',
  'channels',
  'reason',
  'until',
  'id',
  'key',
];

const goodCell = fc.constantFrom(
  `${PERSONAL}@example.com`,
  `${PERSONAL}.two@example.com`,
  '+15550100123',
  'c0000000-0000-4000-8000-000000000001',
  'Europe/Berlin',
  'A-1',
  'On its way',
);

const cell = fc.oneof(
  { weight: 3, arbitrary: goodCell },
  { weight: 2, arbitrary: text },
  { weight: 1, arbitrary: fc.constantFrom('"', '""', '"a', 'a"b', '"a\nb"', ' "x" ', "'=1+1") },
);

const csv = fc
  .record({
    separator: fc.constantFrom(',', ';', '\t', '|', ':'),
    end: fc.constantFrom('\n', '\r\n', '\r', '\n\r'),
    head: fc.array(fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...HEADS) }, text), {
      maxLength: 6,
    }),
    rows: fc.array(fc.array(cell, { maxLength: 7 }), { maxLength: 8 }),
    times: fc.constantFrom(1, 1, 1, 50),
  })
  .map(({ separator, end, head, rows, times }) => {
    const lines = [head, ...Array.from({ length: times }, () => rows).flat()];
    return lines.map((cells) => cells.join(separator)).join(end);
  });

const row = fc.oneof(
  fc.dictionary(fc.constantFrom(...HEADS), fc.oneof(goodCell, anyJson), { maxKeys: 5 }),
  fc.record({ email: goodCell, orderNumber: text, status: text }),
  anyJson,
);

const ndjson = fc
  .tuple(fc.array(row, { maxLength: 8 }), fc.constantFrom('\n', '\r\n', '\n\n', ',\n'))
  .map(([rows, end]) => rows.map((each) => jsonBytes(each).toString()).join(end));

function inEncoding(content: fc.Arbitrary<string>): fc.Arbitrary<Buffer> {
  return fc
    .tuple(
      content,
      fc.constantFrom('utf8' as const, 'utf16le' as const, 'latin1' as const),
      fc.boolean(),
    )
    .map(([whole, encoding, marked]) => Buffer.from(marked ? `\ufeff${whole}` : whole, encoding));
}

const HEADS_OF_OTHER_KINDS = fc.constantFrom(
  Buffer.from('PK\x03\x04', 'latin1'),
  Buffer.from([0xd0, 0xcf, 0x11, 0xe0]),
  Buffer.from([0x1f, 0x8b]),
  Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]),
  Buffer.from([0x28, 0xb5, 0x2f, 0xfd]),
  Buffer.alloc(5_000),
);

const plain = fc.oneof(
  { weight: 4, arbitrary: inEncoding(csv) },
  { weight: 3, arbitrary: inEncoding(ndjson) },
  { weight: 1, arbitrary: inEncoding(anyJson.map((value) => jsonBytes(value).toString())) },
);

const zipped = plain.map((bytes) => gzipSync(bytes, { level: 1 }));

/** A file of rows as others write them: CSV or NDJSON in any encoding, packed or not, sound or damaged. */
export const rowsFile: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 4, arbitrary: plain },
  { weight: 4, arbitrary: damaged(plain) },
  { weight: 2, arbitrary: zipped },
  { weight: 2, arbitrary: damaged(zipped) },
  { weight: 1, arbitrary: zipped.map((bytes) => gzipSync(bytes, { level: 1 })) },
  {
    weight: 1,
    arbitrary: fc.tuple(HEADS_OF_OTHER_KINDS, plain).map((pieces) => Buffer.concat(pieces)),
  },
);
