import { hasBounced, type MessageStatus, statusOf } from '../platform/messages.js';
import { type Participant, participantsOf } from '../platform/participants.js';
import { DIVISION_ID } from '../population/division.js';
import type { Conversation, Customer, Media, Message } from '../population/population.js';
import type { World } from '../state.js';
import type { Row } from './query.js';

const DELIVERY_STATUS = {
  received: 'Received',
  queued: 'Queued',
  sent: 'Sent',
  'delivery-success': 'DeliverySuccess',
  'delivery-failed': 'DeliveryFailed',
  read: 'Read',
} as const satisfies Record<MessageStatus, string>;

/** One participant's part: a session with one segment, as the columns filters look at and as answered. */
interface Part {
  row: Row;
  participant: (parts: BodyParts) => object;
}

interface BodyParts {
  /** Genesys: only the results of a job hold participants' attributes. */
  attributes: boolean;
}

export interface ConversationView {
  row: Row;
  segments: Row[];
  /**
   * Genesys: AnalyticsConversation, with attributes or without. Holds no text of any message. Built on demand: a
   * query may look at thousands of conversations and answers with at most a hundred.
   */
  body: (parts: BodyParts) => object;
}

/** What the index knows by now: a send shows up `indexingLagMs` after it was made, or later by a fault. */
function indexedMessages(world: World, { messages }: Conversation): Message[] {
  const horizon = world.now() - world.settings.indexingLagMs;
  return messages.filter(
    ({ sender, at, indexedLaterMs = 0 }) => sender !== 'api' || at + indexedLaterMs <= horizon,
  );
}

/** The view of one conversation, or null while the index does not have it. */
export function viewOf(world: World, conversation: Conversation): ConversationView | null {
  const messages = indexedMessages(world, conversation);
  if (conversation.origin === 'api' && messages.length === 0) return null;
  const { customerId, startedAt, endedAt } = conversation;
  const customer = customerId === null ? undefined : world.population.customer(customerId);
  const parts = participantsOf(conversation, messages, customer).map((participant) =>
    partOf(world, conversation, participant),
  );
  const direction = conversation.origin === 'api' ? 'outbound' : 'inbound';
  const start = new Date(startedAt).toISOString();
  const end: Record<string, string> =
    endedAt === null ? {} : { conversationEnd: new Date(endedAt).toISOString() };
  const participation = messages.some(({ sender }) => sender === 'customer');
  const facts = {
    conversationId: conversation.id,
    conversationStart: start,
    ...end,
    originatingDirection: direction,
    conversationInitiator: conversation.origin === 'api' ? 'api' : 'customer',
  };
  return {
    row: { ...facts, customerParticipation: String(participation) },
    segments: parts.map(({ row }) => row),
    body: (wanted) => ({
      ...facts,
      customerParticipation: participation,
      divisionIds: [DIVISION_ID],
      participants: parts.map(({ participant }) => participant(wanted)),
    }),
  };
}

/** Genesys: the delivery status of an email, SMS or web message. */
function deliveryOf(world: World, media: Media, message: Message): { deliveryStatus: string } {
  if (media !== 'email') return { deliveryStatus: DELIVERY_STATUS[statusOf(world, message)] };
  return { deliveryStatus: hasBounced(world, message) ? 'DeliveryFailed' : 'Sent' };
}

/** Genesys: values are cut at so many characters. */
const ATTRIBUTE_MAX = 1024;

/** What the website's messenger sets on a conversation of a customer who has logged in. */
function attributesOf(customer: Customer | undefined): Record<string, string> {
  if (customer === undefined) return {};
  const { email, firstName } = customer;
  return {
    'context.firstName': firstName.slice(0, ATTRIBUTE_MAX),
    ...(email === null ? {} : { 'context.email': email }),
  };
}

function partOf(world: World, conversation: Conversation, participant: Participant): Part {
  const { media, customerId, ourAddress, customerAddress, startedAt, endedAt } = conversation;
  const isCustomer = participant.purpose === 'customer';
  const inbound = conversation.origin === 'customer' && participant.purpose !== 'api';
  const last = participant.messages.at(-1);
  const session = {
    mediaType: media === 'email' ? 'email' : 'message',
    ...(media === 'email' ? {} : { messageType: media }),
    direction: inbound ? 'inbound' : 'outbound',
    addressFrom: inbound ? customerAddress : ourAddress,
    addressTo: inbound ? ourAddress : customerAddress,
    remote: isCustomer ? ourAddress : customerAddress,
    provider: media === 'email' ? 'PureCloud Email' : 'PureCloud Messaging',
    ...(isCustomer || last === undefined ? {} : deliveryOf(world, media, last)),
  };
  const contact: Record<string, string> =
    isCustomer && customerId !== null ? { externalContactId: customerId } : {};
  const customer = customerId === null ? undefined : world.population.customer(customerId);
  const canonical: Record<string, string> =
    isCustomer && customer !== undefined && world.settings.canonicalContactFilter
      ? { canonicalExternalContactId: world.population.canonicalOf(customer).id }
      : {};
  const ending: Record<string, string> =
    endedAt === null ? {} : { disconnectType: isCustomer ? 'client' : 'peer' };
  const subject: Record<string, string> =
    conversation.subject === null ? {} : { subject: conversation.subject };
  const { purpose, name: participantName } = participant;
  // A send into a conversation that was there begins when it is made, not with the conversation.
  const joinedAt = purpose === 'api' ? (participant.messages[0]?.at ?? startedAt) : startedAt;
  return {
    row: {
      ...session,
      ...contact,
      ...canonical,
      ...ending,
      ...subject,
      purpose,
      participantName,
      authenticated: 'false',
    },
    participant: ({ attributes }) => ({
      participantId: participant.id,
      participantName,
      purpose,
      ...contact,
      ...(attributes ? { attributes: isCustomer ? attributesOf(customer) : {} } : {}),
      sessions: [
        {
          sessionId: `5${participant.id.slice(0, 1)}${participant.id.slice(2)}`,
          ...session,
          authenticated: false,
          metrics: [],
          segments: [
            {
              segmentStart: new Date(joinedAt).toISOString(),
              ...(endedAt === null
                ? {}
                : { segmentEnd: new Date(Math.max(joinedAt, endedAt)).toISOString() }),
              segmentType: 'interact',
              ...ending,
              ...subject,
              conference: false,
            },
          ],
        },
      ],
    }),
  };
}
