import type { CountedReason } from '../notification/countedReason.js';
import type { NotificationRequest } from '../notification/request.js';
import type { Channel } from '../notification/state.js';

/** Whether a notification may go out now. A reason is a counted one, so that every page knows it. */
export type Verdict =
  | { kind: 'allow' }
  /** Not at all. */
  | { kind: 'skip'; reason: CountedReason }
  /** Not before `until` (epoch ms). It uses no attempt. */
  | { kind: 'defer'; until: number; reason: CountedReason };

/** What a rule judges: this request, over this channel, at this moment (epoch ms by Redis). */
export interface Sending {
  request: NotificationRequest;
  channel: Channel;
  now: number;
}

export type Rule = (sending: Sending) => Verdict;
