import type { CallOptions } from '../genesys/call.js';
import type { GenesysClient } from '../genesys/client.js';
import type { ConversationSummary } from '../genesys/conversations.js';
import { found, fromCall, type Read } from './read.js';

const DAY_MS = 24 * 60 * 60 * 1000;
/** The platform refuses a filtered query over more. */
const WINDOW_DAYS = 31;
const PAGE_SIZE = 50;

export interface PastConversation {
  conversationId: string;
  startedAt: string;
  endedAt?: string;
}

/**
 * The customer's latest web conversations, newest first, at most `maxConversations`, no older than
 * `lookbackDays`. Looks back window by window and stops as soon as there are enough.
 *
 * The platform matches whole days (a conversation that started on a day the interval touches), so
 * start times are checked here. Conversations in which the customer said nothing are passed over:
 * our own earlier notifications are such, and a few of them would else hide the real history.
 */
export async function findConversations(
  client: GenesysClient,
  search: {
    externalContactId: string;
    lookbackDays: number;
    maxConversations: number;
    now: number;
  },
  options: CallOptions,
): Promise<Read<PastConversation[]>> {
  const oldest = search.now - search.lookbackDays * DAY_MS;
  const conversations: PastConversation[] = [];
  let to = search.now;
  while (to > oldest && conversations.length < search.maxConversations) {
    const from = Math.max(oldest, to - WINDOW_DAYS * DAY_MS);
    const page = fromCall(
      await client.queryConversations(queryFor(search.externalContactId, from, to), options),
    );
    if (!page.ok) return page;
    for (const summary of page.value.conversations) {
      const conversation = usable(summary, search.externalContactId, from, to);
      if (conversation !== undefined) conversations.push(conversation);
    }
    to = from;
  }
  conversations.sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt));
  return found(conversations.slice(0, search.maxConversations));
}

function queryFor(externalContactId: string, from: number, to: number) {
  return {
    interval: `${new Date(from).toISOString()}/${new Date(to).toISOString()}`,
    order: 'desc' as const,
    orderBy: 'conversationStart' as const,
    paging: { pageSize: PAGE_SIZE, pageNumber: 1 },
    segmentFilters: [
      {
        type: 'and' as const,
        predicates: [
          { dimension: 'mediaType', value: 'message' },
          { dimension: 'messageType', value: 'webmessaging' },
          { dimension: 'externalContactId', value: externalContactId },
        ],
      },
    ],
  };
}

function usable(
  summary: ConversationSummary,
  externalContactId: string,
  from: number,
  to: number,
): PastConversation | undefined {
  const { conversationId, conversationStart, conversationEnd } = summary;
  if (conversationStart === undefined) return undefined;
  const startedAt = Date.parse(conversationStart);
  if (!(startedAt >= from && startedAt < to)) return undefined;
  const customerWrote = summary.participants.some(
    (participant) =>
      (participant.purpose === 'customer' || participant.purpose === 'external') &&
      participant.externalContactId === externalContactId &&
      participant.sessions.some((session) => session.direction !== 'outbound'),
  );
  if (!customerWrote) return undefined;
  return {
    conversationId,
    startedAt: conversationStart,
    ...(conversationEnd !== undefined && { endedAt: conversationEnd }),
  };
}
