import { z } from 'zod';
import { notificationView } from '../../notification/notificationView.js';
import { requestSchema } from '../../notification/request.js';
import { withTimeout } from '../../queue/timeout.js';
import { acceptAnswer, acceptProblem, logDefects } from '../intake.js';
import { invalidRequest, problem, unexpectedFailure } from '../problems.js';
import { withIdempotencyKey } from '../requests.js';
import { answer, ok, route } from '../route.js';
import { NO_NOTIFICATION, NOTIFICATION } from '../sharedProblems.js';
import * as example from './notificationExamples.js';

const ID = example.REQUEST.id;

const tooLate = (id: string, state: string) =>
  problem('too-late', {
    detail: 'Only what is accepted, queued or processing can be cancelled.',
    id,
    state,
  });

const notUnknown = (id: string, state: string) => problem('not-unknown', { id, state });

const REFUSALS = {
  may_have_arrived: 'A message may have reached the customer; a retry could send it twice.',
  still_running: 'It has not ended yet.',
} as const;

const notRetryable = (id: string, state: string, because: keyof typeof REFUSALS) =>
  problem('not-retryable', { detail: REFUSALS[because], id, state, reason: because });

const requestGone = (id: string) =>
  problem('request-gone', {
    detail: 'It ended too long ago. Send the request anew, with another id.',
    id,
    reason: 'request_gone',
  });

/** One notification: hand it over, read it, cancel it. A request itself is limited to 64 KB. */
export const NOTIFICATION_ROUTES = [
  route({
    method: 'POST',
    url: '/v1/notifications',
    access: 'limited',
    operationId: 'sendNotification',
    summary: 'Hand over a notification',
    description:
      'Accepted means kept: 202 is answered once Redis holds the notification and its job. The same request under the same id is answered with the notification there is; another order of the fields, or another spelling of an address, makes no other request.',
    headers: { 'Idempotency-Key': 'Another way to give the id; the same as id in the body.' },
    bodyLimit: 1024 * 1024,
    body: {
      // Acceptance checks it: one guard for every way in.
      schema: z.unknown(),
      described: requestSchema.meta({ id: 'NotificationRequest' }),
      examples: {
        'A follow-up by email address': example.REQUEST,
        'With more said': example.FULL_REQUEST,
      },
    },
    answers: {
      202: answer('Accepted', notificationView, example.ACCEPTED, {
        headers: { Location: 'Where to read it.' },
      }),
      200: answer(
        'Accepted before, with the same request; not sent again',
        notificationView,
        example.SENT,
      ),
    },
    problems: [
      acceptProblem({
        status: 'invalid',
        problems: [
          { field: 'recipient', expected: 'at least one of email, externalContactId, phone' },
          { field: 'sendAt', expected: 'at most 90 days ahead' },
        ],
      }),
      acceptProblem({ status: 'conflict', id: ID, state: 'sent' }),
      acceptProblem({ status: 'backlog_full', id: ID, retryAfterMs: 30_000 }),
      acceptProblem({ status: 'redis_full', id: ID, retryAfterMs: 30_000 }),
      unexpectedFailure(ID),
    ],
    async handle({ request, caller }, { intake }) {
      const keyed = withIdempotencyKey(request, intake);
      if (!keyed.ok) return invalidRequest(keyed.problems);
      const [result] = await intake.acceptAll([keyed.input], caller.name);
      if (result === undefined) throw new Error('no result for one request');
      logDefects(request.log, [result]);
      const given = acceptAnswer(result, keyed.input);
      if (!given.kept) return given.problem;
      const { status, view } = given;
      request.notificationId = view.id;
      if (status === 200) return ok(view);
      return { status, body: view, headers: { location: `/v1/notifications/${view.id}` } };
    },
  }),

  route({
    method: 'GET',
    url: '/v1/notifications/:id',
    access: 'limited',
    operationId: 'getNotification',
    summary: 'Read what became of it',
    description: 'State, reason and timeline: codes and ids, never an address or a text.',
    of: NOTIFICATION,
    answers: {
      200: answer('The notification', notificationView, example.SENT, {
        others: {
          'Skipped: the customer asked for no more messages': example.OPTED_OUT,
          'Skipped: there is no earlier conversation': example.NO_HISTORY,
          'Skipped: NOTIFY_ONLY_TO does not list the recipient': example.NOT_ALLOWED,
          'Failed: refused on every channel': example.REFUSED,
        },
      }),
    },
    async handle({ id }, { notifications }) {
      const view = await notifications.get(id);
      return view === undefined ? NO_NOTIFICATION : ok(view);
    },
  }),

  route({
    method: 'DELETE',
    url: '/v1/notifications/:id',
    access: 'limited',
    operationId: 'cancelNotification',
    summary: 'Cancel it',
    description: 'Works until it begins to be sent; cancelling twice changes nothing.',
    of: NOTIFICATION,
    answers: { 200: answer('Cancelled', notificationView, example.CANCELLED) },
    problems: [tooLate(ID, 'sent')],
    async handle({ id, caller }, { notifications }) {
      const cancel = async () => {
        const result = await notifications.cancel(id, caller);
        if (result === undefined) return NO_NOTIFICATION;
        if (result.kind === 'too_late') return tooLate(id, result.state);
        return ok(await notifications.viewOf(result.record));
      };
      return withTimeout(cancel(), id);
    },
  }),

  route({
    method: 'POST',
    url: '/v1/notifications/:id/resolve',
    access: 'limited',
    operationId: 'resolveNotification',
    summary: 'Decide an unknown',
    description:
      'For a notification that may have been sent: a person says whether it was. After not_sent it can be retried.',
    of: NOTIFICATION,
    body: {
      schema: z
        .strictObject(
          {
            outcome: z
              .enum(['sent', 'not_sent'], { error: 'sent or not_sent' })
              .meta({ description: 'What became of it.' }),
          },
          { error: 'an object with outcome' },
        )
        .meta({ id: 'Verdict' }),
      examples: { 'It was sent': { outcome: 'sent' } },
    },
    wrong: { body: { outcome: 'perhaps' } },
    answers: { 200: answer('Decided', notificationView, example.RESOLVED) },
    problems: [notUnknown(ID, 'sent')],
    async handle({ id, body, caller }, { notifications }) {
      const resolve = async () => {
        const result = await notifications.resolve(id, body.outcome, caller);
        if (result === undefined) return NO_NOTIFICATION;
        if (result.kind === 'not_unknown') return notUnknown(id, result.state);
        return ok(await notifications.viewOf(result.record));
      };
      return withTimeout(resolve(), id);
    },
  }),

  route({
    method: 'POST',
    url: '/v1/notifications/:id/retry',
    access: 'limited',
    operationId: 'retryNotification',
    summary: 'Try it again',
    description: 'Only when it surely did not reach the customer. Takes no body.',
    of: NOTIFICATION,
    answers: { 202: answer('Queued again', notificationView, example.RETRIED) },
    problems: [notRetryable(ID, 'sent', 'may_have_arrived'), requestGone(ID)],
    async handle({ id, caller }, { notifications }) {
      const retry = async () => {
        const result = await notifications.retry(id, caller);
        switch (result?.kind) {
          case undefined:
            return NO_NOTIFICATION;
          case 'retried':
            return { status: 202 as const, body: await notifications.viewOf(result.record) };
          case 'refused':
            return notRetryable(id, result.state, result.because);
          case 'request_gone':
            return requestGone(id);
          default:
            return result satisfies never;
        }
      };
      return withTimeout(retry(), id);
    },
  }),
];
