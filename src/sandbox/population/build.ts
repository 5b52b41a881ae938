import type { Conversation, Customer, Media, MessageBody, Sender } from './customer.js';
import { type Random, uuidFrom } from './random.js';

const MINUTE = 60_000;

export interface ConversationPlan {
  media: Media;
  ourAddress: string;
  startedAt: number;
  /** An active conversation has no end. */
  active: boolean;
  lines: readonly (readonly [Sender, MessageBody])[];
}

/** Turns a script into a conversation; ids come from `random`, lines follow one another by a minute. */
export function buildConversation(
  customer: Customer,
  { media, ourAddress, startedAt, active, lines }: ConversationPlan,
  random: Random,
): Conversation {
  const messages = lines.map(([sender, body], index) => ({
    id: uuidFrom(random).replaceAll('-', ''),
    at: startedAt + index * MINUTE,
    sender,
    body,
    delivered: true,
  }));
  return {
    id: uuidFrom(random),
    customerId: customer.id,
    media,
    origin: 'customer',
    ourAddress,
    customerAddress: addressFor(customer, media),
    subject: null,
    startedAt,
    endedAt: active ? null : startedAt + (lines.length + 1) * MINUTE,
    messages,
  };
}

function addressFor(customer: Customer, media: Media): string {
  switch (media) {
    case 'webmessaging':
      return customer.guestId;
    case 'sms':
      return customer.phone ?? customer.guestId;
    case 'email':
      return customer.email ?? customer.guestId;
    default:
      throw new Error(`unhandled media ${media satisfies never}`);
  }
}
