import { type NotificationRecord, step } from './record.js';
import { deadlineOf, type NotificationRequest } from './request.js';

const DEFAULT_DEADLINE_MS = 24 * 60 * 60 * 1000;

/** The first record of a new notification. */
export function newRecord(
  id: string,
  request: NotificationRequest,
  bodyHash: string,
  now: number,
  by?: string,
): NotificationRecord {
  return {
    id,
    state: 'accepted',
    createdAt: now,
    updatedAt: now,
    bodyHash,
    lane: request.priority ?? 'transactional',
    ...(request.campaignId !== undefined && { campaignId: request.campaignId }),
    ...(request.sendAt !== undefined && { sendAt: Date.parse(request.sendAt) }),
    deadline: deadlineOf(request, now, DEFAULT_DEADLINE_MS),
    generation: 1,
    fence: 0,
    attempts: 0,
    legs: [],
    timeline: [{ at: now, state: 'accepted', ...(by !== undefined && { detail: `by ${by}` }) }],
  };
}

/** The deadline of a generation that a retry opens now. */
export function renewedDeadline(now: number): number {
  return now + DEFAULT_DEADLINE_MS;
}

/** The record once its job is in the queue. */
export function queued(record: NotificationRecord, now: number): NotificationRecord {
  return step(record, now, { state: 'queued' });
}
