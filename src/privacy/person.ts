import type { CountryCode } from '../notification/phoneNumber.js';
import {
  ADDRESS_FIELDS,
  type AddressField,
  readAddress,
} from '../notification/recipientAddress.js';
import type { SearchTerm } from '../notification/searchIndex.js';
import {
  consentIdentity,
  type PlusAddresses,
  type SuppressedAddress,
} from '../suppression/consentIdentity.js';

export const PERSON_EXPECTED =
  'an email address, a phone number with + and country code, or the id of an external contact';

/** What in a text may be an address. Bounded, or a cell of a quarter of a million signs would take hours. */
const CANDIDATES =
  /[^\s"'<>,;|()[\]{}=@]{1,64}@[^\s"'<>,;|()[\]{}=@]{1,253}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[+(]?\d[\d\s()./-]{4,30}\d/g;

export interface PersonSettings {
  /** Where numbers without a country code are dialled. */
  country?: CountryCode;
  plusAddresses: PlusAddresses;
}

/**
 * A person, by the addresses that they gave. An address is known again as the suppression list knows it:
 * case, blanks and forms of Unicode do not matter.
 */
export class Person {
  readonly addresses: readonly SuppressedAddress[];
  readonly #settings: PersonSettings;
  readonly #known: ReadonlySet<string>;

  private constructor(addresses: readonly SuppressedAddress[], settings: PersonSettings) {
    this.addresses = addresses;
    this.#settings = settings;
    this.#known = new Set(addresses.map((address) => this.#identityOf(address)));
  }

  /** Undefined where one of the texts is no address. */
  static read(texts: readonly string[], settings: PersonSettings): Person | undefined {
    const addresses = texts.map((text) => addressIn(text, settings.country));
    const usable = addresses.filter((address) => address !== undefined);
    return usable.length === texts.length && usable.length > 0
      ? new Person(usable, settings)
      : undefined;
  }

  /** What the search index is asked for. */
  get terms(): SearchTerm[] {
    return this.addresses.map(({ field, address }) => ({ by: field, value: address }));
  }

  isRecipient(recipient: Partial<Record<AddressField, unknown>>): boolean {
    return ADDRESS_FIELDS.some((field) => {
      const address = recipient[field];
      return typeof address === 'string' && this.#isOne(field, address);
    });
  }

  /** Whether a text that a program or a person has written names one of the addresses, in whatever form. */
  isNamedIn(text: string): boolean {
    for (const [candidate] of text.matchAll(CANDIDATES)) {
      const found = addressIn(candidate, this.#settings.country);
      if (found !== undefined && this.#known.has(this.#identityOf(found))) return true;
    }
    return false;
  }

  #isOne(field: AddressField, written: string): boolean {
    const read = readAddress(field, written, this.#settings.country);
    const address = read.kind === 'address' ? read.address : written;
    return this.#known.has(this.#identityOf({ field, address }));
  }

  #identityOf(address: SuppressedAddress): string {
    return `${address.field}\0${consentIdentity(address, this.#settings.plusAddresses)}`;
  }
}

function addressIn(text: string, country: CountryCode | undefined): SuppressedAddress | undefined {
  for (const field of fieldsOf(text)) {
    const read = readAddress(field, text, country);
    if (read.kind === 'address') return { field, address: read.address };
  }
  return undefined;
}

function fieldsOf(text: string): readonly AddressField[] {
  return text.includes('@') ? ['email'] : ['externalContactId', 'phone'];
}
