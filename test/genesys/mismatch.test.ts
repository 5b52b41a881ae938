import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { CallResult, Operation } from '../../src/genesys/call.js';
import type { GenesysClient } from '../../src/genesys/genesysClient.js';
import { LANE, startClient, type TestClient } from './support/client.js';
import { json, type Platform, startPlatform } from './support/platform.js';

let platform: Platform;
let genesys: TestClient;
let mismatches: Operation[];

beforeEach(async () => {
  platform = await startPlatform();
  mismatches = [];
  genesys = await startClient(
    { baseUrl: platform.url },
    {},
    { onMismatch: (operation) => mismatches.push(operation) },
  );
});

afterEach(async () => {
  await genesys.client.close();
  await platform.close();
});

const SECRET = 'my neighbour must not read this';
const text = { normalizedMessage: { type: 'Text', text: SECRET } };
const recorded = { purpose: 'customer', messageText: SECRET };

type Question = (client: GenesysClient) => Promise<CallResult<unknown>>;

const QUESTIONS: [string, Operation, Question, unknown, unknown][] = [
  [
    'a contact by id',
    'contact',
    (client) => client.getContact('c-1', LANE),
    { id: 'c-2', firstName: SECRET },
    { id: 'C-1', firstName: 'Ada' },
  ],
  [
    'a contact by email',
    'contact-lookup',
    (client) => client.findContact('ada@example.com', LANE),
    { id: 'c-2', firstName: SECRET, workEmail: 'bob@example.com' },
    { id: 'c-1', identifiers: [{ type: 'Email', value: 'Ada@Example.com' }] },
  ],
  [
    'a conversation',
    'message-conversation',
    (client) => client.getMessageConversation('k-1', LANE),
    { id: 'k-2', participants: [] },
    { id: 'K-1', participants: [] },
  ],
  [
    'the messages of another conversation',
    'messages',
    (client) => client.getMessages('k-1', ['m-1'], LANE),
    { entities: [{ id: 'm-1', conversationId: 'k-2', ...text }] },
    { entities: [{ id: 'm-1', conversationId: 'k-1', ...text }] },
  ],
  [
    'a message that was not asked for',
    'messages',
    (client) => client.getMessages('k-1', ['m-1', 'm-2'], LANE),
    {
      entities: [
        { id: 'm-1', ...text },
        { id: 'm-3', ...text },
      ],
    },
    { entities: [{ id: 'm-2', ...text }] },
  ],
  [
    'the status of a message',
    'message-details',
    (client) => client.getMessageDetails('m-1', LANE),
    { id: 'm-2', status: 'delivery-failed' },
    { id: 'm-1', status: 'delivery-failed' },
  ],
  [
    'a recording',
    'recordings',
    (client) => client.getRecordings('k-1', LANE),
    [{ conversationId: 'k-1' }, { conversationId: 'k-2', messagingTranscript: [recorded] }],
    [{ conversationId: 'k-1', messagingTranscript: [recorded] }],
  ],
  [
    'a contact of a bulk request',
    'bulk-contacts',
    (client) => client.resolveContacts(['c-1'], LANE),
    { results: [{ id: 'c-1', success: true, entity: { id: 'c-2', firstName: SECRET } }] },
    { results: [{ id: 'C-1', success: true, entity: { id: 'c-1' } }] },
  ],
  [
    'an export',
    'contact-export',
    (client) => client.getContactExport('e-1', LANE),
    { id: 'e-2', status: 'SUCCEEDED', downloadUrl: SECRET },
    { id: 'E-1', status: 'SUCCEEDED' },
  ],
  [
    'a recording batch',
    'recording-batch',
    (client) => client.getRecordingBatch('b-1', LANE),
    { id: 'b-2', results: [{ conversationId: 'k-2', resultUrl: SECRET }] },
    { jobId: 'B-1', results: [] },
  ],
  [
    'a summary',
    'conversation-summary',
    (client) => client.getConversationSummary('k-1', LANE),
    { conversation: { id: 'k-2' }, summary: { text: SECRET } },
    { conversation: { id: 'K-1' }, summary: { text: 'A parcel was late.' } },
  ],
  [
    'an email conversation',
    'email-conversation',
    (client) => client.getEmailConversation('k-1', LANE),
    { id: 'k-2', participants: [] },
    { id: 'K-1', participants: [] },
  ],
  [
    'an email',
    'email-message',
    (client) => client.getEmailMessage('k-1', 'm-1', LANE),
    { id: 'm-2', subject: SECRET, textBody: SECRET },
    { id: 'M-1', subject: 'News', textBody: 'We have news.' },
  ],
  [
    'the limits of a namespace',
    'limits',
    (client) => client.getLimits('platform.api', LANE),
    { entities: [{ namespace: 'analytics', key: 'k', value: 1 }] },
    { entities: [{ namespace: 'platform.api', key: 'k', value: 1 }] },
  ],
  [
    'a deployment',
    'web-deployment',
    (client) => client.getWebDeployment('d-1', LANE),
    { id: 'd-2', status: 'Active' },
    { id: 'd-1', status: 'Active' },
  ],
];

describe.each(QUESTIONS)(
  'an answer about another than %s',
  (_what, operation, ask, wrong, right) => {
    test('is not used, is counted, and is logged without what it holds', async () => {
      platform.handler = (_request, response) => json(response, 200, wrong);
      expect(await ask(genesys.client)).toMatchObject({ ok: false, failure: { kind: 'mismatch' } });
      expect(mismatches).toContain(operation);
      expect(genesys.logged()).toContain('mismatch');
      expect(genesys.logged()).not.toContain(SECRET);
    });

    test('is distinguished from the right one', async () => {
      platform.handler = (_request, response) => json(response, 200, right);
      expect(await ask(genesys.client)).toMatchObject({ ok: true });
      expect(mismatches).toEqual([]);
    });
  },
);

test('a contact that was merged is known by the ids of its merge set', async () => {
  const answer = { id: 'c-9', canonicalContact: { id: 'c-9' }, mergeSet: [{ id: 'c-1' }] };
  platform.handler = (_request, response) => json(response, 200, answer);
  expect(await genesys.client.getContact('c-1', LANE)).toMatchObject({ ok: true });
});
