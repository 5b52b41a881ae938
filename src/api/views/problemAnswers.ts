import { z } from 'zod';
import { campaignStateSchema, possibleSchema, rowReasonSchema } from '../../campaign/viewSchema.js';
import { stateView } from '../../notification/notificationView.js';

/** One thing wrong with a file or a row of it. */
export const rowProblem = z.object({
  row: z.int().optional().meta({ description: 'As a spreadsheet counts: the header is 1.' }),
  column: z.string().optional(),
  expected: z.string(),
  suggestion: z
    .object({ column: z.string(), as: z.string() })
    .optional()
    .meta({ description: 'Which column to map to what.' }),
});

const members = {
  type: z.string().meta({ description: 'A name to compare, not a page to open.' }),
  title: z.string(),
  detail: z.string().optional(),
  errors: z
    .array(
      z.object({
        field: z
          .string()
          .meta({ description: 'Which field; (request) means the request as a whole.' }),
        expected: z.string().meta({ description: 'What was expected there.' }),
      }),
    )
    .optional()
    .meta({ description: 'Every wrong field at once, at most 100.' }),
  state: z
    .union([stateView, campaignStateSchema])
    .optional()
    .meta({ description: 'Where the notification, or the campaign, stands.' }),
  reason: z.string().optional(),
  retryAfter: z
    .number()
    .optional()
    .meta({ description: 'Seconds; also in the header Retry-After.' }),
};

/** What became of one of many: what stands there now, or a problem. */
export const resultList = z.array(
  z.object({
    index: z.int().meta({ description: 'The place in the list that was sent.' }),
    status: z.int().meta({ description: 'What a single POST would have answered.' }),
    id: z.string().optional(),
    ...members,
    type: members.type.optional(),
    title: members.title.optional(),
  }),
);

export type ItemResult = z.infer<typeof resultList>[number];

export const problemDocument = z
  .object({
    ...members,
    status: z.int(),
    since: z.iso.datetime().optional().meta({
      description:
        'Since when Redis is away, where it is and that is known; of a cursor, since when events are kept.',
    }),
    id: z.string().optional().meta({
      description: 'The notification or campaign meant; with this id it is safe to try again.',
    }),
    resumeFrom: z.string().optional().meta({
      description: 'The cursor to go on from, where events after the one given may be missing.',
    }),
    because: z.array(z.string()).optional().meta({ description: 'Each thing that is amiss.' }),
    results: resultList.optional().meta({ description: 'In the order of the list.' }),
    possible: possibleSchema.optional(),
    rows: z.array(rowProblem).optional().meta({
      description: 'What keeps a file from being imported; problems, by its earlier name.',
    }),
    rejectedBy: z
      .array(rowReasonSchema)
      .optional()
      .meta({ description: 'Why its rows were rejected, by reason.' }),
    needs: z.enum(['accept-rejected', 'no-unsubscribe']).optional().meta({
      description: 'What the step lacks: {"acceptRejected": true}, or a reason in noUnsubscribe.',
    }),
    stored: z
      .object({ rows: z.int(), added: z.int(), replaced: z.int() })
      .optional()
      .meta({ description: 'What of a file of suppressions was stored all the same.' }),
    problems: z
      .array(rowProblem)
      .optional()
      .meta({ description: 'What keeps a file from being imported.' }),
  })
  .meta({ id: 'Problem', description: 'A problem document (RFC 9457).' });
