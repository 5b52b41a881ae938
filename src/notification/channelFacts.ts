import type { AddressField } from './recipientAddress.js';
import { CHANNELS, type Channel } from './state.js';

/** A file of a template, and the longest result it may have, in UTF-16 code units. */
interface PartFacts {
  name: string;
  limit: number;
}

export interface ChannelFacts {
  /** What a message is addressed to. A contact id may also be found by email. */
  address: AddressField;
  /** The settings without which it sends nothing, and what each is expected to be. */
  settings: Readonly<Record<string, string>>;
  /** The parts it cannot do without, by the field of the message that each becomes. */
  parts: { readonly [Field in MessageField]?: PartFacts };
  /**
   * What a 409 says: the customer is in a conversation that a message would barge into, and may be
   * asked again later; or the message is refused as by any other 4xx.
   */
  conflict: 'active_conversation' | 'refused';
  /** Whether it must be known if an accepted message has arrived: each is asked about in time. */
  confirmsDelivery: boolean;
  /**
   * What a query for many conversations can tell later: `receipts` that it arrived or was read, or
   * did not arrive; or `failures` alone. Absent where the platform cannot be asked.
   */
  reports?: 'receipts' | 'failures';
  /** What `notifier doctor` looks at of the sender. */
  sender?: 'web_deployment' | 'email_domain';
}

export type MessageField = 'text' | 'subject' | 'html';

const EMAIL_FROM = 'the sender of emails (channels email and engage)';

/** Common mail readers clip a message above 102 KB. */
const MAIL_BODY_LIMIT = 100_000;
const SUBJECT = { name: 'email.subject', limit: 400 } as const;
const HTML = { name: 'email.html', limit: MAIL_BODY_LIMIT } as const;

/**
 * What each channel is, for everything that does not talk to the platform; the requests themselves
 * stand in src/dispatch/channels. A limit counts code units, never fewer than the characters a
 * platform counts, so what fits here fits there. Genesys: textBody ≤ 765 for SMS, ≤ 2000 otherwise;
 * subject of an agentless email ≤ 400.
 */
export const CHANNEL_FACTS = {
  web: {
    address: 'externalContactId',
    settings: {
      GENESYS_WEB_DEPLOYMENT_ID: 'the id of the web messaging deployment (channel web)',
    },
    parts: { text: { name: 'web', limit: 2000 } },
    conflict: 'active_conversation',
    confirmsDelivery: true,
    reports: 'receipts',
    sender: 'web_deployment',
  },
  email: {
    address: 'email',
    settings: { GENESYS_EMAIL_FROM: EMAIL_FROM },
    parts: { subject: SUBJECT, html: HTML, text: { name: 'email.text', limit: MAIL_BODY_LIMIT } },
    conflict: 'refused',
    confirmsDelivery: false,
    reports: 'failures',
    sender: 'email_domain',
  },
  engage: {
    address: 'email',
    settings: {
      GENESYS_EMAIL_FROM: EMAIL_FROM,
      GENESYS_ENGAGE_URL: 'the URL that serves Engage messages (channel engage)',
    },
    parts: { subject: SUBJECT, html: HTML },
    conflict: 'refused',
    confirmsDelivery: false,
  },
  sms: {
    address: 'phone',
    settings: { GENESYS_SMS_FROM: 'the E.164 number that sends SMS (channel sms)' },
    parts: { text: { name: 'sms', limit: 765 } },
    conflict: 'active_conversation',
    confirmsDelivery: false,
    reports: 'receipts',
  },
} as const satisfies Record<Channel, ChannelFacts>;

type Facts = typeof CHANNEL_FACTS;

/** The settings that some channel cannot do without. */
export type ChannelSetting = { [C in Channel]: keyof Facts[C]['settings'] }[Channel];

export type ChannelSettings = { readonly [Setting in ChannelSetting]?: string | undefined };

/** A rendered message: its channel, and the fields that its channel sends. */
export type RenderedMessage<C extends Channel = Channel> = {
  [K in C]: { channel: K } & Readonly<Record<keyof Facts[K]['parts'], string>>;
}[C];

/** Whether a channel's messages are emails, which law and mail providers want a way out of. */
export function isEmail(channel: Channel): boolean {
  return factsOf(channel).address === 'email';
}

/** Channels that are one for a customer, as they lead to the same address: both kinds of email are emails. */
export function channelsLike(channel: Channel): Channel[] {
  const { address } = factsOf(channel);
  return CHANNELS.filter((other) => factsOf(other).address === address);
}

export function factsOf(channel: Channel): ChannelFacts {
  return CHANNEL_FACTS[channel];
}

/** What these channels need, each setting once. */
export function settingsOf(channels: readonly Channel[]): [ChannelSetting, string][] {
  const inOrder = CHANNELS.filter((channel) => channels.includes(channel));
  const needed = new Map(
    inOrder.flatMap((channel) => Object.entries(CHANNEL_FACTS[channel].settings)),
  );
  return [...needed] as [ChannelSetting, string][];
}

/** Whether the deployment has what a channel needs. */
export function isConfigured(channel: Channel, settings: ChannelSettings): boolean {
  return settingsOf([channel]).every(([name]) => settings[name] !== undefined);
}

/** Why an addressee cannot be reached over a channel, or undefined when they can. */
export function unreachable(
  channel: Channel,
  settings: ChannelSettings,
  to: { readonly [Field in AddressField]?: string },
): 'no_address' | 'not_configured' | undefined {
  if (!isConfigured(channel, settings)) return 'not_configured';
  return to[CHANNEL_FACTS[channel].address] === undefined ? 'no_address' : undefined;
}

/** Whether one of these channels may reach who has these addresses: a contact is found by email, too. */
export function mayBeReached(
  channels: readonly Channel[],
  named: { readonly [Field in AddressField]?: string },
): boolean {
  return channels.some((channel) => {
    const { address } = CHANNEL_FACTS[channel];
    if (named[address] !== undefined) return true;
    return address === 'externalContactId' && named.email !== undefined;
  });
}

/** Whether one of these channels is addressed to such a field. */
export function isAddressOf(field: AddressField, channels: readonly Channel[]): boolean {
  return channels.some((channel) => CHANNEL_FACTS[channel].address === field);
}
