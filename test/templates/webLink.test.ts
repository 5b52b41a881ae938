import { expect, test } from '@jest/globals';
import { isLink, isWebLink } from '../../src/templates/variableKind.js';

test('a link with letters of any script is one, however often it was asked for before', () => {
  const refused = Array.from({ length: 50_000 }, () => isWebLink('https://müller.example/weg'));
  expect(refused.filter((fits) => !fits)).toHaveLength(0);
});

test.each([
  'https://example.com',
  'https://example.com/track/A-1001?x=1&y=%20#z',
  'HTTPS://Example.com/',
  'https://müller.example/weg',
  'https://shop.xn--p1ai',
  'https://example.com:8443/a',
  'https://example.com/ü',
])('%s is a link that a customer can follow', (text) => {
  expect([isWebLink(text), isLink(text)]).toEqual([true, true]);
});

test.each([
  'http://example.com',
  'www.example.com',
  'example.com',
  '//example.com',
  '/track',
  'javascript:alert(1)',
  'data:text/html,x',
  'ftp://example.com',
  'https://',
  'https:example.com',
  'https:///example.com',
  'https:\\\\example.com',
  'https://user@example.com',
  'https://a:b@example.com/',
  'https://exa mple.com',
  'https://example.com/a b',
  'https://example.com/\nx',
  ' https://example.com',
  'https://localhost',
  'https://127.0.0.1/',
  'https://[::1]/',
  'https://example',
  'https://example.com/\u202e',
  'https://-a.com',
  'https://exam\u00adple.com',
  'tel:+15550100123',
  'nonsense',
  '#',
  'mailto:',
  'mailto:nobody',
])('%j is none', (text) => {
  expect([isWebLink(text), isLink(text)]).toEqual([false, false]);
});

test('a mailbox is a link, not a web link', () => {
  expect(isLink('mailto:optout@example.com?subject=stop')).toBe(true);
  expect(isWebLink('mailto:optout@example.com')).toBe(false);
});
