import type { Conversation, Customer, Message, MessageBody } from '../population/customer.js';
import type { World } from '../world.js';
import { isInbound, type MessageStatus, statusOf } from './messageStatus.js';

const PLATFORM = { webmessaging: 'WebMessaging', sms: 'Phone', email: 'Email' } as const;

export function messageUri(conversation: Conversation, message: Message): string {
  return `/api/v2/conversations/messages/${conversation.id}/messages/${message.id}`;
}

/** Genesys: NormalizedType of a message, also found in messageMetadata. */
export function messageType({ type }: MessageBody): 'Text' | 'Structured' | 'Event' | 'Receipt' {
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
    ...contentOf(message.body),
    direction: inbound ? 'Inbound' : 'Outbound',
    originatingEntity: message.sender === 'bot' ? 'Bot' : 'Human',
    metadata: {},
  };
}

function receipts(status: MessageStatus): object[] {
  switch (status) {
    case 'received':
    case 'queued':
      return [];
    case 'sent':
      return [{ type: 'Receipt', status: 'Sent', isFinalReceipt: false }];
    case 'delivery-success':
      return [{ type: 'Receipt', status: 'Delivered', isFinalReceipt: true }];
    case 'delivery-failed': {
      const reasons = [{ code: 'GeneralError', message: 'The recipient could not be reached' }];
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
          normalizedMessage: normalizedMessage(conversation, message, customer),
          normalizedReceipts: receipts(status),
        }
      : type === 'text'
        ? { textBody: message.body.text }
        : {}),
    selfUri: messageUri(conversation, message),
  };
}
