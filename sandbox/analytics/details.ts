import { type Answer, accepted } from '../answer.js';
import type { Call } from '../platform/call.js';
import type { Conversation } from '../population/population.js';
import type { World } from '../state.js';
import {
  type Filter,
  type Predicate,
  parseQuery,
  predicatesOf,
  type Row,
  type Search,
  touchesDayOf,
} from './query.js';
import { type ConversationView, viewOf } from './view.js';

/** Genesys: an email dimension matches by the full address, the whole local part or the whole domain. */
function matchesValue(actual: string, wanted: string): boolean {
  if (actual.toLowerCase() === wanted.toLowerCase()) return true;
  const at = actual.lastIndexOf('@');
  if (at < 0) return false;
  return [actual.slice(0, at), actual.slice(at + 1)].some(
    (part) => part.toLowerCase() === wanted.toLowerCase(),
  );
}

function holds({ dimension, operator, value }: Predicate, row: Row): boolean {
  const actual = row[dimension];
  switch (operator) {
    case 'matches':
      return actual !== undefined && value !== undefined && matchesValue(actual, value);
    case 'exists':
      return actual !== undefined;
    case 'notExists':
      return actual === undefined;
    default:
      throw new Error(`unhandled operator ${operator satisfies never}`);
  }
}

function combine<T>(type: 'and' | 'or', parts: readonly T[], test: (part: T) => boolean): boolean {
  return type === 'and' ? parts.every(test) : parts.some(test);
}

function fits({ type, predicates = [], clauses = [] }: Filter, row: Row): boolean {
  const tests = [
    ...predicates.map((predicate) => () => holds(predicate, row)),
    ...clauses.map((clause) => () => combine(clause.type, clause.predicates, (p) => holds(p, row))),
  ];
  return combine(type, tests, (test) => test());
}

/**
 * Every filter must hold. A conversation filter looks at the conversation; a segment filter holds when
 * one single segment fulfils it, so two filters may be fulfilled by two segments.
 */
function matches(
  view: ConversationView,
  segmentFilters: readonly Filter[],
  conversationFilters: readonly Filter[],
): boolean {
  return (
    conversationFilters.every((filter) => fits(filter, view.row)) &&
    segmentFilters.every((filter) => view.segments.some((row) => fits(filter, row)))
  );
}

/**
 * The conversations worth looking at. A filter that cannot hold without certain contact ids narrows
 * them through an index; without it a load test would walk every conversation for each query.
 */
function candidates(
  world: World,
  { segmentFilters, conversationFilters }: Search,
): Iterable<Conversation> {
  for (const filter of conversationFilters) {
    const ids = idsNeeded(filter, 'conversationId');
    if (ids.length > 0) {
      return [...new Set(ids)].flatMap((id) => world.population.conversation(id) ?? []);
    }
  }
  for (const filter of segmentFilters) {
    const ids = idsNeeded(filter, 'externalContactId');
    if (ids.length > 0) {
      return [...new Set(ids)].flatMap((id) => [...world.population.conversationsOf(id)]);
    }
    const sent = conversationsTo(world, idsNeeded(filter, 'addressTo'));
    if (sent !== null) return sent;
  }
  return world.population.conversations();
}

/**
 * Null where the index by address has no full answer: for a local part or a domain alone, which match
 * as well, and for an address of ours.
 */
function conversationsTo({ population }: World, addresses: string[]): Conversation[] | null {
  if (addresses.length === 0) return null;
  const found = new Set<Conversation>();
  for (const address of addresses) {
    const known = /@|^\+\d+$/.test(address) ? population.conversationsWith(address) : null;
    if (known === null) return null;
    for (const conversation of known) found.add(conversation);
  }
  return [...found];
}

/** Ids of which one has to match: any that an `and` asks for, or all that an `or` offers. */
function idsNeeded(
  filter: Filter,
  wanted: 'externalContactId' | 'conversationId' | 'addressTo',
): string[] {
  const predicates = predicatesOf(filter);
  const ids = (some: readonly Predicate[]) =>
    some.flatMap(({ dimension, operator, value }) =>
      dimension === wanted && operator === 'matches' && value !== undefined ? [value] : [],
    );
  if (filter.type === 'and') return ids(filter.predicates ?? []).slice(0, 1);
  const all = ids(predicates);
  return all.length === predicates.length ? all : [];
}

function orderingKey({ startedAt, endedAt }: Conversation, orderBy: Search['orderBy']): number {
  return orderBy === 'conversationStart' || orderBy === 'segmentStart'
    ? startedAt
    : (endedAt ?? Number.POSITIVE_INFINITY);
}

interface Hit {
  conversation: Conversation;
  view: ConversationView;
}

/** What fits the filters, in the order asked for. */
export function matchingConversations(
  world: World,
  search: Search,
  isWithin: (conversation: Conversation) => boolean,
): Hit[] {
  const { segmentFilters, conversationFilters, order, orderBy } = search;
  const found = [...candidates(world, search)].flatMap((conversation) => {
    if (!isWithin(conversation)) return [];
    const view = viewOf(world, conversation);
    if (view === null || !matches(view, segmentFilters, conversationFilters)) return [];
    return [{ key: orderingKey(conversation, orderBy), conversation, view }];
  });
  const sign = order === 'desc' ? -1 : 1;
  // Two open conversations have the same infinite end, whose difference is not a number.
  return found.sort((a, b) => (a.key === b.key ? 0 : sign * (a.key < b.key ? -1 : 1)));
}

/** Genesys: POST /analytics/conversations/details/query. No `conversations` key when none match. */
export function queryDetails(world: World, { body }: Call): Answer {
  const parsed = parseQuery(body, world.settings.predicatesPerFilter);
  if (!parsed.ok) return parsed.refusal;
  const { interval, paging } = parsed.value;
  const found = matchingConversations(world, parsed.value, ({ startedAt }) =>
    touchesDayOf(interval, startedAt),
  );
  const shift = paging.pageNumber === 1 ? 0 : (world.faults.takeBehaviour('pages-shift')?.by ?? 0);
  const first = Math.max(0, (paging.pageNumber - 1) * paging.pageSize - shift);
  const conversations = found
    .slice(first, first + paging.pageSize)
    .map(({ view }) => view.body({ attributes: false }));
  return accepted({
    ...(conversations.length === 0 ? {} : { conversations }),
    totalHits: found.length,
  });
}
