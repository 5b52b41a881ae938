/** What stands in a quotation where something was blanked out. */
export const BLANK = '•••';

/** What is blanked out of quotations. The figures in docs/redaction.md are stated for these. */
export const SECRET_KINDS = [
  'link',
  'email',
  'password',
  'code',
  'account',
  'nationalId',
  'card',
  'phone',
  'street',
] as const;

/** Behind a number: it is an amount, and none to hide. */
export const AMOUNT_UNIT =
  '(?!\\s?(?:[€$£%]|(?:euros?|EUR|dollars?|USD|GBP|CHF|points?|punkte|puntos|punti|zeichen|characters|stück|pieces|pièces|piezas|pezzi)(?!\\p{L})))';

/** One step of redaction. Later steps see what earlier ones left. */
export interface Redaction {
  kind: (typeof SECRET_KINDS)[number];
  /** The text with every secret of the kind replaced by `BLANK`. */
  blankOut(text: string): string;
}
