import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Answer, accepted, parseBody } from '../answer.js';
import type { World } from '../world.js';
import { headerText, mailbox } from './address.js';
import type { Call } from './call.js';

const bodySchema = z.strictObject({
  to: mailbox,
  from: mailbox,
  subject: headerText(400),
  htmlBody: z.string().min(1, 'must not be empty'),
});

/** POST /api/v2/engage/messages is not in the published API: an organisation's gateway may offer it. */
export function sendEngageMessage(world: World, { body }: Call): Answer {
  const parsed = parseBody(bodySchema, body);
  if (!parsed.ok) return parsed.refusal;
  const { to, from, subject, htmlBody } = parsed.value;
  const customer = world.population.findByAddress(to.email);
  const id = randomUUID();
  world.inbox.add({
    at: world.now(),
    channel: 'engage',
    to: to.email,
    from: from.email,
    customerId: customer?.id ?? null,
    customerEmail: customer?.email ?? null,
    text: null,
    subject,
    html: htmlBody,
    messageId: id,
    conversationId: null,
  });
  return accepted({ id, status: 'queued' }, 202);
}
