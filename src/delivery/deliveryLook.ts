import { deliveryOf } from '../dispatch/deliveryCheck.js';
import type { CallOptions } from '../genesys/call.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import type { Message } from '../genesys/resources/messages.js';
import { classifyRead, type LookupError } from '../history/lookupError.js';
import type { Leg } from '../notification/record.js';
import type { AddressFault } from '../suppression/learnedSuppressions.js';

/**
 * What the platform says of one message that seems not to have arrived. Only this opens the next
 * channel: an event can be of another message or come twice, a conversation can hold several.
 */
export type LookResult =
  | { kind: 'delivered' | 'read' }
  /** `because`: what is wrong with the address itself, where the platform says so. */
  | { kind: 'failed'; because?: AddressFault }
  /** Nothing final, or no sign of a bounce. */
  | { kind: 'not_final' }
  | { kind: 'error'; error: LookupError };

export async function lookAt(
  client: Pick<GenesysClient, 'getMessageDetails' | 'getEmailConversation'>,
  leg: Leg,
  options: CallOptions,
): Promise<LookResult> {
  if (leg.channel === 'email') return lookAtEmail(client, leg, options);
  const { messageId } = leg;
  if (messageId === undefined) return { kind: 'not_final' };
  const answer = await client.getMessageDetails(messageId, options);
  if (!answer.ok) return { kind: 'error', error: classifyRead(answer.failure) };
  const delivery = deliveryOf(answer.data.status);
  switch (delivery) {
    case 'failed':
      return { kind: 'failed', because: leg.channel === 'sms' ? faultOf(answer.data) : undefined };
    case 'unconfirmed':
      return { kind: 'not_final' };
    default:
      return { kind: delivery };
  }
}

/** Genesys: ConversationReason. The other codes speak of the message, the sender or the moment. */
function faultOf({ normalizedReceipts = [] }: Message): AddressFault | undefined {
  const codes = normalizedReceipts.flatMap(({ reasons }) => reasons.map(({ code }) => code));
  if (codes.includes('RecipientOptedOut')) return 'opted_out';
  return codes.includes('InvalidDestination') ? 'no_such_address' : undefined;
}

async function lookAtEmail(
  client: Pick<GenesysClient, 'getEmailConversation'>,
  { conversationId }: Leg,
  options: CallOptions,
): Promise<LookResult> {
  if (conversationId === undefined) return { kind: 'not_final' };
  const answer = await client.getEmailConversation(conversationId, options);
  if (!answer.ok) return { kind: 'error', error: classifyRead(answer.failure) };
  const bounce = answer.data?.participants.find(({ errorInfo }) => errorInfo !== undefined);
  if (bounce === undefined) return { kind: 'not_final' };
  const isFinal = isHardBounce(bounce.errorInfo?.status);
  return { kind: 'failed', because: isFinal ? 'bounced' : undefined };
}

/** RFC 3463: 5.0.0, addresses (5.1.x, but those of the sender) and a mailbox that is disabled. */
const HARD = /^5\.(?:0\.0|1\.(?!7$|8$)\d+|2\.1)$/;
const HARD_REPLIES: ReadonlySet<string> = new Set(['550', '551', '553']);

/**
 * Whether a bounce says that an address takes no mail at all: not that a mailbox is full, a message too large, or
 * mail unwanted by a policy. A bounce without a status counts as hard: it came within seconds, and a mail server
 * that hopes for a later try does not give up so soon.
 */
export function isHardBounce(status: string | undefined): boolean {
  return status === undefined || HARD.test(status) || HARD_REPLIES.has(status);
}
