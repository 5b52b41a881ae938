import { z } from 'zod';
import { DELIVERIES } from '../../notification/record.js';
import { CHANNELS, STATES } from '../../notification/state.js';
import type { NotificationView, TimelineView } from '../../notification/view.js';
import { campaignState, possible, rowProblem, rowReason } from './campaignViews.js';
import { flow, obstacle, workers } from './flowViews.js';

/*
 * What the API answers, described. The answers are built elsewhere; that they are what is described
 * here, the compiler (`satisfies`) and a test on real answers see to. Objects are loose: a caller
 * must not break when one day a field is added.
 */

const time = z.iso.datetime();
const state = z.enum(STATES).meta({ description: 'Where it stands; docs/sending.md has a table.' });
const channel = z.enum(CHANNELS);
const reason = z.string().exactOptional();

const timelineEntry = z.looseObject({
  at: time,
  state,
  channel: channel.exactOptional(),
  reason,
  detail: z.string().exactOptional().meta({ description: 'Codes and names, never customer text.' }),
  count: z
    .int()
    .exactOptional()
    .meta({ description: 'How often this happened in a row; once when left out.' }),
}) satisfies z.ZodType<TimelineView>;

export const notificationView = z.looseObject({
  id: z.string(),
  state,
  reason: reason.meta({
    description:
      'Why it is in this state, as a code: of skipped no_history, not_allowed or opted_out (the customer has asked for no more messages); of others such as every_channel_refused, timeout, http_500, permission, history_mismatch (an answer about another customer was not used).',
  }),
  channel: channel.exactOptional().meta({ description: 'The channel tried last.' }),
  delivery: z
    .enum(DELIVERIES)
    .exactOptional()
    .meta({ description: 'What the platform said about the message after it was accepted.' }),
  messageId: z.string().exactOptional(),
  conversationId: z.string().exactOptional(),
  attempts: z.int().meta({ description: 'Attempts used; waiting uses none.' }),
  createdAt: time,
  updatedAt: time,
  deadline: time,
  deliveryCheckAt: time
    .exactOptional()
    .meta({ description: 'While this is there, sent is not the last word.' }),
  campaignId: z.string().exactOptional(),
  recipient: z
    .looseObject({
      email: z.string().exactOptional(),
      phone: z.string().exactOptional(),
      externalContactId: z.string().exactOptional(),
    })
    .exactOptional()
    .meta({
      description:
        'Whom it is for, addresses masked (d•••@e•••.com); readable as long as the request is kept.',
    }),
  metadata: z
    .record(z.string(), z.json())
    .exactOptional()
    .meta({ description: 'As it was sent; readable as long as the request is kept.' }),
  timeline: z.array(timelineEntry).meta({ description: 'Everything that happened, oldest first.' }),
}) satisfies z.ZodType<NotificationView>;

const fieldProblem = z.looseObject({
  field: z.string().meta({ description: 'Which field; (request) means the request as a whole.' }),
  expected: z.string().meta({ description: 'What was expected there.' }),
});

const problemMembers = {
  type: z.string().meta({ description: 'A name to compare, not a page to open.' }),
  title: z.string(),
  detail: z.string().exactOptional(),
  errors: z
    .array(fieldProblem)
    .exactOptional()
    .meta({ description: 'Every wrong field at once, at most 100.' }),
  state: z
    .union([state, campaignState])
    .exactOptional()
    .meta({ description: 'Where the notification, or the campaign, stands.' }),
  reason,
  retryAfter: z
    .number()
    .exactOptional()
    .meta({ description: 'Seconds; also in the header Retry-After.' }),
};

const batchResult = z.looseObject({
  index: z.int().meta({ description: 'The place in the list that was sent.' }),
  status: z.int().meta({ description: 'What a single POST would have answered.' }),
  id: z.string().exactOptional(),
  ...problemMembers,
  type: problemMembers.type.exactOptional(),
  title: problemMembers.title.exactOptional(),
});

const results = z.array(batchResult).meta({ description: 'In the order of the list.' });

export const batchAnswer = z.looseObject({ results });

export const unknownList = z.looseObject({
  notifications: z.array(notificationView).meta({ description: 'The longest waiting first.' }),
  next: z
    .string()
    .exactOptional()
    .meta({ description: 'Give this as after to read on; absent at the end.' }),
});

export const verdicts = z.strictObject({
  outcome: z.enum(['sent', 'not_sent']),
  ids: z.array(z.string()).min(1).max(1_000).optional(),
  campaignId: z.string().optional(),
  reason: z.string().optional(),
});

export const verdictResults = z.looseObject({
  results: z.array(batchResult).meta({ description: 'In the order of the ids.' }),
  left: z.boolean().meta({ description: 'Whether more that the filter fits are left.' }),
});

export const problemDocument = z
  .looseObject({
    ...problemMembers,
    status: z.int(),
    id: z.string().exactOptional().meta({
      description: 'The notification or campaign meant; with this id it is safe to try again.',
    }),
    because: z.array(z.string()).exactOptional().meta({ description: 'Each thing that is amiss.' }),
    results: results.exactOptional(),
    possible: possible.exactOptional(),
    rows: z.array(rowProblem).exactOptional().meta({
      description: 'What keeps a file from being imported; problems, by its earlier name.',
    }),
    rejectedBy: z
      .array(rowReason)
      .exactOptional()
      .meta({ description: 'Why its rows were rejected, by reason.' }),
    needs: z
      .enum(['accept-rejected'])
      .exactOptional()
      .meta({ description: 'What the step lacks: {"acceptRejected": true}.' }),
    problems: z
      .array(rowProblem)
      .exactOptional()
      .meta({ description: 'What keeps a file from being imported.' }),
  })
  .meta({ description: 'A problem document (RFC 9457).' });

const pause = z.looseObject({
  reason: z.string().meta({ description: 'As it was given.' }),
  by: z.string().exactOptional().meta({ description: 'The name of the key that was used.' }),
  since: time.exactOptional().meta({ description: 'Absent where its record cannot be read.' }),
});

export const pausedAnswer = z.looseObject({ paused: z.literal(true), ...pause.shape });

export const resumedAnswer = z.looseObject({
  paused: z.literal(false),
  was: pause.exactOptional().meta({ description: 'The pause that was, if there was one.' }),
});

export const gateAnswer = z.looseObject({
  closed: z.boolean(),
  since: time.exactOptional(),
  until: time.exactOptional(),
  operation: z.string().exactOptional().meta({ description: 'What was asked of the platform.' }),
  retryAfterSeconds: z.int().exactOptional().meta({ description: 'What its 429 asked for.' }),
});

export const gateOpenedAnswer = z.looseObject({
  closed: z.literal(false),
  sparedSeconds: z.int().meta({ description: 'For how long it would have stayed closed.' }),
});

const queue = z.looseObject({
  waiting: z.int(),
  delayed: z.int(),
  active: z.int(),
  failed: z.int(),
  oldestSince: time.exactOptional(),
  paused: z.boolean(),
});

export const statusAnswer = z.looseObject({
  flow: flow.meta({
    description: 'Whether notifications flow, or the gravest thing that stops them.',
  }),
  obstacles: z.array(obstacle),
  workers,
  paused: z.boolean(),
  pause: pause.exactOptional(),
  gate: gateAnswer,
  queues: z.looseObject({ transactional: queue, campaign: queue, intake: queue }),
  unknown: z
    .looseObject({ count: z.int(), oldestSince: time.exactOptional() })
    .meta({ description: 'Notifications that wait for a person.' }),
});

export const healthAnswer = z.looseObject({
  status: z.enum(['alive', 'ready']),
  flow: z
    .enum(['flows', ...obstacle.shape.kind.options])
    .exactOptional()
    .meta({
      description:
        'Whether notifications flow, or what stops them; acceptance goes on. GET /v1/status says more.',
    }),
  workers: z.int().exactOptional().meta({ description: 'How many live; 0 when nothing is sent.' }),
  pausedSince: time
    .exactOptional()
    .meta({ description: 'While this is there, sending is stopped; acceptance goes on.' }),
  gateClosedUntil: time.exactOptional(),
});
