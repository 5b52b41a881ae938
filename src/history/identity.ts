import type { CallOptions } from '../genesys/call.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import { sameId } from '../genesys/platformId.js';
import { type Contact, idsOf } from '../genesys/resources/contacts.js';
import { emailIdentity } from '../notification/emailAddress.js';
import { halfName } from '../notification/personName.js';
import type { NotificationRequest } from '../notification/request.js';
import { type ContactIds, goesBy } from './conversationQuery.js';
import type { LookupCache } from './lookupCache.js';
import { found, fromCall, type Read, SingleFlight } from './lookupError.js';
import { contradicts, maybeSameName } from './sameName.js';

/** The external contact behind a recipient; both absent when the platform does not know them. */
export interface Identity {
  externalContactId?: string;
  /** The other ids the customer goes by: contacts that were merged. */
  mergedIds?: readonly string[];
  contactName?: string;
  /** Where they live, as two letters (ISO 3166-1), if their contact says so. */
  country?: string;
  /** Several contacts have their address, and the name in the request does not say which one they are. */
  isAmbiguous?: true;
}

const AMBIGUOUS: Identity = { isAmbiguous: true };

/** What may be asked of the platform about a customer. */
type Subject = ['email' | 'contact', string];
/** … and which of those with an address is called so. */
type NamedSubject = ['named', string, string];

/**
 * Finds out who a recipient is: by the contact id in the request, else by email. Many customers who
 * wrote by web messaging cannot be found by email at all; that is an answer, not an error.
 *
 * Where two contacts have one address, the platform answers with one of them. So where the contact's
 * name contradicts the request's, all with this address are searched for, and the name decides: what
 * one member of a family wrote must not be quoted to another.
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
    const known = await this.#lookUp(['email', emailIdentity(email)], options);
    if (!known.ok || recipient.name === undefined) return known;
    if (!contradicts(recipient.name, known.value.contactName)) return known;
    return this.#decide(emailIdentity(email), recipient.name, known.value, options);
  }

  /** Which of the contacts with this address has this name, or that it cannot be said. */
  #decide(
    email: string,
    name: string,
    first: Identity,
    options: CallOptions,
  ): Promise<Read<Identity>> {
    const subject: NamedSubject = ['named', email, name];
    return this.#once(subject, options, async () => {
      const searched = fromCall(await this.#client.searchContactsByEmail(email, options));
      if (!searched.ok) return searched;
      const all = distinct([first, ...searched.value.map(identityOf)]);
      // A nickname, or the name before a marriage: there is no one else whom it could be about.
      if (all.length === 1) return this.#kept(subject, first);
      const [only, ...others] = all.filter(
        ({ contactName }) => contactName !== undefined && maybeSameName(contactName, name),
      );
      if (only !== undefined && others.length === 0) return this.#kept(subject, only);
      this.#cache?.saveNothing(subject, AMBIGUOUS);
      return found(AMBIGUOUS);
    });
  }

  #lookUp(subject: Subject, options: CallOptions): Promise<Read<Identity>> {
    return this.#once(subject, options, () => this.#ask(subject, options));
  }

  /** Jobs of a lane that run at the same time share a lookup; those of the other have their own turn. */
  #once(
    subject: Subject | NamedSubject,
    options: CallOptions,
    ask: () => Promise<Read<Identity>>,
  ): Promise<Read<Identity>> {
    const key = [options.lane, ...subject].join(' ');
    return this.#underway.run(key, async () => {
      const known = await this.#cache?.load(subject);
      return known === undefined ? ask() : found(known);
    });
  }

  #kept(subject: Subject | NamedSubject, identity: Identity): Read<Identity> {
    this.#cache?.saveFound(subject, identity);
    return found(identity);
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
    return this.#kept(subject, identityOf(contact.value));
  }
}

/** Who a contact is. */
export function identityOf(contact: Contact): Identity {
  const { id } = contact;
  const country = contact.address?.countryCode;
  const who = { externalContactId: id, ...merged(id, idsOf(contact)), ...nameIn(contact) };
  return country === undefined ? who : { ...who, country };
}

/** Without those who go by an id of one before them. */
function distinct(identities: readonly Identity[]): Identity[] {
  return identities.filter(
    (identity, at) => !identities.slice(0, at).some((earlier) => areSame(earlier, identity)),
  );
}

function areSame(one: Identity, other: Identity): boolean {
  const [ids, otherIds] = [contactIdsOf(one), contactIdsOf(other)];
  return ids !== undefined && otherIds?.some((id) => goesBy(ids, id)) === true;
}

/** All ids a customer goes by; undefined for one who is unknown. */
export function contactIdsOf({
  externalContactId,
  mergedIds = [],
}: Identity): ContactIds | undefined {
  return externalContactId === undefined ? undefined : [externalContactId, ...mergedIds];
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
