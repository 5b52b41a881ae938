import { z } from 'zod';
import { badRequest, type Parsed, parseBody, type Refused } from '../answer.js';
import { CONVERSATION_DIMENSIONS, SEGMENT_DIMENSIONS } from './dimension.js';
import { type Interval, parseInterval } from './interval.js';

/** Genesys: "Pagination may not exceed 100000 results." */
const RESULT_LIMIT = 100_000;
const DAY = 86_400_000;

const predicateSchema = z
  .strictObject({
    type: z.literal('dimension').default('dimension'),
    dimension: z.string(),
    operator: z.enum(['matches', 'exists', 'notExists']).default('matches'),
    value: z.string().optional(),
  })
  .refine(({ operator, value }) => operator !== 'matches' || value !== undefined, {
    message: 'is required by the operator matches',
    path: ['value'],
  });

const clauseSchema = z.strictObject({
  type: z.enum(['and', 'or']),
  predicates: z.array(predicateSchema).min(1),
});

const filterSchema = z.strictObject({
  type: z.enum(['and', 'or']),
  predicates: z.array(predicateSchema).optional(),
  clauses: z.array(clauseSchema).optional(),
});

const querySchema = z.strictObject({
  interval: z.string(),
  order: z.enum(['asc', 'desc', 'unordered']).default('asc'),
  orderBy: z
    .enum(['conversationStart', 'conversationEnd', 'segmentStart', 'segmentEnd'])
    .default('conversationStart'),
  paging: z
    .strictObject({
      pageSize: z.number().int().min(1).max(100).default(25),
      pageNumber: z.number().int().min(1).default(1),
    })
    .default({ pageSize: 25, pageNumber: 1 }),
  segmentFilters: z.array(filterSchema).default([]),
  conversationFilters: z.array(filterSchema).default([]),
});

export type Predicate = z.output<typeof predicateSchema>;
export type Filter = z.output<typeof filterSchema>;
export type Query = Omit<z.output<typeof querySchema>, 'interval'> & { interval: Interval };

export function predicatesOf({ predicates = [], clauses = [] }: Filter): Predicate[] {
  return [...predicates, ...clauses.flatMap((clause) => clause.predicates)];
}

function checkFilters(
  name: 'segmentFilters' | 'conversationFilters',
  filters: readonly Filter[],
  known: ReadonlySet<string>,
  cap: number,
): Refused | null {
  for (const [index, filter] of filters.entries()) {
    const predicates = predicatesOf(filter);
    const field = `${name}[${index}]`;
    if (predicates.length === 0) {
      return badRequest(`${field} holds neither predicates nor clauses`, field);
    }
    if (predicates.length > cap) {
      return badRequest(`${field} holds more than ${cap} predicates`, field);
    }
    if (predicates.some(({ dimension }) => !known.has(dimension))) {
      return badRequest(`${field} names an unknown dimension`, `${field}.predicates.dimension`);
    }
  }
  return null;
}

/**
 * Reads a ConversationQuery strictly. Genesys: interval at most 31 days with a filter and 7 without;
 * pageSize at most 100; no page beyond 100,000 results. Aggregations and the evaluation, survey and
 * resolution filters are refused, since answering without them would be a wrong answer.
 */
export function parseQuery(body: unknown, predicatesPerFilter: number): Parsed<Query> {
  const parsed = parseBody(querySchema, body);
  if (!parsed.ok) return parsed;
  const query = parsed.value;
  const refuse = (refusal: Refused): Parsed<Query> => ({ ok: false, refusal });

  const interval = parseInterval(query.interval);
  if (interval === null) {
    return refuse(badRequest('interval must be START/END in ISO 8601, START first', 'interval'));
  }
  const filtered = query.segmentFilters.length + query.conversationFilters.length > 0;
  const maxDays = filtered ? 31 : 7;
  if (interval.end - interval.start > maxDays * DAY) {
    return refuse(badRequest(`interval must be at most ${maxDays} days`, 'interval'));
  }
  if (query.paging.pageSize * query.paging.pageNumber > RESULT_LIMIT) {
    return refuse(badRequest(`Pagination may not exceed ${RESULT_LIMIT} results.`, 'paging'));
  }
  const wrong =
    checkFilters('segmentFilters', query.segmentFilters, SEGMENT_DIMENSIONS, predicatesPerFilter) ??
    checkFilters(
      'conversationFilters',
      query.conversationFilters,
      CONVERSATION_DIMENSIONS,
      predicatesPerFilter,
    );
  return wrong === null ? { ok: true, value: { ...query, interval } } : refuse(wrong);
}
