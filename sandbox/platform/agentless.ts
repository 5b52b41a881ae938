import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Answer, accepted, badRequest, notFound, parseBody, refused } from '../answer.js';
import type {
  Conversation,
  Customer,
  EmailParts,
  Media,
  Message,
} from '../population/population.js';
import type { World } from '../state.js';
import type { Call } from './call.js';
import { messageView } from './messages.js';

export const emailAddress = z
  .string()
  .max(256, 'must be at most 256 characters')
  .regex(/^[^\s@<>,;"]+@[^\s@<>,;".]+(\.[^\s@<>,;".]+)+$/, 'must be an email address');

/** A line break in a header would let a text add headers of its own. */
const headerText = (max: number) =>
  z
    .string()
    .min(1, 'must not be empty')
    .max(max, `must be at most ${max} characters`)
    .regex(/^[^\r\n]*$/, 'must not hold line breaks');

const mailbox = z.strictObject({ email: emailAddress, name: headerText(256).optional() });

export const E164 = /^\+[1-9]\d{6,14}$/;

interface OutboundMessage {
  media: Media;
  customer: Customer | undefined;
  ourAddress: string;
  customerAddress: string;
  text: string;
  /** For an email; null for a message. */
  email: EmailParts | null;
  delivered: boolean;
  /** The conversation it joins; one of its own, ended at once, when left out. */
  into: Conversation | undefined;
}

interface Sent {
  conversation: Conversation;
  message: Message;
}

/** Records an outbound message of the `api` participant, as an agentless send leaves it behind. */
function recordSend(world: World, outbound: OutboundMessage): Sent {
  const { media, customer, ourAddress, customerAddress, text, email, delivered, into } = outbound;
  const at = world.now();
  const { faults } = world;
  const message: Message = {
    id: randomUUID().replaceAll('-', ''),
    at,
    sender: 'api',
    body: { type: 'text', text },
    delivered,
    read: customer?.reads ?? false,
    ...(media === 'sms' && customer?.smsFails ? { failure: customer.smsFails } : {}),
    ...(email === null ? {} : { email }),
    indexedLaterMs:
      faults.takeBehaviour('index-missing') === null
        ? (faults.takeBehaviour('index-late')?.ms ?? 0)
        : Number.POSITIVE_INFINITY,
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
    subject: email?.subject ?? null,
    startedAt: at,
    endedAt: at,
    messages: [message],
  };
  world.population.addConversation(conversation);
  return { conversation, message };
}

/** Genesys: exactly one recipient, no cc, no attachments; subject at most 400 characters. */
const bodySchema = z.strictObject({
  senderType: z.literal('Outbound'),
  fromAddress: mailbox,
  toAddresses: z.array(mailbox).length(1, 'must hold exactly one recipient'),
  replyToAddress: mailbox.optional(),
  subject: headerText(400),
  textBody: z.string().optional(),
  htmlBody: z.string().optional(),
  conversationId: z.string().min(1).max(64).optional(),
});

/** Genesys: POST /conversations/emails/agentless. `conversationId` may only name an email conversation. */
export function sendAgentlessEmail(world: World, { body, fault }: Call): Answer {
  const parsed = parseBody(bodySchema, body);
  if (!parsed.ok) return parsed.refusal;
  const { senderType, fromAddress, toAddresses, replyToAddress, subject, conversationId } =
    parsed.value;
  const { textBody = '', htmlBody = '' } = parsed.value;
  const [recipient] = toAddresses;
  if (recipient === undefined || (textBody === '' && htmlBody === '')) {
    return badRequest('textBody or htmlBody must hold the message', 'textBody');
  }
  const into =
    conversationId === undefined ? undefined : world.population.conversation(conversationId);
  if (conversationId !== undefined && into?.media !== 'email') {
    return notFound('The email conversation was not found.');
  }
  const customer = world.population.findByAddress(recipient.email);
  const { conversation, message } = recordSend(world, {
    media: 'email',
    customer,
    ourAddress: fromAddress.email,
    customerAddress: recipient.email,
    text: textBody,
    email: {
      from: fromAddress,
      to: recipient,
      replyTo: replyToAddress,
      subject,
      html: htmlBody === '' ? null : htmlBody,
      stitched: into !== undefined,
    },
    delivered: customer?.emailBounces !== true,
    into,
  });
  if (message.delivered) {
    world.inbox.add({
      at: message.at,
      channel: 'email',
      to: recipient.email,
      from: fromAddress.email,
      customerId: customer?.id ?? null,
      customerEmail: customer?.email ?? null,
      text: textBody === '' ? null : textBody,
      subject,
      html: htmlBody === '' ? null : htmlBody,
      messageId: message.id,
      conversationId: conversation.id,
      fault,
    });
  }
  return accepted({
    id: message.id,
    conversationId: conversation.id,
    senderType,
    fromAddress,
    toAddresses,
    ...(replyToAddress === undefined ? {} : { replyToAddress }),
    subject,
    dateCreated: new Date(message.at).toISOString(),
    selfUri: `/api/v2/conversations/emails/agentless/${message.id}`,
  });
}

const WEB_TEXT_MAX = 2000;
const SMS_TEXT_MAX = 765;

const bodySchemaOfAgentlessMessages = z.strictObject({
  fromAddress: z.string().min(1).max(256),
  toAddressMessengerType: z.enum(['sms', 'whatsapp', 'open', 'webmessaging', 'apple']),
  toAddress: z.string().min(1).max(256).optional(),
  externalContactId: z.string().min(1).max(64).optional(),
  textBody: z.string().optional(),
  messagingTemplate: z.looseObject({}).optional(),
  useExistingActiveConversation: z.boolean().default(false),
});

type Body = z.output<typeof bodySchemaOfAgentlessMessages>;

interface Address {
  media: 'webmessaging' | 'sms';
  customer: Customer | undefined;
  customerAddress: string;
  delivered: boolean;
}

type Addressed = { ok: true; address: Address } | { ok: false; refusal: Answer };

const refuse = (refusal: Answer): Addressed => ({ ok: false, refusal });

/**
 * Genesys: a web message is addressed by the deployment it comes from and the external contact it goes
 * to; `toAddress` cannot be used.
 */
function addressWeb(world: World, { fromAddress, toAddress, externalContactId }: Body): Addressed {
  if (toAddress !== undefined) {
    return refuse(badRequest('toAddress cannot be used with webmessaging', 'toAddress'));
  }
  if (externalContactId === undefined) {
    return refuse(
      badRequest('externalContactId is required with webmessaging', 'externalContactId'),
    );
  }
  if (fromAddress !== world.settings.deploymentId) {
    return refuse(badRequest('fromAddress is not a web messaging deployment', 'fromAddress'));
  }
  const customer = world.population.customer(externalContactId);
  if (customer === undefined) return refuse(notFound('The external contact was not found.'));
  return {
    ok: true,
    address: {
      media: 'webmessaging',
      customer,
      customerAddress: customer.guestId,
      delivered: customer.online,
    },
  };
}

function addressSms(world: World, { fromAddress, toAddress, externalContactId }: Body): Addressed {
  if (externalContactId !== undefined) {
    return refuse(badRequest('externalContactId cannot be used with sms', 'externalContactId'));
  }
  if (toAddress === undefined || !E164.test(toAddress)) {
    return refuse(badRequest('toAddress must be a phone number in E.164', 'toAddress'));
  }
  if (!E164.test(fromAddress)) {
    return refuse(badRequest('fromAddress must be a phone number in E.164', 'fromAddress'));
  }
  const customer = world.population.findByAddress(toAddress);
  return {
    ok: true,
    address: {
      media: 'sms',
      customer,
      customerAddress: toAddress,
      delivered: (customer?.smsFails ?? null) === null,
    },
  };
}

function addressOf(world: World, body: Body): Addressed {
  switch (body.toAddressMessengerType) {
    case 'webmessaging':
      return addressWeb(world, body);
    case 'sms':
      return addressSms(world, body);
    default:
      return refuse(
        badRequest(
          `${body.toAddressMessengerType} is not configured in this organisation`,
          'toAddressMessengerType',
        ),
      );
  }
}

/**
 * Genesys: POST /conversations/messages/agentless. 200 means accepted, not delivered: a customer whose
 * browser is closed gets nothing, and the message's status says so later.
 */
export function sendAgentlessMessage(world: World, call: Call): Answer {
  const parsed = parseBody(bodySchemaOfAgentlessMessages, call.body);
  if (!parsed.ok) return parsed.refusal;
  const body = parsed.value;
  const addressed = addressOf(world, body);
  if (!addressed.ok) return addressed.refusal;
  const { media, customer, customerAddress, delivered } = addressed.address;

  if (body.messagingTemplate !== undefined) {
    return badRequest('messagingTemplate is for whatsapp only', 'messagingTemplate');
  }
  const max = media === 'sms' ? SMS_TEXT_MAX : WEB_TEXT_MAX;
  const text = body.textBody;
  if (text === undefined || text.trim() === '') {
    return badRequest('textBody must not be empty', 'textBody');
  }
  if (text.length > max) {
    return badRequest(`textBody must be at most ${max} characters`, 'textBody');
  }

  const active =
    customer === undefined
      ? undefined
      : world.population.activeConversation(customer.id, media, body.fromAddress);
  if (active !== undefined && !body.useExistingActiveConversation) {
    return refused(
      409,
      'conflict',
      'The request conflicts with the current state of the target resource: ' +
        'a conversation between these addresses is active.',
    );
  }

  const { conversation, message } = recordSend(world, {
    media,
    customer,
    ourAddress: body.fromAddress,
    customerAddress,
    text,
    email: null,
    delivered,
    into: active,
  });
  if (!delivered && media === 'webmessaging')
    world.notifications.messageWillFail(conversation, message);
  if (delivered) {
    world.inbox.add({
      at: message.at,
      channel: media === 'sms' ? 'sms' : 'web',
      to: media === 'sms' ? customerAddress : (customer?.id ?? customerAddress),
      from: body.fromAddress,
      customerId: customer?.id ?? null,
      customerEmail: customer?.email ?? null,
      text,
      subject: null,
      html: null,
      messageId: message.id,
      conversationId: conversation.id,
      fault: call.fault,
    });
  }
  return accepted({
    id: message.id,
    conversationId: conversation.id,
    fromAddress: body.fromAddress,
    toAddress: customerAddress,
    messengerType: media,
    useExistingActiveConversation: body.useExistingActiveConversation,
    message: messageView(world, conversation, message, call.useNormalizedMessage),
    timestamp: new Date(message.at).toISOString(),
    selfUri: `/api/v2/conversations/messages/agentless/${message.id}`,
  });
}

/** `webchat` would need the id of a live session, which no history gives: `email` is the only type. */
const recipient = z.strictObject({ type: z.literal('email'), address: emailAddress });

const bodySchemaOfEngage = z.strictObject({
  to: recipient,
  from: z.strictObject({
    type: z.literal('email', 'must be email'),
    address: emailAddress,
    name: headerText(256),
  }),
  subject: headerText(400),
  body: z.strictObject({
    contentType: z.literal('text/html', 'must be text/html'),
    content: z.string().min(1, 'must not be empty'),
  }),
  messageType: z.literal('proactive', 'must be proactive'),
});

/**
 * POST /api/v2/engage/messages is not in the published API: an organisation's gateway may offer it.
 * A malformed `to` has an answer of its own, before anything else is looked at.
 */
export function sendEngageMessage(world: World, { body, fault }: Call): Answer {
  const to = recipient.safeParse(memberTo(body));
  if (!to.success) {
    const [first] = to.error.issues;
    const path = first?.code === 'unrecognized_keys' ? first.keys.slice(0, 1) : (first?.path ?? []);
    return badRequest('Invalid recipient type', ['to', ...path].map(String).join('.'));
  }
  const parsed = parseBody(bodySchemaOfEngage, body);
  if (!parsed.ok) return parsed.refusal;
  const { from, subject, body: message } = parsed.value;
  const { address } = to.data;
  const customer = world.population.findByAddress(address);
  const id = randomUUID();
  world.inbox.add({
    at: world.now(),
    channel: 'engage',
    to: address,
    from: from.address,
    customerId: customer?.id ?? null,
    customerEmail: customer?.email ?? null,
    text: null,
    subject,
    html: message.content,
    messageId: id,
    conversationId: null,
    fault,
  });
  return accepted({ id }, 202);
}

function memberTo(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'to' in body ? body.to : undefined;
}
