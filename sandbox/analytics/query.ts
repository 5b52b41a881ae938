import { z } from 'zod';
import { badRequest, type Parsed, parseBody, type Refused } from '../answer.js';

/** Genesys: segment dimensions this double can answer for; each is a column of a row of the view. */
const ANSWERED_SEGMENT_DIMENSIONS = [
  'externalContactId',
  'canonicalExternalContactId',
  'addressFrom',
  'addressTo',
  'remote',
  'participantName',
  'purpose',
  'direction',
  'mediaType',
  'messageType',
  'authenticated',
  'deliveryStatus',
  'subject',
  'provider',
  'disconnectType',
] as const;

/** Genesys: known as well, but nothing in the population has a value for them. */
const EMPTY_SEGMENT_DIMENSIONS = [
  'remoteNameDisplayable',
  'extendedDeliveryStatus',
  'deliveryPushed',
  'engagementSource',
  'journeyCustomerId',
  'journeyCustomerIdType',
  'errorCode',
  'queueId',
  'userId',
] as const;

const SEGMENT_DIMENSIONS: ReadonlySet<string> = new Set([
  ...ANSWERED_SEGMENT_DIMENSIONS,
  ...EMPTY_SEGMENT_DIMENSIONS,
]);

const ANSWERED_CONVERSATION_DIMENSIONS = [
  'conversationId',
  'conversationStart',
  'conversationEnd',
  'originatingDirection',
  'conversationInitiator',
  'customerParticipation',
] as const;

const CONVERSATION_DIMENSIONS: ReadonlySet<string> = new Set([
  ...ANSWERED_CONVERSATION_DIMENSIONS,
  'divisionId',
  'externalTag',
  'accessAttribute',
  'originatingSocialMediaPublic',
  'mediaStatsMinConversationMos',
]);

/** Dimension to value; a dimension without a value is absent. */
export type Row = Readonly<Record<string, string>>;

const DAY = 86_400_000;

/** Epoch milliseconds; the end is exclusive. */
export interface Interval {
  start: number;
  end: number;
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/;

/** An instant without a zone is UTC, as on the platform; JavaScript alone would take it as local. */
function parseInstant(text: string | undefined): number {
  const match = INSTANT.exec(text ?? '');
  if (match === null) return Number.NaN;
  return Date.parse(match[3] === undefined ? `${match[0]}Z` : match[0]);
}

/** Null unless `text` is START/END with START before END. */
function parseInterval(text: string): Interval | null {
  const [from, to, ...rest] = text.split('/');
  const start = parseInstant(from);
  const end = parseInstant(to);
  return rest.length === 0 && start < end ? { start, end } : null;
}

/**
 * Genesys: the indexes are daily, so a conversation matches when it started on a day (UTC) that the
 * interval touches, even hours before the interval begins.
 */
export function touchesDayOf({ start, end }: Interval, startedAt: number): boolean {
  const day = Math.floor(startedAt / DAY) * DAY;
  return day < end && day + DAY > start;
}

/** Genesys: "Pagination may not exceed 100000 results." */
const RESULT_LIMIT = 100_000;
const QUERY_DAY = 86_400_000;

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
  if (interval.end - interval.start > maxDays * QUERY_DAY) {
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
