import { damageIn, withoutInvisible } from './damagedText.js';
import { asciiDomain, emailIdentity, readEmail } from './emailAddress.js';
import { type CountryCode, phoneIdentity, readPhone } from './phoneNumber.js';
import { brokenValue, isNoValue } from './placeholders.js';

export const CONTACT_ID_EXPECTED =
  'the id of an external contact in Genesys Cloud, a UUID such as 8f14e45f-ceea-467f-a8d2-91a2b4f7c001';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** What a program writes that has no id. All who have it would be one customer. */
const NO_UUID = /^(?:0{8}-(?:0{4}-){3}0{12}|f{8}-(?:f{4}-){3}f{12})$/;

/**
 * A contact's id in lower case, as the platform writes it; undefined for what is none. An id of
 * another system (`0035e00000AbCdEAAV`) or a placeholder (`NULL`, `0`) would make one customer of all
 * who have it, or one without history.
 */
export function readContactId(text: string): string | undefined {
  const id = text.toLowerCase();
  return UUID.test(id) && !NO_UUID.test(id) ? id : undefined;
}

/** By what a recipient can be reached, or found. */
export const ADDRESS_FIELDS = ['email', 'externalContactId', 'phone'] as const;

export type AddressField = (typeof ADDRESS_FIELDS)[number];

/** A row or request whose person was erased: its recipient has no address left. */
export function isErased(recipient: { readonly [Field in AddressField]?: string }): boolean {
  return ADDRESS_FIELDS.every((field) => recipient[field] === undefined);
}

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

/**
 * By what two writings of one address, number, contact id or `@domain` are known as one. Requests that
 * an older version stored hold addresses as their callers wrote them.
 */
export function recipientIdentity(text: string): string {
  if (text.startsWith('@')) return `@${asciiDomain(text.slice(1)) ?? text.slice(1).toLowerCase()}`;
  return text.includes('@') ? emailIdentity(text) : phoneIdentity(text);
}
