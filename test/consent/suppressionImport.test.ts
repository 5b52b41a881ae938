import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { DncRows } from '../../src/consent/dncRows.js';
import { exportSuppressions } from '../../src/consent/suppressionExport.js';
import {
  importSuppressions,
  type SuppressionFileOptions,
  type SuppressionSink,
} from '../../src/consent/suppressionImport.js';
import type { Suppression, SuppressionEntry } from '../../src/suppression/suppression.js';
import type { ExportedSuppression } from '../../src/suppression/suppressionList.js';

const AT = Date.parse('2026-11-22T12:00:00Z');
const GIVEN: Suppression = { channels: 'all', source: 'import', author: 'cli:ann', at: AT };

interface Stored {
  entries: SuppressionEntry[];
  restored: ExportedSuppression[];
  batches: number;
}

function sink(
  stored: Stored,
  { full = (): boolean => false, keys = ['k1:abc'] } = {},
): SuppressionSink {
  return {
    keys,
    isFull: async () => full(),
    async add(entries) {
      stored.batches += 1;
      stored.entries.push(...entries);
      return { added: entries.length, replaced: 0, kept: 0 };
    },
    async restore(entries) {
      stored.restored.push(...entries);
      return { added: entries.length, replaced: 0, kept: 0 };
    },
  };
}

async function imported(
  text: string | Buffer,
  options: SuppressionFileOptions = {},
  given: Partial<Suppression> = {},
) {
  const stored: Stored = { entries: [], restored: [], batches: 0 };
  const source = Readable.from([Buffer.from(text)], { objectMode: false });
  const result = await importSuppressions(source, sink(stored), { ...GIVEN, ...given }, options);
  return { result, ...stored };
}

const addresses = (entries: readonly SuppressionEntry[]) =>
  entries.map(({ address }) => address.address);

describe('a file of suppressions', () => {
  test('has the columns that rows of a campaign have; each address of a row is an entry', async () => {
    const { result, entries } = await imported(
      'E-Mail;Handy;Land\r\nann@example.com;07700 900123;GB\r\n;+15550100123;\r\n',
    );
    expect(addresses(entries)).toEqual(['ann@example.com', '+447700900123', '+15550100123']);
    expect(result).toMatchObject({ kind: 'imported', report: { rows: 2, added: 3, rejected: 0 } });
  });

  test('may say channels, reason and end for each row; what it does not say is given', async () => {
    const { entries } = await imported(
      'email,channels,reason,until\n' +
        'a@example.com,sms web,Asked in store,2027-03-01\n' +
        'b@example.com,,,\n',
      {},
      { channels: ['email'], reason: 'List of May' },
    );
    expect(entries.map(({ suppression }) => suppression)).toEqual([
      {
        ...GIVEN,
        channels: ['web', 'sms'],
        reason: 'Asked in store',
        until: Date.parse('2027-03-02T00:00:00Z'),
      },
      { ...GIVEN, channels: ['email'], reason: 'List of May' },
    ]);
  });

  test('loses no address over channels, a reason or an end that cannot be read: the entry is wider', async () => {
    const { result, entries } = await imported(
      'email,channels,reason,until\na@example.com,fax,call +15550100123,soon\n',
      {},
      { channels: ['email'] },
    );
    expect(entries.map(({ suppression }) => suppression)).toEqual([
      { ...GIVEN, channels: 'all', reason: undefined, until: undefined },
    ]);
    expect(result.report).toMatchObject({ rows: 1, warned: 1, rejected: 0 });
    expect(JSON.stringify(result)).not.toContain('15550100123');
  });

  test('keeps the good address of a row whose other one is wrong, and says so', async () => {
    const { result, entries } = await imported('email,phone\na@example.com,12\n');
    expect(addresses(entries)).toEqual(['a@example.com']);
    expect(result.report).toMatchObject({ rows: 1, warned: 1, warnings: [{ column: 'phone' }] });
  });

  test('reports rows that are refused with row, column and reason, never with what stands there', async () => {
    const { result, entries } = await imported(
      'email,until\n*,\nNULL,\nnot an address,\nold@example.com,2020-01-01\ngood@example.com,\n',
    );
    expect(addresses(entries)).toEqual(['good@example.com']);
    const { report } = result;
    expect(report).toMatchObject({ rows: 1, rejected: 4 });
    expect(report.problems.map(({ row }) => row)).toEqual([2, 3, 4, 5]);
    expect(report.problems[3]).toEqual({
      row: 5,
      column: 'until',
      expected: expect.stringContaining('in the future'),
    });
    expect(JSON.stringify(report)).not.toMatch(/not an address|old@/);
  });

  test('may be NDJSON, gzip, or have columns that are mapped', async () => {
    const ndjson =
      '{"phone":"+15550100123","channels":["sms"]}\n{"recipient":{"email":"a@example.com"}}\n';
    const first = await imported(ndjson);
    expect(first.entries.map(({ suppression }) => suppression.channels)).toEqual([['sms'], 'all']);
    const { entries } = await imported(gzipSync('Kontakt\na@example.com\n'), {
      columns: { map: { Kontakt: 'email' } },
    });
    expect(addresses(entries)).toEqual(['a@example.com']);
  });

  test('that has no column with an address is refused before anything is stored', async () => {
    const { result, batches } = await imported('Kontakt,Ort\na@example.com,Bonn\n');
    expect(result).toMatchObject({
      kind: 'unusable',
      problems: [{ suggestion: { column: 'Kontakt', as: 'email' } }],
    });
    expect(batches).toBe(0);
    expect(await imported('')).toMatchObject({ result: { kind: 'unusable' } });
  });

  test('is stored a thousand entries at a time, and stops while Redis is full, saying what was stored', async () => {
    const rows = Array.from({ length: 2_500 }, (_, n) => `a${n}@example.com\n`).join('');
    const { result, batches } = await imported(`email\n${rows}`);
    expect(batches).toBe(3);
    expect(result.report.added).toBe(2_500);
    const stored: Stored = { entries: [], restored: [], batches: 0 };
    const source = Readable.from([Buffer.from(`email\n${rows}`)], { objectMode: false });
    const limited = sink(stored, { full: () => stored.batches > 0 });
    const ended = await importSuppressions(source, limited, GIVEN);
    expect(ended).toMatchObject({ kind: 'no_room', report: { added: 1_000 } });
  });

  test('that breaks off keeps what was stored', async () => {
    const stored: Stored = { entries: [], restored: [], batches: 0 };
    const rows = Array.from({ length: 1_500 }, (_, n) => `a${n}@example.com\n`).join('');
    async function* broken() {
      yield Buffer.from(`email\n${rows}`);
      throw new Error('the connection was lost');
    }
    const source = Readable.from(broken(), { objectMode: false });
    const result = await importSuppressions(source, sink(stored), GIVEN);
    expect(result).toMatchObject({ kind: 'broken_off', report: { added: 1_000 } });
  });
});

describe('an export', () => {
  const ENTRIES: ExportedSuppression[] = [
    { digest: Buffer.alloc(12, 1), suppression: { ...GIVEN, reason: 'Asked' } },
    {
      digest: Buffer.alloc(12, 2),
      suppression: { ...GIVEN, channels: ['sms'], source: 'stop', until: AT + 1_000 },
    },
  ];

  async function written(entries = ENTRIES): Promise<string> {
    async function* pages() {
      yield entries;
    }
    let text = '';
    for await (const piece of exportSuppressions(pages(), ['k1:abc'])) text += piece;
    return text;
  }

  test('comes back as it was', async () => {
    const { result, restored, entries } = await imported(await written());
    expect(restored).toEqual(ENTRIES);
    expect(entries).toEqual([]);
    expect(result).toMatchObject({ kind: 'imported', report: { rows: 2, added: 2 } });
  });

  test('of an empty list comes back, too', async () => {
    expect(await imported(await written([]))).toMatchObject({
      restored: [],
      result: { kind: 'imported', report: { rows: 0 } },
    });
  });

  test('of a deployment with another secret is refused: its hashes match nothing here', async () => {
    const stored: Stored = { entries: [], restored: [], batches: 0 };
    const source = Readable.from([Buffer.from(await written())], { objectMode: false });
    const result = await importSuppressions(source, sink(stored, { keys: ['k2:x'] }), GIVEN);
    expect(result).toMatchObject({ kind: 'unusable' });
    expect(JSON.stringify(result)).toContain('NOTIFIER_SECRET');
    expect(stored.restored).toEqual([]);
  });

  test('that was cut off is not taken for a whole one', async () => {
    const lines = (await written()).trimEnd().split('\n');
    const { result } = await imported(`${lines.slice(0, -1).join('\n')}\n`);
    expect(result).toMatchObject({ kind: 'unusable' });
    const { result: changed } = await imported(lines.toSpliced(1, 1).join('\n'));
    expect(changed).toMatchObject({ kind: 'unusable' });
  });
});

describe('the export of a DNC list', () => {
  const read = (text: string, contactMethod?: string) =>
    imported(text, { rows: new DncRows(contactMethod, 'US'), country: 'US' });

  test('is read whatever its columns are called, or without a header', async () => {
    const named = await read(
      'Rufnummer,ExpirationDateTime\r\n+15550100111,\r\n5550100112,2027-01-01T00:00:00Z\r\n',
      'Phone',
    );
    expect(addresses(named.entries)).toEqual(['+15550100111', '+15550100112']);
    expect(named.entries[1]?.suppression.until).toBe(Date.parse('2027-01-01T00:00:00Z'));
    const bare = await read('+15550100111\n+15550100112\n', 'Phone');
    expect(addresses(bare.entries)).toHaveLength(2);
  });

  test('of emails, and of anything', async () => {
    expect(addresses((await read('Email\nann@example.com\n', 'Email')).entries)).toEqual([
      'ann@example.com',
    ]);
    const any = await read('Contact\nann@example.com\n+15550100111\n', 'Any');
    expect(addresses(any.entries)).toEqual(['ann@example.com', '+15550100111']);
  });

  test('without an entry is an empty list, and no file that is not understood', async () => {
    const rows = new DncRows('Phone');
    const { result } = await imported('PhoneNumber\n', { rows, mayBeEmpty: true });
    expect(result).toMatchObject({ kind: 'imported', report: { rows: 0, rejected: 0 } });
    expect((await imported('email\n')).result.kind).toBe('unusable');
  });

  test('names a cell that is no number by its row', async () => {
    const { result } = await read('PhoneNumber\n+15550100111\nNorthwind\n', 'Phone');
    expect(result.report).toMatchObject({ rows: 1, rejected: 1, problems: [{ row: 3 }] });
    expect(JSON.stringify(result)).not.toContain('Northwind');
  });
});
