/**
 * How much of a text is ever looked at. What is quoted is 100 characters, so more could only cost
 * time; a hostile text of a megabyte costs no more than this.
 */
const TEXT_LIMIT_UNITS = 4000;

/** More combining marks on one letter than any language writes. */
const PILED_MARKS = /(\p{M}{4})\p{M}+/gu;

const LONE_SURROGATES = /\p{Surrogate}/gu;
const INVISIBLE = /[\p{Cc}\p{Default_Ignorable_Code_Point}\p{Cf}\u2800\uFFFC\uFFFD]/gu;
const EMOJI_TAIL = /(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\uFE0F)$/u;
/** Scripts whose spelling may need joiners; between letters of others they only hide something. */
const JOINED_LETTER = /(?!\p{Script=Latin})[\p{L}\p{M}]/u;
const SUBDIVISION_FLAG = /\u{1F3F4}[\u{E0061}-\u{E007A}]{4,6}\u{E007F}/gu;

/** Most texts: nothing in them is invisible, folded or cut. Looking costs a tenth of cleaning. */
const PLAIN = /^[!-~]+(?: [!-~]+)*$/;
/** Letters of ASCII have no marks and no other forms. */
const ASCII = /^[\0-\x7F]*$/;

/**
 * A customer's text on one line, without what a reader cannot see: control characters, direction
 * overrides, zero-width characters (which would also hide a card number from redaction), half
 * surrogate pairs, fillers. Emoji made of several characters, and joiners where a script needs
 * them, stay whole. At most 4000 UTF-16 code units; of a longer text the last word is dropped, so
 * that half a number never looks like a harmless short one.
 */
export function cleanText(text: string): string {
  if (text.length <= TEXT_LIMIT_UNITS && PLAIN.test(text)) return text;
  const folded = text
    .slice(0, 4 * TEXT_LIMIT_UNITS)
    .replace(/\s+/gu, ' ')
    .trim();
  const cut = text.length > 4 * TEXT_LIMIT_UNITS || folded.length > TEXT_LIMIT_UNITS;
  const head = cut ? folded.slice(0, TEXT_LIMIT_UNITS).replace(/\S{1,100}$/u, '') : folded;
  return removeInvisible(head).replace(PILED_MARKS, '$1').replace(/\s+/gu, ' ').trim();
}

function removeInvisible(text: string): string {
  const flags = new Set<number>();
  for (const { index, 0: flag } of text.matchAll(SUBDIVISION_FLAG)) {
    for (let unit = index; unit < index + flag.length; unit++) flags.add(unit);
  }
  return text
    .replace(INVISIBLE, (character, at: number) =>
      flags.has(at) || staysBetween(text, character, at) ? character : '',
    )
    .replace(LONE_SURROGATES, '');
}

function staysBetween(text: string, character: string, at: number): boolean {
  if (character === '\uFE0F') return true;
  if (character !== '\u200D' && character !== '\u200C') return false;
  const before = lastCharacter(text.slice(Math.max(0, at - 2), at));
  const after = String.fromCodePoint(text.codePointAt(at + 1) ?? 0);
  if (JOINED_LETTER.test(before) && JOINED_LETTER.test(after)) return true;
  return (
    character === '\u200D' && EMOJI_TAIL.test(before) && /\p{Extended_Pictographic}/u.test(after)
  );
}

function lastCharacter(text: string): string {
  return [...text].at(-1) ?? '';
}

/**
 * A text as words to compare: lower case, one space between words, no punctuation or emoji, and
 * without the marks that people leave out when they type (accents on Latin letters, vowel signs in
 * Arabic and Hebrew). Marks of other scripts stay, they make other letters there.
 */
export function fold(text: string): string {
  if (ASCII.test(text))
    return text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, ' ')
      .trim();
  return text
    .normalize('NFKD')
    .replace(/([\p{Script=Latin}\p{Script=Arabic}\p{Script=Hebrew}])\p{M}+/gu, '$1')
    .normalize('NFKC')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(/ـ/g, '')
    .replace(/[^\p{L}\p{M}\p{Nd}]+/gu, ' ')
    .trim();
}
