import { randomUUID } from 'node:crypto';

export type Language = 'en' | 'de' | 'es' | 'ja' | 'ar' | 'he';

/** Genesys: ConversationReason.code of a failed receipt, as far as it speaks of a number. */
export type SmsFailure = 'RecipientOptedOut' | 'InvalidDestination' | 'GeneralError';

/** A person, with the external contact the platform holds about them. */
export interface Customer {
  /** External contact id. */
  id: string;
  /** The contact that this one was merged into. Its conversations stay under its own id. */
  mergedInto: string | null;
  firstName: string;
  lastName: string;
  email: string | null;
  /** Whether the external contact carries the email: lookup by email finds only those. */
  emailOnContact: boolean;
  phone: string | null;
  language: Language;
  /** Whether their browser is open: web messages reach only those. */
  online: boolean;
  /** Whether they look at the web and SMS messages they get: their receipts say `read` then. */
  reads: boolean;
  /** Whether emails to them bounce. */
  emailBounces: boolean;
  /** What a bounce of theirs says; null for a sentence without a status. */
  bounceText: string | null;
  /** Why SMS to them fail, as a receipt says it; null where they arrive. */
  smsFails: SmsFailure | null;
  /** The guest id web messaging knows them by, in place of an address. */
  guestId: string;
}

export type Media = 'webmessaging' | 'sms' | 'email';
export type Sender = 'customer' | 'agent' | 'bot' | 'api';

export type MessageBody =
  | { type: 'text'; text: string }
  /** The customer pressed a button the bot had offered. */
  | { type: 'button'; text: string; payload: string }
  | { type: 'quick-reply'; text: string; payload: string }
  | { type: 'event'; event: 'Typing' | 'Presence' }
  | { type: 'receipt'; status: 'Delivered' | 'Read' };

interface Mailbox {
  email: string;
  name?: string;
}

/** The parts of an email beside its text. */
export interface EmailParts {
  from: Mailbox;
  to: Mailbox;
  replyTo?: Mailbox;
  subject: string;
  html: string | null;
  /** Whether it joined a conversation that was there. */
  stitched: boolean;
}

export interface Message {
  id: string;
  /** Epoch milliseconds. */
  at: number;
  sender: Sender;
  body: MessageBody;
  /** For outbound messages: whether the customer got it. */
  delivered: boolean;
  /** For outbound messages: whether the customer looks at it. */
  read?: boolean;
  /** For outbound messages that were not delivered: why, where it is not the usual reason. */
  failure?: SmsFailure;
  /** For emails: what a message has not. The text is the body. */
  email?: EmailParts;
  /** For sends: how much later than the usual lag analytics sees it, in milliseconds. Infinity: never. */
  indexedLaterMs?: number;
}

export interface Conversation {
  id: string;
  /** null when an email or SMS went to an address that is not in the population. */
  customerId: string | null;
  media: Media;
  /** Who began it. */
  origin: 'customer' | 'api';
  /** The deployment id, phone number or email address on our side. */
  ourAddress: string;
  customerAddress: string;
  subject: string | null;
  startedAt: number;
  /** null while the conversation is active. */
  endedAt: number | null;
  messages: Message[];
}

/**
 * How many conversations begun by sends are kept at most; the oldest go first. Far more than a test reads
 * back, and a load test that runs for hours stays within some hundred megabytes.
 */
export const SENT_CONVERSATION_LIMIT = 50_000;
/**
 * So many go at once: if one went with each send, pages of results would move under every client that reads them, as
 * they do on no platform.
 */
const DROPPED_AT_ONCE = 10_000;

/** Everyone the simulated organisation knows, and every conversation it had with them. */
export class Population {
  readonly #customers = new Map<string, Customer>();
  /** In the order in which they were made: a look-up answers with the first. */
  readonly #byEmail = new Map<string, Customer[]>();
  readonly #merged = new Map<string, Customer[]>();
  readonly #byPhone = new Map<string, Customer>();
  readonly #conversations = new Map<string, Conversation>();
  readonly #byCustomer = new Map<string, Set<Conversation>>();
  /** By the customer's address, in lower case. */
  readonly #byAddress = new Map<string, Set<Conversation>>();
  readonly #ourAddresses = new Set<string>();
  readonly #messages = new Map<string, { conversation: Conversation; message: Message }>();
  readonly #sent: Set<Conversation> = new Set();

  get size(): number {
    return this.#customers.size;
  }

  customers(): Customer[] {
    return [...this.#customers.values()];
  }

  customer(id: string): Customer | undefined {
    return this.#customers.get(id);
  }

  /** By any address a person has, on their contact or not. */
  findByAddress(address: string): Customer | undefined {
    return this.#byEmail.get(address.toLowerCase())?.[0] ?? this.#byPhone.get(address);
  }

  /** As the platform finds them: only by what stands on the external contact. */
  findContact(address: string): Customer | undefined {
    return this.contactsWithEmail(address)[0] ?? this.#byPhone.get(address);
  }

  /** All whose external contact carries the email, oldest first. */
  contactsWithEmail(email: string): Customer[] {
    const known = this.#byEmail.get(email.toLowerCase()) ?? [];
    return known.filter(({ emailOnContact }) => emailOnContact);
  }

  /** The contact that stands for this one: the one it was merged into, or itself. */
  canonicalOf(customer: Customer): Customer {
    const { mergedInto } = customer;
    return (mergedInto === null ? undefined : this.#customers.get(mergedInto)) ?? customer;
  }

  /** The canonical contact and all that were merged into it. */
  mergeSetOf(customer: Customer): Customer[] {
    const canonical = this.canonicalOf(customer);
    return [canonical, ...(this.#merged.get(canonical.id) ?? [])];
  }

  add(customer: Customer): void {
    if (customer.mergedInto !== null) {
      const others = this.#merged.get(customer.mergedInto) ?? [];
      this.#merged.set(customer.mergedInto, [...others, customer]);
    }
    this.#customers.set(customer.id, customer);
    if (customer.email !== null) {
      const email = customer.email.toLowerCase();
      this.#byEmail.set(email, [...(this.#byEmail.get(email) ?? []), customer]);
    }
    if (customer.phone !== null) this.#byPhone.set(customer.phone, customer);
  }

  conversation(id: string): Conversation | undefined {
    return this.#conversations.get(id);
  }

  conversations(): Iterable<Conversation> {
    return this.#conversations.values();
  }

  conversationsOf(customerId: string): Iterable<Conversation> {
    return this.#byCustomer.get(customerId) ?? [];
  }

  /** All with a customer's address; null for one of ours, which nearly all conversations have. */
  conversationsWith(address: string): Iterable<Conversation> | null {
    const wanted = address.toLowerCase();
    return this.#ourAddresses.has(wanted) ? null : (this.#byAddress.get(wanted) ?? []);
  }

  message(id: string): { conversation: Conversation; message: Message } | undefined {
    return this.#messages.get(id);
  }

  addConversation(conversation: Conversation): void {
    this.#conversations.set(conversation.id, conversation);
    for (const message of conversation.messages) {
      this.#messages.set(message.id, { conversation, message });
    }
    if (conversation.customerId !== null) {
      const known = this.#byCustomer.get(conversation.customerId) ?? new Set();
      this.#byCustomer.set(conversation.customerId, known.add(conversation));
    }
    const address = conversation.customerAddress.toLowerCase();
    const sharing = this.#byAddress.get(address) ?? new Set();
    this.#byAddress.set(address, sharing.add(conversation));
    this.#ourAddresses.add(conversation.ourAddress.toLowerCase());
    if (conversation.origin === 'api') this.#keepSent(conversation);
  }

  addMessage(conversation: Conversation, message: Message): void {
    conversation.messages.push(message);
    this.#messages.set(message.id, { conversation, message });
  }

  /** The conversation that is still open between a customer and one of our addresses. */
  activeConversation(
    customerId: string,
    media: Media,
    ourAddress: string,
  ): Conversation | undefined {
    for (const conversation of this.conversationsOf(customerId)) {
      if (
        conversation.endedAt === null &&
        conversation.media === media &&
        conversation.ourAddress === ourAddress
      ) {
        return conversation;
      }
    }
    return undefined;
  }

  /** Opens a conversation the customer is writing in right now, unless one is open. */
  openConversation(customer: Customer, ourAddress: string, now: number): Conversation {
    const open = this.activeConversation(customer.id, 'webmessaging', ourAddress);
    if (open !== undefined) return open;
    const conversation: Conversation = {
      id: randomUUID(),
      customerId: customer.id,
      media: 'webmessaging',
      origin: 'customer',
      ourAddress,
      customerAddress: customer.guestId,
      subject: null,
      startedAt: now,
      endedAt: null,
      messages: [
        {
          id: randomUUID(),
          at: now,
          sender: 'customer',
          body: { type: 'text', text: 'Hello, is anybody there? I have a question on my bill.' },
          delivered: true,
        },
      ],
    };
    this.addConversation(conversation);
    return conversation;
  }

  closeConversations(customerId: string, now: number): void {
    for (const conversation of this.conversationsOf(customerId)) conversation.endedAt ??= now;
  }

  #keepSent(conversation: Conversation): void {
    this.#sent.add(conversation);
    if (this.#sent.size <= SENT_CONVERSATION_LIMIT) return;
    for (const oldest of this.#sent) {
      if (this.#sent.size <= SENT_CONVERSATION_LIMIT - DROPPED_AT_ONCE) return;
      this.#sent.delete(oldest);
      this.#conversations.delete(oldest.id);
      for (const message of oldest.messages) this.#messages.delete(message.id);
      if (oldest.customerId !== null) this.#byCustomer.get(oldest.customerId)?.delete(oldest);
      this.#forgetAddress(oldest);
    }
  }

  #forgetAddress(conversation: Conversation): void {
    const address = conversation.customerAddress.toLowerCase();
    const sharing = this.#byAddress.get(address);
    sharing?.delete(conversation);
    if (sharing?.size === 0) this.#byAddress.delete(address);
  }
}
