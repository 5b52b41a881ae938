/**
 * A text as words to compare: lower case, one space between words, no punctuation or emoji, and
 * without the marks that people leave out when they type (accents on Latin letters, vowel signs in
 * Arabic and Hebrew). Marks of other scripts stay, they make other letters there.
 */
export function fold(text: string): string {
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
