import { sameId } from '../genesys/platformId.js';
import type {
  ConversationQuery,
  ConversationSummary,
  QueryFilter,
} from '../genesys/resources/conversations.js';

export const DAY_MS = 24 * 60 * 60 * 1000;
/** The platform refuses a filtered query over more. */
export const LONGEST_WINDOW_MS = 31 * DAY_MS;
/** The most the platform gives at once. */
export const PAGE_SIZE = 100;

export interface PastConversation {
  conversationId: string;
  startedAt: string;
  endedAt?: string;
}

/** Epoch milliseconds; the end is exclusive. */
export interface Window {
  from: number;
  to: number;
}

/** Conversations by web messaging. */
export const WEB_MESSAGES: QueryFilter = {
  type: 'and',
  predicates: [
    { dimension: 'mediaType', value: 'message' },
    { dimension: 'messageType', value: 'webmessaging' },
  ],
};

/** The web conversations of these contacts that started on a day of the window, newest first. */
export function conversationQuery(
  contactIds: readonly string[],
  { from, to }: Window,
  pageNumber: number,
): ConversationQuery {
  return {
    interval: `${new Date(from).toISOString()}/${new Date(to).toISOString()}`,
    order: 'desc',
    orderBy: 'conversationStart',
    paging: { pageSize: PAGE_SIZE, pageNumber },
    segmentFilters: [
      WEB_MESSAGES,
      {
        type: 'or',
        predicates: contactIds.map((value) => ({ dimension: 'externalContactId', value })),
      },
    ],
  };
}

/** When a conversation started (epoch ms), if the platform says so in a way that makes sense. */
export function startOf({ conversationStart }: ConversationSummary): number | undefined {
  const startedAt = Date.parse(conversationStart ?? '');
  return Number.isNaN(startedAt) ? undefined : startedAt;
}

export function isWithin({ from, to }: Window, at: number | undefined): boolean {
  return at !== undefined && at >= from && at < to;
}

/** The ids one customer goes by: those of all contacts that were merged into theirs, or just one. */
export type ContactIds = readonly [string, ...string[]];

export function goesBy(contactIds: ContactIds, id: string | undefined): boolean {
  return id !== undefined && contactIds.some((contactId) => sameId(contactId, id));
}

/** Whether this customer takes part in the conversation, under any of their ids. */
export function involves({ participants }: ConversationSummary, contactIds: ContactIds): boolean {
  return participants.some(({ externalContactId }) => goesBy(contactIds, externalContactId));
}

/**
 * The conversation as one that this customer had, or nothing when they said nothing in it: our own
 * earlier notifications are such, and a page full of them would else hide the real history. Nor one
 * in which another customer took part: what another customer wrote must never be quoted to them, and a
 * transcript does not always say who wrote what.
 */
export function customersConversation(
  summary: ConversationSummary,
  contactIds: ContactIds,
): PastConversation | undefined {
  const { conversationId, conversationStart, conversationEnd } = summary;
  if (conversationStart === undefined) return undefined;
  const all = summary.participants.filter(
    ({ purpose }) => purpose === 'customer' || purpose === 'external',
  );
  const customers = all.filter(({ externalContactId }) => goesBy(contactIds, externalContactId));
  if (customers.length === 0) return undefined;
  const [mainId] = contactIds;
  if (all.some(({ externalContactId = mainId }) => !goesBy(contactIds, externalContactId))) {
    return undefined;
  }
  // Where the platform does not say whether the customer wrote, one that they began is taken for one.
  const customerWrote =
    summary.customerParticipation ??
    customers.some(({ sessions }) => sessions.some(({ direction }) => direction !== 'outbound'));
  if (!customerWrote) return undefined;
  return {
    conversationId,
    startedAt: conversationStart,
    endedAt: conversationEnd,
  };
}
