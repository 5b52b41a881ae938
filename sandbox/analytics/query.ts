import { z } from 'zod';
import { badRequest, type Parsed, parseBody, type Refused } from '../answer.js';
import { CONVERSATION_DIMENSIONS, SEGMENT_DIMENSIONS } from './dimensions.js';

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

/** Genesys: a job matches what was active in the interval, unless it asks for the days of the start. */
export function isActiveIn(
  { start, end }: Interval,
  { startedAt, endedAt }: { startedAt: number; endedAt: number | null },
): boolean {
  return startedAt < end && (endedAt ?? Number.POSITIVE_INFINITY) >= start;
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

const sharedFields = {
  interval: z.string(),
  order: z.enum(['asc', 'desc', 'unordered']).default('asc'),
  orderBy: z
    .enum(['conversationStart', 'conversationEnd', 'segmentStart', 'segmentEnd'])
    .default('conversationStart'),
  segmentFilters: z.array(filterSchema).default([]),
  conversationFilters: z.array(filterSchema).default([]),
};

const querySchema = z.strictObject({
  ...sharedFields,
  paging: z
    .strictObject({
      pageSize: z.number().int().min(1).max(100).default(25),
      pageNumber: z.number().int().min(1).default(1),
    })
    .default({ pageSize: 25, pageNumber: 1 }),
});

/** Genesys: AsyncConversationQuery has no paging. */
const jobSchema = z.strictObject({
  ...sharedFields,
  limit: z.number().int().min(1).optional(),
  startOfDayIntervalMatching: z.boolean().default(false),
});

export type Predicate = z.output<typeof predicateSchema>;
export type Filter = z.output<typeof filterSchema>;
/** What a query and a job have in common. */
export type Search = Omit<z.output<z.ZodObject<typeof sharedFields>>, 'interval'> & {
  interval: Interval;
};
type Query = Omit<z.output<typeof querySchema>, 'interval'> & Search;
type JobQuery = Omit<z.output<typeof jobSchema>, 'interval'> & Search;

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

type Fields = z.output<z.ZodObject<typeof sharedFields>>;

/**
 * Genesys: interval at most 31 days with a filter and 7 without. Aggregations and the evaluation, survey
 * and resolution filters are refused, since answering without them would be a wrong answer.
 */
function checked<F extends Fields>(
  fields: F,
  predicatesPerFilter: number,
): Parsed<Omit<F, 'interval'> & { interval: Interval }> {
  const { segmentFilters, conversationFilters } = fields;
  const refuse = (refusal: Refused) => ({ ok: false, refusal }) as const;
  const interval = parseInterval(fields.interval);
  if (interval === null) {
    return refuse(badRequest('interval must be START/END in ISO 8601, START first', 'interval'));
  }
  const filtered = segmentFilters.length + conversationFilters.length > 0;
  const maxDays = filtered ? 31 : 7;
  if (interval.end - interval.start > maxDays * QUERY_DAY) {
    return refuse(badRequest(`interval must be at most ${maxDays} days`, 'interval'));
  }
  const wrong =
    checkFilters('segmentFilters', segmentFilters, SEGMENT_DIMENSIONS, predicatesPerFilter) ??
    checkFilters(
      'conversationFilters',
      conversationFilters,
      CONVERSATION_DIMENSIONS,
      predicatesPerFilter,
    );
  return wrong === null ? { ok: true, value: { ...fields, interval } } : refuse(wrong);
}

/** Reads a ConversationQuery strictly. Genesys: pageSize at most 100; no page beyond 100,000 results. */
export function parseQuery(body: unknown, predicatesPerFilter: number): Parsed<Query> {
  const parsed = parseBody(querySchema, body);
  if (!parsed.ok) return parsed;
  const { pageSize, pageNumber } = parsed.value.paging;
  if (pageSize * pageNumber > RESULT_LIMIT) {
    const refusal = badRequest(`Pagination may not exceed ${RESULT_LIMIT} results.`, 'paging');
    return { ok: false, refusal };
  }
  return checked(parsed.value, predicatesPerFilter);
}

/**
 * Reads an AsyncConversationQuery strictly. How long its interval may be is not published: the limits of
 * a query are taken.
 */
export function parseJobQuery(body: unknown, predicatesPerFilter: number): Parsed<JobQuery> {
  const parsed = parseBody(jobSchema, body);
  return parsed.ok ? checked(parsed.value, predicatesPerFilter) : parsed;
}
