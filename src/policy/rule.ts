import type { CountedReason } from '../notification/countedReason.js';
import type { NotificationRequest } from '../notification/request.js';
import type { Channel } from '../notification/state.js';
import type { Suppression } from '../suppression/suppression.js';

/** Whether a notification may go out now. A reason is a counted one, so that every page knows it. */
export type Verdict =
  | { kind: 'allow' }
  /** Not at all. */
  | { kind: 'skip'; reason: CountedReason }
  /** Not before `until` (epoch ms). It uses no attempt. */
  | { kind: 'defer'; until: number; reason: CountedReason };

/**
 * What was read for the rules before they are asked, so that they stay pure. A fact that cannot be read is
 * an error and never the absence of a fact.
 */
export interface PolicyFacts {
  /** Entries of the suppression list about any address of the recipient that is known by now. */
  suppressions: readonly Suppression[];
  /** Places of the frequency cap that other notifications have, at the address that has most. */
  placesTaken: number;
  /** When the notification is no longer wanted (epoch ms), where that is decided already. */
  deadline?: number;
  /** Where the contact of the recipient lives, as two letters (ISO 3166-1), once it was looked up. */
  contactCountry?: string;
  /** When the customer was last in a conversation (ISO 8601), and whether it ended badly, once looked up. */
  lastConversation?: { at: string; endedBadly: boolean };
}

/** Where nothing was read, since nothing applies. */
export const NO_FACTS: PolicyFacts = { suppressions: [], placesTaken: 0 };

/** What a rule judges: this request, over this channel, at this moment (epoch ms by Redis). */
export interface Sending {
  request: NotificationRequest;
  channel: Channel;
  now: number;
  facts: PolicyFacts;
}

export type Rule = (sending: Sending) => Verdict;
