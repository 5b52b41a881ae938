import type { Caller } from '../audit/auditCaller.js';
import type { State } from '../notification/state.js';
import type { Backlog } from '../queue/backlog.js';
import type { Notifications } from '../queue/notifications.js';
import type { Campaign } from './campaign.js';
import { type RowSources, type RowState, type TrackedRow, trackedRows } from './campaignRows.js';
import { refusal, type StepRefused, whyRefused } from './campaignSteps.js';
import { reopen } from './lifecycle.js';
import type { CampaignStore } from './store.js';

/** States from which rows can be tried again: they have ended, and surely did not reach a customer. */
export const RETRYABLE_STATES = [
  'failed',
  'expired',
  'undelivered',
  'skipped',
] as const satisfies readonly State[];

export type RetryableState = (typeof RETRYABLE_STATES)[number];

/** A row that stays as it is, and why. */
export interface RefusedRow {
  row: number;
  id: string;
  state: RowState;
  because: RetryRefusal;
}

/**
 * - `may_have_arrived`: an earlier try may have reached the customer after all.
 * - `still_running`: it was set going again meanwhile.
 * - `never_released`: the campaign ended before its turn came; upload it to a new campaign.
 * - `id_taken`: something else has the id that the row would have had.
 * - `request_gone`: what was asked for is not kept any more.
 * - `forgotten`: how it ended is not known any more.
 * - `unreadable`: its record is damaged.
 */
type RetryRefusal =
  | 'may_have_arrived'
  | 'still_running'
  | 'never_released'
  | 'id_taken'
  | 'request_gone'
  | 'forgotten'
  | 'unreadable';

export interface RetryRequest {
  states: readonly RetryableState[];
  by?: Caller;
  /** Until when (epoch ms) the rows may be sent; wanted once the campaign's own `endAt` has passed. */
  until?: number;
}

/** What became of one page of rows. */
export interface RetriedPage {
  retried: number;
  refused: RefusedRow[];
  /** Rows were left, from here on, for another call; no page follows. */
  left: boolean;
}

export type RetryStart = { kind: 'retrying'; pages: AsyncGenerator<RetriedPage> } | StepRefused;

export interface RetryParts extends RowSources {
  campaigns: Pick<CampaignStore, 'counts' | 'cursor' | 'change' | 'clock'>;
  notifications: Pick<Notifications, 'retryRow'>;
  backlog: Pick<Backlog, 'admit'>;
}

/** Why rows in this state cannot be tried again, in a sentence; undefined when they can. */
export function whyNotRetryable(state: string): string | undefined {
  if ((RETRYABLE_STATES as readonly string[]).includes(state)) return undefined;
  switch (state) {
    case 'unknown':
      return 'whether an unknown row was sent has to be decided first, one by one; one that was not is failed then';
    case 'sent':
    case 'delivered':
    case 'read':
      return `a ${state} row has reached the customer, or is taken to have`;
    case 'cancelled':
      return 'a cancelled row was stopped on purpose; upload it to a new campaign';
    default:
      return `expected one or more of ${RETRYABLE_STATES.join(', ')}`;
  }
}

/**
 * Tries rows again that ended without reaching their customer. Walking the pages is what does it;
 * who stops early can begin again: a row that was set going is in none of the states any more.
 */
export function retryRows(
  parts: RetryParts,
  campaign: Campaign,
  request: RetryRequest,
): RetryStart {
  const because =
    whyRefused(campaign, 'retry') ?? whyTooLate(campaign, request, parts.campaigns.clock.now());
  if (because !== undefined) return refusal(campaign, because);
  return { kind: 'retrying', pages: retryPages(parts, campaign, request) };
}

function whyTooLate({ endAt }: Campaign, { until }: RetryRequest, now: number): string | undefined {
  if (until !== undefined) {
    return until <= now ? 'the time until which to try is over already' : undefined;
  }
  if (endAt === undefined || endAt > now) return undefined;
  return `its time was over at ${new Date(endAt).toISOString()}; say until when its rows may be sent`;
}

/**
 * What one call sets going is limited: whatever waits in the queue keeps other senders' requests out
 * of the backlog. Rows that are left stay in their states, so the same call again goes on from there.
 *
 * The campaign is opened before the first row, so that no face shows rows moving in a completed one; and
 * again after each page, because one whose last row has ended completes by itself at any moment.
 */
async function* retryPages(
  parts: RetryParts,
  campaign: Campaign,
  request: RetryRequest,
): AsyncGenerator<RetriedPage> {
  const wanted: ReadonlySet<RowState> = new Set(request.states);
  let isOpen = false;
  let room = MAX_RETRIED_ROWS;
  for await (const rows of trackedRows(parts, campaign)) {
    const chosen = rows.filter(({ state }) => wanted.has(state) || UNKNOWABLE.has(state));
    if (chosen.length === 0) continue;
    const refused: RefusedRow[] = [];
    let retried = 0;
    let left = false;
    for (let start = 0; start < chosen.length; ) {
      const together = chosen.slice(start, start + Math.min(AT_A_TIME, room));
      left = together.length === 0 || !(await parts.backlog.admit(together.length)).admitted;
      if (left) break;
      if (!isOpen && !(await open(parts, campaign, request))) return;
      isOpen = true;
      const refusals = await Promise.all(
        together.map((row) => retryRow(parts, row, deadlineOf(campaign, request), request.by)),
      );
      const stayed = refusals.filter((refusal) => refusal !== undefined);
      refused.push(...stayed);
      retried += together.length - stayed.length;
      room -= together.length - stayed.length;
      start += together.length;
    }
    if (retried > 0 && !(await open(parts, campaign, request))) return;
    yield { retried, refused, left };
    if (left) return;
  }
}

/** So many rows at most are set going by one call. */
const MAX_RETRIED_ROWS = 5_000;
const AT_A_TIME = 20;

/** Undefined leaves it to the ledger: a day from now. */
function deadlineOf({ endAt }: Campaign, { until }: RetryRequest): number | undefined {
  return until ?? endAt;
}

/** False when it was cancelled meanwhile. */
async function open(
  { campaigns }: RetryParts,
  { id }: Campaign,
  { by }: RetryRequest,
): Promise<boolean> {
  const given = { by: by?.name };
  const opened = await campaigns.change(id, (now) => reopen(now, given, campaigns.clock.now()));
  return opened?.kind === 'done';
}

/** Rows of which it cannot be said whether they are wanted; each is named. */
const UNKNOWABLE: ReadonlySet<RowState> = new Set(['forgotten', 'unreadable']);

/** Undefined when the row was set going again. */
async function retryRow(
  { notifications }: RetryParts,
  { number, id, state, reason, record }: TrackedRow,
  deadline: number | undefined,
  by: Caller | undefined,
): Promise<RefusedRow | undefined> {
  const refusal = (because: RetryRefusal): RefusedRow => ({ row: number, id, state, because });
  if (state === 'forgotten' || state === 'unreadable') return refusal(state);
  if (record === undefined) return refusal(reason ?? 'never_released');
  const outcome = await notifications.retryRow(id, by, deadline);
  if (outcome === undefined) return refusal('forgotten');
  switch (outcome.kind) {
    case 'retried':
      return undefined;
    case 'refused':
      return refusal(outcome.because);
    case 'request_gone':
      return refusal('request_gone');
    default:
      throw new Error(`unhandled outcome ${String(outcome satisfies never)}`);
  }
}

/** What a retry has come to. */
export interface RetryReport {
  retried: number;
  /** Whether rows were left, since enough are waiting: to be tried once these have ended. */
  left: boolean;
  refusedCount: number;
  /** The first of the rows that stay as they are. */
  refused: RefusedRow[];
}

/** More refused rows of a retry than these are counted only. */
const REFUSED_ROWS_SHOWN = 1_000;

/** All pages of a retry as one report. */
export async function gathered(pages: AsyncIterable<RetriedPage>): Promise<RetryReport> {
  let retried = 0;
  let left = false;
  let refusedCount = 0;
  const refused: RefusedRow[] = [];
  for await (const page of pages) {
    retried += page.retried;
    left = page.left;
    refusedCount += page.refused.length;
    refused.push(...page.refused.slice(0, REFUSED_ROWS_SHOWN - refused.length));
  }
  return { retried, left, refusedCount, refused };
}
