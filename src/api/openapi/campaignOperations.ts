import * as example from './campaignExamples.js';
import type { Operation } from './operation.js';
import * as refused from './problemExamples.js';
import { BEHIND_KEY, WITH_BODY } from './problemExamples.js';

const ID_IN_PATH = { id: 'The id of the campaign, at most 100 characters.' };

const ALWAYS = [refused.tooManyRequests, ...BEHIND_KEY];

const FORMAT = {
  format: {
    description:
      'csv or ndjson; else what Accept asks for, else csv (for rejected rows: as they came).',
    schema: { type: 'string', enum: ['csv', 'ndjson'] },
  },
} as const;

/** Campaigns: made, filled with rows, started, watched and accounted for. */
export const CAMPAIGN_OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/campaigns',
    operationId: 'createCampaign',
    summary: 'Make a campaign',
    description:
      'Its rows come after. With startAt it starts by itself at that time, once its rows are there, unless more than one in ten of them are rejected; otherwise it waits to be started.',
    body: {
      schema: 'CampaignRequest',
      examples: { 'A follow-up that ends tomorrow': example.CAMPAIGN_REQUEST },
    },
    answers: [
      {
        status: 201,
        description: 'Made',
        schema: 'Campaign',
        example: example.CREATED,
        headers: { Location: 'Where to read it.' },
      },
      {
        status: 200,
        description: 'Made before, with the same request',
        schema: 'Campaign',
        example: example.READY,
      },
    ],
    problems: [
      refused.invalidCampaign,
      refused.campaignConflict,
      ...WITH_BODY,
      refused.redisUnfit,
      ...ALWAYS,
    ],
  },
  {
    method: 'get',
    path: '/v1/campaigns',
    operationId: 'listCampaigns',
    summary: 'List campaigns',
    description: 'The newest first, a page at a time.',
    query: {
      limit: {
        description: 'How many at most; 20 when left out.',
        schema: { type: 'integer', minimum: 1, maximum: 100 },
      },
      before: {
        description: 'The next of the page before.',
        schema: { type: 'string' },
      },
    },
    answers: [
      {
        status: 200,
        description: 'A page',
        schema: 'CampaignList',
        example: { campaigns: [example.RUNNING], next: 'autumn' },
      },
    ],
    problems: [refused.invalidLimit, ...ALWAYS],
  },
  {
    method: 'get',
    path: '/v1/campaigns/{id}',
    operationId: 'getCampaign',
    summary: 'See how it stands',
    description: 'Counts, pace, when it will be done, why it is paused, and what can be done next.',
    pathParameters: ID_IN_PATH,
    answers: [
      { status: 200, description: 'The campaign', schema: 'Campaign', example: example.RUNNING },
    ],
    problems: [refused.unknownCampaign, ...ALWAYS],
  },
  {
    method: 'put',
    path: '/v1/campaigns/{id}/rows',
    operationId: 'importRows',
    summary: 'Upload its rows',
    description:
      'The file itself is the body: CSV or NDJSON, plain or gzip, of any size. It is read as it comes, and counts only once its end was read: an upload that breaks off is repeated from the start, and of several the last one wins. Rows that are wrong are rejected; an address that cannot be used is left out with a warning where another one reaches the customer. A charset in the Content-Type says how the text is encoded.',
    pathParameters: ID_IN_PATH,
    headers: {
      'Content-Encoding': 'gzip, where that is said in a header at all.',
    },
    query: {
      map: {
        description:
          'COLUMN=FIELD: what a column means where its name does not say it. As often as needed; goes before map of the campaign.',
        schema: { type: 'array', items: { type: 'string' }, example: ['E-Mail-Adresse=email'] },
      },
      ignore: {
        description: 'A column that is neither read nor kept for the results. As often as needed.',
        schema: { type: 'array', items: { type: 'string' } },
      },
    },
    upload: {
      'text/csv': example.ROWS_CSV,
      'application/x-ndjson': example.ROWS_NDJSON,
      'application/octet-stream': undefined,
    },
    answers: [
      {
        status: 200,
        description: 'Imported; look at what was rejected, and at the warnings',
        schema: 'ImportedRows',
        example: example.IMPORTED,
      },
    ],
    problems: [
      refused.unknownCampaign,
      refused.rowsRefused,
      refused.invalidMap,
      refused.stepRefused,
      refused.importSuperseded,
      refused.importBrokenOff,
      refused.noRoom,
      refused.notAFile,
      refused.redisUnfit,
      ...ALWAYS,
    ],
  },
  {
    method: 'post',
    path: '/v1/campaigns/{id}/dry-run',
    operationId: 'dryRunCampaign',
    summary: 'See what would happen',
    description:
      'Sends nothing. Says who would be skipped, how three of the messages look, how many requests it takes and for how long, and whether endAt can be met.',
    pathParameters: ID_IN_PATH,
    body: {
      schema: 'DryRunRequest',
      examples: { 'With ten customers looked up': { lookUp: 10 } },
      optional: true,
    },
    answers: [
      {
        status: 200,
        description: 'What would happen',
        schema: 'DryRun',
        example: example.DRY_RUN,
      },
    ],
    problems: [
      refused.unknownCampaign,
      refused.stepRefused,
      refused.invalidLookUp,
      ...WITH_BODY,
      refused.redisUnfit,
      ...ALWAYS,
    ],
  },
  step(
    'start',
    'Start it',
    'Now, or at a time. Only what is ready can be started. Where more than one in ten rows of the file were rejected, it must be said that this is accepted.',
    {
      schema: 'StartRequest',
      body: { at: '2026-11-22T18:00:00+01:00', acceptRejected: true },
      answer: example.RUNNING,
      more: [refused.redisUnfit, refused.tooManyRequests],
    },
  ),
  step('pause', 'Pause it', 'Within a second nothing of it leaves any more; nothing is lost.', {
    schema: 'StepReason',
    body: { reason: 'wrong price' },
    answer: example.PAUSED,
  }),
  step('resume', 'Let it go on', 'Takes no body.', {
    answer: example.RUNNING,
    more: [refused.redisUnfit, refused.tooManyRequests],
  }),
  step('cancel', 'Cancel it', 'For good. What was not sent is not sent any more.', {
    schema: 'StepReason',
    body: { reason: 'wrong list' },
    answer: example.CANCELLED_CAMPAIGN,
  }),
  {
    method: 'get',
    path: '/v1/campaigns/{id}/results',
    operationId: 'getResults',
    summary: 'What became of every row',
    description:
      'In the order of the file, as far as it has come. A CSV has the separator of that file, and ends with its own columns.',
    pathParameters: ID_IN_PATH,
    query: FORMAT,
    answers: files(example.RESULTS_CSV, example.RESULTS_NDJSON),
    problems: [refused.unknownCampaign, refused.invalidFormat, ...ALWAYS],
  },
  {
    method: 'get',
    path: '/v1/campaigns/{id}/rejected',
    operationId: 'getRejected',
    summary: 'The rows that were rejected',
    description:
      'With what was expected of each; corrected, the same file can be uploaded again. A CSV has the separator of the file that was imported.',
    pathParameters: ID_IN_PATH,
    query: FORMAT,
    answers: files(example.REJECTED_CSV, example.REJECTED_NDJSON),
    problems: [refused.unknownCampaign, refused.invalidFormat, ...ALWAYS],
  },
  {
    method: 'post',
    path: '/v1/campaigns/{id}/retry',
    operationId: 'retryRows',
    summary: 'Try rows again',
    description:
      'Only those that surely did not reach the customer; the others are listed, each with why. At most 5000 are set going at once; `left` says whether to repeat the request when these have ended.',
    pathParameters: ID_IN_PATH,
    body: {
      schema: 'RetryRequest',
      examples: { 'What failed or came too late': { states: ['failed', 'expired'] } },
    },
    answers: [
      {
        status: 200,
        description: 'Set going again, but for those listed',
        schema: 'RetriedRows',
        example: example.RETRIED_ROWS,
      },
    ],
    problems: [
      refused.unknownCampaign,
      refused.stepRefused,
      refused.invalidStates,
      ...WITH_BODY,
      refused.redisUnfit,
      ...ALWAYS,
    ],
  },
];

function files(csv: string, ndjson: string): Operation['answers'] {
  const answer = { status: 200, description: 'The rows', schema: 'File' } as const;
  return [
    { ...answer, type: 'text/csv', example: csv },
    { ...answer, type: 'application/x-ndjson', example: ndjson },
  ];
}

function step(
  name: 'start' | 'pause' | 'resume' | 'cancel',
  summary: string,
  description: string,
  given: {
    schema?: 'StartRequest' | 'StepReason';
    body?: unknown;
    answer: unknown;
    more?: Operation['problems'];
  },
): Operation {
  const { schema, body, answer, more = [] } = given;
  return {
    method: 'post',
    path: `/v1/campaigns/{id}/${name}`,
    operationId: `${name}Campaign`,
    summary,
    description: `${description} Doing it again changes nothing.`,
    pathParameters: ID_IN_PATH,
    ...(schema !== undefined && {
      body: { schema, examples: { 'With all that can be said': body }, optional: true },
    }),
    answers: [{ status: 200, description: 'Done', schema: 'Campaign', example: answer }],
    problems: [
      refused.unknownCampaign,
      refused.stepRefused,
      ...(schema === undefined ? [] : [refused.invalidStep, ...WITH_BODY]),
      ...more,
      ...BEHIND_KEY,
    ],
  };
}
