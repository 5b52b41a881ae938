import type { NotificationRecord } from '../notification/record.js';
import type { NotificationRequest } from '../notification/request.js';
import type { State } from '../notification/state.js';

/**
 * Where a campaign can stand.
 *
 *   importing ─▶ ready ─▶ running ⇄ paused
 *       ▲          │         │         │
 *       └──────────┘         ├─────────┼──▶ completed ─▶ running   (rows were retried)
 *     (rows uploaded again)  └─────────┴──▶ cancelled
 *
 * `importing` and `ready` can be cancelled, too. Only `ready` can be started: a half import cannot.
 * A campaign with a `startAt` ahead is `ready` until then, and started by the feeder.
 */
export const CAMPAIGN_STATES = [
  'importing',
  'ready',
  'running',
  'paused',
  'completed',
  'cancelled',
] as const;

export type CampaignState = (typeof CAMPAIGN_STATES)[number];

/**
 * What a row leaves open: the same for all rows of a campaign. Of the variables, a row's own go before
 * these.
 */
export type RowDefaults = Pick<
  NotificationRequest,
  'channels' | 'history' | 'metadata' | 'variables'
>;

/** One recipient of a campaign, as it was imported. */
export type Row = Pick<NotificationRequest, 'recipient' | 'variables'>;

/** `number` counts as a spreadsheet does: the header is row 1, so the first recipient is in row 2. */
export interface NumberedRow {
  number: number;
  row: Row;
}

/** What a finished import has found. */
export interface ImportSummary {
  /** Recipients that can be written to; refused and folded ones are not among them. */
  rows: number;
  rejected: number;
  /** Rows of recipients who stand further up already. */
  duplicates: number;
  /** Columns that the template has no variable for. */
  ignoredColumns: string[];
  /** By the address they are found by: contact id, else email, else phone. */
  addressedBy: { externalContactId: number; email: number; phone: number };
  chunks: number;
  finishedAt: number;
}

/** Times are epoch milliseconds. */
export interface Campaign {
  id: string;
  name: string;
  state: CampaignState;
  /** Why it is paused, or was cancelled. */
  reason?: string;
  /**
   * Set while the product itself has paused it because its access to Genesys Cloud is broken: it goes on
   * by itself once that is repaired.
   */
  pausedForAccess?: AccessProblem;
  /** Who did the last step, where that was a person. */
  by?: string;
  template: string;
  /** Pinned when it is started; what rows were checked against before that. */
  templateHash: string;
  defaults: RowDefaults;
  createdAt: number;
  updatedAt: number;
  /** Not before this time. */
  startAt?: number;
  startedAt?: number;
  /** Nothing is sent after this time: it is the rows' deadline. */
  endAt?: number;
  endedAt?: number;
  /** Absent until an import is finished. */
  import?: ImportSummary;
  /** Set while rows are being uploaded; an upload that finds another's here gives up. */
  upload?: string;
  /** Rows that were released have yet to be told of the last step (cancel, resume): the feeder does. */
  unsettled?: true;
  /** How many had ended, and how, when it was last judged whether too much fails. */
  judged?: Judged;
}

/** What is wrong with our own access to Genesys Cloud. */
export interface AccessProblem {
  kind: 'credentials' | 'permission';
  detail: string;
}

export interface Judged {
  tried: number;
  failed: number;
  unknown: number;
}

/**
 * How many rows stand where; the sum is `ImportSummary.rows`. `waiting` rows are not released yet;
 * `deferred` ones are `queued` again, with a reason. Changed only by the scripts that change the
 * state.
 */
export type CampaignCounts = Record<State | 'waiting' | 'deferred', number>;

/** Rows in one chunk; all chunks but the last are full, so a row's place tells its chunk. */
export const CHUNK_ROWS = 500;

/** The id of a row's notification. The ledger refuses a second acceptance, so releasing twice adds nothing. */
export function rowId(campaignId: string, rowNumber: number): string {
  return `${campaignId}.${rowNumber}`;
}

/**
 * Whether a record is that of a campaign's row. Ids are global: a caller may have used this one, or an
 * earlier campaign of the same name.
 */
export function isRowOf(campaign: Campaign, number: number, record: NotificationRecord): boolean {
  return (
    record.campaignId === campaign.id &&
    record.row === number &&
    record.createdAt >= campaign.createdAt
  );
}
