import type { Conversation, Customer, Message, Sender } from '../population/population.js';

/** Genesys: participant purposes. A bot of a message flow takes part as `workflow`. */
const PURPOSE = {
  customer: 'customer',
  agent: 'agent',
  bot: 'workflow',
  api: 'api',
} as const satisfies Record<Sender, string>;

export interface Participant {
  id: string;
  purpose: (typeof PURPOSE)[Sender];
  name: string;
  messages: Message[];
}

const ORDER = ['customer', 'bot', 'agent', 'api'] as const satisfies readonly Sender[];

/** Who took part: the customer always, all others once they wrote. */
export function participantsOf(
  conversation: Conversation,
  messages: readonly Message[],
  customer: Customer | undefined,
): Participant[] {
  return ORDER.flatMap((sender, index) => {
    const own = messages.filter((message) => message.sender === sender);
    if (sender !== 'customer' && own.length === 0) return [];
    return [
      {
        // Derived from the conversation's id, so that every view names a participant alike.
        id: `${index + 1}${conversation.id.slice(1)}`,
        purpose: PURPOSE[sender],
        name: nameOf(sender, customer),
        messages: own,
      },
    ];
  });
}

function nameOf(sender: Sender, customer: Customer | undefined): string {
  switch (sender) {
    case 'customer':
      return customer?.firstName ?? 'Guest';
    case 'bot':
      return 'Assistant';
    case 'agent':
      return 'Alex Morgan';
    case 'api':
      return 'api';
    default:
      throw new Error(`unhandled sender ${sender satisfies never}`);
  }
}
