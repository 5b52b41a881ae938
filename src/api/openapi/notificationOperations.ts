import * as example from './examples.js';
import type { Operation } from './operation.js';
import * as refused from './problemExamples.js';
import { BEHIND_KEY, WITH_BODY } from './problemExamples.js';

const ID_IN_PATH = { id: 'The id of the notification.' };

const ALWAYS = [refused.tooManyRequests, ...BEHIND_KEY];

/** Handing notifications over, and deciding about them. */
export const NOTIFICATION_OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/notifications',
    operationId: 'sendNotification',
    summary: 'Hand over a notification',
    description:
      'Accepted means kept: 202 is answered once Redis holds the notification and its job. The same request under the same id is answered with the notification there is; another order of the fields, or another spelling of an address, makes no other request.',
    headers: { 'Idempotency-Key': 'Another way to give the id; the same as id in the body.' },
    body: {
      schema: 'NotificationRequest',
      examples: {
        'A follow-up by email address': example.REQUEST,
        'With more said': example.FULL_REQUEST,
      },
    },
    answers: [
      {
        status: 202,
        description: 'Accepted',
        schema: 'Notification',
        example: example.ACCEPTED,
        headers: { Location: 'Where to read it.' },
      },
      {
        status: 200,
        description: 'Accepted before, with the same request; not sent again',
        schema: 'Notification',
        example: example.SENT,
      },
    ],
    problems: [
      refused.invalid,
      refused.conflict,
      ...WITH_BODY,
      refused.backlogFull,
      refused.redisFull,
      refused.unexpected,
      refused.redisUnfit,
      ...ALWAYS,
    ],
  },
  {
    method: 'post',
    path: '/v1/notifications/batch',
    operationId: 'sendBatch',
    summary: 'Hand over up to 1000 at once',
    description:
      'Each notification stands alone; results say what a single POST would have answered. 503 as a whole means that nothing was kept, and may be later.',
    body: { schema: 'Batch', examples: { 'Two, of which one is wrong': example.BATCH } },
    answers: [
      {
        status: 200,
        description: 'The list was read; look at each result',
        schema: 'BatchResults',
        example: example.BATCH_RESULTS,
      },
    ],
    problems: [
      refused.invalidBatch,
      ...WITH_BODY,
      refused.backlogFullForBatch,
      refused.redisFull,
      refused.unexpected,
      refused.redisUnfit,
      ...ALWAYS,
    ],
  },
  {
    method: 'get',
    path: '/v1/notifications/{id}',
    operationId: 'getNotification',
    summary: 'Read what became of it',
    description: 'State, reason and timeline: codes and ids, never an address or a text.',
    pathParameters: ID_IN_PATH,
    answers: [
      {
        status: 200,
        description: 'The notification',
        schema: 'Notification',
        example: example.SENT,
        others: {
          'Skipped: the customer asked for no more messages': example.OPTED_OUT,
          'Skipped: there is no earlier conversation': example.NO_HISTORY,
          'Skipped: NOTIFY_ONLY_TO does not list the recipient': example.NOT_ALLOWED,
          'Failed: refused on every channel': example.REFUSED,
        },
      },
    ],
    problems: [refused.unknownId, ...ALWAYS],
  },
  {
    method: 'delete',
    path: '/v1/notifications/{id}',
    operationId: 'cancelNotification',
    summary: 'Cancel it',
    description: 'Works until it begins to be sent; cancelling twice changes nothing.',
    pathParameters: ID_IN_PATH,
    answers: [
      { status: 200, description: 'Cancelled', schema: 'Notification', example: example.CANCELLED },
    ],
    problems: [refused.unknownId, refused.tooLate, ...ALWAYS],
  },
  {
    method: 'post',
    path: '/v1/notifications/{id}/resolve',
    operationId: 'resolveNotification',
    summary: 'Decide an unknown',
    description:
      'For a notification that may have been sent: a person says whether it was. After not_sent it can be retried.',
    pathParameters: ID_IN_PATH,
    body: { schema: 'Verdict', examples: { 'It was sent': { outcome: 'sent' } } },
    answers: [
      { status: 200, description: 'Decided', schema: 'Notification', example: example.RESOLVED },
    ],
    problems: [
      refused.unknownId,
      refused.notUnknown,
      refused.invalidVerdict,
      ...WITH_BODY,
      refused.redisUnfit,
      ...ALWAYS,
    ],
  },
  {
    method: 'post',
    path: '/v1/notifications/{id}/retry',
    operationId: 'retryNotification',
    summary: 'Try it again',
    description: 'Only when it surely did not reach the customer. Takes no body.',
    pathParameters: ID_IN_PATH,
    answers: [
      {
        status: 202,
        description: 'Queued again',
        schema: 'Notification',
        example: example.RETRIED,
      },
    ],
    problems: [
      refused.unknownId,
      refused.mayHaveArrived,
      refused.requestGone,
      refused.redisUnfit,
      ...ALWAYS,
    ],
  },
];
