const DECIMAL_DIGIT = /^\p{Nd}$/u;

/** The value of a decimal digit of any script: Unicode lays them out in runs of ten, from zero. */
function digitValue(digit: string): number {
  const code = digit.codePointAt(0) ?? 0;
  let first = code;
  while (DECIMAL_DIGIT.test(String.fromCodePoint(first - 1))) first--;
  return (code - first) % 10;
}

/** The digits of a text in order, of whatever script, without what stands between them. */
export function digitsOf(text: string): number[] {
  return (text.match(/\p{Nd}/gu) ?? []).map(digitValue);
}

const DATE =
  /(?<!\p{Nd})(?:\p{Nd}{1,2}([./-])\p{Nd}{1,2}\1(?:\p{Nd}{2}|\p{Nd}{4})|\p{Nd}{4}([./-])\p{Nd}{1,2}\2\p{Nd}{1,2})(?!\p{Nd})/gu;
const TIME = /(?<!\p{Nd})(?:[01]?\d|2[0-3])[:.][0-5]\d(?:[:.][0-5]\d)?(?!\p{Nd})/gu;
/** Of a contract or a card's end. */
const MONTH = /(?<!\p{Nd}[./-]?)(?:0?[1-9]|1[0-2])\/(?:19|20)\d\d(?![./-]?\p{Nd})/gu;
/** Five pairs with one separator are a telephone number in France, although two pairs are a time. */
const FIVE_PAIRS = /(?<!\p{Nd})0\d([. -])\d\d(?:\1\d\d){3}(?!\p{Nd})/u;

/** Dates and times of day are no numbers to hide, alone or side by side. */
export function withoutDates(run: string): string {
  if (FIVE_PAIRS.test(run)) return run;
  return run.replace(DATE, isDate).replace(MONTH, ' ').replace(TIME, ' ');
}

function isDate(date: string): string {
  const parts = date.split(/[./-]/).map(Number);
  const [day = 0, month = 0] =
    date.length > 4 && /^\p{Nd}{4}/u.test(date) ? [parts[2], parts[1]] : parts;
  const either =
    Math.min(day, month) >= 1 && Math.min(day, month) <= 12 && Math.max(day, month) <= 31;
  return either || parts.some(Number.isNaN) ? ' ' : date;
}
