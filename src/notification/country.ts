import { type CountryCode, getCountries } from 'libphonenumber-js/core';
import metadata from 'libphonenumber-js/min/metadata';

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
