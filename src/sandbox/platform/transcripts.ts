import { z } from 'zod';
import { type Answer, accepted, notFound, parseBody } from '../answer.js';
import type { Conversation } from '../population/customer.js';
import type { World } from '../world.js';
import type { Call } from './call.js';
import { statusOf } from './messageStatus.js';
import { messageType, messageUri, messageView } from './messageView.js';
import { participantsOf } from './participants.js';

const NO_CONVERSATION = 'The requested conversation was not found.';

/** Message conversations only: an email conversation has an endpoint of its own. */
function messageConversation(world: World, id: string): Conversation | undefined {
  const conversation = world.population.conversation(id);
  return conversation?.media === 'email' ? undefined : conversation;
}

const isoOrNothing = <K extends string>(key: K, at: number | null) =>
  at === null ? {} : { [key]: new Date(at).toISOString() };

/** Genesys: MessageConversation. Ids and statuses of messages, no text. */
export function getConversation(world: World, { id }: Call): Answer {
  const conversation = messageConversation(world, id);
  if (conversation === undefined) return notFound(NO_CONVERSATION);
  const { customerId, media, customerAddress, ourAddress } = conversation;
  const customer = customerId === null ? undefined : world.population.customer(customerId);
  const participants = participantsOf(conversation, conversation.messages, customer).map(
    (participant) => {
      const theirs = { addressNormalized: customerAddress, addressRaw: customerAddress };
      const ours = { addressNormalized: ourAddress, addressRaw: ourAddress };
      const isCustomer = participant.purpose === 'customer';
      return {
        id: participant.id,
        name: participant.name,
        purpose: participant.purpose,
        state: conversation.endedAt === null ? 'connected' : 'disconnected',
        address: isCustomer ? customerAddress : ourAddress,
        fromAddress: isCustomer ? theirs : ours,
        toAddress: isCustomer ? ours : theirs,
        connectedTime: new Date(conversation.startedAt).toISOString(),
        ...isoOrNothing('endTime', conversation.endedAt),
        type: media,
        authenticated: false,
        attributes: {},
        ...(isCustomer && customerId !== null ? { externalContact: { id: customerId } } : {}),
        messages: participant.messages.map((message) => ({
          messageId: message.id,
          messageURI: messageUri(conversation, message),
          messageStatus: statusOf(world, message),
          messageSegmentCount: 1,
          messageTime: new Date(message.at).toISOString(),
          messageMetadata: { type: messageType(message.body) },
        })),
      };
    },
  );
  return accepted({
    id: conversation.id,
    startTime: new Date(conversation.startedAt).toISOString(),
    ...isoOrNothing('endTime', conversation.endedAt),
    participants,
    otherMediaUris: [],
    selfUri: `/api/v2/conversations/messages/${conversation.id}`,
  });
}

/** Genesys: at most 1,000 message ids a call. */
const bulkSchema = z.array(z.string().min(1).max(64)).min(1).max(1000);

/** Ids the conversation does not hold are left out of the answer. */
export function getBulkMessages(world: World, { id, body, useNormalizedMessage }: Call): Answer {
  const ids = parseBody(bulkSchema, body);
  if (!ids.ok) return ids.refusal;
  const conversation = messageConversation(world, id);
  if (conversation === undefined) return notFound(NO_CONVERSATION);
  const wanted = new Set(ids.value);
  const entities = conversation.messages
    .filter((message) => wanted.has(message.id))
    .map((message) => messageView(world, conversation, message, useNormalizedMessage));
  return accepted({ entities });
}

export function getMessageDetails(world: World, { id, useNormalizedMessage }: Call): Answer {
  const found = world.population.message(id);
  if (found === undefined || found.conversation.media === 'email') {
    return notFound('The requested message was not found.');
  }
  return accepted(messageView(world, found.conversation, found.message, useNormalizedMessage));
}
