import { withoutDates } from './digits.js';
import { BLANK, type Redaction } from './redaction.js';

/** What documents of identity, tax and insurance numbers are called. */
const DOCUMENTS = [
  "passport|national insurance|nat\\.? ins\\.?|nino|ssn|social security|driv(?:ing|er[’']?s) licen[cs]e|tax id",
  '(?:personal)?ausweis(?:es)?|(?:reise)?pass|führerschein|steuer-?id|steueridentifikations|idnr|steuernr|(?:sozial|renten|kranken)versicher\\p{L}{0,9}|steuernummer|versichertennr|sv-?nr|rvnr',
  "passeport|carte d[’']identité|permis de conduire|carte vitale|numéro fiscal|sécurité sociale|sécu",
  'pasaporte|documento de identidad|seguridad social|permiso de conducir',
  "passaporto|carta (?:d[’'])?identità|patente|codice fiscale|cod\\. ?fisc\\.?|tessera sanitaria",
].join('|');

/** Abbreviations that are words, too ("ni", "nie"): their number follows at once. */
const ABBREVIATED = 'ni|perso|cni|nir|dni|nie|nif|curp|rfc|cie|cf';

const NUMBER_WORD = '(?:[-. ]?(?:number|no|nr|nummer|num|numero|número|numéro|n))?(?!\\p{L})\\.?';

/**
 * A number after the name of a document, with the words between that customers put there. Letters are
 * part of it where digits are, and in groups of capitals around them.
 */
const NAMED_NUMBER = new RegExp(
  `((?<![\\p{L}\\p{Nd}])(?:(?:${DOCUMENTS})${NUMBER_WORD}[^\\p{Nd}.;!?]{0,40}?` +
    `|(?:${ABBREVIATED})${NUMBER_WORD}(?:[\\s:#]+\\p{L}{1,8}){0,3}?)` +
    '[\\s.:#(]{1,2})((?:\\p{L}{2,3} ){0,3}\\p{L}{0,8}\\p{Nd}[\\p{L}\\p{Nd}]*(?:[ ./-]{1,2}(?:\\p{Nd}[\\p{L}\\p{Nd}]*|\\p{Lu}(?:\\p{Nd}[\\p{L}\\p{Nd}]*)?(?![\\p{L}])))*)',
  'giu',
);

/** Known by their form alone: British, Spanish, Italian, Mexican, and German pension insurance. */
const BY_FORM = new RegExp(
  `(?<![\\p{L}\\p{Nd}])(?:${[
    '[A-Z]{2} ?\\d{2} ?\\d{2} ?\\d{2} ?[A-D]',
    '[XYZ][- ]?\\d{7}[- ]?[A-Z]',
    '[A-Z]{3} ?[A-Z]{3} ?\\d{2}[A-Z]\\d{2} ?[A-Z]\\d{3}[A-Z]',
    '[A-Z]{4}\\d{6}[HM][A-Z]{5}[A-Z0-9]\\d',
    '[A-Z9]{5}\\d{6}[A-Z9]{2}\\d[A-Z]{2}',
    '\\d{2} ?\\d{6} ?[A-Z] ?\\d{3}',
  ].join('|')})(?![\\p{L}\\p{Nd}])`,
  'giu',
);

const SPANISH_DNI = /(?<![\p{L}\p{Nd}])(\d{2}\.?\d{3}\.?\d{3})[- ]?([A-Z])(?![\p{L}\p{Nd}])/giu;
const DNI_LETTERS = 'TRWAGMYFPDXBNJZSQVHLCKE';

/** Numbers by which a state knows a person. */
export const IDENTITY_NUMBERS: Redaction = {
  kind: 'nationalId',
  blankOut: (text) =>
    text
      .replace(BY_FORM, BLANK)
      .replace(SPANISH_DNI, (whole, digits: string, letter: string) => {
        const expected = DNI_LETTERS[Number(digits.replaceAll('.', '')) % DNI_LETTERS.length];
        return letter.toUpperCase() === expected ? BLANK : whole;
      })
      .replace(NAMED_NUMBER, (whole, before: string, found: string) => {
        const [, words = '', number = '', after = ''] = NUMBER_ALONE.exec(found) ?? [];
        return isIdentityNumber(number) ? before + words + BLANK + after : whole;
      }),
};

/** Groups of letters belong to a number in capitals only: "pass ist am 12" is none. */
const NUMBER_ALONE = /^((?:\p{Ll}+ )*)(.*?)( \p{Ll})?$/su;

/** Neither a year nor a day: an identity card that expires is spoken of as well. */
function isIdentityNumber(number: string): boolean {
  const signs = withoutDates(number).match(/[\p{L}\p{Nd}]/gu) ?? [];
  const digits = signs.filter((sign) => /\p{Nd}/u.test(sign)).length;
  return signs.length >= 6 && (digits >= 3 || (digits >= 2 && /^[\p{Lu}\p{Nd}]+$/u.test(number)));
}
