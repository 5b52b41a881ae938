import { type Answer, accepted } from '../answer.js';
import type { Call } from '../platform/call.js';
import type { Conversation } from '../population/customer.js';
import type { World } from '../world.js';
import { matches } from './filter.js';
import { touchesDayOf } from './interval.js';
import { type Filter, type Predicate, parseQuery, predicatesOf, type Query } from './query.js';
import { viewOf } from './view.js';

/**
 * The conversations worth looking at. A filter that cannot hold without certain contact ids narrows
 * them through an index; without it a load test would walk every conversation for each query.
 */
function candidates(world: World, { segmentFilters }: Query): Iterable<Conversation> {
  for (const filter of segmentFilters) {
    const ids = contactIdsNeeded(filter);
    if (ids.length > 0) {
      return [...new Set(ids)].flatMap((id) => [...world.population.conversationsOf(id)]);
    }
  }
  return world.population.conversations();
}

/** Contact ids of which one has to match: any that an `and` asks for, or all that an `or` offers. */
function contactIdsNeeded(filter: Filter): string[] {
  const predicates = predicatesOf(filter);
  const ids = (some: readonly Predicate[]) =>
    some.flatMap(({ dimension, operator, value }) =>
      dimension === 'externalContactId' && operator === 'matches' && value !== undefined
        ? [value]
        : [],
    );
  if (filter.type === 'and') return ids(filter.predicates ?? []).slice(0, 1);
  const all = ids(predicates);
  return all.length === predicates.length ? all : [];
}

function orderingKey({ startedAt, endedAt }: Conversation, orderBy: Query['orderBy']): number {
  return orderBy === 'conversationStart' || orderBy === 'segmentStart'
    ? startedAt
    : (endedAt ?? Number.POSITIVE_INFINITY);
}

/** Genesys: POST /analytics/conversations/details/query. No `conversations` key when none match. */
export function queryDetails(world: World, { body }: Call): Answer {
  const parsed = parseQuery(body, world.settings.predicatesPerFilter);
  if (!parsed.ok) return parsed.refusal;
  const query = parsed.value;
  const { interval, segmentFilters, conversationFilters, order, orderBy, paging } = query;

  const found = [...candidates(world, query)].flatMap((conversation) => {
    if (!touchesDayOf(interval, conversation.startedAt)) return [];
    const view = viewOf(world, conversation);
    if (view === null || !matches(view, segmentFilters, conversationFilters)) return [];
    return [{ key: orderingKey(conversation, orderBy), body: view.body }];
  });
  const sign = order === 'desc' ? -1 : 1;
  // Two open conversations have the same infinite end, whose difference is not a number.
  found.sort((a, b) => (a.key === b.key ? 0 : sign * (a.key < b.key ? -1 : 1)));
  const first = (paging.pageNumber - 1) * paging.pageSize;
  const conversations = found.slice(first, first + paging.pageSize).map((hit) => hit.body());
  return accepted({
    ...(conversations.length === 0 ? {} : { conversations }),
    totalHits: found.length,
  });
}
