/** Stands in the place of bytes that no decoder could read. */
const LOST_LETTER = '\ufffd';

export const LETTERS_EXPECTED =
  'readable letters: U+FFFD stands where a letter was lost; write the text as UTF-8, in a spreadsheet by saving as "CSV UTF-8"';

/** Line breaks and tabs are text. Every other control character is damage. */
const CONTROL = /[^\P{Cc}\n\r\t]/u;

const NOT_TEXT = /[\p{Surrogate}\p{Noncharacter_Code_Point}]/u;

/** What a number becomes whose digits JSON.parse would change; see `exactJson`. */
export const INEXACT_NUMBER = '\0inexact number';

export const INEXACT_NUMBER_EXPECTED =
  'a number that keeps its digits, at most 15 of them; send a longer one as text';

/**
 * What was expected in the place of a text that was damaged on its way here, or undefined for a sound
 * one. A damaged text is refused wherever it stands: a rendered message would drop what it cannot
 * show, and "Jörg Müller" would be greeted as "Jrg Mller".
 */
export function damageIn(text: string): string | undefined {
  if (text === INEXACT_NUMBER) return INEXACT_NUMBER_EXPECTED;
  if (text.includes(LOST_LETTER)) {
    return LETTERS_EXPECTED;
  }
  if (CONTROL.test(text)) return 'text without NUL and other control characters';
  if (NOT_TEXT.test(text)) return 'whole characters; half a surrogate pair stands here';
  return undefined;
}

/** Whether a number is the one that was written: beyond 2^53 a reader has changed whole numbers. */
export function isExactNumber(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

/** Whether a number also prints in plain digits, as customers read it. */
export function keepsItsDigits(value: number): boolean {
  return isExactNumber(value) && !String(value).includes('e');
}

/*
 * Signs that show nothing and come along when text is copied: soft hyphen, zero-width ones, marks of
 * direction, a byte order mark in the middle of a file. Emoji and Arabic numbers use other ones.
 */
const INVISIBLE =
  '\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2064\\u2066-\\u2069\\ufeff';

const ANYWHERE = new RegExp(`[${INVISIBLE}]`, 'g');
const AROUND = new RegExp(`^[\\s${INVISIBLE}]+|[\\s${INVISIBLE}]+$`, 'g');
const MAY_HAVE = new RegExp(`^[\\s${INVISIBLE}]|[\\s${INVISIBLE}]$`);

/** Without blanks and invisible signs around it. Within a text they may join letters or emoji. */
export function trimmedText(text: string): string {
  return MAY_HAVE.test(text) ? text.replace(AROUND, '') : text;
}

/** An address has no use for them anywhere: two of one look are one. */
export function withoutInvisible(address: string): string {
  return address.replace(ANYWHERE, '').trim();
}
