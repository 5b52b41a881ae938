import { CONTACT_ID_EXPECTED, readContactId } from './contactId.js';
import type { CountryCode } from './country.js';
import { damageIn } from './damagedText.js';
import { readEmail } from './emailAddress.js';
import { withoutInvisible } from './invisibleSigns.js';
import { readPhone } from './phoneNumber.js';
import { brokenValue, isNoValue } from './placeholders.js';

/** By what a recipient can be reached, or found. */
export const ADDRESS_FIELDS = ['email', 'externalContactId', 'phone'] as const;

export type AddressField = (typeof ADDRESS_FIELDS)[number];

/** What a text in the place of an address is. */
export type ReadAddress =
  /** An address, in the one form in which it is stored, compared and sent. */
  | { kind: 'address'; address: string }
  /** It says that there is none: `NULL`, `N/A`, `-`, `0`. */
  | { kind: 'none'; expected: string }
  /** It is something else: of another system, mistyped, broken on its way. */
  | { kind: 'unusable'; expected: string };

/** Reads an address, the same for every way in. `country` is for phone numbers without their code. */
export function readAddress(
  field: AddressField,
  written: string,
  country?: CountryCode,
): ReadAddress {
  const text = withoutInvisible(written);
  const read = readKind(field, text, country);
  if (read.ok) return { kind: 'address', address: read.address };
  if (saysNoAddress(text)) return { kind: 'none', expected: read.expected };
  return { kind: 'unusable', expected: brokenValue(text) ?? damageIn(text) ?? read.expected };
}

/** What no address could be, though a text or a number could. */
const NO_ADDRESS = /^(?:none|no|unknown|unbekannt|inconnu|desconocido|keine?|aucune?|0+|[.?x*]+)$/i;

/** Whether a text in the place of an address says that there is none. */
export function saysNoAddress(text: string): boolean {
  return isNoValue(text) || NO_ADDRESS.test(text.trim());
}

type ReadKind = { ok: true; address: string } | { ok: false; expected: string };

function readKind(field: AddressField, text: string, country?: CountryCode): ReadKind {
  switch (field) {
    case 'email': {
      const read = readEmail(text);
      return read.ok ? { ok: true, address: read.email } : read;
    }
    case 'externalContactId': {
      const id = readContactId(text);
      return id === undefined
        ? { ok: false, expected: CONTACT_ID_EXPECTED }
        : { ok: true, address: id };
    }
    case 'phone': {
      const read = readPhone(text, country);
      return read.ok ? { ok: true, address: read.phone } : read;
    }
    default:
      return field satisfies never;
  }
}
