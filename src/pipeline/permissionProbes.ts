import type { Config } from '../config.js';
import { UNKNOWN_CONTACT, UNKNOWN_EMAIL } from '../dispatch/channels/channel.js';
import { CHANNEL_DRIVERS } from '../dispatch/channels/drivers.js';
import type { CallFailure, CallOptions, CallResult, SendGuard } from '../genesys/call.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import { factsOf } from '../notification/channelFacts.js';
import type { Channel } from '../notification/state.js';

/** One call that shows whether an operation is permitted, and can do nothing else. */
export interface Probe {
  /** What the operation is needed for. */
  purpose: string;
  /** What the platform asks for, or undefined where it lists none. */
  permission: string | undefined;
  /** What is done without it, where it is not needed. */
  otherwise?: string;
  call(client: GenesysClient): Promise<CallResult<unknown>>;
}

/*
 * The platform checks permissions before it looks at what is asked for. A lookup of a contact that does
 * not exist is answered with 403 or 404, a send that cannot go out with 403 or 400. Nothing can be read
 * or sent: the recipient does not exist (.invalid is reserved for that), and the message has no text.
 */
const UNKNOWN_MESSAGE = '00000000000040008000000000000000';

const OPTIONS: CallOptions = { lane: 'transactional' };
const SENDS_WITHIN_MS = 10_000;
const GUARD: SendGuard = {
  beforeWrite: async () => ({ go: true, sendBy: Date.now() + SENDS_WITHIN_MS }),
};
const DAY_MS = 24 * 60 * 60 * 1_000;

/** What templates are made with summaries for; without them their variables are empty. */
export function summaryProbes(
  { HISTORY_TRANSCRIPT_SOURCE: source }: Config,
  usesSummary: boolean,
): Probe[] {
  if (!usesSummary && source !== 'summaries') return [];
  return [
    {
      purpose: 'reading AI summaries',
      permission: 'conversation:summary:view',
      otherwise: 'messages are read instead, and variables such as summary are empty',
      call: (client) => client.getConversationSummary(UNKNOWN_CONTACT, OPTIONS),
    },
  ];
}

/** The calls behind history and the configured channels. `readsText`: some template quotes. */
export function probesFor(config: Config, readsText: boolean): Probe[] {
  return [
    ...historyProbes(config, readsText),
    ...(config.NOTIFY_CHANNELS.some((channel) => factsOf(channel).confirmsDelivery) &&
    config.DELIVERY_CHECK_AFTER > 0
      ? [deliveryProbe()]
      : []),
    ...config.NOTIFY_CHANNELS.map((channel) => sendProbe(channel, config)),
  ];
}

/**
 * What campaigns are prefetched with, as far as a request shows it that starts nothing. No worker
 * waits for these: without them it makes single requests.
 */
export function prefetchProbes(readsText: boolean): Probe[] {
  const otherwise = 'campaigns make single requests instead';
  const contacts: Probe = {
    purpose: 'exporting contacts for campaigns',
    permission: 'externalContacts:export:view',
    otherwise,
    call: (client) => client.getContactExport(UNKNOWN_CONTACT, OPTIONS),
  };
  const recordings: Probe = {
    purpose: 'fetching recordings in batches for campaigns',
    permission: 'recording:recording:view',
    otherwise,
    call: (client) => client.getRecordingBatch(UNKNOWN_CONTACT, OPTIONS),
  };
  return readsText ? [contacts, recordings] : [contacts];
}

function historyProbes(config: Config, readsText: boolean): Probe[] {
  const finding: Probe[] = [
    {
      purpose: 'finding the customer',
      permission: 'externalContacts:contact:view',
      call: (client) => client.findContact(UNKNOWN_EMAIL, OPTIONS),
    },
    {
      purpose: 'finding their conversations',
      permission: 'analytics:conversationDetail:view',
      call: (client) => client.queryConversations(queryAboutUnknown(), OPTIONS),
    },
  ];
  if (!readsText) return finding;
  return [
    ...finding,
    ...(config.HISTORY_TRANSCRIPT_SOURCE === 'recordings' ? [recordingsProbe()] : []),
    {
      purpose: 'looking into a conversation',
      permission: undefined,
      call: (client) => client.getMessageConversation(UNKNOWN_CONTACT, OPTIONS),
    },
    {
      purpose: 'reading what they wrote',
      permission: 'conversation:message:view',
      call: (client) => client.getMessages(UNKNOWN_CONTACT, [UNKNOWN_MESSAGE], OPTIONS),
    },
  ];
}

function recordingsProbe(): Probe {
  return {
    purpose: 'reading recordings',
    permission: 'recording:recording:view',
    call: (client) => client.getRecordings(UNKNOWN_CONTACT, OPTIONS),
  };
}

function queryAboutUnknown() {
  const now = Date.now();
  return {
    interval: [now - DAY_MS, now].map((at) => new Date(at).toISOString()).join('/'),
    paging: { pageSize: 1, pageNumber: 1 },
    segmentFilters: [
      {
        type: 'or' as const,
        predicates: [{ dimension: 'externalContactId', value: UNKNOWN_CONTACT }],
      },
    ],
  };
}

function deliveryProbe(): Probe {
  return {
    purpose: 'asking whether a web message arrived',
    permission: 'conversation:message:view',
    call: (client) => client.getMessageDetails(UNKNOWN_MESSAGE, OPTIONS),
  };
}

function sendProbe(channel: Channel, config: Config): Probe {
  const { purpose, permission, probe } = CHANNEL_DRIVERS[channel];
  return { purpose, permission, call: (client) => probe({ client, config }, GUARD, OPTIONS) };
}

/** Answers of a platform that permits the call, and finds nothing to do. */
const PERMITTED = new Set([400, 404, 409, 413, 422]);

/** Whether the platform surely permits what a probe asks for. */
export async function isPermitted(client: GenesysClient, probe: Probe): Promise<boolean> {
  const result = await probe.call(client);
  return result.ok || showsPermission(result.failure);
}

/** A 404 of the platform's own carries a code; one without may come from a gateway in between. */
export function showsPermission(failure: CallFailure): boolean {
  if (failure.kind !== 'http' || !PERMITTED.has(failure.status)) return false;
  return failure.code !== undefined || failure.status !== 404;
}
