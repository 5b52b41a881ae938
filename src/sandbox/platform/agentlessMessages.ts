import { z } from 'zod';
import { type Answer, accepted, badRequest, notFound, parseBody, refused } from '../answer.js';
import type { Customer } from '../population/customer.js';
import type { World } from '../world.js';
import { E164 } from './address.js';
import type { Call } from './call.js';
import { messageView } from './messageView.js';
import { recordSend } from './send.js';

const WEB_TEXT_MAX = 2000;
const SMS_TEXT_MAX = 765;

const bodySchema = z.strictObject({
  fromAddress: z.string().min(1).max(256),
  toAddressMessengerType: z.enum(['sms', 'whatsapp', 'open', 'webmessaging', 'apple']),
  toAddress: z.string().min(1).max(256).optional(),
  externalContactId: z.string().min(1).max(64).optional(),
  textBody: z.string().optional(),
  messagingTemplate: z.looseObject({}).optional(),
  useExistingActiveConversation: z.boolean().default(false),
});

type Body = z.output<typeof bodySchema>;

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
    address: { media: 'sms', customer, customerAddress: toAddress, delivered: true },
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
  const parsed = parseBody(bodySchema, call.body);
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
    subject: null,
    text,
    delivered,
    into: active,
  });
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
