import { parseUrl } from '../http/parseUrl.js';
import { damageIn, INEXACT_NUMBER_EXPECTED, keepsItsDigits } from '../notification/damagedText.js';
import { readIsoDate } from '../notification/dateTime.js';
import { asciiDomain, readEmail } from '../notification/emailAddress.js';
import { brokenValue, isNoValue } from '../notification/placeholders.js';

/** What a variable's values are. A CSV and `--var` can only write text: the kind says what it means. */
export const VARIABLE_KINDS = ['text', 'number', 'boolean', 'date', 'url', 'link'] as const;

export type VariableKind = (typeof VARIABLE_KINDS)[number];

export type VariableValue = string | number | boolean;

/** The kind that a template declares, or else the one its example has. */
export function kindOf(declaration: {
  kind?: VariableKind | undefined;
  example: VariableValue;
}): VariableKind {
  const { kind, example } = declaration;
  if (kind !== undefined) return kind;
  if (typeof example === 'string') return 'text';
  return typeof example === 'number' ? 'number' : 'boolean';
}

/** As spreadsheets write them in the languages of common exports. */
const TRUE = /^(?:true|wahr|vrai|verdadero|vero|verdadeiro|waar)$/i;
const FALSE = /^(?:false|falsch|faux|falso|onwaar)$/i;

const BOOLEAN_EXPECTED = 'true or false';
const NUMBER_EXPECTED = 'a number in plain digits, such as 1234.5';
const DATE_EXPECTED =
  'a date such as 2026-05-01, or a time with a zone such as 2026-05-01T09:30:00Z';
const NO_SUCH_DATE = 'a date that exists';
const TEXT_EXPECTED =
  'a text; true and false are for a variable whose kind is boolean in template.json';
const NO_VALUE_EXPECTED = 'a value; leave the variable out where there is none';

const PLAIN_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

/** What was expected of a value of this kind; undefined when it is one. */
export function kindProblem(kind: VariableKind, value: VariableValue): string | undefined {
  if (typeof value === 'string') {
    const unfit = damageIn(value) ?? brokenValue(value);
    if (unfit !== undefined) return unfit;
    if (isNoValue(value)) return NO_VALUE_EXPECTED;
  } else if (typeof value === 'number' && !keepsItsDigits(value)) {
    return INEXACT_NUMBER_EXPECTED;
  }
  switch (kind) {
    case 'text':
      return typeof value === 'boolean' ? TEXT_EXPECTED : textProblem(value);
    case 'number':
      return numberProblem(value);
    case 'boolean':
      return booleanOf(value) === undefined ? BOOLEAN_EXPECTED : undefined;
    case 'date':
      return dateProblem(value);
    case 'url':
      return typeof value === 'string' && isWebLink(value) ? undefined : WEB_LINK_EXPECTED;
    case 'link':
      return typeof value === 'string' && isLink(value) ? undefined : LINK_EXPECTED;
    default:
      return kind satisfies never;
  }
}

/** A value as the template reads it: what a CSV or `--var` wrote as text becomes what was declared. */
export function valueOfKind(kind: VariableKind, value: VariableValue): VariableValue {
  switch (kind) {
    case 'boolean':
      return booleanOf(value) ?? value;
    case 'number':
      return typeof value === 'string' ? numberOf(value) : value;
    default:
      return value;
  }
}

/** Any text may go through the date filter, so a day that does not exist is refused in each. */
function textProblem(value: string | number): string | undefined {
  const isImpossible = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])/.test(String(value));
  return isImpossible && readIsoDate(String(value)).kind === 'impossible'
    ? NO_SUCH_DATE
    : undefined;
}

function numberProblem(value: VariableValue): string | undefined {
  if (typeof value === 'number') return undefined;
  if (typeof value !== 'string' || !PLAIN_NUMBER.test(value.trim())) return NUMBER_EXPECTED;
  return hasExactDigits(value.trim()) ? undefined : INEXACT_NUMBER_EXPECTED;
}

/** More signs than any number that keeps its digits needs; bounds the time to look at them. */
const LONGEST_NUMBER = 100;

/** Whether a number has the digits that were written, closing zeros aside. */
function hasExactDigits(text: string): boolean {
  if (text.length > LONGEST_NUMBER) return false;
  const bare = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  const value = Number(bare);
  return keepsItsDigits(value) && String(value) === bare.replace(/^-0$/, '0');
}

/** A number that would print otherwise (`12.50`) stays as it was written; comparisons read it the same. */
function numberOf(text: string): number | string {
  const bare = text.trim();
  return String(Number(bare)) === bare ? Number(bare) : bare;
}

function booleanOf(value: VariableValue): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return undefined;
  const bare = value.trim();
  if (TRUE.test(bare)) return true;
  return FALSE.test(bare) ? false : undefined;
}

function dateProblem(value: VariableValue): string | undefined {
  if (typeof value !== 'string') return DATE_EXPECTED;
  switch (readIsoDate(value).kind) {
    case 'day':
    case 'moment':
      return undefined;
    case 'impossible':
      return NO_SUCH_DATE;
    default:
      return DATE_EXPECTED;
  }
}

const WEB_LINK_EXPECTED = 'an absolute https link such as https://example.com/track/A-1001';

const LINK_EXPECTED = `${WEB_LINK_EXPECTED}, or mailto: with an email address`;

/** What a URL parser drops, encodes or reads as another sign, and a reader of the link would not see. */
const UNFIT = /[\s\\<>"\p{Cc}\p{Cf}]/u;

/**
 * Whether a text is a link that a customer can follow: https, a host name with a dot, no user and
 * password (`https://bank.example@evil.example` opens evil.example). A host in any script is one; it is
 * sent in its ASCII form.
 */
export function isWebLink(text: string): boolean {
  if (UNFIT.test(text) || !/^https:\/\/[^/?#]/i.test(text)) return false;
  const url = parseUrl(text);
  if (url === undefined) return false;
  const { hostname, username, password } = url;
  return username === '' && password === '' && asciiDomain(hostname) !== undefined;
}

/** As `isWebLink`, or the address of a mailbox. */
export function isLink(text: string): boolean {
  if (isWebLink(text)) return true;
  const [, address] = /^mailto:([^?#]+)(?:\?[^#]*)?$/i.exec(text) ?? [];
  return address !== undefined && !UNFIT.test(text) && readEmail(address).ok;
}
