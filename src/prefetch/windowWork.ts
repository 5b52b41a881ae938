import type { HistoryMessage } from '../context/history.js';
import type { ContactsByAddress } from './exportFile.js';
import type { PlacedRow } from './windowRows.js';

/** What was said in a conversation; null where no batch says it. */
export type Transcripts = Map<string, HistoryMessage[] | null>;

export type RowsByBlock = ReadonlyMap<number, readonly PlacedRow[]>;

/**
 * What a process has in its memory of the window it works on. All of it can be had again: from the
 * rows, from the file of the export, from the results of batches that were started.
 */
export class WindowWork {
  readonly #load: () => Promise<RowsByBlock>;
  #rows: RowsByBlock | undefined;
  /** Absent until the export was read. */
  addresses: ContactsByAddress | undefined;
  /** Of the blocks whose batches are under way. */
  readonly transcripts: Transcripts = new Map();
  /** Batches whose results were read. */
  readonly readBatches = new Set<string>();
  /** What was asked in batches that this process has started. */
  readonly askedIn = new Map<string, readonly string[]>();
  /** When the last of them was started (epoch ms). */
  batchesSince: number | undefined;
  /** How many contacts one request resolves. The platform does not say how many it takes: fewer once it refuses. */
  resolvedAtOnce = 100;
  /** How often the present thing was polled. */
  polls = 0;

  constructor(load: () => Promise<RowsByBlock>) {
    this.#load = load;
  }

  async rows(): Promise<RowsByBlock> {
    this.#rows ??= await this.#load();
    return this.#rows;
  }

  /** How long to wait before the next poll (ms): the longer it takes, the less often it is asked. */
  nextPoll(pollMs: number): number {
    this.polls += 1;
    return Math.min(pollMs * 1.5 ** (this.polls - 1), pollMs * SLOWEST);
  }
}

/** Of the first poll. */
const SLOWEST = 6;
