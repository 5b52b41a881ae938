import { deliveryOf } from '../dispatch/deliveryCheck.js';
import type { CallOptions } from '../genesys/call.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import { classifyRead, type LookupError } from '../history/lookupError.js';
import type { Leg } from '../notification/record.js';

/**
 * What the platform says of one message that seems not to have arrived. Only this opens the next
 * channel: an event can be of another message or come twice, a conversation can hold several.
 */
export type LookResult =
  | { kind: 'failed' | 'delivered' | 'read' }
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
  return { kind: delivery === 'unconfirmed' ? 'not_final' : delivery };
}

async function lookAtEmail(
  client: Pick<GenesysClient, 'getEmailConversation'>,
  { conversationId }: Leg,
  options: CallOptions,
): Promise<LookResult> {
  if (conversationId === undefined) return { kind: 'not_final' };
  const answer = await client.getEmailConversation(conversationId, options);
  if (!answer.ok) return { kind: 'error', error: classifyRead(answer.failure) };
  const hasBounced = answer.data?.participants.some(({ errorInfo }) => errorInfo !== undefined);
  return { kind: hasBounced === true ? 'failed' : 'not_final' };
}
