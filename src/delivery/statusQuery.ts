import { sameId } from '../genesys/platformId.js';
import type { ConversationQuery, ConversationSummary } from '../genesys/resources/conversations.js';
import { factsOf } from '../notification/channelFacts.js';
import type { Leg } from '../notification/record.js';

/** The platform's clock may be so far from Redis', and a query's interval reaches so far beyond. */
const CLOCKS_DIFFER_MS = 60_000;

/** Asks about the conversations of these legs. Genesys: at most 100 a page, so one page holds all. */
export function statusQuery(legs: readonly Leg[], now: number): ConversationQuery {
  const from = Math.min(...legs.map(({ intentAt }) => intentAt)) - CLOCKS_DIFFER_MS;
  const ids = new Set(legs.flatMap(({ conversationId }) => conversationId ?? []));
  return {
    interval: `${iso(from)}/${iso(now + CLOCKS_DIFFER_MS)}`,
    order: 'desc',
    orderBy: 'conversationStart',
    paging: { pageSize: 100, pageNumber: 1 },
    conversationFilters: [
      {
        type: 'or',
        predicates: [...ids].map((value) => ({
          type: 'dimension',
          dimension: 'conversationId',
          operator: 'matches',
          value,
        })),
      },
    ],
  };
}

/**
 * What a conversation says of a leg. `suspected`: it seems not to have arrived, which is to be asked
 * about the message itself, since a conversation may hold another one. `silent`: nothing final.
 */
export type StatusFinding = 'delivered' | 'read' | 'suspected' | 'silent';

export function findingFor(leg: Leg, conversations: readonly ConversationSummary[]): StatusFinding {
  const { conversationId } = leg;
  const summary = conversations.find(
    (candidate) => conversationId !== undefined && sameId(candidate.conversationId, conversationId),
  );
  if (summary === undefined) return 'silent';
  if (hasFailed(summary)) return 'suspected';
  if (factsOf(leg.channel).reports !== 'receipts' || !beganWith(leg, summary)) return 'silent';
  const [status, ...others] = statusesOf(summary);
  // Two sessions with a status are of two messages, and which is ours is not said.
  if (others.length > 0) return 'silent';
  if (status === 'Read') return 'read';
  return status === 'DeliverySuccess' ? 'delivered' : 'silent';
}

/** A conversation that is older than the message holds others too, and may speak of one of those. */
function beganWith({ intentAt }: Leg, { conversationStart }: ConversationSummary): boolean {
  return Date.parse(conversationStart ?? '') >= intentAt - CLOCKS_DIFFER_MS;
}

function statusesOf({ participants }: ConversationSummary): string[] {
  return participants.flatMap(({ sessions }) =>
    sessions.flatMap(({ direction, deliveryStatus }) =>
      direction === 'outbound' ? (deliveryStatus ?? []) : [],
    ),
  );
}

const FAILED: ReadonlySet<string> = new Set(['Failed', 'DeliveryFailed']);

/** Genesys documents no single place where a bounced email shows in Analytics: any sign will do. */
function hasFailed({ participants }: ConversationSummary): boolean {
  return participants.some(({ sessions }) =>
    sessions.some(
      ({ deliveryStatus, errorCodeDescription, segments }) =>
        (deliveryStatus !== undefined && FAILED.has(deliveryStatus)) ||
        errorCodeDescription !== undefined ||
        segments.some(
          ({ errorCode, disconnectType }) => errorCode !== undefined || disconnectType === 'error',
        ),
    ),
  );
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
