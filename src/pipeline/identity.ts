import { LRUCache } from 'lru-cache';
import type { CallOptions } from '../genesys/call.js';
import type { GenesysClient } from '../genesys/client.js';
import type { Contact } from '../genesys/contacts.js';
import type { NotificationRequest } from '../notification/request.js';
import { found, fromCall, type Read } from './read.js';

/** The external contact behind a recipient; both absent when the platform does not know them. */
export interface Identity {
  externalContactId?: string;
  contactName?: string;
}

const FRESH_FOR_MS = 10 * 60 * 1000;
/** An unknown customer may become known any minute: an agent links the address in a conversation. */
const UNKNOWN_FRESH_FOR_MS = 60 * 1000;

/**
 * Finds out who a recipient is: by the contact id in the request, else by email. Many customers who
 * wrote by web messaging cannot be found by email at all; that is an answer, not an error.
 */
export class IdentityLookup {
  readonly #client: GenesysClient;
  readonly #byEmail: LRUCache<string, Identity>;
  readonly #underway = new Map<string, Promise<Read<Identity>>>();

  /** `clock` counts milliseconds from whenever it likes, but never backwards. */
  constructor(client: GenesysClient, clock: { now(): number } = performance) {
    this.#client = client;
    this.#byEmail = new LRUCache({ max: 10_000, ttlResolution: 0, perf: clock });
  }

  async find(
    recipient: NotificationRequest['recipient'],
    wantsName: boolean,
    options: CallOptions,
  ): Promise<Read<Identity>> {
    const { externalContactId, email } = recipient;
    if (externalContactId !== undefined) {
      if (!wantsName || recipient.name !== undefined) return found({ externalContactId });
      return this.#nameOf(externalContactId, options);
    }
    if (email === undefined) return found({});
    const address = email.toLowerCase();
    const known = this.#byEmail.get(address);
    if (known !== undefined) return found(known);
    return this.#lookUp(address, options);
  }

  async #nameOf(externalContactId: string, options: CallOptions): Promise<Read<Identity>> {
    const contact = fromCall(await this.#client.getContact(externalContactId, options));
    if (!contact.ok) return contact;
    return found({ externalContactId, ...nameIn(contact.value) });
  }

  /** Jobs for the same address that run at the same time share one lookup. */
  async #lookUp(address: string, options: CallOptions): Promise<Read<Identity>> {
    const underway = this.#underway.get(address);
    if (underway !== undefined) return underway;
    const lookup = this.#ask(address, options).finally(() => this.#underway.delete(address));
    this.#underway.set(address, lookup);
    return lookup;
  }

  async #ask(address: string, options: CallOptions): Promise<Read<Identity>> {
    const contact = fromCall(await this.#client.findContact(address, options));
    if (!contact.ok) return contact;
    const identity: Identity =
      contact.value === null
        ? {}
        : { externalContactId: contact.value.id, ...nameIn(contact.value) };
    const ttl = contact.value === null ? UNKNOWN_FRESH_FOR_MS : FRESH_FOR_MS;
    this.#byEmail.set(address, identity, { ttl });
    return found(identity);
  }
}

function nameIn(contact: Contact | null): { contactName?: string } {
  const name = [contact?.firstName, contact?.lastName].filter(Boolean).join(' ').trim();
  return name === '' ? {} : { contactName: name };
}
