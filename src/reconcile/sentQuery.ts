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

const OF_THE_CUSTOMER: ReadonlySet<string | undefined> = new Set(['customer', 'external']);

/**
 * The participants that may be a send of ours: the platform's documents name it `api`. Where none is called so, it may
 * be any but the customer.
 */
export function oursAmong<T extends { purpose?: string }>(participants: readonly T[]): T[] {
  const senders = participants.filter(({ purpose }) => !OF_THE_CUSTOMER.has(purpose));
  const named = senders.filter(({ purpose = 'api' }) => purpose === 'api');
  return named.length > 0 ? named : senders;
}

/** What a query for several targets has found. */
export class Candidates {
  readonly #all: readonly ConversationSummary[];
  /** To none of those that were asked for, by what they say: an address in another form, a contact merged by now. */
  readonly #strays: ReadonlySet<ConversationSummary>;

  constructor(all: readonly ConversationSummary[], targets: readonly LookTarget[]) {
    this.#all = all;
    this.#strays = new Set(all.filter((each) => !targets.some((target) => isTo(each, target))));
  }

  /** Ids of the conversations that may hold the message of a target; one that is to no one may hold any. */
  of(target: LookTarget): string[] {
    const window = windowOf(target);
    return this.#all
      .filter((each) => this.#strays.has(each) || isTo(each, target))
      .filter((each) => isWithin(each, window) && mayBeSent(each))
      .map(({ conversationId }) => conversationId);
  }
}

function isWithin(summary: ConversationSummary, { from, to }: Window): boolean {
  return !(Date.parse(summary.conversationEnd ?? '') < from) && (startOf(summary) ?? to) <= to;
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

/** A conversation that a customer began, with no one but agents and flows in it, holds no send of ours. */
function mayBeSent({ originatingDirection, participants }: ConversationSummary): boolean {
  return (
    originatingDirection !== 'inbound' ||
    participants.some(({ purpose = 'api' }) => purpose === 'api')
  );
}
