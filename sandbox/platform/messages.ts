import { z } from 'zod';
import { type Answer, accepted, notFound, parseBody } from '../answer.js';
import type {
  Conversation,
  Customer,
  Message,
  MessageBody,
  SmsFailure,
} from '../population/population.js';
import type { World } from '../state.js';
import type { Call } from './call.js';
import { participantsOf } from './participants.js';

/** Genesys: MessageData.status. */
export type MessageStatus =
  | 'received'
  | 'queued'
  | 'sent'
  | 'delivery-success'
  | 'delivery-failed'
  | 'read';

export function isInbound({ sender }: Message): boolean {
  return sender === 'customer';
}

/**
 * Computed from the clock rather than by timers: queued for the first half of the delivery delay, sent
 * for the second, then success or failure; a message that is read is so another delay later.
 */
export function statusOf(world: World, message: Message): MessageStatus {
  if (isInbound(message)) return 'received';
  const age = world.now() - message.at;
  const delay = world.settings.deliveryDelayMs;
  if (age < delay / 2) return 'queued';
  if (age < delay) return 'sent';
  if (!message.delivered) return 'delivery-failed';
  return message.read === true && age >= 2 * delay ? 'read' : 'delivery-success';
}

/** Whether an email is known to have bounced. One that arrives stays `sent`: no server says more. */
export function hasBounced(world: World, { sender, delivered, at }: Message): boolean {
  return sender === 'api' && !delivered && world.now() - at >= world.settings.emailBounceMs;
}

/** The text of a sent message as the platform gives it back: see the setting `textsReadBack`. */
export function textReadBack(world: World, { sender }: Message, text: string): string {
  if (sender !== 'api' || world.settings.textsReadBack === 'as-sent') return text;
  const lines = text.split(/\r\n|\r|\n/);
  return lines.map((line) => line.trimEnd()).join('\r\n');
}

const PLATFORM = { webmessaging: 'WebMessaging', sms: 'Phone', email: 'Email' } as const;

function messageUri(conversation: Conversation, message: Message): string {
  return `/api/v2/conversations/messages/${conversation.id}/messages/${message.id}`;
}

/** Genesys: NormalizedType of a message, also found in messageMetadata. */
function messageType({ type }: MessageBody): 'Text' | 'Structured' | 'Event' | 'Receipt' {
  switch (type) {
    case 'text':
      return 'Text';
    case 'button':
    case 'quick-reply':
      return 'Structured';
    case 'event':
      return 'Event';
    case 'receipt':
      return 'Receipt';
    default:
      throw new Error(`unhandled message type ${type satisfies never}`);
  }
}

function contentOf(body: MessageBody): object {
  switch (body.type) {
    case 'text':
      return { text: body.text };
    case 'button': {
      const buttonResponse = { type: 'Button', text: body.text, payload: body.payload };
      return { content: [{ contentType: 'ButtonResponse', buttonResponse }] };
    }
    case 'quick-reply': {
      const buttonResponse = { type: 'QuickReply', text: body.text, payload: body.payload };
      const quickReply = { text: body.text, payload: body.payload, action: 'Message' };
      return {
        content: [
          { contentType: 'ButtonResponse', buttonResponse },
          { contentType: 'QuickReply', quickReply },
        ],
      };
    }
    case 'event':
      return {
        events: [
          body.event === 'Typing'
            ? { eventType: 'Typing', typing: { type: 'On' } }
            : { eventType: 'Presence', presence: { type: 'Join' } },
        ],
      };
    case 'receipt':
      return { status: body.status, isFinalReceipt: body.status === 'Read' };
    default:
      throw new Error(`unhandled message body ${body satisfies never}`);
  }
}

function bodyReadBack(world: World, message: Message): MessageBody {
  const { body } = message;
  return body.type === 'text' ? { ...body, text: textReadBack(world, message, body.text) } : body;
}

function customerEndpoint(conversation: Conversation, customer: Customer | undefined): object {
  return {
    id: conversation.customerAddress,
    idType: conversation.media === 'webmessaging' ? 'Opaque' : 'Phone',
    ...(customer === undefined
      ? {}
      : {
          nickname: customer.firstName,
          firstName: customer.firstName,
          lastName: customer.lastName,
          externalContactId: customer.id,
        }),
  };
}

/** Genesys: ConversationNormalizedMessage. */
function normalizedMessage(
  world: World,
  conversation: Conversation,
  message: Message,
  customer: Customer | undefined,
): object {
  const theirs = customerEndpoint(conversation, customer);
  const ours = { id: conversation.ourAddress };
  const inbound = isInbound(message);
  return {
    id: message.id,
    type: messageType(message.body),
    channel: {
      platform: PLATFORM[conversation.media],
      type: 'Private',
      from: inbound ? theirs : ours,
      to: inbound ? ours : theirs,
      time: new Date(message.at).toISOString(),
    },
    ...contentOf(bodyReadBack(world, message)),
    direction: inbound ? 'Inbound' : 'Outbound',
    originatingEntity: message.sender === 'bot' ? 'Bot' : 'Human',
    metadata: {},
  };
}

function receipts(status: MessageStatus, failure: SmsFailure = 'GeneralError'): object[] {
  switch (status) {
    case 'received':
    case 'queued':
      return [];
    case 'sent':
      return [{ type: 'Receipt', status: 'Sent', isFinalReceipt: false }];
    case 'delivery-success':
      return [{ type: 'Receipt', status: 'Delivered', isFinalReceipt: true }];
    case 'read':
      return [{ type: 'Receipt', status: 'Read', isFinalReceipt: true }];
    case 'delivery-failed': {
      const reasons = [{ code: failure, message: 'The recipient could not be reached' }];
      return [{ type: 'Receipt', status: 'Failed', isFinalReceipt: true, reasons }];
    }
    default:
      throw new Error(`unhandled status ${status satisfies never}`);
  }
}

/**
 * Genesys: MessageData. The text is in `normalizedMessage`; callers may still ask for the shape of old
 * with `useNormalizedMessage=false`, where plain texts are in the deprecated `textBody`. The parameter
 * and `textBody` are gone from the platform's SDK 262, so leaving it out means the new shape.
 */
export function messageView(
  world: World,
  conversation: Conversation,
  message: Message,
  useNormalizedMessage: boolean,
): object {
  const customer =
    conversation.customerId === null
      ? undefined
      : world.population.customer(conversation.customerId);
  const inbound = isInbound(message);
  const status = statusOf(world, message);
  const { type } = message.body;
  return {
    id: message.id,
    timestamp: new Date(message.at).toISOString(),
    status,
    direction: inbound ? 'inbound' : 'outbound',
    messengerType: conversation.media,
    fromAddress: inbound ? conversation.customerAddress : conversation.ourAddress,
    toAddress: inbound ? conversation.ourAddress : conversation.customerAddress,
    conversationId: conversation.id,
    ...(useNormalizedMessage
      ? {
          normalizedMessage: normalizedMessage(world, conversation, message, customer),
          normalizedReceipts: receipts(status, message.failure),
        }
      : type === 'text'
        ? { textBody: textReadBack(world, message, message.body.text) }
        : {}),
    selfUri: messageUri(conversation, message),
  };
}

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
