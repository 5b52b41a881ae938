import type { CallOptions } from '../genesys/call.js';
import type { GenesysClient } from '../genesys/client.js';
import type { ConversationSummary } from '../genesys/conversations.js';
import { found, fromCall, type Read } from './read.js';

const DAY_MS = 24 * 60 * 60 * 1000;
/** The platform refuses a filtered query over more. */
const WINDOW_DAYS = 31;
const PAGE_SIZE = 50;
/** More conversations a window than this are no customer's history, but a loop of ours or of a bot. */
const PAGES_A_WINDOW = 4;

export interface PastConversation {
  conversationId: string;
  startedAt: string;
  endedAt?: string;
}

interface ConversationSearch {
  externalContactId: string;
  lookbackDays: number;
  maxConversations: number;
  now: number;
}

/** Epoch milliseconds; the end is exclusive. */
interface Window {
  from: number;
  to: number;
}

/**
 * The customer's latest web conversations, newest first, at most `maxConversations`, no older than
 * `lookbackDays`. Looks back window by window and page by page, and stops as soon as there are enough.
 *
 * The platform matches whole days (a conversation that started on a day the interval touches), so
 * start times are checked here. Conversations in which the customer said nothing are passed over:
 * our own earlier notifications are such, and a page full of them would else hide the real history.
 */
export async function findConversations(
  client: GenesysClient,
  search: ConversationSearch,
  options: CallOptions,
): Promise<Read<PastConversation[]>> {
  const oldest = search.now - search.lookbackDays * DAY_MS;
  // By id: one that begins between two pages moves another to the next page, where it is met again.
  const conversations = new Map<string, PastConversation>();
  let to = search.now;
  while (to > oldest && conversations.size < search.maxConversations) {
    const window = { from: Math.max(oldest, to - WINDOW_DAYS * DAY_MS), to };
    const searched = await searchWindow(client, search, window, conversations, options);
    if (!searched.ok) return searched;
    to = window.from;
  }
  const newestFirst = [...conversations.values()].sort(
    (a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt),
  );
  return found(newestFirst.slice(0, search.maxConversations));
}

/** Adds a window's conversations to `conversations`, page by page until there are enough of them. */
async function searchWindow(
  client: GenesysClient,
  { externalContactId, maxConversations }: ConversationSearch,
  window: Window,
  conversations: Map<string, PastConversation>,
  options: CallOptions,
): Promise<Read<undefined>> {
  for (let pageNumber = 1; pageNumber <= PAGES_A_WINDOW; pageNumber += 1) {
    const page = fromCall(
      await client.queryConversations(queryFor(externalContactId, window, pageNumber), options),
    );
    if (!page.ok) return page;
    const summaries = page.value.conversations;
    for (const summary of summaries) {
      const conversation = usable(summary, externalContactId, window);
      if (conversation !== undefined) {
        conversations.set(conversation.conversationId, conversation);
      }
    }
    if (summaries.length < PAGE_SIZE || conversations.size >= maxConversations) break;
  }
  return found(undefined);
}

function queryFor(externalContactId: string, { from, to }: Window, pageNumber: number) {
  return {
    interval: `${new Date(from).toISOString()}/${new Date(to).toISOString()}`,
    order: 'desc' as const,
    orderBy: 'conversationStart' as const,
    paging: { pageSize: PAGE_SIZE, pageNumber },
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
  { from, to }: Window,
): PastConversation | undefined {
  const { conversationId, conversationStart, conversationEnd } = summary;
  if (conversationStart === undefined) return undefined;
  const startedAt = Date.parse(conversationStart);
  if (!(startedAt >= from && startedAt < to)) return undefined;
  const customers = summary.participants.filter(
    ({ purpose, externalContactId: id }) =>
      (purpose === 'customer' || purpose === 'external') && id === externalContactId,
  );
  if (customers.length === 0) return undefined;
  // Where the platform does not say whether the customer wrote, one that they began is taken for one.
  const customerWrote =
    summary.customerParticipation ??
    customers.some(({ sessions }) => sessions.some(({ direction }) => direction !== 'outbound'));
  if (!customerWrote) return undefined;
  return {
    conversationId,
    startedAt: conversationStart,
    ...(conversationEnd !== undefined && { endedAt: conversationEnd }),
  };
}
