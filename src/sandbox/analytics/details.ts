import { type Answer, accepted } from '../answer.js';
import type { Call } from '../platform/call.js';
import type { Conversation } from '../population/customer.js';
import type { World } from '../world.js';
import { matches } from './filter.js';
import { touchesDayOf } from './interval.js';
import { parseQuery, predicatesOf, type Query } from './query.js';
import { viewOf } from './view.js';

/**
 * The conversations worth looking at. A filter made of contact ids alone, the usual one, narrows them
 * through an index; without it a load test would walk every conversation for each query.
 */
function candidates(world: World, { segmentFilters }: Query): Iterable<Conversation> {
  for (const filter of segmentFilters) {
    const predicates = predicatesOf(filter);
    const ids = predicates.flatMap(({ dimension, operator, value }) =>
      dimension === 'externalContactId' && operator === 'matches' && value !== undefined
        ? [value]
        : [],
    );
    if (ids.length === predicates.length) {
      return [...new Set(ids)].flatMap((id) => [...world.population.conversationsOf(id)]);
    }
  }
  return world.population.conversations();
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
