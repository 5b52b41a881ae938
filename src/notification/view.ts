import { type MaskedRecipient, maskedRecipient } from './maskedRecipient.js';
import type { Delivery, NotificationRecord, TimelineEntry } from './record.js';
import type { NotificationRequest } from './request.js';
import type { Channel, State } from './state.js';

/** A notification as callers see it; times are ISO 8601. */
export interface NotificationView {
  id: string;
  state: State;
  reason?: string;
  channel?: Channel;
  delivery?: Delivery;
  messageId?: string;
  conversationId?: string;
  /** Attempts used. Waiting for a closed gate, or for a conversation to end, uses none. */
  attempts: number;
  createdAt: string;
  updatedAt: string;
  deadline: string;
  /** Not before this time, where the caller asked for one. */
  sendAt?: string;
  /** There while a sent message waits to be looked at: until it has gone, `sent` is not the last word. */
  deliveryCheckAt?: string;
  campaignId?: string;
  /** Whom it is for, as far as it may be shown; readable as long as the request is kept. */
  recipient?: MaskedRecipient;
  /** What the caller attached; readable as long as the request is kept. */
  metadata?: NonNullable<NotificationRequest['metadata']>;
  timeline: TimelineView[];
}

export interface TimelineView extends Omit<TimelineEntry, 'at'> {
  at: string;
}

export function viewOf(
  record: NotificationRecord,
  request: NotificationRequest | undefined,
): NotificationView {
  const leg = record.legs.findLast((candidate) => candidate.outcome !== 'not_addressable');
  return {
    id: record.id,
    state: record.state,
    ...(record.reason !== undefined && { reason: record.reason }),
    ...(leg !== undefined && { channel: leg.channel }),
    ...(leg?.delivery !== undefined && { delivery: leg.delivery }),
    ...(leg?.messageId !== undefined && { messageId: leg.messageId }),
    ...(leg?.conversationId !== undefined && { conversationId: leg.conversationId }),
    attempts: record.attempts,
    createdAt: iso(record.createdAt),
    updatedAt: iso(record.updatedAt),
    deadline: iso(record.deadline),
    ...(record.sendAt !== undefined && { sendAt: iso(record.sendAt) }),
    ...(record.deliveryCheckAt !== undefined && { deliveryCheckAt: iso(record.deliveryCheckAt) }),
    ...(record.campaignId !== undefined && { campaignId: record.campaignId }),
    ...(request !== undefined && { recipient: maskedRecipient(request) }),
    ...(request?.metadata !== undefined && { metadata: request.metadata }),
    timeline: record.timeline.map(({ at, ...entry }) => ({ at: iso(at), ...entry })),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
