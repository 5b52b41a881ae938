import { z } from 'zod';
import { type Answer, accepted, badRequest, notFound, parseBody } from '../answer.js';
import type { World } from '../world.js';
import { headerText, mailbox } from './address.js';
import type { Call } from './call.js';
import { recordSend } from './send.js';

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
export function sendAgentlessEmail(world: World, { body }: Call): Answer {
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
    subject,
    text: textBody,
    delivered: true,
    into,
  });
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
  });
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
