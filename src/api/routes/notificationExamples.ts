import type { NotificationView } from '../../notification/notificationView.js';
import type { NotificationRequest } from '../../notification/request.js';
import { acceptProblem } from '../intake.js';
import { problem } from '../problems.js';
import type { ItemResult } from '../views/problemAnswers.js';

const ID = 'hello-1';
const ACCEPTED_AT = '2026-11-22T09:30:00.000Z';

export const REQUEST = {
  id: ID,
  recipient: { email: 'customer@example.com', timeZone: 'Europe/Berlin' },
  template: 'follow-up',
  variables: { companyName: 'Northwind Outfitters' },
} satisfies NotificationRequest;

export const FULL_REQUEST = {
  id: 'order-A-1001-shipped',
  recipient: { externalContactId: 'c0000000-0000-4000-8000-000000000001', name: 'Dana Whitfield' },
  template: 'order-update',
  variables: { orderNumber: 'A-1001', status: 'On its way to you' },
  channels: ['web', 'email'],
  history: { required: false },
  priority: 'transactional',
  metadata: { order: 'A-1001' },
} satisfies NotificationRequest;

export const ACCEPTED = {
  id: ID,
  state: 'accepted',
  attempts: 0,
  createdAt: ACCEPTED_AT,
  updatedAt: ACCEPTED_AT,
  deadline: '2026-11-23T09:30:00.000Z',
  timeline: [{ at: ACCEPTED_AT, state: 'accepted' }],
} satisfies NotificationView;

const QUEUED = { at: '2026-11-22T09:30:00.004Z', state: 'queued' } as const;

export const SENT = {
  ...ACCEPTED,
  state: 'sent',
  channel: 'web',
  messageId: '0a6f4c2e8b1d4f7e9c3a5b7d9e1f3a5c',
  conversationId: '5c1f7a52-0d0f-4d3c-9a39-2f6f5d6f1a10',
  attempts: 1,
  updatedAt: '2026-11-22T09:30:01.310Z',
  deliveryCheckAt: '2026-11-22T09:31:01.310Z',
  timeline: [
    ...ACCEPTED.timeline,
    QUEUED,
    { at: '2026-11-22T09:30:00.020Z', state: 'processing' },
    { at: '2026-11-22T09:30:01.002Z', state: 'sending', channel: 'web' },
    { at: '2026-11-22T09:30:01.310Z', state: 'sent', channel: 'web' },
  ],
} satisfies NotificationView;

function skippedBy(reason: string, at: string) {
  return {
    ...ACCEPTED,
    state: 'skipped',
    reason,
    attempts: 1,
    updatedAt: at,
    timeline: [
      ...ACCEPTED.timeline,
      QUEUED,
      { at: '2026-11-22T09:30:00.020Z', state: 'processing' },
      { at, state: 'skipped', reason },
    ],
  } satisfies NotificationView;
}

export const OPTED_OUT = skippedBy('opted_out', '2026-11-22T09:30:00.912Z');
export const NO_HISTORY = skippedBy('no_history', '2026-11-22T09:30:00.655Z');
export const NOT_ALLOWED = skippedBy('not_allowed', '2026-11-22T09:30:00.021Z');

export const REFUSED = {
  ...ACCEPTED,
  state: 'failed',
  reason: 'every_channel_refused',
  channel: 'email',
  attempts: 1,
  updatedAt: '2026-11-22T09:30:02.110Z',
  timeline: [
    ...ACCEPTED.timeline,
    QUEUED,
    { at: '2026-11-22T09:30:00.020Z', state: 'processing' },
    { at: '2026-11-22T09:30:01.002Z', state: 'sending', channel: 'web' },
    { at: '2026-11-22T09:30:01.310Z', state: 'processing', channel: 'web', reason: 'http_404' },
    { at: '2026-11-22T09:30:01.702Z', state: 'sending', channel: 'email' },
    { at: '2026-11-22T09:30:02.108Z', state: 'processing', channel: 'email', reason: 'http_400' },
    { at: '2026-11-22T09:30:02.110Z', state: 'failed', reason: 'every_channel_refused' },
  ],
} satisfies NotificationView;

export const CANCELLED = {
  ...ACCEPTED,
  state: 'cancelled',
  updatedAt: '2026-11-22T09:30:00.800Z',
  timeline: [
    ...ACCEPTED.timeline,
    QUEUED,
    { at: '2026-11-22T09:30:00.800Z', state: 'cancelled', detail: 'by shop' },
  ],
} satisfies NotificationView;

const UNKNOWN = {
  ...ACCEPTED,
  id: 'autumn.14',
  state: 'unknown',
  reason: 'timeout',
  channel: 'web',
  attempts: 1,
  updatedAt: '2026-11-22T09:30:17.002Z',
  reconcile: { looks: 1, nextLookAt: '2026-11-22T09:32:17.002Z', decides: 'platform' },
  campaignId: 'autumn',
  recipient: { email: 'c•••@e•••.com' },
  timeline: [
    ...ACCEPTED.timeline,
    { at: '2026-11-22T09:30:17.002Z', state: 'unknown', channel: 'web', reason: 'timeout' },
  ],
} satisfies NotificationView;

export const NOTIFICATION_LIST = {
  notifications: [UNKNOWN],
  next: '1795339817002-0',
  lookedBackTo: UNKNOWN.updatedAt,
};

const VERDICT_ITEMS: ItemResult[] = [
  { index: 0, status: 200, id: 'autumn.14', state: 'failed', reason: 'resolved_not_sent' },
  {
    index: 1,
    ...problem('not-unknown', { id: 'autumn.15', state: 'sent', reason: 'resolved_sent' }),
  },
];

export const VERDICT_RESULTS = { results: VERDICT_ITEMS, left: false };

export const RESOLVED = {
  ...SENT,
  reason: 'resolved_sent',
  timeline: [
    ...SENT.timeline.slice(0, -1),
    { at: '2026-11-22T09:30:17.002Z', state: 'unknown', channel: 'web', reason: 'timeout' },
    { at: '2026-11-22T10:05:00.000Z', state: 'sent', reason: 'resolved_sent', detail: 'by ops' },
  ],
  updatedAt: '2026-11-22T10:05:00.000Z',
} satisfies NotificationView;

export const RETRIED = {
  ...ACCEPTED,
  updatedAt: '2026-11-22T11:00:00.000Z',
  deadline: '2026-11-23T11:00:00.000Z',
  timeline: [
    ...ACCEPTED.timeline,
    QUEUED,
    { at: '2026-11-22T09:30:00.020Z', state: 'processing' },
    { at: '2026-11-22T09:30:01.310Z', state: 'failed', reason: 'no_channel_left' },
    { at: '2026-11-22T11:00:00.000Z', state: 'accepted', reason: 'retry', detail: 'by ops' },
  ],
} satisfies NotificationView;

export const BATCH = {
  notifications: [
    { ...REQUEST, id: 'hello-2' },
    { ...FULL_REQUEST, id: 'order-A-1002', variables: { orderNumber: 'A-1002' } },
  ],
} satisfies { notifications: NotificationRequest[] };

const BATCH_ITEMS: ItemResult[] = [
  { index: 0, status: 202, id: 'hello-2', state: 'accepted' },
  {
    index: 1,
    id: 'order-A-1002',
    ...acceptProblem({
      status: 'invalid',
      problems: [{ field: 'variables.status', expected: 'a value, the template requires it' }],
    }),
  },
];

export const BATCH_RESULTS = { results: BATCH_ITEMS };

export const BACKLOG_FULL_RESULTS = [
  {
    index: 0,
    ...acceptProblem({ status: 'backlog_full', id: ID, retryAfterMs: 30_000 }),
  },
];
