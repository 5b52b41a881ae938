/*
 * What stands where a value should stand. Spreadsheets, databases and programs write these in the
 * place of a value; none of them may reach a customer.
 */

/**
 * A spreadsheet's error, in the language of any spreadsheet: `#REF!`, `#¡REF!`, `#WERT!`, `#NV`,
 * `Err:502`, and `####` for a column that was too narrow.
 */
const SPREADSHEET_ERROR =
  /^(?:#[¡¿]?\p{Lu}[\p{Lu}\p{N}/_. ]*[!?]|#(?:N\/A|NV|N\/D|ND|N\/V|NB|N\/B|I\/T|N\/T|Н\/Д|YOK|HIÁNYZIK|N\/DISP|GETTING_DATA)|#{3,}|Err\s?:\s?\d{3}|Loading(?:\.{3}|…))$/iu;

/** With the mark at its end, an error is written in capitals; `#great!` is not one. */
const CAPITALS = /^#[^\p{Ll}]*$/u;

/** What a program prints in the place of a value it does not have. */
const PROGRAM_ERROR = /^(?:\[object \w+\]|Invalid Date|#<\w+>|\[Circular\])$/i;

/** A field of a mail merge or a template that was never filled in. */
const UNFILLED_FIELD =
  /\{\{[^{}]*\}\}|\{%[^%]*%\}|\$\{[^{}]*\}|%%\w+%%|\*\|\w+\|\*|<<\s*\w+\s*>>|\[\[\w+\]\]|^\{\w+\}$|^%\w+%$/;

/** A long number as a spreadsheet shows it: 1.23457E+15. Its digits are lost. */
const SHORTENED_NUMBER = /^[+-]?\d(?:[.,]\d+)?E[+-]?\d+$/i;

/** The same in a text, where `5E12` may well be a product: a spreadsheet always writes the sign. */
const SHORTENED_IN_TEXT = /^[+-]?\d(?:[.,]\d+)?E[+-]\d+$/i;

/** No value at all, as databases, programs and people write it. */
const NO_VALUE =
  /^(?:\\N|null|undefined|nan|nil|n\/a|n\.\s?a\.?|n\/d|k\.\s?a\.?|keine angabe|non renseigné|sin datos|no aplica|not (?:available|applicable|specified)|[(<[](?:null|none|nil|blank|empty|leer|vide|vacío|unknown)[)>\]]|[-\u2010-\u2015\u2212]+)$/i;

/** As Python prints it; in small letters it is a word of a text. */
const NONE = 'None';

export const SHORTENED_NUMBER_EXPECTED =
  'all digits; a spreadsheet has shortened this number: format the column as text before numbers are entered';

/** Whether a text says that there is no value. Blanks around it do not matter. */
export function isNoValue(text: string): boolean {
  const bare = text.trim();
  return bare === '' || bare === NONE || NO_VALUE.test(bare);
}

/** What was expected in the place of a value that went wrong before it came here; undefined if none did. */
export function brokenValue(text: string): string | undefined {
  const bare = text.trim();
  if (isSpreadsheetError(bare)) return "a value; a spreadsheet's error stands here";
  if (PROGRAM_ERROR.test(bare)) return "a value; a program's error stands here";
  if (UNFILLED_FIELD.test(bare)) return 'a value; a field that was not filled in stands here';
  if (SHORTENED_IN_TEXT.test(bare)) return SHORTENED_NUMBER_EXPECTED;
  return undefined;
}

function isSpreadsheetError(text: string): boolean {
  if (!SPREADSHEET_ERROR.test(text)) return false;
  return !/[!?]$/.test(text) || CAPITALS.test(text);
}

/** Whether a spreadsheet has shortened a number that has to keep every digit. */
export function isShortenedNumber(text: string): boolean {
  return SHORTENED_NUMBER.test(text.trim());
}
