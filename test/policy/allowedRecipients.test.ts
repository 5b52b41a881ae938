import { describe, expect, test } from '@jest/globals';
import type { NotificationRequest } from '../../src/notification/request.js';
import { onlyTo } from '../../src/policy/allowedRecipients.js';
import { NO_FACTS } from '../../src/policy/rule.js';

const CONTACT = 'c0000000-0000-4000-8000-000000000001';
const NOT_ALLOWED = { kind: 'skip', reason: 'not_allowed' };
const ALLOWED = { kind: 'allow' };

function verdict(entries: string[] | undefined, recipient: NotificationRequest['recipient']) {
  const request = { recipient, template: 'follow-up' };
  return onlyTo(entries)({ request, channel: 'web', now: 0, facts: NO_FACTS });
}

describe('without a list', () => {
  test('every recipient is allowed', () => {
    expect(verdict(undefined, { email: 'real@customer.example' })).toEqual(ALLOWED);
  });
});

describe('with a list', () => {
  test.each([
    ['an address', ['qa@example.com'], { email: 'qa@example.com' }],
    ['an address in other letters', ['qa@example.com'], { email: 'QA@Example.COM' }],
    ['a domain', ['@example.com'], { email: 'customer@example.com' }],
    ['a domain, with an @ in the name', ['@example.com'], { email: '"q@a"@example.com' }],
    ['a number', ['+15550100001'], { phone: '+15550100001' }],
    ['a contact id', [CONTACT], { externalContactId: CONTACT.toUpperCase() }],
    ['an international domain', ['@müller.example'], { email: 'qa@xn--mller-kva.example' }],
    ['its ASCII form', ['qa@xn--mller-kva.example'], { email: 'QA@MÜLLER.example' }],
    ['a number as people write it', ['+44 (0)7700 900123'], { phone: '+447700900123' }],
    ['a number with 00 for the +', ['0044 7700 900123'], { phone: '+447700900123' }],
    ['a number that an older version stored', ['+447700900123'], { phone: '+4407700900123' }],
    ['any of several entries', ['@a.example', 'qa@b.example'], { email: 'qa@b.example' }],
  ])('a recipient on it by %s is allowed', (_by, entries, recipient) => {
    expect(verdict(entries, recipient)).toEqual(ALLOWED);
  });

  test.each([
    ['another address', ['qa@example.com'], { email: 'real@example.com' }],
    ['an address that ends alike', ['qa@example.com'], { email: 'aqa@example.com' }],
    ['a subdomain', ['@example.com'], { email: 'qa@sub.example.com' }],
    ['a domain that ends alike', ['@example.com'], { email: 'qa@notexample.com' }],
    ['a domain in the local part', ['@example.com'], { email: '"x@example.com"@evil.example' }],
    ['another number', ['+15550100001'], { phone: '+15550100002' }],
    ['a longer number', ['+15550100001'], { phone: '+155501000012' }],
    ['a contact id', ['@example.com'], { externalContactId: CONTACT }],
    ['any recipient, when it is empty', [], { email: 'qa@example.com' }],
  ])('%s is not allowed', (_what, entries, recipient) => {
    expect(verdict(entries, recipient)).toEqual(NOT_ALLOWED);
  });

  test('one real address beside an allowed one is enough to refuse: another channel would reach it', () => {
    const allowed = ['@example.com', '+15550100001', CONTACT];
    const all = { email: 'qa@example.com', phone: '+15550100001', externalContactId: CONTACT };
    expect(verdict(allowed, all)).toEqual(ALLOWED);
    expect(verdict(allowed, { ...all, email: 'real@customer.example' })).toEqual(NOT_ALLOWED);
    expect(verdict(allowed, { ...all, phone: '+15550100999' })).toEqual(NOT_ALLOWED);
    expect(verdict(allowed, { ...all, externalContactId: 'someone-else' })).toEqual(NOT_ALLOWED);
  });

  test('the reason names no recipient', () => {
    const refused = verdict([], { email: 'real@customer.example', phone: '+15550100999' });
    expect(JSON.stringify(refused)).not.toMatch(/real|5550100999/);
  });
});
