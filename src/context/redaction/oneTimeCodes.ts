import {
  CODE_WORDS,
  CODE_WORDS_ANYWHERE,
  DIGIT_WORDS,
  HARMLESS_CODES,
  PASSWORD_WORDS,
  PASSWORD_WORDS_ANYWHERE,
} from '../data/secretWords.js';
import { AS_A, IS } from './passwords.js';
import { AMOUNT_UNIT, BLANK, type Redaction } from './redaction.js';

const SPOKEN = new RegExp(
  `((?<![\\p{L}\\p{Nd}])(?:${CODE_WORDS})(?!(?![はが是는은])\\p{L})(?:[^\\p{Nd}]{0,20}?))(\\p{Nd}(?:[\\s-]?\\p{Nd}){2,11})`,
  'giu',
);
/** "the code that you sent me is 482 913": of any name, if it is no code of an error or an offer. */
const NAMED =
  /(?<![\p{L}\p{Nd}])(\p{L}{0,20}codes?|c[oó]digo|codice|pin|geheimzahl|otp|m?tan)((?!\p{L})[^\p{Nd}.;!?]{1,45}?)(\p{Nd}(?:[\s-]?\p{Nd}){3,7})(?![\p{Nd}]|[.,]\p{Nd})/giu;
const NAME_AND_NUMBER_MEET = new RegExp(`${IS}\\s*(?:the|der|die|das|le|la|el|il|:)?\\s*$`, 'iu');
const NAMED_AFTER = new RegExp(
  `(?<![\\p{L}\\p{Nd}])(?!(?:19|20)\\d\\d\\s)\\p{Nd}{3,8}(?:[ -]\\p{Nd}{3,4})?(?=\\s+(?:${IS}\\s+)?(?:${AS_A}|(?:(?!and|und|et|but|aber|mais|pero|ma)[^\\s.,;:!?]{1,10}\\s+){0,3})(?:${CODE_WORDS}|${PASSWORD_WORDS}|code)(?!\\p{L}))`,
  'giu',
);
/** Codes come by text message. */
const BY_MESSAGE =
  /(?<![\p{L}\p{Nd}])\p{Nd}{3,8}(?:[ -]\p{Nd}{3,4})?(?=\s+(?:por|par|via|per|by|in|on|über)\s+(?:an?\s|une?\s)?(?:sms|text|texto|mensaje|messaggio|whatsapp)(?!\p{L}))/giu;
const MESSAGE_WITH = new RegExp(
  `(?<!\\p{L})((?:sms|text|texto|mensaje|messaggio)\\s*(?:[:=]|kam|says?|said|with|mit|con|avec|dit|dice)\\s+)\\p{Nd}{4,8}(?![\\p{Nd}]|[.,]\\p{Nd})${AMOUNT_UNIT}`,
  'giu',
);
/** "you sent 86123"; an amount is round, or has a unit. */
const SENT =
  /(?<!\p{L})((?:sent|texted|envoyé|enviaron|mandaron|mandato|inviato|received|bekommen|bekam|erhalten|reçu|recibí|ricevuto)\s+(?:me\s+)?)(?!\p{Nd}+00(?!\p{Nd}))\p{Nd}{5,6}(?=\s*$|[,.!?]|\s+(?:to|on|an|auf|sur|à|a|al|alla|en|in)(?!\p{L}))/giu;
/** The security code of a card, by its length. */
const THREE_DIGITS =
  /((?:3|three|drei|trois|tres|tre)[\s-](?:digits?|numbers|ziffern|chiffres|dígitos|cifre|números|numeri)[^\p{Nd}.;!?]{0,30}?)(?<!\p{Nd})\p{Nd}{3,4}(?!\p{Nd})/giu;
/** As a large sender of codes writes them. */
const WITH_PREFIX = /(?<![\p{L}\p{Nd}])G-\p{Nd}{6}(?!\p{Nd})/gu;
const SPELLED = new RegExp(
  `(?<!\\p{L})(?:${DIGIT_WORDS})(?:[\\s,-]{1,3}(?:${DIGIT_WORDS})){3,20}(?!\\p{L})`,
  'giu',
);
const YEAR = /^(?:19|20)\d\d$/;
const HARMLESS = new RegExp(`(?<!\\p{L})(?:${HARMLESS_CODES})`, 'iu');

/** Without one of these no pattern above fits: one look is cheaper than a look for each. */
const SPEAKS_OF_ONE = new RegExp(
  `cod|cód|sms|text|messag|mensaje|whatsapp|digit|dígit|zahl|ziffer|chiffre|cifre|number|número|numeri|G-|sent|envoy|envi|mand|invi|recei|bek[oa]m|erhalten|reçu|recib|ricev|${CODE_WORDS_ANYWHERE}|${PASSWORD_WORDS_ANYWHERE}`,
  'iu',
);

/** PINs, one-time codes and security codes. */
export const ONE_TIME_CODES: Redaction = {
  kind: 'code',
  blankOut: (text) => {
    const spoken = text.replace(SPELLED, BLANK);
    return /\p{Nd}/u.test(spoken) && SPEAKS_OF_ONE.test(spoken) ? withoutCodes(spoken) : spoken;
  },
};

function withoutCodes(text: string): string {
  return text
    .replace(WITH_PREFIX, BLANK)
    .replace(THREE_DIGITS, `$1${BLANK}`)
    .replace(SPOKEN, (whole, before: string, _digits: string, at: number, all: string) =>
      isHarmless(all.slice(0, at), before) ? whole : before + BLANK,
    )
    .replace(
      NAMED,
      (whole, name: string, between: string, digits: string, at: number, all: string) => {
        const far = between.length > 20 && !NAME_AND_NUMBER_MEET.test(between);
        if (far || YEAR.test(digits) || isHarmless(all.slice(0, at), name + between)) return whole;
        return name + between + BLANK;
      },
    )
    .replace(NAMED_AFTER, BLANK)
    .replace(BY_MESSAGE, BLANK)
    .replace(SENT, `$1${BLANK}`)
    .replace(MESSAGE_WITH, `$1${BLANK}`);
}

/** In French and Spanish the word that says so comes after "code", in others before it. */
function isHarmless(before: string, named: string): boolean {
  const clause = before.slice(-20).replace(/^.*[.,;:!?]/su, '');
  return HARMLESS.test(clause + named);
}
