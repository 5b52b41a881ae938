import type { CallOptions } from '../genesys/call.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import { sameId } from '../genesys/platformId.js';
import { type Contact, idsOf } from '../genesys/resources/contacts.js';
import { emailIdentity } from '../notification/emailAddress.js';
import { halfName } from '../notification/personName.js';
import type { NotificationRequest } from '../notification/request.js';
import type { LookupCache } from './lookupCache.js';
import { found, fromCall, type Read, SingleFlight } from './lookupError.js';

/** The external contact behind a recipient; both absent when the platform does not know them. */
export interface Identity {
  externalContactId?: string;
  /** The other ids the customer goes by: contacts that were merged. */
  mergedIds?: readonly string[];
  contactName?: string;
}

/** What may be asked of the platform about a customer. */
type Subject = ['email' | 'contact', string];

/**
 * Finds out who a recipient is: by the contact id in the request, else by email. Many customers who
 * wrote by web messaging cannot be found by email at all; that is an answer, not an error.
 */
export class IdentityLookup {
  readonly #client: GenesysClient;
  readonly #cache: LookupCache<Identity> | undefined;
  readonly #underway = new SingleFlight<Identity>();

  /** Without a cache, the platform is asked each time. */
  constructor(client: GenesysClient, cache?: LookupCache<Identity>) {
    this.#client = client;
    this.#cache = cache;
  }

  async find(
    recipient: NotificationRequest['recipient'],
    wants: { contact: boolean; history: boolean },
    options: CallOptions,
  ): Promise<Read<Identity>> {
    const { email } = recipient;
    // Requests that an older version stored may have it in capitals, as the platform never writes it.
    const externalContactId = recipient.externalContactId?.toLowerCase();
    if (externalContactId !== undefined) {
      if (!wants.contact && !wants.history) return found({ externalContactId });
      const known = await this.#lookUp(['contact', externalContactId], options);
      return known.ok ? found(underId(externalContactId, known.value)) : known;
    }
    if (email === undefined) return found({});
    return this.#lookUp(['email', emailIdentity(email)], options);
  }

  /** Jobs of a lane that run at the same time share a lookup; those of the other have their own turn. */
  #lookUp(subject: Subject, options: CallOptions): Promise<Read<Identity>> {
    const key = [options.lane, ...subject].join(' ');
    return this.#underway.run(key, async () => {
      const known = await this.#cache?.load(subject);
      return known === undefined ? this.#ask(subject, options) : found(known);
    });
  }

  async #ask(subject: Subject, options: CallOptions): Promise<Read<Identity>> {
    const [by, value] = subject;
    const contact = fromCall(
      by === 'email'
        ? await this.#client.findContact(value, options)
        : await this.#client.getContact(value, options),
    );
    if (!contact.ok) return contact;
    if (contact.value === null) {
      this.#cache?.saveNothing(subject, {});
      return found({});
    }
    const identity = identityOf(contact.value);
    this.#cache?.saveFound(subject, identity);
    return found(identity);
  }
}

/** Who a contact is. */
export function identityOf(contact: Contact): Identity {
  const { id } = contact;
  return { externalContactId: id, ...merged(id, idsOf(contact)), ...nameIn(contact) };
}

/** The id stays the caller's, whether the platform knows it or has merged it into another. */
export function underId(
  externalContactId: string,
  { externalContactId: own, mergedIds = [], ...rest }: Identity,
): Identity {
  const others = [...(own === undefined ? [] : [own]), ...mergedIds];
  return { ...rest, externalContactId, ...merged(externalContactId, others) };
}

/** Of these ids, those that are not the customer's main one. */
function merged(mainId: string, ids: readonly string[]): { mergedIds?: string[] } {
  const mergedIds = ids.filter((id) => !sameId(id, mainId));
  return mergedIds.length === 0 ? {} : { mergedIds };
}

function nameIn({ firstName, lastName }: Contact): { contactName?: string } {
  const halves = [firstName, lastName].map((half) => halfName(half ?? ''));
  const name = halves.filter((half) => half !== undefined).join(' ');
  return name === '' ? {} : { contactName: name };
}
