import { z } from 'zod';
import { EVENT_TYPES, isCursor, onTheWire } from '../../events/event.js';
import type { EventsGone } from '../../events/eventFeed.js';
import { CHANNELS, STATES } from '../../notification/state.js';
import { type Problem, problem } from '../problems.js';
import { answer, ok, queryText, route, wholeNumber } from '../route.js';

const PAGE_MAX = 1_000;
const PAGE_DEFAULT = 100;
const TYPE_EXPECTED = `types of events, comma separated: ${EVENT_TYPES.join(', ')}`;

const event = z
  .object({
    id: z.string().meta({
      description:
        'Names the event, for dropping repeats, and is the cursor to go on from. A later event has a greater one.',
    }),
    type: z.enum(EVENT_TYPES),
    at: z.iso.datetime(),
    notification: z
      .object({
        id: z.string(),
        generation: z.int().meta({ description: 'Rises with each retry.' }),
        state: z.enum(STATES),
        reason: z.string().optional().meta({ description: 'As in the notification, as a code.' }),
        channel: z.enum(CHANNELS).optional(),
        messageId: z
          .string()
          .optional()
          .meta({ description: 'Of the platform, once it was sent.' }),
        conversationId: z.string().optional(),
        campaignId: z.string().optional(),
        metadata: z.record(z.string(), z.json()).optional().meta({
          description: 'As it was sent; readable as long as the request is kept.',
        }),
      })
      .optional(),
    campaign: z
      .object({
        id: z.string(),
        state: z.string().meta({ description: 'A state of campaigns, or deleted.' }),
        reason: z.string().optional().meta({ description: 'Why, in words.' }),
      })
      .optional(),
  })
  .meta({ id: 'Event' });

const eventPage = z
  .object({
    events: z.array(event),
    next: z.string().meta({
      description: 'Give this as after to go on, also where no event fitted.',
    }),
    more: z.boolean().meta({
      description: 'Whether there may be more now. Else ask again in a second or later.',
    }),
  })
  .meta({ id: 'EventPage' });

const EXAMPLE = {
  events: [
    {
      id: '1795426272000-0',
      type: 'notification.sent' as const,
      at: '2026-11-23T09:31:12.000Z',
      notification: {
        id: 'invoice-4711',
        generation: 1,
        state: 'sent' as const,
        channel: 'email' as const,
        messageId: '4b1a6f0e1d2c4b5a8e7f6d5c4b3a2918',
        conversationId: '0f8fad5b-d9cb-469f-a165-70867728950e',
        metadata: { order: 4711 },
      },
    },
    {
      id: '1795426275120-0',
      type: 'campaign.paused' as const,
      at: '2026-11-23T09:31:15.120Z',
      campaign: { id: 'autumn', state: 'paused', reason: 'Wrong price in the template' },
    },
  ],
  next: '1795426275120-0',
  more: false,
};

/** What happened, for those who keep their own books. */
export const EVENT_ROUTES = [
  route({
    method: 'GET',
    url: '/v1/events',
    access: 'limited',
    operationId: 'listEvents',
    summary: 'What happened, event by event',
    description:
      'Every change of a notification and of a campaign, the oldest first: each at least once, those of one notification in their order. Keep next, and give it as after to go on. Events are kept for EVENTS_RETENTION, and EVENTS_MAX of them at most; a cursor that is older is answered with 410. An answer may have fewer than limit, or none, and still more: it looks through a bounded part at a time.',
    query: {
      after: queryText
        .refine(isCursor, 'next of the page before, or the id of an event')
        .optional()
        .meta({ description: 'next of the page before. Left out: from the oldest that is kept.' }),
      types: queryText
        .transform((text) => text.split(','))
        .pipe(z.array(z.enum(EVENT_TYPES, { error: TYPE_EXPECTED })))
        .optional()
        .meta({ description: 'Only these, comma separated.', type: 'string' }),
      campaign: queryText
        .optional()
        .meta({ description: 'Only of this campaign and its notifications.' }),
      limit: wholeNumber(1, PAGE_MAX)
        .optional()
        .meta({ description: 'How many at most.', default: PAGE_DEFAULT }),
    },
    wrong: { query: { after: 'yesterday', types: 'notification.lost' } },
    answers: { 200: answer('The events, the oldest first', eventPage, EXAMPLE) },
    problems: [
      gone({
        because: 'trimmed',
        resumeFrom: '0-0',
        since: Date.parse('2026-11-16T09:31:12.000Z'),
      }),
    ],
    async handle({ query }, { eventReader }) {
      const { after, types, campaign: campaignId, limit = PAGE_DEFAULT } = query;
      const page = await eventReader.page({ after, types, campaignId, limit, withMetadata: true });
      if (page.kind === 'gone') return gone(page);
      const { events, next, more } = page;
      return ok({ events: events.map(onTheWire), next, more });
    },
  }),
];

function gone({ because, resumeFrom, since }: Omit<EventsGone, 'kind'>): Problem {
  const why =
    because === 'trimmed'
      ? 'Events after it are no longer kept.'
      : 'Redis knows no event as late as this: it went back in time, or lost the feed.';
  return problem('events-gone', {
    detail: `${why} Go on with after=${resumeFrom}, and look up what must not be missed.`,
    resumeFrom,
    since: since === undefined ? undefined : new Date(since).toISOString(),
  });
}
