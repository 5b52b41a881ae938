import { z } from 'zod';
import { absentAsNull } from './absentAsNull.js';
import type { CallOptions, CallResult } from './call.js';
import type { Caller } from './caller.js';
import { optionalText } from './text.js';

const ContactReference = z.object({ id: optionalText });

/** Genesys: ExternalContact, as far as it is read here. */
const Contact = z.object({
  id: z.string().min(1),
  firstName: optionalText,
  lastName: optionalText,
  workEmail: optionalText,
  personalEmail: optionalText,
  otherEmail: optionalText,
  /** Ephemeral, Identified or Curated. */
  type: optionalText,
  /** The contact this one was merged into; its id may be the one conversations carry. */
  canonicalContact: ContactReference.optional().catch(undefined),
  mergeSet: z.array(ContactReference).optional().catch(undefined),
});

export type Contact = z.infer<typeof Contact>;

export class Contacts {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Genesys: identifier lookup, one identifier a call, 404 when nobody has it. */
  async find(email: string, options: CallOptions): Promise<CallResult<Contact | null>> {
    return absentAsNull(
      await this.#caller.read('contact-lookup', options, {
        answer: Contact,
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
        run: ({ sdk }) => sdk.externalContacts.getExternalcontactsContact(contactId),
      }),
    );
  }
}
