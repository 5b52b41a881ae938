import type { NotificationChange } from '../notification/notificationEvent.js';
import type { NotificationRequest } from '../notification/request.js';
import { STATES, type State } from '../notification/state.js';

/** What becomes of a campaign; `deleted` is one that was taken back before it had rows. */
export const CAMPAIGN_CHANGES = [
  'importing',
  'ready',
  'running',
  'paused',
  'completed',
  'cancelled',
  'deleted',
] as const;

type CampaignChangeState = (typeof CAMPAIGN_CHANGES)[number];

export interface CampaignChange {
  id: string;
  state: CampaignChangeState;
  /** Why it is paused or was cancelled, in words. */
  reason?: string;
}

export type EventType = `notification.${State}` | `campaign.${CampaignChangeState}`;

/** All types there are: the one place. */
export const EVENT_TYPES: readonly EventType[] = [
  ...STATES.map((state) => `notification.${state}` as const),
  ...CAMPAIGN_CHANGES.map((state) => `campaign.${state}` as const),
];

const CURSOR = /^\d{1,15}-\d{1,20}$/;

/** Whether a text can be a cursor: the id of an event, or one that a page has given as `next`. */
export function isCursor(text: string): boolean {
  return CURSOR.test(text);
}

/** One change of a notification or of a campaign. What it is of may have gone on since. */
export interface FeedEvent {
  /** Names the event, for dropping repeats, and is the cursor to go on from; a later event has a greater one. */
  id: string;
  /** Epoch ms. */
  at: number;
  type: EventType;
  notification?: NotificationChange & {
    /** As it was sent; absent where the request is gone, or was not asked for. */
    metadata?: NotificationRequest['metadata'];
  };
  campaign?: CampaignChange;
}

/** An event as it is written to others: over HTTP, to webhooks, on the command line. */
type EventOnTheWire = Omit<FeedEvent, 'at'> & { at: string };

export function onTheWire({ id, type, at, ...of }: FeedEvent): EventOnTheWire {
  return { id, type, at: new Date(at).toISOString(), ...of };
}
