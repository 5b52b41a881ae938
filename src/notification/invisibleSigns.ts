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
