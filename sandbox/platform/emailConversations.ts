import { type Answer, accepted, notFound } from '../answer.js';
import type { Conversation, EmailParts, Message } from '../population/population.js';
import type { World } from '../state.js';
import type { Call } from './call.js';
import { hasBounced, textReadBack } from './messages.js';
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
  const conversation = emailConversation(world, id);
  return conversation === undefined
    ? NO_CONVERSATION
    : accepted(conversationView(world, conversation));
}

const NO_CONVERSATION = notFound('The requested conversation was not found.');

function emailConversation(world: World, id: string): Conversation | undefined {
  const conversation = world.population.conversation(id);
  return conversation?.media === 'email' ? conversation : undefined;
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

interface Email {
  message: Message;
  parts: EmailParts;
}

function emailsOf({ messages }: Conversation): Email[] {
  return messages.flatMap((message) =>
    message.email === undefined ? [] : [{ message, parts: message.email }],
  );
}

/** What a preview and a whole email have in common. */
function headersOf({ id: conversationId }: Conversation, { message, parts }: Email): object {
  const { from, to, replyTo, subject } = parts;
  return {
    id: message.id,
    to: [to],
    cc: [],
    bcc: [],
    from,
    ...(replyTo === undefined ? {} : { replyTo }),
    subject,
    attachments: [],
    time: new Date(message.at).toISOString(),
    historyIncluded: false,
    selfUri: `/api/v2/conversations/emails/${conversationId}/messages/${message.id}`,
  };
}

function textOf(world: World, { message }: Email): string {
  return message.body.type === 'text' ? textReadBack(world, message, message.body.text) : '';
}

/** Where a preview is cut is not documented: short, so that a reader cannot take it for the text. */
const PREVIEW_LENGTH = 100;

/**
 * Genesys: EmailMessagePreviewListing, at once after a send. An agentless email that joined a
 * conversation is in it with `includeAgentlessStitchedMessages=true` only.
 */
export function getEmailMessages(world: World, { id, query }: Call): Answer {
  const conversation = emailConversation(world, id);
  if (conversation === undefined) return NO_CONVERSATION;
  const withStitched = query['includeAgentlessStitchedMessages'] === 'true';
  const entities = emailsOf(conversation)
    .filter(({ parts }) => withStitched || !parts.stitched)
    .map((email) => ({
      ...headersOf(conversation, email),
      textBodyPreview: textOf(world, email).slice(0, PREVIEW_LENGTH),
    }));
  const selfUri = `/api/v2/conversations/emails/${id}/messages`;
  return accepted({ entities, pageSize: 25, pageNumber: 1, total: entities.length, selfUri });
}

/** Genesys: EmailMessage, with both bodies. */
export function getEmailMessage(world: World, { id, messageId }: Call): Answer {
  const conversation = emailConversation(world, id);
  if (conversation === undefined) return NO_CONVERSATION;
  const email = emailsOf(conversation).find(({ message }) => message.id === messageId);
  if (email === undefined) return notFound('The requested message was not found.');
  const { html } = email.parts;
  return accepted({
    ...headersOf(conversation, email),
    textBody: textOf(world, email),
    ...(html === null ? {} : { htmlBody: html }),
  });
}
