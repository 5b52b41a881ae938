import { expect, test } from '@jest/globals';
import { LANGUAGES } from '../../src/templates/manifest.js';
import { askPage, donePage, wrongPage } from '../../src/unsubscribe/unsubscribePage.js';
import { languageFor, UNSUBSCRIBE_WORDS } from '../../src/unsubscribe/unsubscribeWords.js';

test.each([
  ['de-AT,de;q=0.9,en;q=0.8', undefined, 'de'],
  ['pl,fr;q=0.4,es;q=0.7', undefined, 'es'],
  ['EN-us', 'de', 'en'],
  ['pl', 'de', 'de'],
  [undefined, 'fr', 'fr'],
  ['*', 'es', 'es'],
  ['de;q=0, fr', undefined, 'fr'],
  ['', undefined, 'en'],
  [';;;q=,,=', undefined, 'en'],
])('a browser that asks for %s, for a message in %s, gets the page in %s', (asked, own, got) => {
  expect(languageFor(asked, own)).toBe(got);
});

test.each(LANGUAGES)('the page has all its words in %s, and escapes every name', (language) => {
  const parts = { language, sender: 'A & <b>' };
  const message = { channel: 'email' as const, title: '<script>alert(1)</script>' };
  const page = askPage(parts, message);
  expect(page).toContain(`<html lang="${language}">`);
  expect(page).toContain('<bdi>A &#38; &#60;b&#62;</bdi>');
  expect(page).not.toContain('<script');
  expect(donePage(parts, message, 'all')).toContain('<bdi>A &#38; &#60;b&#62;</bdi>');
  const said = [page, donePage(parts, message, 'only'), wrongPage(parts)].join('');
  expect(said).not.toContain('undefined');
  const others = LANGUAGES.filter((other) => other !== language);
  for (const other of others) expect(said).not.toContain(UNSUBSCRIBE_WORDS[other].button);
});
