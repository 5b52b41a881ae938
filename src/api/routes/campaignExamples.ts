import type { CampaignView } from '../../campaign/campaignView.js';
import type { DryRun } from '../../campaign/dryRun/campaignDryRun.js';
import {
  type Result,
  rejectedHeader,
  rejectedLines,
  resultLines,
  resultsHeader,
} from '../../campaign/exports.js';
import type { RejectedLayout } from '../../campaign/rowStore.js';

const CREATED_AT = '2026-11-22T09:00:00.000Z';

export const CAMPAIGN_REQUEST = {
  id: 'autumn',
  name: 'Autumn follow-up',
  template: 'follow-up',
  endAt: '2026-11-23T18:00:00+01:00',
};

const EARLIER = 'from 12,000 rows of 3 earlier campaigns, last on 2026-11-15';

const NONE: CampaignView['counts'] = {
  waiting: 0,
  accepted: 0,
  queued: 0,
  deferred: 0,
  processing: 0,
  sending: 0,
  sent: 0,
  delivered: 0,
  read: 0,
  undelivered: 0,
  unknown: 0,
  skipped: 0,
  failed: 0,
  cancelled: 0,
  expired: 0,
};

const NO_REASONS: CampaignView['reasons'] = { deferred: {}, skipped: {}, failed: {}, unknown: {} };

export const CREATED = {
  id: 'autumn',
  name: 'Autumn follow-up',
  state: 'importing',
  by: 'marketing',
  template: 'follow-up',
  prefetch: 'auto',
  createdAt: CREATED_AT,
  updatedAt: CREATED_AT,
  endAt: '2026-11-23T17:00:00.000Z',
  counts: NONE,
  reasons: NO_REASONS,
  byChannel: {},
  progress: { rows: 0, ended: 0 },
  waitsFor: [],
  possible: ['import', 'cancel'],
} satisfies CampaignView;

export const READY = {
  ...CREATED,
  state: 'ready',
  updatedAt: '2026-11-22T09:01:12.000Z',
  import: {
    rows: 2_000,
    rejected: 3,
    rejectedBy: [
      {
        column: 'email',
        expected: 'an email address such as customer@example.com',
        rows: 3,
        firstRows: [14, 230, 1_871],
      },
    ],
    warned: 41,
    warnings: [
      {
        column: 'phone',
        expected: 'an E.164 number such as +15550100123',
        rows: 41,
        firstRows: [3, 19, 20],
      },
    ],
    duplicates: 12,
    ignoredColumns: ['notes'],
    addressedBy: { externalContactId: 1_200, email: 800, phone: 0 },
    keptColumns: ['notes'],
    finishedAt: '2026-11-22T09:01:12.000Z',
  },
  counts: { ...NONE, waiting: 2_000 },
  progress: {
    rows: 2_000,
    ended: 0,
    requestsEstimate: { aRow: 1.08, basis: 'earlier', detail: EARLIER },
    requestsLeft: 2_160,
  },
  possible: ['start', 'dry-run', 'import', 'cancel'],
} satisfies CampaignView;

export const RUNNING = {
  ...READY,
  state: 'running',
  updatedAt: '2026-11-22T09:05:00.000Z',
  startedAt: '2026-11-22T09:05:00.000Z',
  counts: {
    ...NONE,
    waiting: 700,
    queued: 97,
    sending: 3,
    sent: 120,
    delivered: 1_030,
    skipped: 42,
    failed: 8,
  },
  reasons: {
    ...NO_REASONS,
    skipped: { no_history: 36, not_allowed: 2, opted_out: 4 },
    failed: { every_channel_refused: 8 },
  },
  byChannel: { web: { sent: 90, delivered: 1_030 }, email: { sent: 30 } },
  progress: {
    rows: 2_000,
    ended: 1_200,
    requestsSpent: 1_308,
    requestsARow: 1.09,
    requestsLeft: 872,
    perMinute: 96,
    estimatedEndAt: '2026-11-22T09:25:50.000Z',
  },
  possible: ['pause', 'cancel', 'retry'],
} satisfies CampaignView;

export const PAUSED = {
  ...RUNNING,
  state: 'paused',
  reason: 'wrong price',
  updatedAt: '2026-11-22T09:17:00.000Z',
  progress: { rows: 2_000, ended: 1_200 },
  waitsFor: [
    {
      code: 'campaign_paused',
      who: 'you',
      since: '2026-11-22T09:17:00.000Z',
      detail: 'The campaign has been paused by marketing since 2026-11-22T09:17:00Z: wrong price',
      remedy: 'Let it go on, by POST /v1/campaigns/autumn/resume or',
      command: 'notifier campaign resume autumn',
    },
  ],
  possible: ['resume', 'cancel', 'retry'],
} satisfies CampaignView;

export const CANCELLED_CAMPAIGN = {
  ...PAUSED,
  state: 'cancelled',
  endedAt: '2026-11-22T09:30:00.000Z',
  waitsFor: [],
  counts: { ...RUNNING.counts, waiting: 0, queued: 0, sending: 0, cancelled: 800 },
  progress: { rows: 2_000, ended: 2_000 },
  possible: [],
} satisfies CampaignView;

export const ROWS_CSV = `email,first name,companyName
customer@example.com,Dana,Northwind Outfitters
regular@example.com,,Northwind Outfitters
`;

export const ROWS_NDJSON = `{"recipient":{"email":"customer@example.com"},"variables":{"companyName":"Northwind Outfitters"}}
{"email":"regular@example.com","companyName":"Northwind Outfitters"}
`;

const REJECTED_ROWS = [
  { row: 14, column: 'email', expected: 'an email address such as customer@example.com' },
];

export const IMPORTED = { campaign: READY, problems: REJECTED_ROWS, refused: REJECTED_ROWS };

export const DRY_RUN: DryRun = {
  rows: 2_000,
  import: READY.import,
  tried: { web: 1_990, email: 8 },
  skipped: { not_allowed: 2 },
  failed: {},
  deferred: {},
  samples: [
    {
      kinds: ['first'],
      row: 2,
      recipient: { email: 'customer@example.com' },
      outlook: { would: 'try', channel: 'web' },
      placeholders: ['customerName', 'lastMessage', 'topic'],
      messages: [
        {
          channel: 'web',
          history: true,
          rendered: { ok: true, message: { channel: 'web', text: 'Hi [customer name], …' } },
        },
      ],
    },
  ],
  forecast: {
    requests: {
      identity: 798,
      history: 40,
      transcript: 3_996,
      send: 1_998,
      deliveryCheck: 1_990,
      total: 8_822,
    },
    prefetch: { requests: 60, saves: 778, savesMs: 158_776 },
    expected: {
      requests: 8_822,
      aRow: 4.42,
      basis: 'table',
      detail: 'estimated from the table, without what prefetching saves',
    },
    requestsPerMinute: 294,
    beside: { campaigns: 0, rows: 0, requests: 0 },
    durationMs: 1_800_409,
    startsAt: '2026-11-22T09:02:00.000Z',
    endsAt: '2026-11-22T09:32:00.409Z',
    endAt: { at: '2026-11-23T17:00:00.000Z', isMet: true, rowsInTime: 1_998 },
    historyRequired: true,
    assumptions: ['No transactional notifications come in between: their requests go first.'],
  },
};

const RESULTS: Result[] = [
  {
    row: 2,
    id: 'autumn.2',
    email: 'customer@example.com',
    state: 'delivered',
    channel: 'web',
    delivery: 'delivered',
    messageId: '0a6f4c2e8b1d4f7e',
    conversationId: '5c1f7a52-0d0f-4d3c-9a39-2f6f5d6f1a10',
    releasedAt: '2026-11-22T09:05:00.120Z',
    updatedAt: '2026-11-22T09:06:01.310Z',
    attempts: 1,
    own: ['vip'],
  },
  {
    row: 3,
    id: 'autumn.3',
    email: 'regular@example.com',
    state: 'skipped',
    reason: 'no_history',
    releasedAt: '2026-11-22T09:05:00.120Z',
    updatedAt: '2026-11-22T09:05:02.004Z',
    attempts: 1,
    own: [''],
  },
];
const OWN_COLUMNS = ['notes'];

export const RESULTS_CSV =
  resultsHeader(OWN_COLUMNS) + resultLines(RESULTS, OWN_COLUMNS, { format: 'csv' });

export const RESULTS_NDJSON = resultLines(RESULTS, OWN_COLUMNS, { format: 'ndjson' });

const REJECTED_LAYOUT: RejectedLayout = {
  format: 'csv',
  header: ['email', 'first name', 'companyName'],
};

const REJECTED_FILE_ROWS = REJECTED_ROWS.map(({ row, ...problem }) => ({
  number: row,
  problems: [problem],
  cells: ['nowhere', '', 'Northwind Outfitters'],
}));

export const REJECTED_CSV =
  rejectedHeader(REJECTED_LAYOUT) + rejectedLines(REJECTED_FILE_ROWS, REJECTED_LAYOUT, 'csv');

export const REJECTED_NDJSON = rejectedLines(REJECTED_FILE_ROWS, REJECTED_LAYOUT, 'ndjson');

export const RETRIED_ROWS = {
  campaign: RUNNING,
  retried: 7,
  left: false,
  refusedCount: 1,
  refused: [{ row: 9, id: 'autumn.9', state: 'failed', because: 'may_have_arrived' }],
};
