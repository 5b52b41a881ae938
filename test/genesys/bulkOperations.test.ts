import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { CallResult } from '../../src/genesys/call.js';
import type { GenesysClient } from '../../src/genesys/genesysClient.js';
import { LANE, startClient, type TestClient } from './support/client.js';
import { json, type Platform, startPlatform } from './support/platform.js';

let platform: Platform;
let genesys: TestClient;

beforeEach(async () => {
  platform = await startPlatform();
  genesys = await startClient({ baseUrl: platform.url });
});

afterEach(async () => {
  await genesys.client.close();
  await platform.close();
});

function answerWith(status: number, body: unknown): void {
  platform.handler = (_request, response) => json(response, status, body);
}

const QUERY = {
  interval: '2026-10-22T00:00:00.000Z/2026-11-22T00:00:00.000Z',
  segmentFilters: [
    { type: 'or' as const, predicates: [{ dimension: 'messageType', value: 'webmessaging' }] },
  ],
};
const SUMMARY = {
  text: 'A parcel was late.',
  status: 'Completed',
  mediaType: 'Message',
  language: 'en-US',
  confidence: 0.9,
  reason: { text: 'Where is my parcel?' },
  followup: { text: 'Send it again.' },
  resolution: { text: 'It was sent again.', outcome: 'Resolved' },
};
const CONVERSATION = { conversationId: 'k-1', participants: [] };
const BATCH = {
  id: 'b-1',
  status: 'Completed',
  expectedResultCount: 2,
  resultCount: 2,
  errorCount: 1,
  results: [
    {
      conversationId: 'k-1',
      recordingId: 'r-1',
      resultUrl: 'https://files.example/1',
      contentType: 'application/json',
    },
    { conversationId: 'k-2', errorMsg: 'No recordings.' },
  ],
};

interface Example {
  what: string;
  ask: (client: GenesysClient) => Promise<CallResult<unknown>>;
  status?: number;
  answer: unknown;
  method: string;
  path: string;
  query?: Record<string, string>;
  body?: unknown;
  data: unknown;
}

const EXAMPLES: Example[] = [
  {
    what: 'An export of contacts is started',
    ask: (client) => client.startContactExport(LANE),
    status: 202,
    answer: { id: 'e-1', status: 'RUNNING' },
    method: 'POST',
    path: '/api/v2/externalcontacts/contacts/exports',
    body: {},
    data: { id: 'e-1', status: 'RUNNING' },
  },
  {
    what: 'An export that is done says where its file is',
    ask: (client) => client.getContactExport('e-1', LANE),
    answer: {
      id: 'e-1',
      status: 'SUCCEEDED',
      downloadUrl: 'https://files.example/e-1',
      resultRowCount: 3,
    },
    method: 'GET',
    path: '/api/v2/externalcontacts/contacts/exports/e-1',
    data: {
      id: 'e-1',
      status: 'SUCCEEDED',
      downloadUrl: 'https://files.example/e-1',
      resultRowCount: 3,
    },
  },
  {
    what: 'An export in a state that is not known counts as running',
    ask: (client) => client.getContactExport('e-1', LANE),
    answer: { id: 'e-1', status: 'COMPRESSING' },
    method: 'GET',
    path: '/api/v2/externalcontacts/contacts/exports/e-1',
    data: { id: 'e-1', status: 'RUNNING' },
  },
  {
    what: 'DNC lists are asked for a hundred at a time, with their sizes',
    ask: (client) => client.getDncLists(2, LANE),
    answer: {
      entities: [
        { id: 'l-1', name: 'Stop', contactMethod: 'Phone', dncSourceType: 'rds', size: 3 },
      ],
      pageCount: 2,
    },
    method: 'GET',
    path: '/api/v2/outbound/dnclists',
    query: { includeSize: 'true', pageSize: '100', pageNumber: '2' },
    data: {
      entities: [
        { id: 'l-1', name: 'Stop', contactMethod: 'Phone', dncSourceType: 'rds', size: 3 },
      ],
      pageCount: 2,
    },
  },
  {
    what: 'An export of a DNC list is started',
    ask: (client) => client.startDncExport('l-1', LANE),
    answer: { id: 'l-1', name: 'Stop' },
    method: 'POST',
    path: '/api/v2/outbound/dnclists/l-1/export',
    data: null,
  },
  {
    what: 'The latest export of a DNC list says where it is, and when it was made',
    ask: (client) => client.getDncExport('l-1', LANE),
    answer: { uri: 'https://platform.example/api/v2/downloads/d-1', exportTimestamp: 'now' },
    method: 'GET',
    path: '/api/v2/outbound/dnclists/l-1/export',
    data: { uri: 'https://platform.example/api/v2/downloads/d-1', exportTimestamp: 'now' },
  },
  {
    what: 'A download of the platform is asked for its address, not followed',
    ask: (client) => client.getDownloadAddress('d-1', LANE),
    answer: { url: 'https://files.example/d-1' },
    method: 'GET',
    path: '/api/v2/downloads/d-1',
    query: { issueRedirect: 'false' },
    data: { url: 'https://files.example/d-1' },
  },
  {
    what: 'A conversation job is started',
    ask: (client) => client.startConversationJob(QUERY, LANE),
    status: 202,
    answer: { jobId: 'j-1' },
    method: 'POST',
    path: '/api/v2/analytics/conversations/details/jobs',
    body: QUERY,
    data: { jobId: 'j-1' },
  },
  {
    what: 'A conversation job says how far it is',
    ask: (client) => client.getConversationJob('j-1', LANE),
    answer: { state: 'FULFILLED', completionDate: '2026-11-22T00:00:00.000Z' },
    method: 'GET',
    path: '/api/v2/analytics/conversations/details/jobs/j-1',
    data: { state: 'FULFILLED' },
  },
  {
    what: 'A conversation job in a state that is not known counts as pending',
    ask: (client) => client.getConversationJob('j-1', LANE),
    answer: { state: 'MERGING' },
    method: 'GET',
    path: '/api/v2/analytics/conversations/details/jobs/j-1',
    data: { state: 'PENDING' },
  },
  {
    what: 'The results of a conversation job are read from a cursor on',
    ask: (client) =>
      client.getConversationJobResults('j-1', { cursor: 'c-1', pageSize: 1_000 }, LANE),
    answer: {
      conversations: [CONVERSATION],
      cursor: 'c-2',
      dataAvailabilityDate: '2026-11-22T00:00:00.000Z',
    },
    method: 'GET',
    path: '/api/v2/analytics/conversations/details/jobs/j-1/results',
    query: { cursor: 'c-1', pageSize: '1000' },
    data: {
      conversations: [CONVERSATION],
      cursor: 'c-2',
      dataAvailabilityDate: '2026-11-22T00:00:00.000Z',
    },
  },
  {
    what: 'The first results of a conversation job are asked for without a cursor',
    ask: (client) => client.getConversationJobResults('j-1', { pageSize: 500 }, LANE),
    answer: {},
    method: 'GET',
    path: '/api/v2/analytics/conversations/details/jobs/j-1/results',
    query: { pageSize: '500' },
    data: { conversations: [] },
  },
  {
    what: 'A recording batch names each conversation',
    ask: (client) => client.startRecordingBatch(['k-1', 'k-2'], LANE),
    answer: { id: 'b-1' },
    method: 'POST',
    path: '/api/v2/recording/batchrequests',
    body: { batchDownloadRequestList: [{ conversationId: 'k-1' }, { conversationId: 'k-2' }] },
    data: { id: 'b-1' },
  },
  {
    what: 'A recording batch has a file or a reason for each conversation',
    ask: (client) => client.getRecordingBatch('b-1', LANE),
    answer: BATCH,
    method: 'GET',
    path: '/api/v2/recording/batchrequests/b-1',
    data: BATCH,
  },
  {
    what: 'A recording batch that has just begun has no results',
    ask: (client) => client.getRecordingBatch('b-1', LANE),
    answer: { jobId: 'b-1', status: 'InProgress' },
    method: 'GET',
    path: '/api/v2/recording/batchrequests/b-1',
    data: {
      jobId: 'b-1',
      status: 'InProgress',
      expectedResultCount: 0,
      resultCount: 0,
      errorCount: 0,
      results: [],
    },
  },
  {
    what: 'A summary says why, how it ended and what follows',
    ask: (client) => client.getConversationSummary('k-1', LANE),
    answer: { conversation: { id: 'k-1' }, summary: SUMMARY, sessionSummaries: [] },
    method: 'GET',
    path: '/api/v2/conversations/k-1/summaries',
    data: SUMMARY,
  },
  {
    what: 'Contacts are resolved by their ids, and one that fails is left out',
    ask: (client) => client.resolveContacts(['c-1', 'c-2'], LANE),
    answer: {
      results: [
        { id: 'c-1', success: true, entity: { id: 'c-9', mergeSet: [{ id: 'c-1' }] } },
        { id: 'c-2', success: false, error: { code: 'not.found', status: 404 } },
      ],
      errorCount: 1,
    },
    method: 'POST',
    path: '/api/v2/externalcontacts/bulk/contacts',
    body: { entities: [{ id: 'c-1' }, { id: 'c-2' }] },
    data: [{ id: 'c-9', mergeSet: [{ id: 'c-1' }] }],
  },
  {
    what: 'A search by email keeps the contacts that have exactly this address',
    ask: (client) => client.searchContactsByEmail('ada@example.com', LANE),
    answer: {
      entities: [
        { id: 'c-1', workEmail: 'Ada@Example.com' },
        { id: 'c-2', personalEmail: 'ada@example.com.au' },
        { id: 'c-3', otherEmail: 'ada@example.com' },
        { id: 'c-4', firstName: 'ada@example.com' },
      ],
    },
    method: 'GET',
    path: '/api/v2/externalcontacts/contacts',
    query: { q: 'ada@example.com', pageSize: '25', pageNumber: '1' },
    data: [
      { id: 'c-1', workEmail: 'Ada@Example.com' },
      { id: 'c-3', otherEmail: 'ada@example.com' },
    ],
  },
  {
    what: 'An email conversation shows a bounce by its code alone',
    ask: (client) => client.getEmailConversation('k-1', LANE),
    answer: {
      id: 'k-1',
      participants: [
        { purpose: 'api' },
        {
          purpose: 'customer',
          errorInfo: { code: 'email.bounced', message: 'unknown ada@example.com' },
        },
      ],
    },
    method: 'GET',
    path: '/api/v2/conversations/emails/k-1',
    data: {
      id: 'k-1',
      participants: [
        { purpose: 'api' },
        { purpose: 'customer', errorInfo: { code: 'email.bounced' } },
      ],
    },
  },
  {
    what: 'The limits of a namespace are read',
    ask: (client) => client.getLimits('platform.api', LANE),
    answer: { entities: [{ key: 'token.rate.per.minute', value: 300 }] },
    method: 'GET',
    path: '/api/v2/organizations/limits/namespaces/platform.api',
    data: [{ namespace: 'platform.api', key: 'token.rate.per.minute', value: 300 }],
  },
  {
    what: 'A query for deliveries is an ordinary query',
    ask: (client) => client.queryDeliveries(QUERY, LANE),
    answer: { conversations: [CONVERSATION] },
    method: 'POST',
    path: '/api/v2/analytics/conversations/details/query',
    body: QUERY,
    data: { conversations: [CONVERSATION] },
  },
];

test.each(EXAMPLES)('$what', async (example) => {
  answerWith(example.status ?? 200, example.answer);
  expect(await example.ask(genesys.client)).toEqual({
    ok: true,
    status: example.status ?? 200,
    correlationId: undefined,
    data: example.data,
  });
  expect(platform.requests).toHaveLength(1);
  expect(platform.requests[0]).toMatchObject({
    method: example.method,
    path: example.path,
    query: example.query ?? {},
    body: example.body,
  });
});

describe('what is not there', () => {
  const ABSENT: [string, (client: GenesysClient) => Promise<CallResult<unknown>>][] = [
    ['An export', (client) => client.getContactExport('e-1', LANE)],
    ['A job', (client) => client.getConversationJob('j-1', LANE)],
    ['A summary', (client) => client.getConversationSummary('k-1', LANE)],
    ['An email conversation', (client) => client.getEmailConversation('k-1', LANE)],
  ];

  test.each(ABSENT)(
    '%s that the platform does not know is null, without a warning',
    async (_what, ask) => {
      answerWith(404, { code: 'not.found' });
      expect(await ask(genesys.client)).toMatchObject({ ok: true, data: null });
      expect(genesys.logged()).not.toContain('"level":40');
    },
  );

  test.each(ABSENT)('%s behind a URL that leads nowhere is a failure', async (_what, ask) => {
    answerWith(404, {});
    expect(await ask(genesys.client)).toMatchObject({ ok: false, failure: { status: 404 } });
  });

  test.each([
    ['switched off', 403, { code: 'feature.not.enabled' }],
    ['absent', 200, { conversation: { id: 'k-1' }, sessionSummaries: [] }],
    ['empty', 200, { conversation: { id: 'k-1' }, summary: { text: ' ' } }],
  ])('A summary that is %s is null', async (_what, status, answer) => {
    answerWith(status, answer);
    expect(await genesys.client.getConversationSummary('k-1', LANE)).toMatchObject({
      ok: true,
      data: null,
    });
  });

  test('A summary that the OAuth client may not read is a failure that names the permission', async () => {
    const message = 'Missing conversation:summary:view';
    answerWith(403, { code: 'missing.permissions', message });
    expect(await genesys.client.getConversationSummary('k-1', LANE)).toMatchObject({
      ok: false,
      failure: { status: 403, permissions: ['conversation:summary:view'] },
    });
  });

  test.each([204, 404])(
    'A job is cancelled whether it is still there or not (%i)',
    async (status) => {
      platform.handler = (_request, response) => {
        if (status === 404) json(response, 404, { code: 'not.found' });
        else response.writeHead(204).end();
      };
      expect(await genesys.client.cancelConversationJob('j-1', LANE)).toMatchObject({
        ok: true,
        data: null,
      });
      expect(platform.requests[0]).toMatchObject({
        method: 'DELETE',
        path: '/api/v2/analytics/conversations/details/jobs/j-1',
      });
      expect(genesys.logged()).not.toContain('"level":40');
    },
  );
});

describe('what starts a job', () => {
  const STARTS: [string, (client: GenesysClient) => Promise<CallResult<unknown>>][] = [
    ['An export', (client) => client.startContactExport(LANE)],
    ['A conversation job', (client) => client.startConversationJob(QUERY, LANE)],
    ['A recording batch', (client) => client.startRecordingBatch(['k-1'], LANE)],
  ];

  test.each(STARTS)('%s is not started again when its answer was lost', async (_what, start) => {
    platform.handler = (_request, _response, socket) => socket.destroy();
    expect(await start(genesys.client)).toMatchObject({ failure: { kind: 'connection_lost' } });
    expect(platform.requests).toHaveLength(1);
  });

  test.each(STARTS)('%s is not started again when the platform failed', async (_what, start) => {
    answerWith(503, { code: 'service.unavailable' });
    expect(await start(genesys.client)).toMatchObject({ failure: { kind: 'http', status: 503 } });
    expect(platform.requests).toHaveLength(1);
  });

  test.each(STARTS)('%s without an id in the answer is malformed', async (_what, start) => {
    answerWith(200, { status: 'RUNNING' });
    expect(await start(genesys.client)).toMatchObject({ failure: { kind: 'malformed' } });
  });

  test('A recording batch of more than 100 conversations is a bug', async () => {
    const ids = Array.from({ length: 101 }, (_, at) => `k-${at}`);
    await expect(async () => genesys.client.startRecordingBatch(ids, LANE)).rejects.toThrow(
      RangeError,
    );
  });
});
