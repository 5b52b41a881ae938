import { describe, expect, test } from '@jest/globals';
import {
  readChannels,
  readReason,
  readSuppressedAddress,
  readUntil,
  suppressionRequestSchema,
} from '../../src/consent/suppressionRequest.js';

const CONTACT = '8f14e45f-ceea-467f-a8d2-91a2b4f7c001';

describe('an address that is to be suppressed', () => {
  test.each([
    ['ann@example.com', 'email', 'ann@example.com'],
    [' ann@EXAMPLE.com\u200b', 'email', 'ann@example.com'],
    ['ann@bücher.example', 'email', 'ann@xn--bcher-kva.example'],
    ['+1 (555) 010-0123', 'phone', '+15550100123'],
    ['0044 7700 900123', 'phone', '+447700900123'],
    [CONTACT.toUpperCase(), 'externalContactId', CONTACT],
  ])('%j is known as %s', (written, field, address) => {
    expect(readSuppressedAddress(written)).toEqual({ ok: true, address: { field, address } });
  });

  test('a national number is read where the country is known', () => {
    const address = { field: 'phone', address: '+447700900123' };
    expect(readSuppressedAddress('07700 900123', 'GB')).toEqual({ ok: true, address });
    expect(readSuppressedAddress('07700 900123')).toMatchObject({ ok: false });
  });

  test.each([
    '',
    '   ',
    '*',
    '@example.com',
    '*@example.com',
    '12',
    'NULL',
    'Ann Miller',
    '+',
    '00',
  ])('%j stands for nothing or for many, and is refused', (written) => {
    const read = readSuppressedAddress(written);
    expect(read.ok).toBe(false);
    expect(JSON.stringify(read)).not.toContain('Ann');
  });
});

describe('a reason', () => {
  test.each([
    'Asked by phone',
    ' Opted out in store 12 ',
    'Rückruf am 2. Mai',
    'List of 2026-11-22',
    'Liste vom 22.11.2026',
  ])('%j is one line that names no one', (reason) => {
    expect(readReason(reason)).toBe(reason.trim());
  });

  test.each([
    '',
    'two\nlines',
    'mail of ann@example.com',
    'called from +1 555 010 0123',
    'order 1234567',
    'tel. ٠١٢٣٤٥٦٧',
    'x'.repeat(201),
  ])('%j is refused', (reason) => {
    expect(readReason(reason)).toBeUndefined();
  });
});

test('channels are all, or names in the order of the product', () => {
  expect(readChannels('ALL')).toBe('all');
  expect(readChannels('sms, web')).toEqual(['web', 'sms']);
  expect(readChannels('fax')).toBeUndefined();
  expect(readChannels('all, web')).toBeUndefined();
  expect(readChannels(' ')).toBeUndefined();
});

test('an end is a moment in the future, or the end of a day', () => {
  const now = Date.parse('2026-11-22T12:00:00Z');
  expect(readUntil('2026-11-22T13:00:00+00:00', now)).toBe(now + 3_600_000);
  expect(readUntil('2026-11-22', now)).toBe(Date.parse('2026-11-23T00:00:00Z'));
  expect(readUntil('2026-11-21', now)).toBeUndefined();
  expect(readUntil('2026-02-30', now)).toBeUndefined();
  expect(readUntil('tomorrow', now)).toBeUndefined();
});

test('a request with unknown fields, no channel or a wrong reason is refused', () => {
  for (const wrong of [{ channel: 'sms' }, { channels: [] }, { reason: 'a@b.example' }, [], null]) {
    expect(suppressionRequestSchema.safeParse(wrong).success).toBe(false);
  }
  expect(suppressionRequestSchema.safeParse({}).success).toBe(true);
});
