import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HashSet, SeenRecipients } from '../../../src/campaign/import/deduplicator.js';

describe('the set of hashes', () => {
  test('holds what a Set would, also where hashes meet in one place and as it grows', () => {
    const half = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 0xffffffff }));
    fc.assert(
      fc.property(fc.array(fc.tuple(half, half), { maxLength: 200 }), (hashes) => {
        const set = new HashSet();
        const known = new Set<string>();
        // The two hashes that share a place of their own, see `add`.
        for (const [low, high] of hashes.filter(([low]) => low > 1)) {
          expect(set.add(low, high)).toBe(!known.has(`${low} ${high}`));
          known.add(`${low} ${high}`);
        }
      }),
    );
    const set = new HashSet();
    const added = () => Array.from({ length: 5_000 }, (_each, at) => set.add(at * 4096, at));
    expect(added()).not.toContain(false);
    expect(added()).not.toContain(true);
  });

  test('holds zero, too', () => {
    const set = new HashSet();
    expect([set.add(0, 0), set.add(0, 0), set.add(0, 1)]).toEqual([true, false, true]);
  });
});

describe('recipients that were seen', () => {
  const ada = { email: 'ada@example.com', externalContactId: 'c-1', phone: '+15550100001' };

  test.each([
    ['the email address', { email: ada.email }],
    ['the email address in other letters', { email: 'Ada@Example.COM' }],
    ['the contact', { externalContactId: ada.externalContactId }],
    ['the phone number', { phone: ada.phone, email: 'other@example.com' }],
  ])('are known again by %s', (_address, recipient) => {
    const seen = new SeenRecipients();
    expect(seen.add(ada)).toBe(true);
    expect(seen.add(recipient)).toBe(false);
  });

  test('are not one because their addresses differ in a bit: ^ is not ~', () => {
    const seen = new SeenRecipients();
    expect(seen.add({ email: 'a^b@example.com' })).toBe(true);
    expect(seen.add({ email: 'a~b@example.com' })).toBe(true);
  });

  test('are known by every address they ever came with', () => {
    const seen = new SeenRecipients();
    seen.add({ email: 'ada@example.com' });
    expect(seen.add({ email: 'ada@example.com', phone: '+15550100002' })).toBe(false);
    expect(seen.add({ phone: '+15550100002' })).toBe(false);
  });

  test('are not mistaken for others, neither among many nor across kinds of address', () => {
    const seen = new SeenRecipients();
    const isNew = Array.from({ length: 100_000 }, (_each, at) =>
      seen.add({ email: `c${at}@example.com`, externalContactId: `c${at}` }),
    );
    expect(isNew).not.toContain(false);
    expect(seen.add({ externalContactId: '15550100003' })).toBe(true);
    expect(seen.add({ externalContactId: '15550100003-' })).toBe(true);
    expect(seen.add({ phone: '+15550100003' })).toBe(true);
  });

  test('are known whatever their addresses are', () => {
    const letters = "abcXYZ019-_+'.@";
    const address = fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 254 });
    fc.assert(
      fc.property(fc.array(address, { maxLength: 30 }), (addresses) => {
        const seen = new SeenRecipients();
        const known = new Set<string>();
        for (const email of addresses) {
          expect(seen.add({ email })).toBe(!known.has(email.toLowerCase()));
          known.add(email.toLowerCase());
        }
      }),
    );
  });
});
