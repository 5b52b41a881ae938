import type { Config } from '../config.js';
import { NOBODYS_EMAIL, NOBODYS_ID } from '../dispatch/channels/channel.js';
import { CHANNEL_DRIVERS } from '../dispatch/channels/drivers.js';
import type { CallOptions, CallResult, SendGuard } from '../genesys/call.js';
import type { GenesysClient } from '../genesys/client.js';
import { factsOf } from '../notification/channelFacts.js';
import type { Channel } from '../notification/state.js';

/** One call that shows whether an operation is permitted, and can do nothing else. */
export interface Probe {
  /** What the operation is needed for. */
  purpose: string;
  /** What the platform asks for, or undefined where it lists none. */
  permission: string | undefined;
  call(client: GenesysClient): Promise<CallResult<unknown>>;
}

/*
 * Permissions are judged before what is asked for. So a call about somebody who does not exist tells
 * 403 from 404, and a send tells 403 from 400, without anything that could be read or sent: its
 * recipient does not exist (.invalid is reserved for that), and it has no text.
 */
const NOBODYS_MESSAGE = '00000000000040008000000000000000';

const OPTIONS: CallOptions = { lane: 'transactional' };
const SENDS_WITHIN_MS = 10_000;
const GUARD: SendGuard = {
  beforeWrite: async () => ({ go: true, sendBy: Date.now() + SENDS_WITHIN_MS }),
};
const DAY_MS = 24 * 60 * 60 * 1_000;

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

function historyProbes(config: Config, readsText: boolean): Probe[] {
  const finding: Probe[] = [
    {
      purpose: 'finding the customer',
      permission: 'externalContacts:contact:view',
      call: (client) => client.findContact(NOBODYS_EMAIL, OPTIONS),
    },
    {
      purpose: 'finding their conversations',
      permission: 'analytics:conversationDetail:view',
      call: (client) => client.queryConversations(queryAboutNobody(), OPTIONS),
    },
  ];
  if (!readsText) return finding;
  return [
    ...finding,
    ...(config.HISTORY_TRANSCRIPT_SOURCE === 'recordings' ? [recordingsProbe()] : []),
    {
      purpose: 'looking into a conversation',
      permission: undefined,
      call: (client) => client.getMessageConversation(NOBODYS_ID, OPTIONS),
    },
    {
      purpose: 'reading what they wrote',
      permission: 'conversation:message:view',
      call: (client) => client.getMessages(NOBODYS_ID, [NOBODYS_MESSAGE], OPTIONS),
    },
  ];
}

function recordingsProbe(): Probe {
  return {
    purpose: 'reading recordings',
    permission: 'recording:recording:view',
    call: (client) => client.getRecordings(NOBODYS_ID, OPTIONS),
  };
}

function queryAboutNobody() {
  const now = Date.now();
  return {
    interval: [now - DAY_MS, now].map((at) => new Date(at).toISOString()).join('/'),
    paging: { pageSize: 1, pageNumber: 1 },
    segmentFilters: [
      {
        type: 'or' as const,
        predicates: [{ dimension: 'externalContactId', value: NOBODYS_ID }],
      },
    ],
  };
}

function deliveryProbe(): Probe {
  return {
    purpose: 'asking whether a web message arrived',
    permission: 'conversation:message:view',
    call: (client) => client.getMessageDetails(NOBODYS_MESSAGE, OPTIONS),
  };
}

function sendProbe(channel: Channel, config: Config): Probe {
  const { purpose, permission, probe } = CHANNEL_DRIVERS[channel];
  return { purpose, permission, call: (client) => probe({ client, config }, GUARD, OPTIONS) };
}
