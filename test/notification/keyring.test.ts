import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, Keyring } from '../../src/notification/keyring.js';

/** As hashes were made before: of a sorted copy. What they were made of must stay letter by letter. */
function ofSortedCopy(value: unknown): string {
  return JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

test('what a request is hashed from is as it always was, whatever a caller writes into it', () => {
  const numbered = { b: 1, 10: 'ten', 9: 'nine', 0: '', '01': 'no index', 4294967295: 'too large' };
  for (const value of [numbered, { a: undefined, b: [undefined, null] }, { ä: '\u2028', Z: {} }]) {
    expect(canonicalJson(value)).toBe(ofSortedCopy(value));
  }
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(canonicalJson(value)).toBe(ofSortedCopy(value));
    }),
  );
});

test('a request hashes alike however its keys are ordered', () => {
  const keyring = Keyring.parse('k1:the-secret-of-this-test');
  const recipient = { email: 'dana@example.com', name: 'Dana' };
  const hash = keyring.hashRequest({ recipient, template: 'follow-up' });
  const turned = { template: 'follow-up', recipient: { name: 'Dana', email: recipient.email } };
  expect(keyring.hashRequest({ id: 'n-1', ...turned })).toBe(hash);
  expect(hash).toMatch(/^k1:[\w-]{16}$/);
});
