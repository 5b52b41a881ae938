import { pino } from 'pino';
import type { CallOptions } from '../../../src/genesys/call.js';
import type { GenesysClient } from '../../../src/genesys/genesysClient.js';
import { ConversationLoader } from '../../../src/history/conversationLoader.js';
import type { ContactIds, PastConversation } from '../../../src/history/conversationQuery.js';
import { found, type Read } from '../../../src/history/lookupError.js';
import { PastConversations } from '../../../src/history/pastConversations.js';

/** A loader of its own, as each worker process has one. */
export function openLoader(client: GenesysClient): ConversationLoader {
  return new ConversationLoader(client, pino({ level: 'silent' }));
}

interface Search {
  contactIds: ContactIds;
  lookbackDays: number;
  maxConversations: number;
  now: number;
}

/** Takes a customer's conversations one after the other until there are enough, or no more. */
export async function findConversations(
  client: GenesysClient,
  search: Search,
  options: CallOptions,
): Promise<Read<PastConversation[]>> {
  const past = new PastConversations(openLoader(client), search, options);
  const conversations: PastConversation[] = [];
  while (conversations.length < search.maxConversations) {
    const next = await past.next();
    if (!next.ok) return next;
    if (next.value === undefined) break;
    conversations.push(next.value);
  }
  return found(conversations);
}
