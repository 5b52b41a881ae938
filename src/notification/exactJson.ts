import { isNestedTooDeeply, NESTED_TOO_DEEPLY } from '../http/jsonNesting.js';
import { INEXACT_NUMBER } from './damagedText.js';

/** Only a literal of so many digits, or one with an exponent, can change its digits. */
const MAY_CHANGE = /\d[\d.]{15}|\d[eE]/;

/** A string that is never closed goes to the end, or each of its quotes would be tried as a beginning. */
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;

const MARKER = JSON.stringify(INEXACT_NUMBER);

/**
 * The JSON text, with a marker in the place of each number that JSON.parse would change
 * (`9007199254740993` becomes …992). The guard refuses the marker as it refuses a damaged text, so the
 * field is named, and only the item of a batch that holds it is refused.
 *
 * Malformed JSON stays malformed.
 */
export function withExactNumbers(json: string): string {
  if (!MAY_CHANGE.test(json)) return json;
  return json.replace(STRING_OR_NUMBER, (token) =>
    token.startsWith('"') || isExact(token) ? token : MARKER,
  );
}

/**
 * As JSON.parse, but for numbers that it would change, and for what is nested too deeply. Throws a
 * SyntaxError as it does.
 */
export function parseExactJson(json: string): unknown {
  if (isNestedTooDeeply(json)) throw new SyntaxError(`expected ${NESTED_TOO_DEEPLY}`);
  return JSON.parse(withExactNumbers(json));
}

function isExact(literal: string): boolean {
  const value = Number(literal);
  return Number.isFinite(value) && decimalOf(literal) === decimalOf(String(value));
}

/** A number's digits and the power of ten they stand at: the same for 12.5, 12.50 and 1.25e1. */
function decimalOf(literal: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const bare = withoutZerosAtTheEnd(digits);
  if (bare === '') return '0';
  const power = Number(exponent) - fraction.length + (digits.length - bare.length);
  return `${sign}${bare}e${power}`;
}

/** A pattern would look at every run of zeros within a long number again and again. */
function withoutZerosAtTheEnd(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  return digits.slice(0, end);
}
