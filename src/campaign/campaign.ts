import type { NotificationRecord } from '../notification/record.js';
import type { NotificationRequest } from '../notification/request.js';
import type { State } from '../notification/state.js';
import type { ColumnChoices, KeptColumn } from './import/columnChoices.js';

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

/** What people do to a campaign, as it is called on the command line and in URLs; the likeliest first. */
export const CAMPAIGN_STEPS = [
  'start',
  'dry-run',
  'import',
  'resume',
  'pause',
  'cancel',
  'retry',
] as const;

export type CampaignStep = (typeof CAMPAIGN_STEPS)[number];

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

/** A row on its way into the store, with what is kept beside it for the results. */
export interface ImportedRow extends NumberedRow {
  /** What stands in the file's own columns; see `ImportSummary.keptColumns`. */
  own?: readonly string[];
  /** Which of its addresses was left out, and what was expected there. */
  warning?: string;
}

/** How many rows of a file have the same thing wrong in the same column. */
export interface RowReason {
  /** As the file calls it; empty when the row as a whole is meant. */
  column: string;
  expected: string;
  rows: number;
  /** Numbers of the first of them. */
  firstRows: number[];
}

/** What a finished import has found. What is optional was not yet counted by older versions. */
export interface ImportSummary {
  /** Recipients that can be written to; rejected rows and duplicates are not among them. */
  rows: number;
  rejected: number;
  /** By what was wrong, the most frequent first; a row with two problems counts under each. */
  rejectedBy?: RowReason[];
  /** Rows that are kept without an address of theirs that cannot be used. */
  warned?: number;
  /** As `rejectedBy`, of the addresses that were left out. */
  warnings?: RowReason[];
  /** It may be started although many rows were rejected: that was seen. */
  isAccepted?: true;
  /** Rows of recipients who stand further up already. */
  duplicates: number;
  /** Columns that the template has no variable for. */
  ignoredColumns: string[];
  /** By the address they are found by: contact id, else email, else phone. */
  addressedBy: { externalContactId: number; email: number; phone: number };
  /**
   * Recipients by their time zone, as far as their rows say it; '' where they do not. Absent where
   * there are more zones than are worth keeping.
   */
  clocks?: Record<string, number>;
  /** The file's own columns that come back in the results, in its order. */
  keptColumns?: KeptColumn[];
  /** What separates the cells of a CSV; exports have the same. */
  separator?: string;
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
  /** Set while the product itself has paused it because too much failed; records of before lack it. */
  pausedForFailures?: true;
  /** Who did the last step, where that was a person with a name; without a login they have none. */
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
  /** What was said of the file's columns when the campaign was made. */
  columns?: Partial<ColumnChoices>;
  /** It may start however many rows of its file are rejected. */
  acceptRejected?: true;
  /** Why its emails need no link to unsubscribe: a person's words. */
  noUnsubscribe?: string;
  /** Whether data is fetched in bulk ahead of its rows; absent: where it is worth it. */
  prefetch?: 'off';
  /** Set while rows are being uploaded; an upload that finds another's here gives up. */
  upload?: string;
  /** When the last upload broke off (epoch ms), until another step is taken. */
  uploadBrokeOffAt?: number;
  /** Rows that were released do not know of the last step yet (cancel, resume): the feeder does. */
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

/** A campaign with all that the feeder decides upon. */
export interface CampaignAtWork {
  campaign: Campaign;
  counts: CampaignCounts;
  /** Rows of the file, from its first on, that are released or postponed. */
  released: number;
  /** How often rows of it were erased: who has read its rows before the last time has to read them again. */
  erasures: number;
  /** When the first of the postponed rows are looked at again (epoch ms). */
  postponedUntil?: number;
}

/** Whether data is fetched in bulk ahead of a campaign's rows; `auto`: where it is worth it. */
export const PREFETCH_CHOICES = ['auto', 'off'] as const;

/** With fewer, bulk requests cost as much as they save. */
const PREFETCHED_FROM_ROWS = 1_000;

export function isPrefetched({ prefetch, import: imported }: Campaign): boolean {
  return prefetch !== 'off' && (imported?.rows ?? 0) >= PREFETCHED_FROM_ROWS;
}

/** What prefetching means for the rows of a campaign. */
export interface CampaignHold {
  /** How many rows of the file it was paid for; undefined where nothing is known of that. */
  coveredRows(campaign: Campaign): Promise<number | undefined>;
  /** Which rows wait a little for what is fetched in bulk for them; undefined while none do. */
  heldRows(
    campaign: Campaign,
    now: number,
  ): Promise<
    | {
        /** How many rows of the file, from its first on, do not wait. */
        readyRows: number;
        /** Until when the others wait at most (epoch ms). */
        until: number;
      }
    | undefined
  >;
}

/** How a clock stands: whether rows that go by it wait, and until when that stays so (epoch ms). */
export interface ClockStatus {
  isQuiet: boolean;
  until: number;
}

/** When rows may be released, where a deployment has hours in which messages wait. */
export interface RowHours {
  /** How a clock stands for the rows of a campaign; '' for those whose own is not known. */
  statusIn(zone: string, campaign: Pick<Campaign, 'endAt'>, at: number): ClockStatus;
  /** Until when a row that is not released waits (epoch ms); undefined when it may go out. */
  rowWaitsUntil(row: Row, campaign: Pick<Campaign, 'endAt'>, now: number): number | undefined;
  /**
   * Until when all rows of a campaign wait (epoch ms); undefined when some may go out, and where the
   * clocks of its recipients are not known.
   */
  allWaitUntil(campaign: Campaign, now: number): number | undefined;
}

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
