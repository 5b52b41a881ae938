import { AMOUNT_UNIT, BLANK, type Redaction } from './redaction.js';

/** How long an account number is in each country (ISO 13616 registry). */
const IBAN_LENGTHS = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 ' +
    'EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 ' +
    'IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 ' +
    'NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 ' +
    'TN24 TR26 UA29 VA22 VG24 XK20'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** Whether letters and digits form an account number: the country's length, and mod 97. */
export function isIban(candidate: string): boolean {
  const compact = compactOf(candidate);
  if (compact.length !== IBAN_LENGTHS.get(compact.slice(0, 2))) return false;
  const rearranged = compact.slice(4) + compact.slice(0, 4);
  let remainder = 0;
  for (const character of rearranged) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}

const IBAN_START = /(?<![\p{L}\p{Nd}])[A-Z]{2} ?\d{2}[A-Z0-9 -]{11,44}/giu;

/** A sort code has six digits, too few to be hidden without its name. */
const SORT_CODE =
  /(?<![\p{L}\p{Nd}])(sort(?: ?code)?[\s:.#]{0,3})\d{2}([ -]?)\d{2}\2\d{2}(?!\p{Nd})/giu;
const BEFORE_ACCOUNT =
  /(?<!\p{Nd})\d{2}([ -])\d{2}\1\d{2}(?=[,/]? {1,2}(?:a\/?c|acc(?:oun)?t?)?\.? ?\d{8}(?!\p{Nd}))/giu;
/** The parts of French and Italian account numbers, and account numbers shorter than others. */
const ACCOUNT_PART = new RegExp(
  `(?<![\\p{L}\\p{Nd}])((?:(?:code )?banque|guichet|compte|konto(?:nummer|nr\\.?)?|kto\\.?|blz|abi|cab|account(?: (?:number|no\\.?))?)[\\s:.#]{1,3}(?:(?:is|ist|lautet|est|è)\\s)?)\\d{5,12}(?!\\p{Nd})${AMOUNT_UNIT}`,
  'giu',
);
const RIB_KEY = /(?<![\p{L}\p{Nd}])(cl[ée](?: rib)?[\s:]{1,3})\d{2}(?!\p{Nd})/giu;

/** Account numbers: IBANs, mistyped ones too, and the numbers that countries used before them. */
export const BANK_ACCOUNTS: Redaction = {
  kind: 'account',
  blankOut: (text) => {
    const parts = text
      .replace(IBAN_START, blankIban)
      .replace(SORT_CODE, `$1${BLANK}`)
      .replace(BEFORE_ACCOUNT, BLANK)
      .replace(ACCOUNT_PART, `$1${BLANK}`);
    return parts === text ? text : parts.replace(RIB_KEY, `$1${BLANK}`);
  },
};

/**
 * An account number may be followed by words that look like more of it, so every length is tried. One
 * with a wrong digit is as private as a right one: it is known by its length, and ends where a word does.
 */
function blankIban(candidate: string): string {
  const ends = endsOf(candidate);
  const end =
    ends.find((at) => isIban(candidate.slice(0, at))) ??
    ends.find((at) => isNearly(candidate, at, 0)) ??
    ends.find((at) => isNearly(candidate, at, 1));
  return end === undefined ? candidate : BLANK + candidate.slice(end);
}

function endsOf(candidate: string): number[] {
  const ends: number[] = [];
  for (let end = candidate.length; end >= 15; end--) {
    if (!/[ -]/.test(candidate[end - 1] ?? '')) ends.push(end);
  }
  return ends;
}

function isNearly(candidate: string, end: number, tolerance: number): boolean {
  if (/[A-Za-z0-9]/.test(candidate[end] ?? ' ')) return false;
  const compact = compactOf(candidate.slice(0, end));
  const length = IBAN_LENGTHS.get(compact.slice(0, 2));
  if (length === undefined || Math.abs(compact.length - length) > tolerance) return false;
  return (compact.match(/\d/g) ?? []).length >= 12 && !/[A-Z]{5}/.test(compact.slice(4));
}

function compactOf(candidate: string): string {
  return candidate.replace(/[^A-Za-z0-9]/g, '').toUpperCase();
}
