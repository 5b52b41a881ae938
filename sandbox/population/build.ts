import type { Conversation, Customer, Media, MessageBody, Sender } from './population.js';

/** A number in [0, 1). */
export type Random = () => number;

/** mulberry32: small, fast and the same everywhere, so that two sandboxes hold the same people. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

export function pick<T>(random: Random, items: readonly [T, ...T[]]): T {
  return items[Math.floor(random() * items.length)] ?? items[0];
}

/** A UUID of version 4 shape drawn from `random`. */
export function uuidFrom(random: Random): string {
  const hex = (digits: number): string =>
    Math.floor(random() * 16 ** digits)
      .toString(16)
      .padStart(digits, '0');
  const variant = (8 + Math.floor(random() * 4)).toString(16);
  return `${hex(8)}-${hex(4)}-4${hex(3)}-${variant}${hex(3)}-${hex(6)}${hex(6)}`;
}

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
