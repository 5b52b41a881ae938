import { z } from 'zod';
import { emailIdentity } from '../../notification/emailAddress.js';
import type { CallOptions, CallResult } from '../call.js';
import type { Caller } from '../caller.js';
import { optionalId, platformId, sameId } from '../platformId.js';
import { optionalText } from './messages.js';

/**
 * A 404 of the platform's own, recognised by the code in its body, is an answer. Any other 404 comes from
 * something in between, such as a base URL that leads nowhere, and must not make every customer
 * look unknown.
 */
export function absentAsNull<T>(result: CallResult<T>): CallResult<T | null> {
  if (result.ok || result.failure.kind !== 'http') return result;
  const { status, code, correlationId } = result.failure;
  if (status !== 404 || code === undefined) return result;
  return {
    ok: true,
    data: null,
    status,
    correlationId,
  };
}

const ContactReference = z.object({ id: optionalId });

/** Genesys: ExternalContact, as far as it is read here. */
const Contact = z.object({
  id: platformId,
  firstName: optionalText,
  lastName: optionalText,
  workEmail: optionalText,
  personalEmail: optionalText,
  otherEmail: optionalText,
  /** Genesys: ContactAddress. */
  address: z.object({ countryCode: optionalText }).optional().catch(undefined),
  identifiers: z
    .array(z.object({ type: optionalText, value: optionalText }))
    .optional()
    .catch(undefined),
  /** Ephemeral, Identified or Curated. */
  type: optionalText,
  /** The contact this one was merged into; its id may be the one conversations carry. */
  canonicalContact: ContactReference.optional().catch(undefined),
  mergeSet: z.array(ContactReference).optional().catch(undefined),
});

/** The platform leaves `entities` out when there are none. */
const ContactListing = z.object({ entities: z.array(Contact).default([]) });

/** Genesys: BulkFetchContactsResponse. Each id has its own outcome; one that failed has no entity. */
const BulkContacts = z.object({
  results: z.array(z.object({ id: platformId, entity: Contact.nullish() })).default([]),
});

export type Contact = z.infer<typeof Contact>;

/** With more contacts than this of one address, it is not decided anyway whose they are. */
const MOST_FOUND = 25;

export class Contacts {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Genesys: identifier lookup, one identifier a call, 404 when no contact has it. */
  async find(email: string, options: CallOptions): Promise<CallResult<Contact | null>> {
    return absentAsNull(
      await this.#caller.read('contact-lookup', options, {
        answer: Contact,
        isAbout: (contact) => mayHaveEmail(contact, email),
        // An address of a contact that was merged may stand among the identifiers only.
        query: { expand: 'identifiers' },
        run: ({ sdk }) =>
          sdk.externalContacts.postExternalcontactsIdentifierlookupContacts({
            type: 'Email',
            value: email,
          }),
      }),
    );
  }

  async get(contactId: string, options: CallOptions): Promise<CallResult<Contact | null>> {
    return absentAsNull(
      await this.#caller.read('contact', options, {
        answer: Contact,
        isAbout: (contact) => idsOf(contact).some((id) => sameId(id, contactId)),
        run: ({ sdk }) => sdk.externalContacts.getExternalcontactsContact(contactId),
      }),
    );
  }

  /**
   * The contacts behind these ids, as far as there are any. An id that was merged into another is
   * answered with the canonical contact. How many ids a request may have is not documented.
   */
  async resolve(
    contactIds: readonly string[],
    options: CallOptions,
  ): Promise<CallResult<Contact[]>> {
    const asked = new Set(contactIds.map((id) => id.toLowerCase()));
    const result = await this.#caller.read('bulk-contacts', options, {
      answer: BulkContacts,
      isAbout: ({ results }) =>
        results.every(
          ({ id, entity }) =>
            asked.has(id.toLowerCase()) &&
            (!entity || idsOf(entity).some((each) => asked.has(each.toLowerCase()))),
        ),
      run: ({ sdk }) =>
        sdk.externalContacts.postExternalcontactsBulkContacts({
          entities: contactIds.map((id) => ({ id })),
        }),
    });
    if (!result.ok) return result;
    return { ...result, data: result.data.results.flatMap(({ entity }) => entity ?? []) };
  }

  /**
   * The contacts that show exactly this address, at most 25. The platform searches by keyword: what
   * it finds besides is left out. Contacts that were made automatically are in no search.
   */
  async search(email: string, options: CallOptions): Promise<CallResult<Contact[]>> {
    const result = await this.#caller.read('contact-search', options, {
      answer: ContactListing,
      run: ({ sdk }) =>
        sdk.externalContacts.getExternalcontactsContacts({
          q: email,
          pageSize: MOST_FOUND,
          pageNumber: 1,
        }),
    });
    if (!result.ok) return result;
    const asked = emailIdentity(email);
    const found = result.data.entities.filter((contact) =>
      addressesOf(contact).some((address) => emailIdentity(address) === asked),
    );
    return { ...result, data: found };
  }
}

/**
 * Every id under which conversations of this contact may lie, its own first. Merging contacts does
 * not move what they said: each id of the merge set keeps its own conversations.
 */
export function idsOf({ id, canonicalContact, mergeSet = [] }: Contact): string[] {
  const ids = [id, canonicalContact?.id, ...mergeSet.map((merged) => merged.id)];
  const known = ids.flatMap((each) => (each === undefined || each === '' ? [] : [each]));
  return known.filter((each, at) => known.findIndex((other) => sameId(other, each)) === at);
}

/** A contact that shows no address at all cannot be compared. */
export function mayHaveEmail(contact: Contact, email: string): boolean {
  const addresses = addressesOf(contact);
  const asked = emailIdentity(email);
  return addresses.length === 0 || addresses.some((address) => emailIdentity(address) === asked);
}

function addressesOf({
  workEmail,
  personalEmail,
  otherEmail,
  identifiers = [],
}: Contact): string[] {
  const addresses = [
    ...[workEmail, personalEmail, otherEmail],
    ...identifiers.flatMap(({ type, value }) => (type === 'Email' ? [value] : [])),
  ];
  return addresses.flatMap((address) => (address === undefined || address === '' ? [] : [address]));
}
