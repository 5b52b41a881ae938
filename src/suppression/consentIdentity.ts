import { withoutInvisible } from '../notification/damagedText.js';
import { emailIdentity } from '../notification/emailAddress.js';
import { HmacKey } from '../notification/hmacKey.js';
import type { Keyring } from '../notification/keyring.js';
import { phoneIdentity } from '../notification/phoneNumber.js';
import { ADDRESS_FIELDS, type AddressField } from '../notification/recipientAddress.js';

/** An address in its one form (`readAddress`), and what kind it is. */
export interface SuppressedAddress {
  field: AddressField;
  address: string;
}

/** Whether `a+x@b.example` is another person than `a@b.example`: `PLUS_ADDRESSES`. */
export type PlusAddresses = 'distinct' | 'same';

/**
 * By what it is known whether two addresses are one person's, for whatever a person has decided about
 * being written to: suppression, frequency cap, unsubscribing. One function for all of them, or an
 * opt-out would hold in one place and not in the next.
 */
export function consentIdentity(
  { field, address }: SuppressedAddress,
  plusAddresses: PlusAddresses,
): string {
  const written = withoutInvisible(address);
  switch (field) {
    case 'email': {
      const email = emailIdentity(written);
      return plusAddresses === 'same' ? email.replace(/^([^+@]+)\+[^@]*@/, '$1@') : email;
    }
    case 'phone':
      return phoneIdentity(written);
    case 'externalContactId':
      return written.toLowerCase();
    default:
      return field satisfies never;
  }
}

/** 96 bits: that two of a billion addresses share one does not happen. */
export const DIGEST_BYTES = 12;

/** Keyed digests of identities. From Redis alone no address can be read, nor tried without the secret. */
export class ConsentDigests {
  readonly #plusAddresses: PlusAddresses;
  readonly #hashes: readonly HmacKey[];

  constructor(keyring: Keyring, plusAddresses: PlusAddresses) {
    this.#plusAddresses = plusAddresses;
    this.#hashes = keyring.deriveAll('suppression', '').map((key) => new HmacKey(key));
  }

  /** How many keys the ring has, and so how many digests an address has. */
  get keys(): number {
    return this.#hashes.length;
  }

  /** Of one address: by each key of the ring, the one that is written with first. */
  of(address: SuppressedAddress): Buffer[] {
    const identity = `${address.field}\0${consentIdentity(address, this.#plusAddresses)}`;
    return this.#hashes.map((hash) => hash.digest(identity).subarray(0, DIGEST_BYTES));
  }
}

type NamedAddresses = { readonly [Field in AddressField]?: string };

/** The addresses that are there, each with its kind. */
export function addressesOf(named: NamedAddresses): SuppressedAddress[] {
  return ADDRESS_FIELDS.flatMap((field) => {
    const address = named[field];
    return address === undefined ? [] : [{ field, address }];
  });
}

interface FoundContacts {
  externalContactId?: string;
  mergedIds?: readonly string[];
}

/**
 * Every address by which a message's recipient is known: those of the request, the contact that was found
 * for them, and the contacts that were merged with it. An opt-out on any of them counts.
 */
export function consentAddresses(
  { recipient }: { recipient: NamedAddresses },
  { externalContactId, mergedIds = [] }: FoundContacts = {},
): SuppressedAddress[] {
  const contacts = [externalContactId, ...mergedIds].filter((id) => id !== undefined);
  const known = recipient.externalContactId?.toLowerCase();
  return [
    ...addressesOf(recipient),
    ...[...new Set(contacts.map((id) => id.toLowerCase()))]
      .filter((id) => id !== known)
      .map((address) => ({ field: 'externalContactId' as const, address })),
  ];
}
