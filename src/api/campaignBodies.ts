import { z } from 'zod';
import { LARGEST_LOOK_UP } from '../campaign/dryRun/dryRun.js';
import { RETRYABLE_STATES, whyNotRetryable } from '../campaign/retryRows.js';
import { type FieldProblem, schemaProblems } from '../notification/request.js';

const ONE_LINE = 'one line of 1 to 200 characters';

const time = z.iso.datetime({
  offset: true,
  error: 'an ISO 8601 time with a zone, such as 2026-11-22T09:30:00Z',
});

export const startSchema = z.strictObject({
  at: time.optional().meta({ description: 'Not before this time; now, when left out.' }),
  acceptRejected: z.boolean({ error: 'true or false' }).optional().meta({
    description: 'Start it although more than one in ten rows of its file were rejected.',
  }),
});

export const reasonSchema = z.strictObject({
  reason: z
    .string({ error: ONE_LINE })
    .trim()
    .min(1, ONE_LINE)
    .max(200, ONE_LINE)
    .regex(/^[^\p{Cc}\u2028\u2029]*$/u, ONE_LINE)
    .optional()
    .meta({ description: 'Why, in one line; others read it.' }),
});

const HOW_MANY = `a whole number from 0 to ${LARGEST_LOOK_UP}`;

export const dryRunSchema = z.strictObject({
  lookUp: z
    .int({ error: HOW_MANY })
    .min(0, HOW_MANY)
    .max(LARGEST_LOOK_UP, HOW_MANY)
    .optional()
    .meta({
      description:
        'How many customers to look up in Genesys Cloud, drawn at random; none when left out. Each costs up to four requests of the allowance.',
    }),
});

export const retrySchema = z.strictObject({
  states: z
    .array(
      z.enum(RETRYABLE_STATES, {
        error: ({ input }) => whyNotRetryable(String(input)) ?? 'a state',
      }),
      { error: `a list from ${RETRYABLE_STATES.join(', ')}` },
    )
    .min(1, `one or more of ${RETRYABLE_STATES.join(', ')}`)
    .meta({ description: 'Rows in these states.' }),
  until: time.optional().meta({
    description: "Until when they may be sent; wanted once the campaign's own endAt has passed.",
  }),
});

export type ReadBody<Body> = { ok: true; body: Body } | { ok: false; problems: FieldProblem[] };

/** A body that may be left out: it counts as an empty object then. */
export function readBody<Body>(body: unknown, schema: z.ZodType<Body>): ReadBody<Body> {
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return { ok: true, body: parsed.data };
  return { ok: false, problems: schemaProblems(parsed.error) };
}
