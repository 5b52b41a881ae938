import { sameId } from '../genesys/platformId.js';
import type { ConversationQuery, ConversationSummary } from '../genesys/resources/conversations.js';
import { PAGE_SIZE, startOf, WEB_MESSAGES, type Window } from '../history/conversationQuery.js';
import type { Channel } from '../notification/state.js';
import type { LookTarget } from './lookTarget.js';

/** The platform's clock may be so far from Redis'. */
const CLOCKS_DIFFER_MS = 60_000;
/** A request that the platform has taken may become a message so much later. */
const ACTED_UPON_WITHIN_MS = 10 * 60 * 1000;

/** When the message of a leg came about, if it did. */
export function windowOf({ leg: { intentAt, sendBy } }: Pick<LookTarget, 'leg'>): Window {
  return { from: intentAt - CLOCKS_DIFFER_MS, to: sendBy + ACTED_UPON_WITHIN_MS };
}

const OUTBOUND = { dimension: 'direction', value: 'outbound' } as const;

/**
 * Asks for the conversations that can hold the messages of these legs, all of one channel: of a contact over web
 * messaging, or to an address. That a sender was `api` is not asked for: whether a platform tests two segments or one
 * is not documented, and a filter that holds back too much would make "not there" of what is there.
 */
export function sentQuery(
  channel: Channel,
  addresses: readonly string[],
  { from, to }: Window,
  pageNumber: number,
): ConversationQuery {
  const dimension = channel === 'web' ? 'externalContactId' : 'addressTo';
  return {
    interval: `${new Date(from).toISOString()}/${new Date(to).toISOString()}`,
    // What begins while pages are read comes at the end of the last one.
    order: 'asc',
    orderBy: 'conversationStart',
    paging: { pageSize: PAGE_SIZE, pageNumber },
    segmentFilters: [
      channel === 'web' ? WEB_MESSAGES : { type: 'and', predicates: [mediaOf(channel), OUTBOUND] },
      { type: 'or', predicates: addresses.map((value) => ({ dimension, value })) },
    ],
  };
}

function mediaOf(channel: Channel) {
  return channel === 'email'
    ? { dimension: 'mediaType', value: 'email' }
    : { dimension: 'messageType', value: 'sms' };
}

/** Of people and of the flows they are led through: not of a send without an agent. */
const NOT_OURS: ReadonlySet<string | undefined> = new Set([
  'customer',
  'external',
  'agent',
  'user',
  'acd',
  'ivr',
  'botflow',
  'workflow',
]);

/** Whether a participant of this purpose may be a send of ours; one whose purpose is not said may be. */
export function mayBeOurs(purpose: string | undefined): boolean {
  return !NOT_OURS.has(purpose);
}

/** Whether this conversation may hold the message of a leg. */
export function mayHold(summary: ConversationSummary, target: LookTarget): boolean {
  const window = windowOf(target);
  const end = Date.parse(summary.conversationEnd ?? '');
  const isOver = end < window.from || (startOf(summary) ?? window.to) > window.to;
  return !isOver && isTo(summary, target) && hasOurs(summary);
}

function isTo({ participants }: ConversationSummary, { leg, addresses }: LookTarget): boolean {
  const isOneOf = (address: string | undefined) =>
    address !== undefined && addresses.some((known) => sameId(known, bare(address)));
  return participants.some(({ externalContactId, sessions }) =>
    leg.channel === 'web'
      ? isOneOf(externalContactId)
      : sessions.some(({ addressTo }) => isOneOf(addressTo)),
  );
}

/** An address may carry its kind, as in `tel:+15550100000`. */
function bare(address: string): string {
  return address.replace(/^(?:tel|sip|mailto):/i, '');
}

function hasOurs({ participants }: ConversationSummary): boolean {
  return participants.some(({ purpose }) => mayBeOurs(purpose));
}
