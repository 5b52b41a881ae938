import type { NotificationRequest } from '../notification/request.js';
import type { AcceptResult } from '../queue/acceptor.js';
import type { Campaign, NumberedRow } from './campaign.js';
import { rowRequest } from './campaignRows.js';

/** Whom a test goes to, in the place of the row's own addresses. */
export type Tester = Pick<
  NotificationRequest['recipient'],
  'email' | 'phone' | 'externalContactId'
>;

export interface TestSend {
  /** Whose name and variables the message has; the first one's, when left out. */
  row?: number;
  to: Tester;
  /** Names this one test: however often it is asked for, one message goes out. */
  key: string;
}

export type TestSendOutcome =
  | { kind: 'asked'; result: AcceptResult }
  /** The file has no such row among those that are sent to. */
  | { kind: 'no_row' };

const CAMPAIGN_ID_CHARS = 80;

/** What the notification of a test is called; no row of any campaign can have such an id. */
export function testId(campaignId: string, key: string): string {
  return `${campaignId.slice(0, CAMPAIGN_ID_CHARS)}.test-${key}`;
}

/**
 * The message of one row for another address. It belongs to no campaign, so it counts for nothing there and is
 * sent before the start, in a pause and after the end. The tester has no history as a rule, and gets the message
 * all the same.
 */
export function testRequest(
  campaign: Campaign,
  { number, row }: NumberedRow,
  { to, key }: TestSend,
) {
  const { name, timeZone } = row.recipient;
  const {
    campaignId,
    deadline: _ended,
    priority: _urgent,
    ...request
  } = rowRequest(campaign, {
    ...row,
    recipient: { ...to, name, timeZone },
  });
  return {
    ...request,
    id: testId(campaign.id, key),
    history: { ...request.history, required: false },
    metadata: { ...request.metadata, testOf: campaignId, row: number },
  };
}
