import { z } from 'zod';
import { maskedRecipient } from './maskedRecipient.js';
import { reconcileOf, reconcileView } from './reconcileView.js';
import { DELIVERIES, type NotificationRecord } from './record.js';
import type { NotificationRequest } from './request.js';
import { CHANNELS, STATES } from './state.js';

const time = z.iso.datetime();

export const stateView = z
  .enum(STATES)
  .meta({ description: 'Where it stands; docs/sending.md has a table.' });

const timelineView = z.object({
  at: time,
  state: stateView,
  channel: z.enum(CHANNELS).optional(),
  reason: z.string().optional(),
  detail: z.string().optional().meta({ description: 'Codes and names, never customer text.' }),
  count: z.int().optional().meta({
    description: 'How often this happened in a row; once when left out.',
  }),
});

/** A notification as callers see it: what `viewOf` makes, and what is documented of it. */
export const notificationView = z
  .object({
    id: z.string(),
    state: stateView,
    reason: z.string().optional().meta({
      description:
        'Why it is in this state, as a code: of skipped no_history, ambiguous_contact (several contacts have the address, and the name does not decide), not_allowed or opted_out (the customer has asked for no more messages); of others such as every_channel_refused, timeout, http_500, permission, history_mismatch (an answer about another customer was not used).',
    }),
    channel: z.enum(CHANNELS).optional().meta({ description: 'The channel tried last.' }),
    delivery: z.enum(DELIVERIES).optional().meta({
      description: 'What the platform said about the message after it was accepted.',
    }),
    messageId: z.string().optional(),
    conversationId: z.string().optional(),
    attempts: z.int().meta({ description: 'Attempts used; waiting uses none.' }),
    createdAt: time,
    updatedAt: time,
    deadline: time,
    sendAt: time.optional().meta({
      description: 'Not before this time; there where the request asked for one.',
    }),
    deliveryCheckAt: time.optional().meta({
      description: 'While this is there, sent is not the last word.',
    }),
    reconcile: reconcileView.optional(),
    campaignId: z.string().optional(),
    recipient: z
      .object({
        email: z.string().optional(),
        phone: z.string().optional(),
        externalContactId: z.string().optional(),
      })
      .optional()
      .meta({
        description:
          'Whom it is for, addresses masked (d•••@e•••.com); readable as long as the request is kept.',
      }),
    metadata: z.record(z.string(), z.json()).optional().meta({
      description: 'As it was sent; readable as long as the request is kept.',
    }),
    timeline: z
      .array(timelineView)
      .meta({ description: 'Everything that happened, oldest first.' }),
  })
  .meta({ id: 'Notification' });

export type NotificationView = z.infer<typeof notificationView>;
export type TimelineView = NotificationView['timeline'][number];

export function viewOf(
  record: NotificationRecord,
  request: NotificationRequest | undefined,
): NotificationView {
  const leg = record.legs.findLast((candidate) => candidate.outcome !== 'not_addressable');
  return {
    id: record.id,
    state: record.state,
    reason: record.reason,
    channel: leg?.channel,
    delivery: leg?.delivery,
    messageId: leg?.messageId,
    conversationId: leg?.conversationId,
    attempts: record.attempts,
    createdAt: iso(record.createdAt),
    updatedAt: iso(record.updatedAt),
    deadline: iso(record.deadline),
    sendAt: record.sendAt === undefined ? undefined : iso(record.sendAt),
    deliveryCheckAt: record.deliveryCheckAt === undefined ? undefined : iso(record.deliveryCheckAt),
    reconcile: reconcileOf(record),
    campaignId: record.campaignId,
    recipient: request === undefined ? undefined : maskedRecipient(request),
    metadata: request?.metadata,
    timeline: record.timeline.map(({ at, ...entry }) => ({ at: iso(at), ...entry })),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
