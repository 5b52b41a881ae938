import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { rowId } from '../../campaign/campaign.js';
import { isCampaignId } from '../../campaign/campaignRequest.js';
import { notificationView } from '../../notification/notificationView.js';
import { readRecipient } from '../../notification/recipient.js';
import { ADDRESS_FIELDS } from '../../notification/recipientAddress.js';
import type { FieldProblem } from '../../notification/request.js';
import type { SearchTerm } from '../../notification/searchIndex.js';
import { CHANNELS, OUTCOME_STATES, STATES } from '../../notification/state.js';
import type { Found } from '../../queue/notificationSearch.js';
import { invalidRequest, problem } from '../problems.js';
import { answer, ok, queryText, route, wholeNumber } from '../route.js';
import * as example from './notificationExamples.js';

/** The most that one answer lists. */
const PAGE_MAX = 1_000;
const PAGE_DEFAULT = 100;
const ROW_MAX = 5_000_000;

const notificationList = z
  .object({
    notifications: z.array(notificationView),
    next: z
      .string()
      .optional()
      .meta({ description: 'Give this as after to read on; absent at the end.' }),
    lookedBackTo: z.iso.datetime().optional().meta({
      description: 'How far back this answer has looked, where there is more; absent at the end.',
    }),
  })
  .meta({ id: 'NotificationList' });

const TIME = 'an ISO time with its zone, such as 2026-11-22T09:30:00Z';
const time = (error: string) =>
  z.iso.datetime({ offset: true, error }).transform((text) => Date.parse(text));

const SEARCHES_OFF = problem('searches-off', {
  detail: 'SEARCH_RETENTION is 0s, so nothing is kept that could be searched.',
});

const channel = z.enum(CHANNELS, { error: `one of ${CHANNELS.join(', ')}` });
const oneOf = (states: readonly string[]) => `one of ${states.join(', ')}`;

/** What leads to a notification, of which a request may name one. */
const LEADS = ['messageId', 'conversationId', 'row'] as const;

function leadProblems({ query }: FastifyRequest): FieldProblem[] {
  const given = query as Record<string, unknown>;
  const leads = LEADS.filter((name) => given[name] !== undefined);
  const others = leads.slice(1).map((field) => ({ field, expected: `nothing beside ${leads[0]}` }));
  if (given['row'] === undefined || isCampaignId(given['campaignId'])) return others;
  return [...others, { field: 'campaignId', expected: 'the campaign of this row' }];
}

const searched = z
  .strictObject(
    {
      recipient: z
        .strictObject({
          email: z.string().optional(),
          phone: z.string().optional(),
          externalContactId: z.string().optional(),
          country: z.string().optional(),
        })
        .refine((given) => ADDRESS_FIELDS.some((field) => given[field] !== undefined), {
          error: `at least one of ${ADDRESS_FIELDS.join(', ')}`,
        })
        .meta({ description: 'Any of these addresses; written as in a request.' }),
      state: z.enum(STATES, { error: oneOf(STATES) }).optional(),
      reason: z.string().optional(),
      channel: channel.optional(),
      campaignId: z.string().optional(),
      from: time(TIME).optional().meta({ type: 'string', format: 'date-time' }),
      to: time(TIME).optional().meta({ type: 'string', format: 'date-time' }),
      limit: z.int().min(1).max(PAGE_MAX).optional(),
      after: z.string().optional(),
    },
    { error: 'an object with recipient' },
  )
  .meta({ id: 'RecipientSearch' });

/** Finding notifications. An address never stands in a URL, where logs would keep it. */
export const SEARCH_ROUTES = [
  route({
    method: 'GET',
    url: '/v1/notifications',
    access: 'limited',
    operationId: 'searchNotifications',
    summary: 'Find notifications',
    description:
      'What has come to something, the newest first, as long as SEARCH_RETENTION says. With state=unknown what waits for a person, the longest waiting first, however old. By messageId, conversationId or row a single one, in whatever state. An answer may have fewer than limit, or none, and still a next: it looks through a bounded part at a time.',
    query: {
      state: z
        .enum(OUTCOME_STATES, { error: oneOf(OUTCOME_STATES) })
        .optional()
        .meta({ description: 'Only those in this state now.' }),
      reason: queryText.optional().meta({ description: 'Only those with this reason.' }),
      channel: channel.optional().meta({ description: 'Only those tried last on this channel.' }),
      campaignId: queryText.optional().meta({ description: 'Only rows of this campaign.' }),
      row: wholeNumber(1, ROW_MAX)
        .optional()
        .meta({ description: 'The row of campaignId with this number.' }),
      messageId: queryText.optional().meta({ description: 'Of the platform.' }),
      conversationId: queryText.optional().meta({ description: 'Of the platform.' }),
      from: time(TIME)
        .optional()
        .meta({ description: 'In this state since then or later.', type: 'string' }),
      to: time(TIME)
        .optional()
        .meta({ description: 'In this state since then or earlier.', type: 'string' }),
      limit: wholeNumber(1, PAGE_MAX)
        .optional()
        .meta({ description: 'How many at most.', default: PAGE_DEFAULT }),
      after: queryText.optional().meta({ description: 'next of the page before.' }),
    },
    check: leadProblems,
    wrong: { query: { state: 'queued' } },
    answers: { 200: answer('A page', notificationList, example.NOTIFICATION_LIST) },
    problems: [SEARCHES_OFF],
    async handle({ query }, { search }) {
      const { limit = PAGE_DEFAULT, after, row, messageId, conversationId, ...filter } = query;
      const page = { limit, after };
      if (row !== undefined) {
        const id = rowId(filter.campaignId ?? '', row);
        return ok(listOf(await search.byIds([id], filter, page)));
      }
      if (search.retentionMs === 0 && filter.state !== 'unknown') return SEARCHES_OFF;
      const term = leadTo(messageId, conversationId);
      if (term !== undefined) return ok(listOf(await search.byTerms([term], filter, page)));
      return ok(listOf(await search.byFilter(filter, page)));
    },
  }),

  route({
    method: 'POST',
    url: '/v1/notifications/search',
    access: 'limited',
    operationId: 'searchByRecipient',
    summary: 'Find the notifications of a recipient',
    description:
      'In whatever state, the newest first, the last 1000; those accepted as long ago as SEARCH_RETENTION says. Changes nothing. The address is hashed with the deployment’s secret before anything is looked up, and is neither stored nor logged.',
    body: {
      schema: searched,
      examples: {
        'By their email address': { recipient: { email: 'customer@example.com' } },
        'Those that failed': {
          recipient: { phone: '+441632960961' },
          state: 'failed',
          from: '2026-11-22T00:00:00Z',
        },
      },
    },
    wrong: { body: { recipient: { email: 'no address' } } },
    answers: { 200: answer('A page', notificationList, example.NOTIFICATION_LIST) },
    problems: [SEARCHES_OFF],
    async handle({ body }, { search, intake }) {
      const { recipient: written, limit = PAGE_DEFAULT, after, ...filter } = body;
      const { recipient, problems } = readRecipient(written, intake.country);
      if (problems.length > 0) return invalidRequest(problems);
      if (search.retentionMs === 0) return SEARCHES_OFF;
      const terms = ADDRESS_FIELDS.flatMap((by): SearchTerm[] => {
        const value = recipient[by];
        return value === undefined ? [] : [{ by, value }];
      });
      return ok(listOf(await search.byTerms(terms, filter, { limit, after })));
    },
  }),
];

function leadTo(
  messageId: string | undefined,
  conversationId: string | undefined,
): SearchTerm | undefined {
  if (messageId !== undefined) return { by: 'message', value: messageId };
  if (conversationId !== undefined) return { by: 'conversation', value: conversationId };
  return undefined;
}

function listOf({ notifications, next, lookedBackTo }: Found) {
  return {
    notifications,
    next,
    lookedBackTo: lookedBackTo === undefined ? undefined : new Date(lookedBackTo).toISOString(),
  };
}
