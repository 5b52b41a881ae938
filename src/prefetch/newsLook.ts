import type { ConversationSummary } from '../genesys/resources/conversations.js';
import { contactIdsOf } from '../history/identity.js';
import { conversationsSince } from './conversationNews.js';
import type { BlockPlace } from './prefetchState.js';
import type { PrefetchTask } from './prefetchTask.js';

/** Looks within the time that a history counts as fresh. */
const LOOKS = 3;

/** When to look for news next (epoch ms); undefined while nothing is kept that could get old. */
export function nextLookAt({ state, tools }: PrefetchTask): number | undefined {
  if (state.lookedAt === undefined || state.kept.length === 0) return undefined;
  return state.lookedAt + tools.settings.freshForMs / LOOKS;
}

/**
 * One query for the organisation's web conversations since the last look. Customers who may have written
 * in one are marked before the others' data is kept longer: a process that dies in between lets it expire
 * too early, never too late. Answers whether it could look.
 */
export async function lookForNews(task: PrefetchTask): Promise<boolean> {
  const { lookedAt, kept, window } = task.state;
  if (lookedAt === undefined) return true;
  const { store, settings } = task.tools;
  const now = task.now;
  const since = lookedAt - settings.settlesAfterMs;
  const news = await conversationsSince(task, { since, now });
  if (news.kind !== 'all') return false;
  const { id } = task.campaign;
  const customers = await customersIn(task, kept);
  const wrote = [...new Set(news.conversations.flatMap(customerIds))].filter((contactId) =>
    customers.has(contactId),
  );
  if (wrote.length > 0) await store.markWritten(id, wrote);
  await task.update((state) => ({ ...state, lookedAt: now }));
  // Those at work have their own time, and are as new as this when they are done.
  const atWork = new Set(
    window?.step === 'contacts' || window?.step === 'conversations'
      ? window.blocks.map(({ block }) => block)
      : [],
  );
  const fresh = kept.filter(({ block }) => !atWork.has(block));
  await store.keepBlocks(id, fresh, settings.freshForMs - (task.now - now));
  await task.observe('looked_for_news');
  return true;
}

/** The customers who take part in it, unless it is over and they said nothing. */
function customerIds({
  participants,
  conversationEnd,
  customerParticipation,
}: ConversationSummary): string[] {
  return participants.flatMap(({ purpose, externalContactId, sessions }) => {
    const isCustomer = purpose === 'customer' || purpose === 'external';
    if (!isCustomer || externalContactId === undefined) return [];
    const wrote =
      customerParticipation ?? sessions.some(({ direction }) => direction !== 'outbound');
    return wrote || conversationEnd === undefined ? [externalContactId.toLowerCase()] : [];
  });
}

async function customersIn(
  task: PrefetchTask,
  places: readonly BlockPlace[],
): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for (const { block } of places) {
    const known = await task.tools.store.readBlock(task.campaign.id, block);
    for (const { identity } of Object.values(known?.rows ?? {})) {
      for (const id of (identity && contactIdsOf(identity)) ?? []) ids.add(id.toLowerCase());
    }
  }
  return ids;
}
