import type { CallResult } from '#product/genesys/call.js';
import type { GenesysClient } from '#product/genesys/genesysClient.js';
import type { Channel } from '#product/notification/state.js';
import { PERSONAL } from './hostile.js';

const LANE = { lane: 'transactional' } as const;
const CONTACT = 'c0000000-0000-4000-8000-000000000001';
const ID = 'a0000000-0000-4000-8000-000000000001';
const DEPLOYMENT = 'd0000000-0000-4000-8000-000000000001';
const GO = { beforeWrite: async () => ({ go: true as const, sendBy: Date.now() + 5_000 }) };

const CONVERSATIONS = {
  interval: '2026-01-01T00:00:00.000Z/2026-01-31T00:00:00.000Z',
  paging: { pageSize: 100, pageNumber: 1 },
};

export interface PlatformCall {
  /** A message that reaches a customer, and over which channel; absent for what only reads or starts a job. */
  sends?: Channel;
  ask(client: GenesysClient): Promise<CallResult<unknown>>;
}

/** One call of each kind that the client can make. */
export const CALLS: Readonly<Record<string, PlatformCall>> = {
  findContact: { ask: (c) => c.findContact(`${PERSONAL}@example.com`, LANE) },
  getContact: { ask: (c) => c.getContact(CONTACT, LANE) },
  searchContacts: { ask: (c) => c.searchContactsByEmail(`${PERSONAL}@example.com`, LANE) },
  resolveContacts: { ask: (c) => c.resolveContacts([CONTACT], LANE) },
  startContactExport: { ask: (c) => c.startContactExport(LANE) },
  getContactExport: { ask: (c) => c.getContactExport(ID, LANE) },
  queryConversations: { ask: (c) => c.queryConversations(CONVERSATIONS, LANE) },
  queryDeliveries: { ask: (c) => c.queryDeliveries(CONVERSATIONS, LANE) },
  startConversationJob: {
    ask: (c) => c.startConversationJob({ interval: CONVERSATIONS.interval }, LANE),
  },
  getConversationJob: { ask: (c) => c.getConversationJob(ID, LANE) },
  jobResults: { ask: (c) => c.getConversationJobResults(ID, { pageSize: 100 }, LANE) },
  cancelJob: { ask: (c) => c.cancelConversationJob(ID, LANE) },
  summary: { ask: (c) => c.getConversationSummary(ID, LANE) },
  emailConversation: { ask: (c) => c.getEmailConversation(ID, LANE) },
  messageConversation: { ask: (c) => c.getMessageConversation(ID, LANE) },
  messages: { ask: (c) => c.getMessages(ID, [ID], LANE) },
  recordings: { ask: (c) => c.getRecordings(ID, LANE) },
  startRecordingBatch: { ask: (c) => c.startRecordingBatch([ID], LANE) },
  recordingBatch: { ask: (c) => c.getRecordingBatch(ID, LANE) },
  messageDetails: { ask: (c) => c.getMessageDetails(ID, LANE) },
  createChannel: { ask: (c) => c.createNotificationChannel(LANE) },
  subscribe: { ask: (c) => c.subscribeToTopic(ID, 'v2.detail.events.conversation', LANE) },
  webDeployment: { ask: (c) => c.getWebDeployment(DEPLOYMENT, LANE) },
  emailDomain: { ask: (c) => c.getEmailDomain('example.com', LANE) },
  dncLists: { ask: (c) => c.getDncLists(1, LANE) },
  startDncExport: { ask: (c) => c.startDncExport(ID, LANE) },
  dncExport: { ask: (c) => c.getDncExport(ID, LANE) },
  downloadAddress: { ask: (c) => c.getDownloadAddress(ID, LANE) },
  limits: { ask: (c) => c.getLimits('platform.api', LANE) },
  web: {
    sends: 'web',
    ask: (c) =>
      c.sendAgentlessMessage(
        {
          toAddressMessengerType: 'webmessaging',
          fromAddress: DEPLOYMENT,
          externalContactId: CONTACT,
          textBody: PERSONAL,
          useExistingActiveConversation: false,
        },
        GO,
        LANE,
      ),
  },
  email: {
    sends: 'email',
    ask: (c) =>
      c.sendAgentlessEmail(
        {
          senderType: 'Outbound',
          fromAddress: { email: 'care@example.com' },
          toAddresses: [{ email: `${PERSONAL}@example.com` }],
          subject: PERSONAL,
          textBody: PERSONAL,
        },
        GO,
        LANE,
      ),
  },
  engage: {
    sends: 'engage',
    ask: (c) =>
      c.sendEngageMessage(
        {
          to: { type: 'email', address: `${PERSONAL}@example.com` },
          from: { type: 'email', address: 'care@example.com', name: 'Care' },
          subject: PERSONAL,
          body: { contentType: 'text/html', content: PERSONAL },
          messageType: 'proactive',
        },
        GO,
        LANE,
      ),
  },
};
