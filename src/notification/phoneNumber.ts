import { type CountryCode, getCountries, parsePhoneNumberFromString } from 'libphonenumber-js/core';
import metadata from 'libphonenumber-js/min/metadata';
import { isShortenedNumber, SHORTENED_NUMBER_EXPECTED } from './placeholders.js';

export type { CountryCode };

export const COUNTRY_EXPECTED = 'a country as two letters, such as GB or DE (ISO 3166-1)';

/** Languages of common exports; their names of countries are read as well. */
const LANGUAGES = ['en', 'de', 'fr', 'es'];

/** What people write besides the names that the runtime knows. */
const OTHER_NAMES: Readonly<Record<string, CountryCode>> = {
  UK: 'GB',
  USA: 'US',
  'GREAT BRITAIN': 'GB',
  ENGLAND: 'GB',
  SCOTLAND: 'GB',
  WALES: 'GB',
  'UNITED STATES OF AMERICA': 'US',
};

const COUNTRIES = getCountries(metadata);

let byName: ReadonlyMap<string, CountryCode> | undefined;

/** The country that a code means, in whichever case. */
export function countryOfCode(code: string): CountryCode | undefined {
  const upper = code.trim().toUpperCase();
  return COUNTRIES.find((country) => country === upper);
}

/** The country that a cell means: a code, or a name in a language of common exports. */
export function countryNamed(text: string): CountryCode | undefined {
  const code = countryOfCode(text);
  if (code !== undefined) return code;
  byName ??= countryNames();
  return byName.get(text.trim().toUpperCase());
}

function countryNames(): ReadonlyMap<string, CountryCode> {
  const names = new Map(Object.entries(OTHER_NAMES));
  for (const language of LANGUAGES) {
    const display = new Intl.DisplayNames(language, { type: 'region' });
    for (const country of COUNTRIES) {
      const name = display.of(country);
      if (name !== undefined) names.set(name.toUpperCase(), country);
    }
  }
  return names;
}

export const PHONE_EXPECTED = 'an E.164 number such as +15550100123';

const NEEDS_COUNTRY = `${PHONE_EXPECTED}; a number without + and country code needs a country beside it, such as GB, or the setting DEFAULT_COUNTRY`;
const WITHOUT_EXTENSION = `${PHONE_EXPECTED}, without an extension`;

/** Already as it is sent, in the one country where length and first digit say so. */
const NORTH_AMERICAN = /^\+1[2-9]\d{9}$/;

/** Longer than any number is written; bounds the time that a hostile text takes. */
const LONGEST_WRITTEN = 100;

/** Marks that a copied number brings along; they show nothing. */
const INVISIBLE = /\p{Cf}/gu;

export type ReadPhone = { ok: true; phone: string } | { ok: false; expected: string };

/**
 * Reads a phone number as people write it into E.164, the one form in which it is stored, compared and
 * sent: `+44 (0)7700 900123` and `0044 7700 900123` are +447700900123, and so is `07700 900123` where
 * `country` is GB.
 *
 * Judged by length, not by ranges: numbering plans change faster than releases, and a number that is
 * reserved (555 01…) is still one number. What does not exist is refused by the platform.
 */
export function readPhone(text: string, country?: CountryCode): ReadPhone {
  if (NORTH_AMERICAN.test(text)) return { ok: true, phone: text };
  if (text.length > LONGEST_WRITTEN) return wrong(PHONE_EXPECTED);
  if (isShortenedNumber(text)) return wrong(SHORTENED_NUMBER_EXPECTED);
  const written = text
    .normalize('NFKC')
    .replace(INVISIBLE, '')
    .trim()
    .replace(/^tel:\s*/i, '')
    .replace(/^00(?=[1-9 ])/, '+');
  const isInternational = written.startsWith('+');
  const number = parsePhoneNumberFromString(
    written,
    {
      extract: false,
      defaultCountry: country,
    },
    metadata,
  );
  if (number === undefined || /[A-Za-z]{3}/.test(withoutExtension(written))) {
    return wrong(isInternational || country !== undefined ? PHONE_EXPECTED : NEEDS_COUNTRY);
  }
  if (number.ext !== undefined) return wrong(WITHOUT_EXTENSION);
  if (!number.isPossible() || !(number.number === written || readsAsItself(number.number)))
    return wrong(PHONE_EXPECTED);
  return { ok: true, phone: number.number };
}

/**
 * Whether the stored form is read as itself again. `00 02 66` in Germany becomes +4900266, which is read
 * as +490266: a zero too many, no number. Without this, what is stored and what is compared differ, and
 * one person is taken for two.
 */
function readsAsItself(phone: string): boolean {
  return parsePhoneNumberFromString(phone, { extract: false }, metadata)?.number === phone;
}

/** The country that has an E.164 number; undefined where that cannot be said. */
export function countryOfPhone(phone: string): CountryCode | undefined {
  return parsePhoneNumberFromString(phone, { extract: false }, metadata)?.country;
}

/** By what two writings of one number are known as one; text that is no number is only folded. */
export function phoneIdentity(text: string): string {
  const read = readPhone(text);
  return read.ok ? read.phone : text.toLowerCase();
}

/** Letters of a number (1-800-FLOWERS) would be read as digits; those of `ext. 12` are no digits. */
function withoutExtension(text: string): string {
  return text.replace(/\b(?:ext(?:ension|n)?|anexo|doboch?)\b.*$/i, '');
}

function wrong(expected: string): ReadPhone {
  return { ok: false, expected };
}
