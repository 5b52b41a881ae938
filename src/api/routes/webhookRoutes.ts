import { z } from 'zod';
import { deliveryViewSchema } from '../../webhooks/delivery.js';
import { WEBHOOKS_MAX } from '../../webhooks/webhook.js';
import {
  isWebhookId,
  rotationSchema,
  webhookRequestSchema,
} from '../../webhooks/webhookRequest.js';
import type { Webhooks } from '../../webhooks/webhooks.js';
import type { WebhookView } from '../../webhooks/webhookView.js';
import { webhookViewSchema } from '../../webhooks/webhookView.js';
import { invalidRequest, problem } from '../problems.js';
import { answer, ok, queryText, route, type Subject, wholeNumber } from '../route.js';

const PAGE_MAX = 200;
const PAGE_DEFAULT = 50;

const NO_WEBHOOK = problem('no-webhook', {
  detail: 'There never was one with this id, or it was deleted.',
});
const EXISTS = problem('webhook-exists', {
  detail: 'Nothing was made. Delete the one that is there, or choose another id.',
});
const TOO_MANY = problem('too-many-webhooks', { detail: `At most ${WEBHOOKS_MAX} are sent to.` });
const NOT_TESTED = problem('webhook-not-tested', {
  detail:
    'No worker sent it within 15 s. Look whether a worker runs, and at the deliveries of the webhook.',
  retryAfter: 5,
});

const WEBHOOK: Subject = {
  description: 'The id of the webhook.',
  isId: isWebhookId,
  missing: NO_WEBHOOK,
};

const EXAMPLE: WebhookView = {
  id: 'crm',
  url: 'https://hooks.example.com/notifier',
  types: ['notification.sent', 'notification.failed'],
  description: 'Outcomes into the CRM',
  status: 'active',
  since: '2026-11-30T09:40:00.000Z',
  createdAt: '2026-11-30T09:40:00.000Z',
  createdBy: 'crm',
  secrets: [{ createdAt: '2026-11-30T09:40:00.000Z' }],
  outstanding: 0,
  failures: 0,
  succeededAt: '2026-11-30T10:02:11.000Z',
  last: {
    at: '2026-11-30T10:02:11.000Z',
    eventId: '1796032930871-0',
    type: 'notification.sent',
    notificationId: 'invoice-4711',
    attempt: 1,
    result: 'delivered',
    status: 204,
    durationMs: 84,
  },
};

const FAILING: WebhookView = {
  ...EXAMPLE,
  status: 'disabled',
  reason: 'failing',
  since: '2026-12-03T10:03:00.000Z',
  behindSince: '2026-11-30T10:02:58.000Z',
  outstanding: 12,
  failures: 214,
  failingSince: '2026-11-30T10:03:00.000Z',
};

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=';

const shownSecret = z.string().optional().meta({
  description: 'The secret that was made; it is not shown again. Absent where it was given.',
});
const withSecret = z
  .object({ webhook: webhookViewSchema, secret: shownSecret })
  .meta({ id: 'WebhookWithSecret' });

const webhookList = z
  .object({
    webhooks: z.array(webhookViewSchema),
    unreadable: z.array(z.string()).meta({
      description:
        'Ids of webhooks that NOTIFIER_SECRET cannot decrypt: they get nothing. Give back the key, or delete them.',
    }),
  })
  .meta({ id: 'WebhookList' });

const deliveryPage = z
  .object({
    deliveries: z.array(deliveryViewSchema),
    next: z.string().optional().meta({ description: 'before of the next page.' }),
  })
  .meta({ id: 'WebhookDeliveryPage' });

const LAST = EXAMPLE.last ?? {
  at: '',
  eventId: '',
  type: '',
  attempt: 1,
  result: 'delivered' as const,
  durationMs: 1,
};

const TIME = 'an ISO time with its zone, such as 2026-11-30T09:30:00Z';
const replayRequest = z
  .strictObject(
    {
      from: z.iso
        .datetime({ offset: true, error: TIME })
        .meta({ description: 'Events since then are sent again.' }),
    },
    { error: 'an object with from' },
  )
  .meta({ id: 'WebhookReplay' });

type Step = (webhooks: Webhooks) => Promise<WebhookView | undefined>;

async function changed({ webhooks }: { webhooks: Webhooks }, step: Step) {
  const view = await step(webhooks);
  return view === undefined ? NO_WEBHOOK : ok(view);
}

/** Endpoints that are sent what happens: docs/webhooks.md. */
export const WEBHOOK_ROUTES = [
  route({
    method: 'POST',
    url: '/v1/webhooks',
    access: 'limited',
    operationId: 'createWebhook',
    summary: 'Have events sent to a URL',
    description:
      'From now on, in their order for each notification, at least once, signed as Standard Webhooks say. The address is checked at each connection.',
    body: {
      schema: webhookRequestSchema,
      examples: {
        'Two types of events': {
          id: 'crm',
          url: 'https://hooks.example.com/notifier',
          types: ['notification.sent', 'notification.failed'],
          description: 'Outcomes into the CRM',
        },
        'All events': { url: 'https://hooks.example.com/notifier' },
      },
    },
    wrong: { body: { url: 'https://169.254.169.254/latest/meta-data' } },
    answers: {
      201: answer('Made. Keep the secret: it is not shown again', withSecret, {
        webhook: { ...EXAMPLE, succeededAt: undefined, last: undefined },
        secret: SECRET,
      }),
    },
    problems: [EXISTS, TOO_MANY],
    async handle({ body, caller }, { webhooks }) {
      const created = await webhooks.create(body, caller);
      switch (created.kind) {
        case 'created': {
          const { webhook, secret } = created;
          return { status: 201, body: { webhook, secret } };
        }
        case 'invalid':
          return invalidRequest([{ field: 'url', expected: created.expected }]);
        case 'exists':
          return EXISTS;
        case 'too_many':
          return TOO_MANY;
        default:
          return created satisfies never;
      }
    },
  }),

  route({
    method: 'GET',
    url: '/v1/webhooks',
    access: 'limited',
    operationId: 'listWebhooks',
    summary: 'All webhooks',
    description:
      'How each of them stands: its status, its last attempt, and since when it is behind.',
    answers: {
      200: answer('The webhooks', webhookList, { webhooks: [EXAMPLE, FAILING], unreadable: [] }),
    },
    async handle(_call, { webhooks }) {
      return ok(await webhooks.all());
    },
  }),

  route({
    method: 'GET',
    url: '/v1/webhooks/:id',
    access: 'limited',
    operationId: 'getWebhook',
    summary: 'How a webhook stands',
    description: 'Secrets are not shown.',
    of: WEBHOOK,
    answers: {
      200: answer('The webhook', webhookViewSchema, EXAMPLE, {
        others: { 'A disabled one': FAILING },
      }),
    },
    async handle({ id }, { webhooks }) {
      const view = await webhooks.find(id);
      return view === undefined ? NO_WEBHOOK : ok(view);
    },
  }),

  route({
    method: 'DELETE',
    url: '/v1/webhooks/:id',
    access: 'limited',
    operationId: 'deleteWebhook',
    summary: 'Send a webhook nothing more',
    description: 'It is forgotten, with its secrets and its deliveries.',
    of: WEBHOOK,
    answers: {
      200: answer('Deleted', z.object({ id: z.string() }).meta({ id: 'DeletedWebhook' }), {
        id: 'crm',
      }),
    },
    async handle({ id, caller }, { webhooks }) {
      return (await webhooks.remove(id, caller)) ? ok({ id }) : NO_WEBHOOK;
    },
  }),

  route({
    method: 'GET',
    url: '/v1/webhooks/:id/deliveries',
    access: 'limited',
    operationId: 'listWebhookDeliveries',
    summary: 'The last attempts of a webhook',
    description: 'With what was answered, the newest first; the last 500 or so of 7 days.',
    of: WEBHOOK,
    query: {
      limit: wholeNumber(1, PAGE_MAX)
        .optional()
        .meta({ description: 'How many at most.', default: PAGE_DEFAULT }),
      before: queryText
        .regex(/^\d{1,15}-\d{1,15}$/, 'next of the page before')
        .optional()
        .meta({ description: 'next of the page before.' }),
    },
    wrong: { query: { before: 'yesterday' } },
    answers: {
      200: answer('A page', deliveryPage, {
        deliveries: [
          {
            ...LAST,
            result: 'retry',
            status: 503,
            answer: 'upstream is away',
            nextAt: '2026-11-30T10:02:16.214Z',
          },
          LAST,
        ],
        next: '1796032931002-0',
      }),
    },
    async handle({ id, query }, { webhooks }) {
      const page = await webhooks.deliveries(id, { ...query, limit: query.limit ?? PAGE_DEFAULT });
      return page === undefined ? NO_WEBHOOK : ok(page);
    },
  }),

  route({
    method: 'POST',
    url: '/v1/webhooks/:id/test',
    access: 'limited',
    operationId: 'testWebhook',
    summary: 'Try a webhook',
    description:
      'A worker posts one event of the type webhook.test, also to a webhook that is paused or disabled. Answers with what came of it, which may be a failure.',
    of: WEBHOOK,
    answers: {
      200: answer('What came of it', deliveryViewSchema, {
        at: '2026-11-30T10:05:00.000Z',
        eventId: 'test-mQm2Zk0bYw3T',
        type: 'webhook.test',
        attempt: 1,
        result: 'delivered',
        status: 204,
        durationMs: 91,
      }),
    },
    problems: [NOT_TESTED],
    async handle({ id, caller }, { webhooks }) {
      const tested = await webhooks.test(id, caller);
      if (tested.kind === 'tested') return ok(tested.delivery);
      return tested.kind === 'missing' ? NO_WEBHOOK : NOT_TESTED;
    },
  }),

  route({
    method: 'POST',
    url: '/v1/webhooks/:id/pause',
    access: 'limited',
    operationId: 'pauseWebhook',
    summary: 'Send a webhook nothing for now',
    description:
      'What is under way arrives. What happens meanwhile is sent after a resume, as far back as the feed goes.',
    of: WEBHOOK,
    answers: { 200: answer('Paused', webhookViewSchema, { ...EXAMPLE, status: 'paused' }) },
    handle: ({ id, caller }, parts) => changed(parts, (webhooks) => webhooks.pause(id, caller)),
  }),

  route({
    method: 'POST',
    url: '/v1/webhooks/:id/resume',
    access: 'limited',
    operationId: 'resumeWebhook',
    summary: 'Send to a webhook again',
    description: 'It goes on where it stood, also after it was disabled.',
    of: WEBHOOK,
    answers: { 200: answer('Active', webhookViewSchema, EXAMPLE) },
    handle: ({ id, caller }, parts) => changed(parts, (webhooks) => webhooks.resume(id, caller)),
  }),

  route({
    method: 'POST',
    url: '/v1/webhooks/:id/replay',
    access: 'limited',
    operationId: 'replayWebhook',
    summary: 'Send events again from a time on',
    description:
      'With the same webhook-id as before. What is outstanding is not skipped: a time that is later than where the webhook stands changes nothing.',
    of: WEBHOOK,
    body: {
      schema: replayRequest,
      examples: { 'Since a deployment': { from: '2026-11-30T09:00:00Z' } },
    },
    wrong: { body: { from: 'yesterday' } },
    answers: {
      200: answer('It begins there', webhookViewSchema, {
        ...EXAMPLE,
        behindSince: '2026-11-30T09:00:00.512Z',
      }),
    },
    handle: ({ id, body, caller }, parts) =>
      changed(parts, (webhooks) => webhooks.replay(id, Date.parse(body.from), caller)),
  }),

  route({
    method: 'POST',
    url: '/v1/webhooks/:id/rotate-secret',
    access: 'limited',
    operationId: 'rotateWebhookSecret',
    summary: 'Replace the secret of a webhook',
    description:
      'For a while each request carries a signature of the new secret and of the ones before, so that receivers can be changed in between.',
    of: WEBHOOK,
    body: {
      schema: rotationSchema,
      optional: true,
      examples: { 'A day of both': {}, 'At once': { overlapSeconds: 0 } },
    },
    wrong: { body: { secret: 'whsec_short' } },
    answers: {
      200: answer('Replaced. Keep the secret: it is not shown again', withSecret, {
        webhook: {
          ...EXAMPLE,
          secrets: [
            { createdAt: '2026-11-30T12:00:00.000Z' },
            { createdAt: '2026-11-30T09:40:00.000Z', until: '2026-12-01T12:00:00.000Z' },
          ],
        },
        secret: SECRET,
      }),
    },
    async handle({ id, body, caller }, { webhooks }) {
      const rotated = await webhooks.rotate(id, body, caller);
      return rotated === undefined ? NO_WEBHOOK : ok(rotated);
    },
  }),
];
