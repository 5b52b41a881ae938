import { BANK_ACCOUNTS } from './redaction/bankAccounts.js';
import { IDENTITY_NUMBERS } from './redaction/identityNumbers.js';
import { EMAIL_ADDRESSES, LINKS, LINKS_WITHOUT_SCHEME } from './redaction/links.js';
import { CARD_NUMBERS, LONG_NUMBERS } from './redaction/longNumbers.js';
import { ONE_TIME_CODES } from './redaction/oneTimeCodes.js';
import { PASSWORDS } from './redaction/passwords.js';
import type { Redaction } from './redaction/redaction.js';
import { STREETS } from './redaction/streets.js';

/**
 * In this order: what is known by its form comes before what is known by its length alone, or half of
 * an account number would be a telephone number, and its letters would stay.
 */
export const REDACTIONS: readonly Redaction[] = [
  LINKS,
  EMAIL_ADDRESSES,
  LINKS_WITHOUT_SCHEME,
  PASSWORDS,
  ONE_TIME_CODES,
  BANK_ACCOUNTS,
  IDENTITY_NUMBERS,
  CARD_NUMBERS,
  LONG_NUMBERS,
  STREETS,
];

/**
 * Blanks out what must not be repeated: payment cards, account, insurance and phone numbers, passwords
 * and PINs, email addresses, streets with a house number, and links (they carry tokens, and a person
 * who chats under another's name could have us send theirs). Rather too much than too little: a lost
 * detail of a quotation does no harm. Numbers of orders, parcels and invoices stay where the text calls
 * them so. How much is found and how much is blanked in vain is measured: see docs/redaction.md.
 *
 * Expects cleaned text: invisible characters would hide a number, and the length is bounded.
 */
export function redact(text: string): string {
  return REDACTIONS.reduce((left, { blankOut }) => blankOut(left), text);
}
