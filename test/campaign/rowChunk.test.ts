import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { NumberedRow } from '../../src/campaign/campaign.js';
import { decodeChunk, encodeChunk } from '../../src/campaign/rowChunk.js';

const text = fc.oneof(fc.string({ minLength: 1, maxLength: 12 }), fc.uuid());
const row = fc.record({
  recipient: fc.record(
    {
      email: text,
      externalContactId: fc.oneof(
        fc.uuid(),
        text,
        fc.constant('00000000-0000-0000-0000-000000000000'),
        fc.uuid().map((id) => id.toUpperCase()),
      ),
      phone: text,
      name: text,
      timeZone: text,
    },
    { requiredKeys: [], noNullPrototype: true },
  ),
  variables: fc.option(
    fc.dictionary(
      fc.constantFrom('a', 'b', 'constructor', 'toString', 'id'),
      fc.oneof(text, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean()),
      { minKeys: 1, noNullPrototype: true },
    ),
    { nil: undefined },
  ),
});

function numbered(rows: { step: number; row: object }[]): NumberedRow[] {
  let number = 1;
  return rows.map(({ step, row }) => {
    number += step;
    // No variables are absent, not undefined.
    return { number, row: JSON.parse(JSON.stringify(row)) as NumberedRow['row'] };
  });
}

describe('a chunk of rows', () => {
  test('gives back what was put in, gaps between row numbers included', async () => {
    const steps = fc.record({ step: fc.integer({ min: 1, max: 1_000_000 }), row });
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 1, maxLength: 12 }), async (rows) => {
        const given = numbered(rows);
        expect(await decodeChunk(await encodeChunk(given))).toEqual(given);
      }),
      { numRuns: 200 },
    );
  });

  test('takes at most 60 bytes a row for email, contact id and two short variables', async () => {
    const digits = () => String(Math.random()).slice(2, 9);
    const rows = Array.from({ length: 500 }, (_each, at) => ({
      number: at + 2,
      row: {
        recipient: { email: `customer.${digits()}@example.com`, externalContactId: randomUUID() },
        variables: { orderNumber: `A-${digits()}`, status: at % 3 === 0 ? 'Delivered' : 'Delayed' },
      },
    }));
    const bytes = await encodeChunk(rows);
    expect(bytes.length / rows.length).toBeLessThanOrEqual(60);
  });

  test('of another format is refused, not misread', async () => {
    const bytes = await encodeChunk([{ number: 2, row: { recipient: { email: 'a@b.example' } } }]);
    // The envelope is an array of three; its first element is the format.
    bytes[1] = 9;
    await expect(decodeChunk(bytes)).rejects.toThrow('format 9');
  });
});
