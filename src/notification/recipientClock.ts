import metadata from 'libphonenumber-js/min/metadata';
import { LRUCache } from 'lru-cache';
import { type CountryCode, countryOfPhone } from './phoneNumber.js';
import type { NotificationRequest } from './request.js';
import { offsetOf } from './zoneOffset.js';

/*
 * By which clock a recipient lives, as far as it is known. A wrong guess wakes people at night, so a
 * country counts only if all of its zones show the same time.
 */

/** In the order in which they are believed. */
interface KnownOfClock {
  recipient: Pick<NotificationRequest['recipient'], 'timeZone' | 'phone'>;
  /** Where their contact lives, as two letters (ISO 3166-1). */
  contactCountry?: string;
}

/**
 * The IANA zone of a recipient: of the request, else of the contact's country, else of the country
 * that has their phone number. Undefined where none of them says it.
 */
export function zoneOfRecipient({ recipient, contactCountry }: KnownOfClock): string | undefined {
  const { timeZone, phone } = recipient;
  if (timeZone !== undefined) return timeZone;
  const lives = contactCountry === undefined ? undefined : zoneOfCountries([contactCountry]);
  return lives ?? (phone === undefined ? undefined : zoneOfPhone(phone));
}

/** A country or several, by their codes; the zone is undefined where not all clocks show the same. */
const zones = new Map<string, string | undefined>();

const CODE = /^[A-Za-z]{2}$/;

/** The one zone of these countries: undefined unless all clocks in them show the same time. */
export function zoneOfCountries(countries: readonly string[]): string | undefined {
  const codes = countries.filter((code) => CODE.test(code)).map((code) => code.toUpperCase());
  const key = codes.join();
  if (!zones.has(key)) zones.set(key, commonZone(codes.flatMap(zonesIn)));
  return zones.get(key);
}

/** Newer runtimes have a method where older ones have a property; TypeScript knows neither. */
interface LocaleWithZones extends Intl.Locale {
  timeZones?: string[];
  getTimeZones?(): string[] | undefined;
}

function zonesIn(country: string): string[] {
  const locale: LocaleWithZones = new Intl.Locale(`und-${country}`);
  return locale.getTimeZones?.() ?? locale.timeZones ?? [];
}

const WEEK_MS = 7 * 86_400_000;
/** Weeks of two years: clocks that differ, differ for a season at least. */
const WEEKS = 104;

/** The first of some zones, if the others show the same time as it in the two years from now on. */
function commonZone([first, ...others]: readonly string[]): string | undefined {
  if (first === undefined) return undefined;
  const from = Date.now();
  const moments = Array.from({ length: WEEKS }, (_each, week) => from + week * WEEK_MS);
  const isSame = (zone: string) =>
    moments.every((at) => offsetOf(zone, at) === offsetOf(first, at));
  return others.every(isSame) ? first : undefined;
}

const NORTH_AMERICA = '1';
/** With so many of its digits, the country of a number is known: its area, where several share a code. */
const DIGITS_OF_AREA = { northAmerica: 4, elsewhere: 8 };

/** The zone of numbers that begin alike; finding out takes some 70 µs, and a file has a million. */
const byArea = new LRUCache<string, { zone: string | undefined }>({ max: 5_000 });

/** By calling code: the zone that all its countries have, or undefined, and whether they are several. */
const byCode = new Map<string, { zone: string | undefined; isShared: boolean }>();

function zoneOfPhone(phone: string): string | undefined {
  const digits = phone.slice(1);
  const code = callingCodeOf(digits);
  if (code === undefined) return undefined;
  const { zone: common, isShared } = byCode.get(code) ?? zoneOfCode(code);
  if (common !== undefined || !isShared) return common;
  const { northAmerica, elsewhere } = DIGITS_OF_AREA;
  const area = digits.slice(0, code === NORTH_AMERICA ? northAmerica : elsewhere);
  const known = byArea.get(area);
  if (known !== undefined) return known.zone;
  const country = countryOfPhone(phone);
  const zone = country === undefined ? undefined : zoneOfCountries([country]);
  byArea.set(area, { zone });
  return zone;
}

function zoneOfCode(code: string) {
  const countries = countriesOf(code);
  const found = { zone: zoneOfCountries(countries), isShared: countries.length > 1 };
  byCode.set(code, found);
  return found;
}

function countriesOf(callingCode: string): readonly CountryCode[] {
  const codes: Readonly<Record<string, CountryCode[] | undefined>> = metadata.country_calling_codes;
  return codes[callingCode] ?? [];
}

/** No code is the beginning of another. */
function callingCodeOf(digits: string): string | undefined {
  return [1, 2, 3]
    .map((length) => digits.slice(0, length))
    .find((code) => countriesOf(code).length > 0);
}
