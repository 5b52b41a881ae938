import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Answer, accepted, badRequest, parseBody } from '../answer.js';
import type { World } from '../world.js';
import { emailAddress, headerText } from './address.js';
import type { Call } from './call.js';

/** `webchat` would need the id of a live session, which no history gives: `email` is the only type. */
const recipient = z.strictObject({ type: z.literal('email'), address: emailAddress });

const bodySchema = z.strictObject({
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
export function sendEngageMessage(world: World, { body }: Call): Answer {
  const to = recipient.safeParse(memberTo(body));
  if (!to.success) {
    const [first] = to.error.issues;
    const path = first?.code === 'unrecognized_keys' ? first.keys.slice(0, 1) : (first?.path ?? []);
    return badRequest('Invalid recipient type', ['to', ...path].map(String).join('.'));
  }
  const parsed = parseBody(bodySchema, body);
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
  });
  return accepted({ id }, 202);
}

function memberTo(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'to' in body ? body.to : undefined;
}
