import { type Answer, accepted, notFound } from '../answer.js';
import type { Conversation } from '../population/population.js';
import type { World } from '../state.js';
import type { Call } from './call.js';
import { hasBounced } from './messages.js';
import { participantsOf } from './participants.js';

/** Genesys: ErrorInfo of a participant. Which code it carries is not documented. */
const BOUNCE = {
  code: 'error.ininoutbound.email.bounce',
  message: 'The email could not be delivered to the recipient.',
};

/**
 * Genesys: EmailConversation. That an email bounced shows as `errorInfo` of a participant, 20 to 25 s
 * after it was sent; before that, its absence says nothing.
 */
export function getEmailConversation(world: World, { id }: Call): Answer {
  const conversation = world.population.conversation(id);
  if (conversation?.media !== 'email') {
    return notFound('The requested conversation was not found.');
  }
  return accepted(conversationView(world, conversation));
}

function conversationView(world: World, conversation: Conversation): object {
  const { id, customerId, customerAddress, ourAddress, startedAt, endedAt } = conversation;
  const customer = customerId === null ? undefined : world.population.customer(customerId);
  const bounced = conversation.messages.some((message) => hasBounced(world, message));
  const startTime = new Date(startedAt).toISOString();
  const end = endedAt === null ? {} : { endTime: new Date(endedAt).toISOString() };
  const participants = participantsOf(conversation, conversation.messages, customer).map(
    ({ id: participantId, name, purpose }) => ({
      id: participantId,
      name,
      purpose,
      address: purpose === 'customer' ? customerAddress : ourAddress,
      startTime,
      ...end,
      state: endedAt === null ? 'connected' : 'disconnected',
      direction: 'outbound',
      ...(purpose === 'customer' && bounced
        ? { errorInfo: { ...BOUNCE, message: customer?.bounceText ?? BOUNCE.message } }
        : {}),
    }),
  );
  return {
    id,
    startTime,
    ...end,
    participants,
    otherMediaUris: [],
    selfUri: `/api/v2/conversations/emails/${id}`,
  };
}
