import { z } from 'zod';
import { campaignSchema, importSchema } from '../../campaign/viewSchema.js';
import { CHANNELS } from '../../notification/state.js';
import { rowProblem } from './problemAnswers.js';

const time = z.iso.datetime();
const rows = z.int().min(0);

export const campaignList = z
  .object({
    campaigns: z.array(campaignSchema).meta({ description: 'The newest first.' }),
    unreadable: z
      .array(z.object({ id: z.string(), key: z.string() }))
      .optional()
      .meta({
        description:
          'Campaigns whose records are damaged, each with its key in Redis. They hide no others; absent when there are none.',
      }),
    next: z
      .string()
      .optional()
      .meta({ description: 'Give this as before to read on; absent at the end.' }),
  })
  .meta({ id: 'CampaignList' });

export const importAnswer = z
  .object({
    campaign: campaignSchema,
    problems: z.array(rowProblem).meta({
      description: 'Of the first rows that were rejected; GET …/rejected has all.',
    }),
    refused: z.array(rowProblem).meta({ description: 'The same, under its earlier name.' }),
  })
  .meta({ id: 'ImportedRows' });

const shares = z.record(z.string(), rows);

const forecast = z.object({
  requests: z
    .object({
      identity: rows,
      history: rows,
      transcript: rows,
      send: rows,
      deliveryCheck: rows,
      total: rows,
    })
    .meta({ description: 'Requests to Genesys Cloud by the table of costs, step by step.' }),
  expected: z
    .object({
      requests: rows,
      aRow: z.number(),
      basis: z.enum(['earlier', 'table', 'spent']),
      detail: z.string(),
    })
    .meta({
      description:
        'What is counted on, in all and a row: what earlier campaigns of the same kind have really spent, else the table. The durations follow from it.',
    }),
  prefetch: z.object({ requests: rows, saves: z.int(), savesMs: z.int() }).optional().meta({
    description:
      'What fetching in bulk ahead of the rows would cost, and how many requests and how much time fewer the campaign takes with it, where the platform grants it. What stands above is without it.',
  }),
  requestsPerMinute: rows.meta({
    description: 'What campaigns have of the budget: all but what transactional notifications use.',
  }),
  beside: z.object({ campaigns: rows, rows, requests: rows }).meta({
    description:
      'Other running campaigns, the rows they have still to send, and requests for these.',
  }),
  durationMs: rows,
  quietMs: rows.optional().meta({
    description:
      "How much longer that is for the recipients' quiet hours; absent where the deployment has none.",
  }),
  startsAt: time,
  endsAt: time,
  endAt: z
    .object({ at: time, isMet: z.boolean(), rowsInTime: rows })
    .optional()
    .meta({ description: "Whether all can be sent before the campaign's endAt." }),
  historyRequired: z.boolean().meta({
    description:
      'Whether customers without an earlier conversation are skipped; who they are is known once they are looked up.',
  }),
  assumptions: z.array(z.string()).meta({ description: 'What was taken for granted.' }),
});

const text = z.string().optional();

const message = z.object({
  channel: z.enum(CHANNELS),
  subject: text,
  html: text,
  text,
});

const rendered = z.union([
  z.object({ ok: z.literal(true), message }),
  z.object({ ok: z.literal(false), reason: z.string(), detail: z.string() }),
]);

const sample = z.object({
  kinds: z.array(z.enum(['first', 'random', 'longest'])),
  row: z.int(),
  recipient: z.object({
    email: text,
    externalContactId: text,
    phone: text,
    name: text,
    timeZone: text,
  }),
  outlook: z.object({
    would: z.enum(['try', 'skip', 'fail']),
    reason: z.string().optional(),
    channel: z.enum(CHANNELS).optional(),
    deferred: z.object({ until: time, reason: z.string() }).optional(),
  }),
  placeholders: z
    .array(z.string())
    .meta({ description: 'Variables that are looked up for each customer, in brackets here.' }),
  messages: z.array(z.object({ channel: z.enum(CHANNELS), history: z.boolean(), rendered })),
});

const lookups = z.union([
  z.object({ kind: z.literal('refused'), because: z.string() }),
  z.object({
    kind: z.literal('asked'),
    cost: z.object({ customers: rows, requests: rows, durationMs: rows }),
    customers: rows,
    found: rows,
    withHistory: rows,
    reachable: rows,
    notKnown: rows,
    notKnownBecause: z.array(z.string()),
  }),
]);

export const dryRunAnswer = z
  .object({
    rows,
    import: importSchema.meta({ description: 'What the import has found, as of the campaign.' }),
    tried: shares.meta({ description: 'By the first channel that may reach them.' }),
    skipped: shares.meta({ description: 'By reason, as far as it can be known without asking.' }),
    failed: shares.meta({ description: 'By reason.' }),
    deferred: shares.meta({ description: 'Of those tried, who would wait first, by reason.' }),
    samples: z.array(sample),
    forecast,
    lookups: lookups.optional(),
  })
  .meta({ id: 'DryRun' });

export const retryAnswer = z
  .object({
    campaign: campaignSchema,
    retried: rows.meta({ description: 'Rows that were set going again.' }),
    left: z.boolean().meta({
      description:
        'Whether rows were left, since at most 5000 are set going at once and none while the backlog is full. Repeat the request when these have ended.',
    }),
    refusedCount: rows.meta({ description: 'Rows that stay as they are.' }),
    refused: z
      .array(z.object({ row: z.int(), id: z.string(), state: z.string(), because: z.string() }))
      .meta({ description: 'The first 1000 of them, each with why.' }),
  })
  .meta({ id: 'RetriedRows' });
