import type { CallFailure } from '../genesys/call.js';
import type { ConversationSummary, QueryFilter } from '../genesys/resources/conversations.js';
import { PAGE_SIZE, startOf, WEB_MESSAGES } from '../history/conversationQuery.js';
import { ResultPages } from '../history/resultPages.js';
import { classifyBulk, isTooMuch } from './bulkFailure.js';
import type { PrefetchTask } from './prefetchTask.js';

/** Of 100 conversations each. More than that is more than it saves. */
const PAGES_AT_MOST = 50;

/**
 * Leaves out what says nothing of a customer: conversations that we began, that are over, and in which
 * the customer did not write. A campaign's own messages are such, hundreds a look. Each part is true
 * of what is doubtful as well: where the platform does not say if the customer wrote, it is answered.
 * `notExists` on a dimension of the conversation is documented and was not tried on the platform.
 */
const MAY_BE_NEWS: QueryFilter = {
  type: 'or',
  predicates: [
    { dimension: 'originatingDirection', value: 'inbound' },
    { dimension: 'customerParticipation', value: 'true' },
    { dimension: 'customerParticipation', operator: 'notExists' },
    { dimension: 'conversationEnd', operator: 'notExists' },
  ],
};

export type News =
  | { kind: 'all'; conversations: ConversationSummary[] }
  | { kind: 'failed'; failure: CallFailure }
  /** There are more than are looked through, or their pages moved time and again. */
  | { kind: 'incomplete' };

/**
 * The web conversations of the organisation that began at `since` (epoch ms) or later, without those in
 * which no customer can have written: a page where it is not long ago. A platform that does not take the
 * filter is asked for all of them, ours too, for the rest of the campaign.
 */
export async function conversationsSince(
  task: PrefetchTask,
  period: { since: number; now: number },
): Promise<News> {
  if (task.isRefused('news filter')) return readPages(task, period, []);
  const news = await readPages(task, period, [MAY_BE_NEWS]);
  if (news.kind !== 'failed' || !isTooMuch(news.failure)) return news;
  const all = await readPages(task, period, []);
  // What is refused without the filter as well is not refused because of it.
  const verdict = classifyBulk(news.failure);
  if (all.kind !== 'failed' && verdict.kind === 'refused') {
    await task.refuse('news filter', verdict.detail);
  }
  return all;
}

/** The newest come first; what moves while it is read: see `ResultPages`. */
async function readPages(
  { tools: { client }, options }: PrefetchTask,
  { since, now }: { since: number; now: number },
  conversationFilters: QueryFilter[],
): Promise<News> {
  const found = new Map<string, ConversationSummary>();
  const pages = new ResultPages();
  for (let read = 0; read < PAGES_AT_MOST; read += 1) {
    const page = await client.queryDeliveries(
      {
        interval: `${new Date(since).toISOString()}/${new Date(now).toISOString()}`,
        order: 'desc',
        orderBy: 'conversationStart',
        paging: { pageSize: PAGE_SIZE, pageNumber: pages.number },
        segmentFilters: [WEB_MESSAGES],
        conversationFilters,
      },
      options,
    );
    if (!page.ok) return { kind: 'failed', failure: page.failure };
    const { conversations, totalHits } = page.data;
    for (const summary of conversations) {
      if ((startOf(summary) ?? now) >= since) found.set(summary.conversationId, summary);
    }
    const turn = pages.turn(totalHits);
    if (turn === 'unsteady') break;
    if (turn === 'moved') continue;
    const oldest = Math.min(...conversations.map((summary) => startOf(summary) ?? Infinity));
    // The platform matches whole days: what began earlier on the day of `since` is on the last page.
    if (conversations.length < PAGE_SIZE || oldest < since) {
      return { kind: 'all', conversations: [...found.values()] };
    }
  }
  return { kind: 'incomplete' };
}
