import { z } from 'zod';
import { WAYS_IN } from '../../audit/auditEntry.js';
import { auditViewSchema, CURSOR } from '../../audit/auditReader.js';
import { answer, ok, queryText, route, wholeNumber } from '../route.js';

const PAGE_MAX = 200;
const PAGE_DEFAULT = 50;

const time = z.iso
  .datetime({ offset: true, error: 'an ISO time with its zone, such as 2026-11-22T09:30:00Z' })
  .transform((text) => Date.parse(text));

const auditPage = z
  .object({
    entries: z.array(auditViewSchema.meta({ id: 'AuditEntry' })),
    next: z.string().optional().meta({
      description:
        'before of the next page. Also there when one page found few entries that fit: there may be more.',
    }),
  })
  .meta({ id: 'AuditPage' });

const EXAMPLE = {
  entries: [
    {
      n: 5127,
      at: '2026-11-22T09:40:00.000Z',
      who: 'ann',
      role: 'operator' as const,
      from: 'page' as const,
      address: 'mQm2Zk0bYw3T',
      what: 'sending.pause',
      detail: 'Wrong price in the template',
      outcome: 'done' as const,
      endedAt: '2026-11-22T09:40:00.012Z',
    },
    {
      n: 5125,
      at: '2026-11-22T09:31:12.000Z',
      who: 'billing',
      from: 'api' as const,
      address: 'c0bYw3TmQm2Z',
      what: 'notification.cancel',
      on: 'invoice-4711',
      outcome: 'refused' as const,
      outcomeDetail: 'sent',
      endedAt: '2026-11-22T09:31:12.008Z',
    },
  ],
  next: '1795426272000-0',
};

/** Who did what. */
export const AUDIT_ROUTES = [
  route({
    method: 'GET',
    url: '/v1/audit',
    access: 'limited',
    operationId: 'listAudit',
    summary: 'Who did what',
    description:
      'What people and programs have changed, over the console, the API, the command line and the inbox, the newest first. Accepted notifications are not among it: each says itself who asked for it. Entries are kept for AUDIT_RETENTION.',
    query: {
      who: queryText.optional().meta({ description: 'A name of a key, a person or a user.' }),
      what: queryText.optional().meta({
        description: 'An action such as campaign.start, or all of one kind, such as campaign.',
      }),
      on: queryText.optional().meta({ description: 'The id of a notification, campaign or job.' }),
      from: z
        .enum(WAYS_IN, { error: `one of ${WAYS_IN.join(', ')}` })
        .optional()
        .meta({ description: 'Only what came by this way.' }),
      since: time.optional().meta({ description: 'Not before this time.', type: 'string' }),
      until: time.optional().meta({ description: 'Not after this time.', type: 'string' }),
      limit: wholeNumber(1, PAGE_MAX)
        .optional()
        .meta({ description: 'How many at most.', default: PAGE_DEFAULT }),
      before: queryText
        .regex(CURSOR, 'next of the page before')
        .optional()
        .meta({ description: 'next of the page before.' }),
    },
    wrong: { query: { from: 'fax', before: 'yesterday' } },
    answers: { 200: answer('The entries, the newest first', auditPage, EXAMPLE) },
    async handle({ query }, { auditTrail }) {
      return ok(await auditTrail.page({ ...query, limit: query.limit ?? PAGE_DEFAULT }));
    },
  }),
];
