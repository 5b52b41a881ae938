export type Language = 'en' | 'de' | 'es' | 'ja' | 'ar' | 'he';

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

export interface Message {
  id: string;
  /** Epoch milliseconds. */
  at: number;
  sender: Sender;
  body: MessageBody;
  /** For outbound messages: whether the customer got it. */
  delivered: boolean;
}

export interface Conversation {
  id: string;
  /** null when an email or SMS went to an address nobody in the population has. */
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
