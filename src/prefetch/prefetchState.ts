/*
 * How far the prefetch of a campaign has come. One JSON record a campaign, replaced by compare and
 * set, so that each step is taken by one process.
 *
 *   contacts ─▶ conversations ─▶ transcripts ─▶ ready ─▶ contacts (of the next window) ─▶ … ─▶ over
 *
 * A window is a run of blocks; a block is the rows whose numbers share their multiple of 500. Only
 * what is released soon is fetched: the next window begins when the release comes near its rows.
 *
 *   step           it dies or freezes         | the next process
 *   ---------------------------------------------------------------------------------------------
 *   contacts       after the export's start   | finds its id here and asks for its state
 *                  between two blocks         | goes on with the block that is not done
 *   conversations  after the job's start      | finds its id here and asks for its state
 *                  between two pages          | goes on at the cursor: blocks and cursor are written at once
 *   transcripts    after a batch's start      | finds its id here and asks for its results
 *                  before a block is written  | reads the results of the same batches again
 *
 * The one request that can be made twice is the one whose answer a dying process did not note.
 * A process that froze and comes back finds that the record has a newer version, and stops.
 */

export type PrefetchStep = 'contacts' | 'conversations' | 'transcripts' | 'ready';

/** What the platform offers in bulk; each is done without once it was refused. */
export type BulkSource =
  | 'contact export'
  | 'contact list'
  | 'conversation job'
  | 'news filter'
  | 'recording batch';

/** Rows with the numbers from `block` × 500 on. `endsAt`: how many rows of the file are before its end. */
export interface BlockPlace {
  block: number;
  endsAt: number;
}

/** Where a window begins: the chunk of stored rows, and the block within. */
export interface WindowStart {
  chunk: number;
  block: number;
}

export interface StartedJob {
  id: string;
  startedAt: number;
  /** What it searches (epoch ms). */
  from: number;
  to: number;
  /** Conversations of a page: fewer once the platform refuses so many. */
  pageSize: number;
  /** Its next page; absent before the first. */
  cursor?: string;
  pages: number;
  /** It is complete for what began before this (epoch ms); known once all pages are read. */
  completeTo?: number;
}

export interface PrefetchWindow {
  step: PrefetchStep;
  /** When this step began (epoch ms). */
  since: number;
  start: WindowStart;
  blocks: BlockPlace[];
  /** How many blocks have this step behind them. */
  done: number;
  /** Absent when these are the last rows. */
  next?: WindowStart;
  job?: StartedJob;
  /** Recording batches of the blocks that are at work. */
  batches: string[];
}

/** Times are epoch milliseconds. */
export interface PrefetchState {
  /** Of the rows it is about: rows uploaded anew are others. */
  uploadedAt: number;
  refused: BulkSource[];
  contactExport?: { id: string; startedAt: number };
  window?: PrefetchWindow;
  /** Blocks that lie in Redis. */
  kept: BlockPlace[];
  /** Rows of the file, from its first on, that need not wait any more. */
  readyRows: number;
  /** Rows behind those wait until then at most. */
  holdUntil: number;
  /** Whose conversations began before this has been looked at. */
  lookedAt?: number;
  /** Nothing will be prefetched any more. */
  over?: true;
}

const BLOCK_ROWS = 500;
/** Blocks of a window: what one analytics job and one reading of the export serve. */
export const WINDOW_BLOCKS = 25;

/** How long rows wait for the next blocks (ms). */
export const NEXT_ROWS_WAIT_MS = 60_000;

export function blockOf(rowNumber: number): number {
  return Math.floor(rowNumber / BLOCK_ROWS);
}

export function newPrefetch(uploadedAt: number, holdUntil: number): PrefetchState {
  return { uploadedAt, refused: [], kept: [], readyRows: 0, holdUntil };
}

export function windowAt(step: PrefetchStep, window: PrefetchWindow, now: number): PrefetchWindow {
  return { ...window, step, since: now, done: 0, batches: [] };
}

/** Nothing more is prefetched, and no row waits for it. */
export function prefetchOver(state: PrefetchState): PrefetchState {
  const { window: _window, ...rest } = state;
  return { ...rest, holdUntil: 0, over: true };
}

/**
 * How many rows from the file's first on may be released now, and until when the others wait;
 * undefined when none waits.
 */
export function heldRows(
  state: Pick<PrefetchState, 'readyRows' | 'holdUntil' | 'over'>,
  now: number,
): { readyRows: number; until: number } | undefined {
  if (state.over || now >= state.holdUntil) return undefined;
  return { readyRows: state.readyRows, until: state.holdUntil };
}

/** How many rows of the file, from its first on, are fetched or in the window at work. */
export function coveredRows({
  readyRows,
  kept,
  window,
}: Pick<PrefetchState, 'readyRows' | 'kept' | 'window'>): number {
  const ends = [...kept, ...(window?.blocks ?? [])].map(({ endsAt }) => endsAt);
  return Math.max(readyRows, ...ends);
}

/** A record with the version by which it is replaced. */
export interface StoredPrefetch {
  version: number;
  state: PrefetchState;
}

/** As it lies in Redis: a script compares the version without reading the rest. */
export function prefetchText({ version, state }: StoredPrefetch): string {
  return `${version}\n${JSON.stringify(state)}`;
}

/** Undefined where it cannot be read: the campaign then goes on without a prefetch. */
export function prefetchIn(text: string): StoredPrefetch | undefined {
  const end = text.indexOf('\n');
  try {
    const state = JSON.parse(text.slice(end + 1)) as PrefetchState;
    return { version: Number(text.slice(0, end)), state };
  } catch {
    return undefined;
  }
}
