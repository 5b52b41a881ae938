import { z } from 'zod';
import { COUNTED_REASONS } from '../notification/countedReason.js';
import { requestSchema } from '../notification/request.js';
import { CHANNELS, STATES } from '../notification/state.js';
import { obstacleSchema } from '../queue/statusView.js';
import {
  CAMPAIGN_STATES,
  CAMPAIGN_STEPS,
  type CampaignCounts,
  PREFETCH_CHOICES,
} from './campaign.js';

const time = z.iso.datetime();
const rows = z.int().min(0);
const { history, metadata, variables } = requestSchema.shape;

const counts = z
  .object(
    Object.fromEntries([...STATES, 'waiting', 'deferred'].map((state) => [state, rows])) as Record<
      keyof CampaignCounts,
      typeof rows
    >,
  )
  .meta({
    description:
      'How many rows stand where; the sum is import.rows. waiting ones are not released yet, deferred ones are queued again for a reason.',
  });

/** A closed set of codes; what is not among them is counted as other. */
const byReason = z.partialRecord(z.enum(COUNTED_REASONS), rows);

const reasons = z
  .object({ deferred: byReason, skipped: byReason, failed: byReason, unknown: byReason })
  .meta({
    description:
      'Why rows are deferred, skipped, failed or unknown; the reasons of each add up to its count. other is what has no code here, and what a version without reasons has counted.',
  });

const byChannel = z
  .partialRecord(
    z.enum(CHANNELS),
    z.object({
      sent: rows.optional(),
      delivered: rows.optional(),
      read: rows.optional(),
      undelivered: rows.optional(),
    }),
  )
  .meta({
    description:
      'Over which channel the messages left that count as sent, delivered, read or undelivered. What a version without it has counted is in none.',
  });

const wait = z.object({
  code: z.string().meta({ description: 'The kind of an obstacle, or the reason of rows.' }),
  who: z.enum(['nothing', 'a worker', 'Genesys Cloud', 'the customer', 'the clock', 'you']),
  since: time.optional(),
  until: time.optional(),
  rows: rows.optional().meta({ description: 'How many wait for this; absent: all.' }),
  detail: z.string().meta({ description: 'What is so, in a sentence.' }),
  remedy: z.string().optional().meta({ description: 'What to do about it.' }),
  command: z.string().optional().meta({ description: 'The command line that does it.' }),
});

export const rowReasonSchema = z.object({
  column: z.string().meta({ description: 'As the file calls it; empty for the row as a whole.' }),
  expected: z.string(),
  rows,
  firstRows: z.array(z.int()).meta({ description: 'Numbers of the first of them.' }),
});

export const importSchema = z.object({
  rows: rows.meta({ description: 'Recipients that can be written to.' }),
  rejected: rows.meta({ description: 'Rows that were rejected; GET …/rejected has them.' }),
  rejectedBy: z.array(rowReasonSchema).meta({
    description:
      'By what was wrong, the most frequent first; a row with two problems counts under each.',
  }),
  warned: rows.meta({
    description: 'Rows that are kept without an address of theirs that cannot be used.',
  }),
  warnings: z
    .array(rowReasonSchema)
    .meta({ description: 'As rejectedBy, of the addresses that were left out.' }),
  duplicates: rows.meta({ description: 'Rows of recipients who stand further up already.' }),
  ignoredColumns: z
    .array(z.string())
    .meta({ description: 'Columns that the template has no variable for.' }),
  addressedBy: z.object({ externalContactId: rows, email: rows, phone: rows }),
  keptColumns: z
    .array(z.string())
    .meta({ description: "The file's own columns that come back in the results." }),
  finishedAt: time,
});

export const campaignStateSchema = z
  .enum(CAMPAIGN_STATES)
  .meta({ description: 'Where it stands; docs/campaigns.md has a table.' });

export const possibleSchema = z
  .array(z.enum(CAMPAIGN_STEPS))
  .meta({ description: 'What can be done with it next, the likeliest first.' });

export const campaignSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    state: campaignStateSchema,
    reason: z.string().optional().meta({
      description: 'Why it is paused, was cancelled, or does not start by itself.',
    }),
    by: z.string().optional().meta({ description: 'Who did the last step.' }),
    template: z.string(),
    channels: z.array(z.enum(CHANNELS)).optional(),
    history: history.unwrap().optional(),
    variables: variables.unwrap().optional(),
    metadata: metadata.unwrap().optional(),
    map: z.record(z.string(), z.string()).optional(),
    ignore: z.array(z.string()).optional(),
    acceptRejected: z.literal(true).optional(),
    noUnsubscribe: z.string().optional().meta({
      description: 'Why its emails may go out without a link to unsubscribe.',
    }),
    prefetch: z.enum(PREFETCH_CHOICES).meta({
      description:
        'Whether what its rows look up is fetched in bulk ahead of them, from 1,000 rows on.',
    }),
    createdAt: time,
    updatedAt: time,
    startAt: time.optional(),
    startedAt: time.optional(),
    endAt: time.optional(),
    endedAt: time.optional(),
    upload: z
      .object({
        state: z.enum(['coming', 'broken_off']),
        since: time.meta({ description: 'When it began, or when it broke off.' }),
        rows: rows.optional(),
        bytes: rows.optional(),
      })
      .optional()
      .meta({
        description:
          'A file that is being uploaded, and how far it has come; or that its upload broke off. Nothing of it counts before its end was read.',
      }),
    import: importSchema
      .optional()
      .meta({ description: 'What the upload has found; absent until one has come to its end.' }),
    counts,
    reasons,
    byChannel,
    progress: z.object({
      rows,
      ended: rows.meta({
        description:
          'Rows that came to an end, whichever. One that was sent has not ended while its delivery is checked.',
      }),
      awaitingDelivery: rows.optional().meta({
        description: 'Rows that were sent and whose delivery is still to be checked.',
      }),
      requestsSpent: z.int().optional().meta({
        description:
          'Requests to Genesys Cloud that it has cost so far, its part of shared ones included.',
      }),
      requestsARow: z.number().optional().meta({
        description:
          'Really spent for each row that had its turn, from 50 rows on; of what is prefetched, its part.',
      }),
      requestsEstimate: z
        .object({
          aRow: z.number(),
          basis: z.enum(['earlier', 'table', 'spent']),
          detail: z.string().meta({ description: 'Where it comes from, in words.' }),
        })
        .optional()
        .meta({
          description:
            'Before that, an estimate of it: from what earlier campaigns of the same kind have spent, from the table of costs, or from the first rows.',
        }),
      requestsLeft: z.int().min(0).optional().meta({
        description: 'Requests that it has still to spend, by one of these two.',
      }),
      perMinute: z.int().optional().meta({ description: 'Rows in the last minute.' }),
      estimatedEndAt: time.optional().meta({
        description:
          'When the last row will have ended: requestsLeft at the pace of the budget, less what other campaigns and transactional notifications use of it, or at that of the workers where they are slower.',
      }),
      noEstimateBecause: z.string().optional().meta({
        description: 'Why no end is named although it runs, in a sentence.',
      }),
    }),
    pausedByItself: z.literal(true).optional().meta({
      description:
        'The product itself has paused it, and no person: too much failed, or its access to Genesys Cloud is broken.',
    }),
    resumesByItself: z.literal(true).optional().meta({
      description:
        'The product itself has paused it for lack of access to Genesys Cloud; it goes on by itself once that is repaired.',
    }),
    waitsFor: z.array(wait).meta({
      description:
        'What it waits for, in sentences: what holds up all of it first, then rows by reason. Empty while nothing does.',
    }),
    obstacles: z.array(obstacleSchema).optional().meta({
      description:
        'While it runs or is paused: what is in the way of the whole deployment, as GET /v1/status has it. Absent when nothing is.',
    }),
    possible: possibleSchema,
  })
  .meta({ id: 'Campaign' });

/** A campaign as people see it. */
export type CampaignView = z.infer<typeof campaignSchema>;

/** What an import has found, as people see it. */
export type ImportView = z.infer<typeof importSchema>;

/** One thing that a campaign, or some of its rows, wait for. */
export type CampaignWaitView = z.infer<typeof wait>;
