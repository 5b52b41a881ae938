import { randomUUID } from 'node:crypto';
import type { Conversation, Customer, Media, Message } from '../population/customer.js';
import type { World } from '../world.js';

export interface OutboundMessage {
  media: Media;
  customer: Customer | undefined;
  ourAddress: string;
  customerAddress: string;
  subject: string | null;
  text: string;
  delivered: boolean;
  /** The conversation it joins; one of its own, ended at once, when left out. */
  into: Conversation | undefined;
}

export interface Sent {
  conversation: Conversation;
  message: Message;
}

/** Records an outbound message of the `api` participant, as an agentless send leaves it behind. */
export function recordSend(world: World, outbound: OutboundMessage): Sent {
  const { media, customer, ourAddress, customerAddress, subject, text, delivered, into } = outbound;
  const at = world.now();
  const message: Message = {
    id: randomUUID().replaceAll('-', ''),
    at,
    sender: 'api',
    body: { type: 'text', text },
    delivered,
  };
  if (into !== undefined) {
    world.population.addMessage(into, message);
    return { conversation: into, message };
  }
  const conversation: Conversation = {
    id: randomUUID(),
    customerId: customer?.id ?? null,
    media,
    origin: 'api',
    ourAddress,
    customerAddress,
    subject,
    startedAt: at,
    endedAt: at,
    messages: [message],
  };
  world.population.addConversation(conversation);
  return { conversation, message };
}
