import { z } from 'zod';
import {
  depthProblems,
  type FieldProblem,
  requestSchema,
  schemaProblems,
  textProblems,
} from '../notification/request.js';
import { PREFETCH_CHOICES, type RowDefaults } from './campaign.js';
import type { NewCampaign } from './lifecycle.js';

/** Short enough that every row's id, campaign and number, is one of a notification. */
const ID_EXPECTED = '1 to 100 characters from A-Z a-z 0-9 . _ -';
const ID = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/;

export function isCampaignId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}

const { template, channels, history, metadata, variables } = requestSchema.shape;

const time = z.iso.datetime({
  offset: true,
  error: 'an ISO 8601 time with a zone, such as 2026-11-22T09:30:00Z',
});

const MEANING = 'a field of the recipient, such as email, or a variable of the template';
const COLUMN = 'the name of a column';
const columnName = z.string({ error: COLUMN }).trim().min(1, COLUMN).max(1_000, COLUMN);

const REASON = 'one line of 1 to 200 characters';

/** Why emails without a link to unsubscribe may go out. */
export const noUnsubscribeReason = z
  .string({ error: REASON })
  .trim()
  .min(1, REASON)
  .max(200, REASON)
  .regex(/^[^\p{Cc}\u2028\u2029]*$/u, REASON);

/** What the maker of a campaign says of it; the rows come after. */
export const campaignRequestSchema = z.strictObject({
  id: z
    .string({ error: `a string of ${ID_EXPECTED}` })
    .regex(ID, ID_EXPECTED)
    .optional()
    .meta({
      description: 'Your own id; made up when left out. Creating the same again is safe.',
    }),
  name: z
    .string({ error: 'a string of 1 to 200 characters' })
    .trim()
    .min(1, 'at least one character')
    .max(200, 'at most 200 characters')
    .regex(/^[^\p{Cc}\u2028\u2029]*$/u, 'one line without control characters')
    .optional()
    .meta({ description: 'For people; the id, when left out.' }),
  template,
  channels,
  history,
  variables: variables.meta({ description: 'For rows that have none of their own.' }),
  metadata: metadata.meta({
    description: 'Any JSON values of your own; every notification of the campaign has them.',
  }),
  startAt: time.optional().meta({
    description:
      'When it starts by itself, once its rows are there; nothing is sent before. At most 90 days ahead.',
  }),
  endAt: time.optional().meta({
    description: 'Nothing is sent after this time: rows that are left over then are expired.',
  }),
  map: z
    .record(columnName, z.string({ error: MEANING }).min(1, MEANING).max(64, MEANING))
    .optional()
    .meta({
      description:
        'What columns of the file mean, where their names do not say it: {"E-Mail-Adresse": "email"}.',
    }),
  ignore: z
    .array(columnName, { error: 'a list of names of columns' })
    .max(500, 'at most 500 columns')
    .optional()
    .meta({ description: 'Columns of the file that are neither read nor kept for the results.' }),
  acceptRejected: z.boolean({ error: 'true or false' }).optional().meta({
    description:
      'Whether it may start although more than one in ten rows of its file are rejected.',
  }),
  noUnsubscribe: noUnsubscribeReason.optional().meta({
    description:
      'Why its emails may go out without a link to unsubscribe, where the template has none; it is kept.',
  }),
  prefetch: z.enum(PREFETCH_CHOICES, { error: 'auto or off' }).optional().meta({
    description:
      'Whether what its rows look up is fetched in bulk ahead of them: auto, when left out, does so from 1,000 rows on.',
  }),
});

export type CampaignRequest = z.input<typeof campaignRequestSchema>;

export type ParsedCampaignRequest =
  | { ok: true; request: CampaignRequest }
  | { ok: false; problems: FieldProblem[] };

const DAY_MS = 24 * 60 * 60 * 1_000;
const MAX_START_AHEAD_DAYS = 90;
/** With the furthest `startAt`, less than a template's content is kept. */
const MAX_DURATION_DAYS = 29;

/**
 * Checks a campaign's request, naming every wrong field at once. `now` is Redis' time; while it is
 * not known, no time is compared with it.
 */
export function parseCampaignRequest(
  input: unknown,
  now: number | undefined,
): ParsedCampaignRequest {
  const tooDeep = depthProblems(input);
  if (tooDeep.length > 0) return { ok: false, problems: tooDeep };
  const parsed = campaignRequestSchema.safeParse(input);
  const damaged = textProblems(input);
  if (!parsed.success) {
    const named = new Set(damaged.map(({ field }) => field));
    const others = schemaProblems(parsed.error).filter(({ field }) => !named.has(field));
    return {
      ok: false,
      problems: [...damaged, ...others, ...timeProblems(soundTimes(input), now)],
    };
  }
  const problems = [...damaged, ...timeProblems(parsed.data, now)];
  return problems.length === 0 ? { ok: true, request: parsed.data } : { ok: false, problems };
}

/** The valid times of a request that may be wrong elsewhere: all is reported at once. */
export function soundTimes(input: unknown): Pick<CampaignRequest, 'startAt' | 'endAt'> {
  const { startAt, endAt } = (input ?? {}) as { startAt?: unknown; endAt?: unknown };
  const [start, end] = [time.safeParse(startAt), time.safeParse(endAt)];
  return {
    startAt: start.success ? start.data : undefined,
    endAt: end.success ? end.data : undefined,
  };
}

/** What is wrong with a campaign's times; without `now`, only what they say of each other. */
export function timeProblems(
  { startAt, endAt }: Pick<CampaignRequest, 'startAt' | 'endAt'>,
  now: number | undefined,
): FieldProblem[] {
  const earliest = now ?? Number.NEGATIVE_INFINITY;
  const begins = startAt === undefined ? now : Math.max(earliest, Date.parse(startAt));
  const problems: FieldProblem[] = [];
  if (begins === undefined) return problems;
  if (now !== undefined && begins > now + MAX_START_AHEAD_DAYS * DAY_MS) {
    problems.push({ field: 'startAt', expected: `at most ${MAX_START_AHEAD_DAYS} days ahead` });
  }
  if (endAt === undefined) return problems;
  const ends = Date.parse(endAt);
  if (ends <= earliest) problems.push({ field: 'endAt', expected: 'a time in the future' });
  else if (ends <= begins) problems.push({ field: 'endAt', expected: 'a time after startAt' });
  else if (ends > begins + MAX_DURATION_DAYS * DAY_MS) {
    const expected = `at most ${MAX_DURATION_DAYS} days from its start: say an earlier time`;
    problems.push({ field: 'endAt', expected });
  }
  return problems;
}

/** What is stored of a request for a campaign; `defaultName` is its name when none is given. */
export function campaignInput(
  request: CampaignRequest,
  { id, templateHash, defaultName }: { id: string; templateHash: string; defaultName: string },
): NewCampaign {
  const { name, template, startAt, endAt, id: _id, ...others } = request;
  const { map, ignore, acceptRejected, noUnsubscribe, prefetch, ...defaults } = others;
  const columns = map === undefined && ignore === undefined ? undefined : { map, ignore };
  return {
    id,
    ...(name === undefined
      ? { name: oneLine(defaultName) || id, isNameDefault: true as const }
      : { name }),
    template,
    templateHash,
    defaults: defaults satisfies RowDefaults,
    startAt: epochMs(startAt),
    endAt: epochMs(endAt),
    columns,
    acceptRejected: acceptRejected || undefined,
    noUnsubscribe,
    prefetch: prefetch === 'off' ? prefetch : undefined,
  };
}

function epochMs(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time);
}

/** A name as one that is given has to be: files may be called anything. */
function oneLine(name: string): string {
  return name
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .slice(0, 200)
    .trim();
}
