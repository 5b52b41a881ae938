import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { emailIdentity, readEmail } from '../../src/notification/emailAddress.js';

describe('an email address', () => {
  test.each([
    ['customer@example.com', 'customer@example.com'],
    ['research&development@example.com', 'research&development@example.com'],
    ['sales/emea@example.com', 'sales/emea@example.com'],
    ["o'@example.com", "o'@example.com"],
    ["d'arcy+news@example.com", "d'arcy+news@example.com"],
    ['Ann.Lee@EXAMPLE.com', 'Ann.Lee@example.com'],
    ['ann@müller.example', 'ann@xn--mller-kva.example'],
    ['ann@MÜLLER.example', 'ann@xn--mller-kva.example'],
    ['ann@xn--mller-kva.example', 'ann@xn--mller-kva.example'],
    ['ann@президент.рф', 'ann@xn--d1abbgf6aiiy.xn--p1ai'],
    ['ann@mail.xn--p1ai', 'ann@mail.xn--p1ai'],
    ['ann@sub.example.co.uk', 'ann@sub.example.co.uk'],
  ])('%s is one, kept as %s', (written, email) => {
    expect(readEmail(written)).toEqual({ ok: true, email });
  });

  test.each([
    'customer',
    '@example.com',
    'customer@',
    'a@b',
    'a@@example.com',
    'a@b@example.com',
    ' a@example.com',
    'a@example.com ',
    'a b@example.com',
    'a@exa mple.com',
    '.a@example.com',
    'a.@example.com',
    'a..b@example.com',
    'a@example..com',
    'a@.example.com',
    'a@example.com.',
    'a@-example.com',
    'a@example-.com',
    'a@exa_mple.com',
    'a@1.2.3.4',
    'a@[1.2.3.4]',
    'a@example.c',
    '"a"@example.com',
    'a@exam%41ple.com',
    'a@example.com/x',
    'a,b@example.com',
    'a\n@example.com',
    'NULL',
    '-',
    '0',
    '{{email}}',
    `${'a'.repeat(65)}@example.com`,
    `a@${'b'.repeat(64)}.com`,
    `a@${'b.'.repeat(126)}com`,
    'a@exam\u00adple.com',
    '\u200ba@example.com',
  ])('%j is none', (written) => {
    expect(readEmail(written).ok).toBe(false);
  });

  test('with letters beyond ASCII before the @ is refused, saying so', () => {
    expect(readEmail('jörg@example.com')).toMatchObject({
      ok: false,
      expected: expect.stringContaining('ASCII'),
    });
  });

  test('in two writings is one', () => {
    const label = fc.string({
      unit: fc.constantFrom(...'abcüöß日本語ж09'),
      minLength: 1,
      maxLength: 12,
    });
    const local = fc.string({
      unit: fc.constantFrom(..."abcXYZ019!#$%&'*+/=?^_`{|}~-"),
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(local, label, (name, host) => {
        const read = readEmail(`${name}@${host}.example`);
        if (!read.ok) return;
        expect(readEmail(read.email)).toEqual(read);
        for (const other of [`${name}@${host.toUpperCase()}.EXAMPLE`, read.email.toUpperCase()]) {
          // ß in capitals is SS: another domain.
          if (host.includes('ß') && other !== read.email.toUpperCase()) continue;
          expect(emailIdentity(other)).toBe(emailIdentity(read.email));
        }
      }),
    );
  });
});
