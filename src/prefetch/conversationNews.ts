import type { CallFailure, CallOptions } from '../genesys/call.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import type { ConversationSummary } from '../genesys/resources/conversations.js';
import { PAGE_SIZE, startOf, WEB_MESSAGES } from '../history/conversationQuery.js';

/** Of 100 conversations each. More than that is more than it saves. */
const PAGES_AT_MOST = 50;

export type News =
  | { kind: 'all'; conversations: ConversationSummary[] }
  | { kind: 'failed'; failure: CallFailure }
  | { kind: 'too_many' };

/**
 * All web conversations of the organisation that began at `since` (epoch ms) or later: a page or two
 * where it is not long ago. The newest come first: what begins while it is read only shifts what was
 * read already to a later page, and nothing is missed.
 */
export async function conversationsSince(
  client: GenesysClient,
  { since, now }: { since: number; now: number },
  options: CallOptions,
): Promise<News> {
  const found = new Map<string, ConversationSummary>();
  for (let pageNumber = 1; pageNumber <= PAGES_AT_MOST; pageNumber += 1) {
    const page = await client.queryDeliveries(
      {
        interval: `${new Date(since).toISOString()}/${new Date(now).toISOString()}`,
        order: 'desc',
        orderBy: 'conversationStart',
        paging: { pageSize: PAGE_SIZE, pageNumber },
        segmentFilters: [WEB_MESSAGES],
      },
      options,
    );
    if (!page.ok) return { kind: 'failed', failure: page.failure };
    const { conversations } = page.data;
    for (const summary of conversations) {
      if ((startOf(summary) ?? now) >= since) found.set(summary.conversationId, summary);
    }
    const oldest = Math.min(...conversations.map((summary) => startOf(summary) ?? Infinity));
    // The platform matches whole days: what began earlier on the day of `since` is on the last page.
    if (conversations.length < PAGE_SIZE || oldest < since) {
      return { kind: 'all', conversations: [...found.values()] };
    }
  }
  return { kind: 'too_many' };
}
