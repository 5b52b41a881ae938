import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import {
  CallFailed,
  type CallFailure,
  type CallOptions,
  type CallResult,
  type Limiter,
  type Operation,
  type Permit,
  type ReadOperation,
  type SendGuard,
} from './call.js';
import { Caller, type Platform } from './caller.js';
import type { Download, DownloadOptions } from './downloadResult.js';
import { resolveEndpoints } from './endpoints.js';
import {
  AnalyticsJobs,
  type ConversationJob,
  type ConversationJobQuery,
  type ConversationJobResults,
} from './resources/analyticsJobs.js';
import { type ContactExport, ContactExports } from './resources/contactExports.js';
import { type Contact, Contacts } from './resources/contacts.js';
import {
  type ConversationPage,
  type ConversationQuery,
  Conversations,
} from './resources/conversations.js';
import { type DncExport, type DncListPage, DncLists } from './resources/dncLists.js';
import {
  type EmailConversation,
  type EmailMessage,
  type EmailPreview,
  Emails,
} from './resources/emails.js';
import { Limits, type PlatformLimit } from './resources/limits.js';
import { type Message, type MessageConversation, Messages } from './resources/messages.js';
import {
  type NotificationChannel,
  NotificationChannels,
} from './resources/notificationChannels.js';
import { type RecordingBatch, RecordingBatches } from './resources/recordingBatches.js';
import { type ConversationRecordings, Recordings } from './resources/recordings.js';
import {
  type EmailDomain,
  SenderSettings,
  type WebDeployment,
} from './resources/senderSettings.js';
import {
  type Accepted,
  type AgentlessEmail,
  type AgentlessMessage,
  type EngageMessage,
  Sends,
} from './resources/sends.js';
import { type ConversationSummaryText, Summaries } from './resources/summaries.js';
import { loadSdk } from './sdk.js';
import { logIn, Tokens } from './tokens.js';
import type { IssuedRequest } from './transport.js';

export interface GenesysSettings {
  /** A region's name or host, as people write it. `baseUrl` wins over it. */
  region?: string;
  /** A gateway or the sandbox: serves both `/oauth/token` and `/api/v2`. */
  baseUrl?: string;
  clientId: string;
  clientSecret: string;
  /** Base of `/api/v2/engage/messages`; needed by `sendEngageMessage` only. */
  engageUrl?: string;
  /** The longest a call may take as a whole. 16 s, the SDK's own, unless a test is in a hurry. */
  deadlineMs?: number;
}

/** Every call ends within its deadline in a value; see `CallFailure` for what may have happened. */
export interface GenesysClient {
  /**
   * Waits for a read's turn before its body is put together; the ticket goes into the call's options.
   * Worth it where waiting lets more be asked at once.
   */
  acquire(operation: ReadOperation, options: CallOptions): Promise<Permit>;
  /** The contact that has this email address, or `null`. */
  findContact(email: string, options: CallOptions): Promise<CallResult<Contact | null>>;
  /** `null` when the platform does not know the id. */
  getContact(contactId: string, options: CallOptions): Promise<CallResult<Contact | null>>;
  /** The contacts that show exactly this address, at most 25. */
  searchContactsByEmail(email: string, options: CallOptions): Promise<CallResult<Contact[]>>;
  /** The contacts behind these ids, merged ones as their canonical contact. */
  resolveContacts(
    contactIds: readonly string[],
    options: CallOptions,
  ): Promise<CallResult<Contact[]>>;
  /** A file of all contacts; `getContactExport` says when it is there and where. */
  startContactExport(
    options: CallOptions,
    size?: { limit?: number },
  ): Promise<CallResult<ContactExport>>;
  getContactExport(
    exportId: string,
    options: CallOptions,
  ): Promise<CallResult<ContactExport | null>>;
  queryConversations(
    query: ConversationQuery,
    options: CallOptions,
  ): Promise<CallResult<ConversationPage>>;
  /** The same query, for what became of messages that were sent: it has its turn before look-ups. */
  queryDeliveries(
    query: ConversationQuery,
    options: CallOptions,
  ): Promise<CallResult<ConversationPage>>;
  startConversationJob(
    query: ConversationJobQuery,
    options: CallOptions,
  ): Promise<CallResult<{ jobId: string }>>;
  getConversationJob(
    jobId: string,
    options: CallOptions,
  ): Promise<CallResult<ConversationJob | null>>;
  getConversationJobResults(
    jobId: string,
    page: { cursor?: string; pageSize: number },
    options: CallOptions,
  ): Promise<CallResult<ConversationJobResults>>;
  cancelConversationJob(jobId: string, options: CallOptions): Promise<CallResult<null>>;
  /** `null` when there is none, or summaries are switched off. */
  getConversationSummary(
    conversationId: string,
    options: CallOptions,
  ): Promise<CallResult<ConversationSummaryText | null>>;
  getEmailConversation(
    conversationId: string,
    options: CallOptions,
  ): Promise<CallResult<EmailConversation | null>>;
  getEmailMessages(
    conversationId: string,
    options: CallOptions,
  ): Promise<CallResult<EmailPreview[]>>;
  getEmailMessage(
    conversationId: string,
    messageId: string,
    options: CallOptions,
  ): Promise<CallResult<EmailMessage>>;
  getMessageConversation(
    conversationId: string,
    options: CallOptions,
  ): Promise<CallResult<MessageConversation>>;
  /** At most 1,000 ids. */
  getMessages(
    conversationId: string,
    messageIds: readonly string[],
    options: CallOptions,
  ): Promise<CallResult<Message[]>>;
  /** Answers at once, ready or not. */
  getRecordings(
    conversationId: string,
    options: CallOptions,
  ): Promise<CallResult<ConversationRecordings>>;
  /** At most 100 conversations. */
  startRecordingBatch(
    conversationIds: readonly string[],
    options: CallOptions,
  ): Promise<CallResult<{ id: string }>>;
  getRecordingBatch(batchId: string, options: CallOptions): Promise<CallResult<RecordingBatch>>;
  getMessageDetails(messageId: string, options: CallOptions): Promise<CallResult<Message>>;
  /** A channel to be listened on for a day, by the socket at its `connectUri`. */
  createNotificationChannel(options: CallOptions): Promise<CallResult<NotificationChannel>>;
  /** Makes this the channel's only topic. */
  subscribeToTopic(
    channelId: string,
    topic: string,
    options: CallOptions,
  ): Promise<CallResult<null>>;
  /** `null` when there is no such deployment. */
  getWebDeployment(
    deploymentId: string,
    options: CallOptions,
  ): Promise<CallResult<WebDeployment | null>>;
  /** `null` when the organisation has not set this domain up for outbound email. */
  getEmailDomain(domain: string, options: CallOptions): Promise<CallResult<EmailDomain | null>>;
  /** The organisation's DNC lists, a page of at most 100 at a time; pages count from 1. */
  getDncLists(pageNumber: number, options: CallOptions): Promise<CallResult<DncListPage>>;
  /** Asks for a file of all entries of a list; `getDncExport` says when it is there and where. */
  startDncExport(listId: string, options: CallOptions): Promise<CallResult<null>>;
  /** The latest export of a list; `null` when there is none, or none yet. */
  getDncExport(listId: string, options: CallOptions): Promise<CallResult<DncExport | null>>;
  /** Where a download of the platform can be fetched without a token. */
  getDownloadAddress(
    downloadId: string,
    options: CallOptions,
  ): Promise<CallResult<{ url: string }>>;
  /** The organisation's limits of a namespace: `platform.api`, `analytics`, … */
  getLimits(namespace: string, options: CallOptions): Promise<CallResult<PlatformLimit[]>>;
  /** Fetches a file that the platform has made ready: no request to the platform, and without our token. */
  download(url: string, options: DownloadOptions): Promise<Download>;

  sendAgentlessMessage(
    message: AgentlessMessage,
    guard: SendGuard,
    options: CallOptions,
  ): Promise<CallResult<Accepted>>;
  sendAgentlessEmail(
    email: AgentlessEmail,
    guard: SendGuard,
    options: CallOptions,
  ): Promise<CallResult<Accepted>>;
  sendEngageMessage(
    message: EngageMessage,
    guard: SendGuard,
    options: CallOptions,
  ): Promise<CallResult<Accepted>>;

  /** Makes sure there is a valid token, logging in if need be. Costs nothing of the budget. */
  checkCredentials(): Promise<
    { ok: true; expiresAt: number } | { ok: false; failure: CallFailure }
  >;
  /** Ends reads and logins, waits for sends that have started, then closes all connections. */
  close(): Promise<void>;
}

const DEADLINE_MS = 16_000;

/**
 * Sends nothing, and loads nothing either: HTTP client and SDK come with the first call, for they cost
 * 60 MB and a fifth of a second that a process may never need. Throws on an unknown region.
 */
export async function createGenesysClient(
  settings: GenesysSettings,
  deps: {
    admission: Limiter;
    log: Logger;
    observe?: (request: IssuedRequest) => void;
    /** Called for each answer to a read that was about something else than what was asked. */
    onMismatch?: (operation: Operation) => void;
  },
): Promise<GenesysClient> {
  const endpoints = resolveEndpoints(settings);
  const deadlineMs = settings.deadlineMs ?? DEADLINE_MS;
  const log = deps.log.child({ component: 'genesys' });
  const { clientId, clientSecret } = settings;

  const tokens = new Tokens(async () => {
    const { transport } = await platform();
    return logIn(transport, { loginUrl: endpoints.login, clientId, clientSecret, deadlineMs });
  });
  const load = async (): Promise<Platform> => {
    const { Transport } = await import('./transport.js');
    const transport = new Transport({
      admission: deps.admission,
      tokens,
      log,
      userAgent: userAgent(),
      observe: deps.observe,
    });
    if (closed) await transport.close();
    return { transport, sdk: loadSdk(transport, endpoints.place) };
  };
  let closed = false;
  let loaded: Promise<Platform> | undefined;
  const platform = () => {
    loaded ??= load();
    return loaded;
  };
  const caller = new Caller({ platform, deadlineMs, log, onMismatch: deps.onMismatch });

  const contacts = new Contacts(caller);
  const contactExports = new ContactExports(caller);
  const conversations = new Conversations(caller);
  const analyticsJobs = new AnalyticsJobs(caller);
  const summaries = new Summaries(caller);
  const dncLists = new DncLists(caller);
  const emails = new Emails(caller);
  const messages = new Messages(caller);
  const recordings = new Recordings(caller);
  const recordingBatches = new RecordingBatches(caller);
  const limits = new Limits(caller);
  const notificationChannels = new NotificationChannels(caller, endpoints.api.startsWith('http:'));
  const senderSettings = new SenderSettings(caller);
  const sends = new Sends(caller, endpoints.engage);

  return {
    async acquire(operation, { lane, signal, deadline }) {
      // A turn is to be used at once: nothing is loaded between it and the request.
      await platform();
      const askedAt = performance.now();
      const permit = await deps.admission.acquire({
        operation,
        lane,
        signal,
        deadline,
      });
      return permit.admitted ? { ...permit, waitedMs: performance.now() - askedAt } : permit;
    },
    findContact: (email, options) => contacts.find(email, options),
    getContact: (contactId, options) => contacts.get(contactId, options),
    searchContactsByEmail: (email, options) => contacts.search(email, options),
    resolveContacts: (contactIds, options) => contacts.resolve(contactIds, options),
    startContactExport: (options, size) => contactExports.start(options, size),
    getContactExport: (id, options) => contactExports.get(id, options),
    queryConversations: (query, options) => conversations.query(query, options),
    queryDeliveries: (query, options) => conversations.queryDeliveries(query, options),
    startConversationJob: (query, options) => analyticsJobs.start(query, options),
    getConversationJob: (id, options) => analyticsJobs.get(id, options),
    getConversationJobResults: (id, page, options) => analyticsJobs.results(id, page, options),
    cancelConversationJob: (id, options) => analyticsJobs.cancel(id, options),
    getConversationSummary: (id, options) => summaries.ofConversation(id, options),
    getEmailConversation: (id, options) => emails.conversation(id, options),
    getEmailMessages: (id, options) => emails.messages(id, options),
    getEmailMessage: (id, messageId, options) => emails.message(id, messageId, options),
    getMessageConversation: (id, options) => messages.conversation(id, options),
    getMessages: (id, messageIds, options) => messages.bulk(id, messageIds, options),
    getRecordings: (id, options) => recordings.ofConversation(id, options),
    startRecordingBatch: (ids, options) => recordingBatches.start(ids, options),
    getRecordingBatch: (id, options) => recordingBatches.get(id, options),
    getMessageDetails: (id, options) => messages.details(id, options),
    createNotificationChannel: (options) => notificationChannels.create(options),
    subscribeToTopic: (id, topic, options) => notificationChannels.subscribe(id, topic, options),
    getWebDeployment: (id, options) => senderSettings.webDeployment(id, options),
    getEmailDomain: (domain, options) => senderSettings.emailDomain(domain, options),
    getDncLists: (pageNumber, options) => dncLists.page(pageNumber, options),
    startDncExport: (id, options) => dncLists.startExport(id, options),
    getDncExport: (id, options) => dncLists.latestExport(id, options),
    getDownloadAddress: (id, options) => dncLists.downloadAddress(id, options),
    getLimits: (namespace, options) => limits.ofNamespace(namespace, options),
    async download(url, options) {
      const { download } = await import('./download.js');
      return download(url, options, { insecure: endpoints.api.startsWith('http:') });
    },
    sendAgentlessMessage: (message, guard, options) => sends.message(message, guard, options),
    sendAgentlessEmail: (email, guard, options) => sends.email(email, guard, options),
    sendEngageMessage: (message, guard, options) => sends.engage(message, guard, options),
    async checkCredentials() {
      try {
        await tokens.current();
        return { ok: true, expiresAt: tokens.expiresAt };
      } catch (error) {
        if (error instanceof CallFailed) return { ok: false, failure: error.failure };
        throw error;
      }
    },
    async close() {
      closed = true;
      await (await loaded)?.transport.close();
    },
  };
}

/** The same path leads to package.json from `src` and from the built output. */
function userAgent(): string {
  const { name, version }: { name: string; version: string } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  return `${name}/${version}`;
}
