import { z } from 'zod';
import { CAMPAIGN_STATES, CAMPAIGN_STEPS } from '../../campaign/campaign.js';
import type { Forecast } from '../../campaign/dryRun/forecast.js';
import type { CampaignView } from '../../campaign/view.js';
import { COUNTED_REASONS } from '../../notification/countedReason.js';
import { requestSchema } from '../../notification/request.js';
import { CHANNELS, STATES } from '../../notification/state.js';
import { obstacle } from './flowViews.js';

/* As in the descriptions of notifications: objects are loose, and a test looks at real answers. */

const time = z.iso.datetime();
const rows = z.int().min(0);
const { history, metadata, variables } = requestSchema.shape;

const counts = z
  .looseObject(
    Object.fromEntries([...STATES, 'waiting', 'deferred'].map((state) => [state, rows])) as Record<
      keyof CampaignView['counts'],
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
  .looseObject({ deferred: byReason, skipped: byReason, failed: byReason, unknown: byReason })
  .meta({
    description:
      'Why rows are deferred, skipped, failed or unknown; the reasons of each add up to its count. other is what has no code here, and what a version without reasons has counted.',
  });

const wait = z.looseObject({
  code: z.string().meta({ description: 'The kind of an obstacle, or the reason of rows.' }),
  who: z.enum(['nothing', 'a worker', 'Genesys Cloud', 'the customer', 'the clock', 'you']),
  since: time.exactOptional(),
  until: time.exactOptional(),
  rows: rows.exactOptional().meta({ description: 'How many wait for this; absent: all.' }),
  detail: z.string().meta({ description: 'What is so, in a sentence.' }),
  remedy: z.string().exactOptional().meta({ description: 'What to do about it.' }),
  command: z.string().exactOptional().meta({ description: 'The command line that does it.' }),
});

export const rowReason = z.looseObject({
  column: z.string().meta({ description: 'As the file calls it; empty for the row as a whole.' }),
  expected: z.string(),
  rows,
  firstRows: z.array(z.int()).meta({ description: 'Numbers of the first of them.' }),
});

const importSummary = z.looseObject({
  rows: rows.meta({ description: 'Recipients that can be written to.' }),
  rejected: rows.meta({ description: 'Rows that were rejected; GET …/rejected has them.' }),
  rejectedBy: z.array(rowReason).meta({
    description:
      'By what was wrong, the most frequent first; a row with two problems counts under each.',
  }),
  warned: rows.meta({
    description: 'Rows that are kept without an address of theirs that cannot be used.',
  }),
  warnings: z
    .array(rowReason)
    .meta({ description: 'As rejectedBy, of the addresses that were left out.' }),
  duplicates: rows.meta({ description: 'Rows of recipients who stand further up already.' }),
  ignoredColumns: z
    .array(z.string())
    .meta({ description: 'Columns that the template has no variable for.' }),
  addressedBy: z.looseObject({ externalContactId: rows, email: rows, phone: rows }),
  keptColumns: z
    .array(z.string())
    .meta({ description: "The file's own columns that come back in the results." }),
  finishedAt: time,
});

export const campaignState = z
  .enum(CAMPAIGN_STATES)
  .meta({ description: 'Where it stands; docs/campaigns.md has a table.' });

export const possible = z
  .array(z.enum(CAMPAIGN_STEPS))
  .meta({ description: 'What can be done with it next, the likeliest first.' });

/** Codes are strings here: a list of every kind of obstacle and reason helps no caller. */
type DescribedCampaign = Omit<CampaignView, 'waitsFor'> & {
  waitsFor: (Omit<CampaignView['waitsFor'][number], 'code'> & { code: string })[];
};

export const campaignView = z.looseObject({
  id: z.string(),
  name: z.string(),
  state: campaignState,
  reason: z.string().exactOptional().meta({
    description: 'Why it is paused, was cancelled, or does not start by itself.',
  }),
  by: z.string().exactOptional().meta({ description: 'Who did the last step.' }),
  template: z.string(),
  channels: z.array(z.enum(CHANNELS)).exactOptional(),
  history: history.unwrap().exactOptional(),
  variables: variables.unwrap().exactOptional(),
  metadata: metadata.unwrap().exactOptional(),
  map: z.record(z.string(), z.string()).exactOptional(),
  ignore: z.array(z.string()).exactOptional(),
  acceptRejected: z.literal(true).exactOptional(),
  createdAt: time,
  updatedAt: time,
  startAt: time.exactOptional(),
  startedAt: time.exactOptional(),
  endAt: time.exactOptional(),
  endedAt: time.exactOptional(),
  import: importSummary
    .exactOptional()
    .meta({ description: 'What the upload has found; absent until one has come to its end.' }),
  counts,
  reasons,
  progress: z.looseObject({
    rows,
    ended: rows.meta({
      description:
        'Rows that came to an end, whichever. One that was sent has not ended while its delivery is checked.',
    }),
    awaitingDelivery: rows.exactOptional().meta({
      description: 'Rows that were sent and whose delivery is still to be checked.',
    }),
    perMinute: z.int().exactOptional().meta({ description: 'In the last minute.' }),
    estimatedEndAt: time.exactOptional(),
  }),
  resumesByItself: z.literal(true).exactOptional().meta({
    description:
      'The product itself has paused it for lack of access to Genesys Cloud; it goes on by itself once that is repaired.',
  }),
  waitsFor: z.array(wait).meta({
    description:
      'What it waits for, in sentences: what holds up all of it first, then rows by reason. Empty while nothing does.',
  }),
  obstacles: z.array(obstacle).exactOptional().meta({
    description:
      'While it runs or is paused: what is in the way of the whole deployment, as GET /v1/status has it. Absent when nothing is.',
  }),
  possible,
}) satisfies z.ZodType<DescribedCampaign>;

export const campaignList = z.looseObject({
  campaigns: z.array(campaignView).meta({ description: 'The newest first.' }),
  unreadable: z
    .array(z.looseObject({ id: z.string(), key: z.string() }))
    .exactOptional()
    .meta({
      description:
        'Campaigns whose records are damaged, each with its key in Redis. They hide no others; absent when there are none.',
    }),
  next: z
    .string()
    .exactOptional()
    .meta({ description: 'Give this as before to read on; absent at the end.' }),
});

/** One thing wrong with a file or a row of it. */
export const rowProblem = z.looseObject({
  row: z.int().exactOptional().meta({ description: 'As a spreadsheet counts: the header is 1.' }),
  column: z.string().exactOptional(),
  expected: z.string(),
  suggestion: z
    .looseObject({ column: z.string(), as: z.string() })
    .exactOptional()
    .meta({ description: 'Which column to map to what.' }),
});

export const importAnswer = z.looseObject({
  campaign: campaignView,
  problems: z.array(rowProblem).meta({
    description: 'Of the first rows that were rejected; GET …/rejected has all.',
  }),
  refused: z.array(rowProblem).meta({ description: 'The same, under its earlier name.' }),
});

const shares = z.record(z.string(), rows);

const forecast = z.looseObject({
  requests: z
    .looseObject({
      identity: rows,
      history: rows,
      transcript: rows,
      send: rows,
      deliveryCheck: rows,
      total: rows,
    })
    .meta({ description: 'Requests to Genesys Cloud, step by step.' }),
  requestsPerMinute: rows,
  beside: z.looseObject({ campaigns: rows, rows }).meta({
    description: 'Other running campaigns, and how many rows they have still to send.',
  }),
  durationMs: rows,
  startsAt: time,
  endsAt: time,
  endAt: z
    .looseObject({ at: time, isMet: z.boolean(), rowsInTime: rows })
    .exactOptional()
    .meta({ description: "Whether all can be sent before the campaign's endAt." }),
  assumptions: z.array(z.string()).meta({ description: 'What was taken for granted.' }),
}) satisfies z.ZodType<Forecast>;

const text = z.string().exactOptional();

const message = z.looseObject({
  channel: z.enum(CHANNELS),
  subject: text,
  html: text,
  text,
});

const rendered = z.union([
  z.looseObject({ ok: z.literal(true), message }),
  z.looseObject({ ok: z.literal(false), reason: z.string(), detail: z.string() }),
]);

const sample = z.looseObject({
  kinds: z.array(z.enum(['first', 'random', 'longest'])),
  row: z.int(),
  recipient: z.looseObject({
    email: text,
    externalContactId: text,
    phone: text,
    name: text,
    timeZone: text,
  }),
  outlook: z.looseObject({
    would: z.enum(['try', 'skip', 'fail']),
    reason: z.string().exactOptional(),
    channel: z.enum(CHANNELS).exactOptional(),
    deferred: z.looseObject({ until: z.iso.datetime(), reason: z.string() }).exactOptional(),
  }),
  placeholders: z
    .array(z.string())
    .meta({ description: 'Variables that are looked up for each customer, in brackets here.' }),
  messages: z.array(z.looseObject({ channel: z.enum(CHANNELS), history: z.boolean(), rendered })),
});

const lookups = z.union([
  z.looseObject({ kind: z.literal('refused'), because: z.string() }),
  z.looseObject({
    kind: z.literal('asked'),
    cost: z.looseObject({ customers: rows, requests: rows, durationMs: rows }),
    customers: rows,
    found: rows,
    withHistory: rows,
    reachable: rows,
    notKnown: rows,
    notKnownBecause: z.array(z.string()),
  }),
]);

export const dryRunAnswer = z.looseObject({
  rows,
  import: importSummary.meta({ description: 'What the import has found, as of the campaign.' }),
  tried: shares.meta({ description: 'By the first channel that may reach them.' }),
  skipped: shares.meta({ description: 'By reason, as far as it can be known without asking.' }),
  failed: shares.meta({ description: 'By reason.' }),
  deferred: shares.meta({ description: 'Of those tried, who would wait first, by reason.' }),
  samples: z.array(sample),
  forecast,
  lookups: lookups.exactOptional(),
});

export const retryAnswer = z.looseObject({
  campaign: campaignView,
  retried: rows.meta({ description: 'Rows that were set going again.' }),
  left: z.boolean().meta({
    description:
      'Whether rows were left, since at most 5000 are set going at once and none while the backlog is full. Repeat the request when these have ended.',
  }),
  refusedCount: rows.meta({ description: 'Rows that stay as they are.' }),
  refused: z
    .array(z.looseObject({ row: z.int(), id: z.string(), state: z.string(), because: z.string() }))
    .meta({ description: 'The first 1000 of them, each with why.' }),
});
