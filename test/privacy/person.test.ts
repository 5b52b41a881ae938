import { describe, expect, test } from '@jest/globals';
import { Person } from '../../src/privacy/person.js';

const SETTINGS = { plusAddresses: 'distinct' as const, country: 'DE' as const };
const CONTACT = '8f14e45f-ceea-467f-a8d2-91a2b4f7c001';

function person(...texts: string[]): Person {
  const read = Person.read(texts, SETTINGS);
  if (read === undefined) throw new Error('these are addresses');
  return read;
}

describe('a person', () => {
  test.each([[[]], [['']], [['*']], [['12']], [['dana@example.com', 'no address']]])(
    'is not known by what is no address: %j',
    (texts) => {
      expect(Person.read(texts, SETTINGS)).toBeUndefined();
    },
  );

  test('is the recipient of what names one of the addresses, however it is written', () => {
    const dana = person('Dana@Example.com', '0151 98765432', CONTACT.toUpperCase());
    for (const recipient of [
      { email: 'dana@example.com' },
      { email: 'DANA@EXAMPLE.COM', phone: '+15550100000' },
      { phone: '+4915198765432' },
      { phone: '+49 151 98765432' },
      { externalContactId: CONTACT },
    ]) {
      expect(dana.isRecipient(recipient)).toBe(true);
    }
    for (const recipient of [
      {},
      { email: 'dana@example.org' },
      { email: 'dana+news@example.com' },
      { phone: '+4915198765433' },
      { email: 7 },
    ]) {
      expect(dana.isRecipient(recipient)).toBe(false);
    }
  });

  test('has plus-addresses too where the deployment says so', () => {
    const dana = Person.read(['dana@example.com'], { ...SETTINGS, plusAddresses: 'same' });
    expect(dana?.isRecipient({ email: 'dana+news@example.com' })).toBe(true);
  });

  test('is found in a line of a file and in a damaged cell', () => {
    const dana = person('dana@example.com', '+4915198765432', CONTACT);
    for (const text of [
      '12;"Dana W";DANA@example.com;x',
      '{"mail":"dana@example.com"}',
      'Dana <dana@example.com>',
      'call (0151) 98765-432, please',
      `id=${CONTACT};`,
    ]) {
      expect([text, dana.isNamedIn(text)]).toEqual([text, true]);
    }
    const long = 'a'.repeat(250_000);
    for (const text of [
      long,
      `${long}@`,
      '1'.repeat(250_000),
      '',
      'mydana@example.com',
      'dana@example.co',
      '49151987654321',
      'Dana',
    ]) {
      expect([text, dana.isNamedIn(text)]).toEqual([text, false]);
    }
  });
});
