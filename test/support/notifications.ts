import { type NotificationRecord, newRecord } from '../../src/notification/record.js';
import type { NotificationRequest } from '../../src/notification/request.js';

export const T0 = Date.parse('2026-11-22T09:00:00Z');

export const REQUEST: NotificationRequest = {
  recipient: { email: 'customer@example.com' },
  template: 'follow-up',
};

export function acceptedRecord(changes: Partial<NotificationRecord> = {}): NotificationRecord {
  return { ...newRecord('n1', REQUEST, 'k1:abcdefghijklmnop', T0), ...changes };
}
