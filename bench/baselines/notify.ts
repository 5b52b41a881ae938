import type { Customer } from '../harness/sandbox.js';
import { type Genesys, heedingRetryAfter } from './genesys.js';

const DEPLOYMENT_ID = 'd0000000-0000-4000-8000-000000000001';
const LOOK_BACK_MS = 31 * 24 * 60 * 60 * 1_000;

/**
 * One notification by the endpoints that exist, phase by phase: who is it, their latest
 * conversation, what they wrote last, the message. The next customer knows nothing of this one. Answers
 * the message's id.
 */
export async function notify(
  { conversations, contacts }: Genesys,
  customer: Customer,
  by: 'contact id' | 'email',
): Promise<string> {
  const contactId =
    by === 'contact id'
      ? customer.externalContactId
      : (
          await heedingRetryAfter(() =>
            contacts.postExternalcontactsIdentifierlookupContacts({
              type: 'Email',
              value: customer.email,
            }),
          )
        ).id;
  if (contactId === undefined) throw new Error('a customer was not found');

  const now = Date.now();
  const { conversations: [latest] = [] } = await heedingRetryAfter(() =>
    conversations.postAnalyticsConversationsDetailsQuery({
      interval: `${new Date(now - LOOK_BACK_MS).toISOString()}/${new Date(now).toISOString()}`,
      order: 'desc',
      orderBy: 'conversationStart',
      paging: { pageSize: 5, pageNumber: 1 },
      segmentFilters: [
        {
          type: 'and',
          predicates: [
            { dimension: 'mediaType', value: 'message' },
            { dimension: 'messageType', value: 'webmessaging' },
          ],
        },
        { type: 'and', predicates: [{ dimension: 'externalContactId', value: contactId }] },
      ],
    }),
  );
  const conversationId = latest?.conversationId;
  if (conversationId === undefined) throw new Error('a customer without history');

  const outline = await heedingRetryAfter(() =>
    conversations.getConversationsMessage(conversationId),
  );
  const ids = (outline.participants ?? [])
    .filter(({ purpose }) => purpose === 'customer')
    .flatMap(({ messages = [] }) => messages.flatMap(({ messageId }) => messageId ?? []));
  const texts = await heedingRetryAfter(() =>
    conversations.postConversationsMessageMessagesBulk(conversationId, { body: ids }),
  );
  const lastMessage = texts.entities?.at(-1)?.normalizedMessage?.text ?? '';

  const { id } = await heedingRetryAfter(() =>
    conversations.postConversationsMessagesAgentless({
      fromAddress: DEPLOYMENT_ID,
      toAddressMessengerType: 'webmessaging',
      externalContactId: contactId,
      textBody: `Hi Ada Example,\n\nyou wrote: “${lastMessage.slice(0, 100)}”. Is it solved by now?`,
    }),
  );
  if (id === undefined) throw new Error('a message without an id');
  return id;
}

/** Whether a message has arrived. */
export async function askArrival({ conversations }: Genesys, messageId: string): Promise<void> {
  await heedingRetryAfter(() => conversations.getConversationsMessageDetails(messageId));
}
