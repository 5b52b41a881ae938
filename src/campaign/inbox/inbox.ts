import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { redactedError } from '../../ops/logger.js';
import { isRedisFault } from '../../redis/redisFault.js';
import { Arrivals, type Patience } from './arrivals.js';
import { ImportPlaces } from './importPlaces.js';
import { type FileOutcome, type InboxCampaigns, importFile } from './inboxImport.js';
import { type Pickup, type PickupLeases, Pickups } from './pickups.js';
import { type InboxReport, putAway, type RejectedFile } from './report.js';

export interface InboxParts {
  /** The folder that is watched; looked for anew each time, should it not be there yet. */
  folder: string;
  campaigns: InboxCampaigns;
  leases: PickupLeases;
  /** The rows of a campaign that its import has rejected, if there are any. */
  rejectedRows(campaignId: string): Promise<RejectedFile | undefined>;
  /** Takes files whose sidecars name something else than a campaign; undefined for one that is a campaign. */
  otherFiles?: (pickup: Pickup, signal: AbortSignal) => Promise<FileOutcome> | undefined;
  /** Until Redis knows the templates, every file would name an unknown one. */
  isReady(): boolean;
  log: Logger;
  lookEveryMs?: number;
  patience?: Patience;
}

const LOOK_EVERY_MS = 2_000;
/** From here on a file takes seconds and more. */
const LARGE_BYTES = 16 * 1024 * 1024;
const PATIENCE: Patience = { settledAfterMs: 3_000, incompleteForMs: 60_000 };

/** After so many attempts that broke off for no known reason, a file is given up. */
const MAX_ATTEMPTS = 3;

/**
 * Watches a folder into which people drop campaigns: a file of rows, and beside it a sidecar that says
 * what to make of them.
 *
 *   inbox/may.csv, may.json ─▶ processing/ID/ ─▶ done/ or rejected/, beside a report
 *
 * Any number of processes may watch the same folder. The process that moves a file has it; what a dead
 * process has left in `processing` is taken over once its lease has run out. It is looked again and
 * again rather than waited for news of, because network folders send none. Files are picked up one
 * after the other and then worked on at the same time, so that a large one keeps no other waiting.
 */
export class Inbox {
  readonly #parts: InboxParts;
  readonly #arrivals: Arrivals;
  readonly #pickups: Pickups;
  readonly #places = new ImportPlaces();
  readonly #log: Logger;
  readonly #stopping = new AbortController();
  readonly #attempts = new Map<string, number>();
  /** What was said at this look and at the one before, so that what stays as it is is said once. */
  #said = new Set<string>();
  #saidBefore = new Set<string>();
  #watching: Promise<void> = Promise.resolve();

  constructor(parts: InboxParts) {
    this.#parts = parts;
    this.#arrivals = new Arrivals(parts.folder, parts.patience ?? PATIENCE);
    this.#pickups = new Pickups(parts.folder);
    this.#log = parts.log.child({ component: 'inbox' });
  }

  start(): void {
    this.#watching = this.#watch();
  }

  /** An import that is under way is left to the process that takes it over. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#watching;
    await this.#places.untilIdle();
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      if (this.#parts.isReady()) await this.#tick();
      const pause = this.#parts.lookEveryMs ?? LOOK_EVERY_MS;
      await delay(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  async #tick(): Promise<void> {
    // What is under way may still say again what it said before.
    if (this.#places.isIdle) {
      this.#saidBefore = this.#said;
      this.#said = new Set();
    }
    await this.#orSay(async () => {
      const { complete, leftAlone } = await this.#arrivals.look(performance.now());
      for (const { name, because } of leftAlone) this.#sayOnce({ file: name }, because);
      for (const id of await this.#pickups.ids()) {
        // How large it is cannot be known before its lease is taken.
        if (this.#places.isTaken(id) || !this.#places.hasRoom(true)) continue;
        await this.#begin(id, true, () => this.#pickups.takeOver(id));
      }
      for (const { name, size } of complete) {
        const isLarge = size >= LARGE_BYTES;
        const id = this.#pickups.newId();
        if (!this.#places.hasRoom(isLarge)) continue;
        await this.#begin(id, isLarge, () => this.#pickups.pickUp(id, name));
      }
    });
  }

  /** One file that cannot be handled must not keep all others waiting. */
  async #orSay(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#sayWhatBroke(error);
    }
  }

  /** Begins to work on one file, unless another process does. Resolves when it is picked up, or is not to be. */
  async #begin(
    id: string,
    isLarge: boolean,
    obtain: () => Promise<Pickup | undefined>,
  ): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    await new Promise<void>((obtained) => {
      const work = this.#orSay(() =>
        this.#parts.leases.whileHolding(id, async () => {
          const pickup = await obtain();
          obtained();
          if (pickup !== undefined) await this.#work(pickup);
        }),
      );
      this.#places.take(id, isLarge, work.finally(obtained));
    });
  }

  async #work(pickup: Pickup): Promise<void> {
    const { id, name, isTakenOver } = pickup;
    this.#log.info({ file: name, pickup: id, isTakenOver }, 'file picked up');
    const report = await this.#importOrGiveUp(pickup);
    if (report === undefined) return;
    const rejectedRows = await this.#rejectedRows(report);
    const { path } = await putAway(this.#parts.folder, this.#pickups, pickup, report, rejectedRows);
    this.#attempts.delete(id);
    const { campaign, outcome } = report;
    this.#log.info({ file: name, path, campaignId: campaign?.id, outcome }, 'file put away');
  }

  /** Undefined when the file is not ours to end. Redis being away is no fault of the file. */
  async #importOrGiveUp(pickup: Pickup): Promise<InboxReport | undefined> {
    const { campaigns, otherFiles } = this.#parts;
    const { signal } = this.#stopping;
    try {
      const outcome = await (otherFiles?.(pickup, signal) ??
        importFile(pickup, campaigns, this.#places, signal));
      return outcome.kind === 'ended' ? outcome.report : undefined;
    } catch (error) {
      const attempts = (this.#attempts.get(pickup.id) ?? 0) + 1;
      this.#attempts.set(pickup.id, attempts);
      if (isUnavailable(error) || attempts < MAX_ATTEMPTS) throw error;
      this.#log.error({ pickup: pickup.id, error: redactedError(error) }, 'file given up');
      return {
        file: pickup.name,
        outcome: 'rejected',
        says: ['It could not be imported, for a reason that stands in the log of this service.'],
        problems: [],
        rejected: [],
        refused: [],
      };
    }
  }

  async #rejectedRows({ campaign, outcome }: InboxReport): Promise<RejectedFile | undefined> {
    if (outcome !== 'done' || campaign?.import === undefined) return undefined;
    return this.#parts.rejectedRows(campaign.id);
  }

  #sayWhatBroke(error: unknown): void {
    if (isFileError(error)) this.#sayOnce({}, describeFileError(error, this.#parts.folder));
    else if (isUnavailable(error)) this.#sayOnce({}, 'Redis is away; files wait in the inbox');
    else
      this.#log.error({ error: redactedError(error) }, 'a file of the inbox could not be handled');
  }

  #sayOnce(about: object, words: string): void {
    const what = JSON.stringify([about, words]);
    if (!this.#saidBefore.has(what) && !this.#said.has(what)) this.#log.warn(about, words);
    this.#said.add(what);
  }
}

/** What only a disk says, of a file that is open and so has no path any more. */
const DISK_CODES: ReadonlySet<unknown> = new Set(['EIO', 'EBADF', 'ESTALE', 'ENXIO']);

interface FileError {
  code: string;
  path?: string;
}

/** Errors of connections have codes of the same kind, but no path. */
function isFileError(error: unknown): error is FileError {
  const { code, path } = error as { code?: unknown; path?: unknown };
  return DISK_CODES.has(code) || (typeof code === 'string' && typeof path === 'string');
}

function isUnavailable(error: unknown): boolean {
  if (isFileError(error)) return false;
  return isRedisFault(error) || (error as { name?: unknown }).name === 'RedisUnavailableError';
}

/** What an operator has to see to. */
function describeFileError({ code, path }: FileError, inbox: string): string {
  switch (code) {
    case 'ENOENT':
      return path === inbox
        ? 'the inbox (CAMPAIGN_INBOX_DIR) does not exist; files are picked up once it does'
        : 'a file was moved while it was worked on';
    case 'ENOTDIR':
      return 'the inbox (CAMPAIGN_INBOX_DIR) is no folder';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `this service may not move files in the inbox (CAMPAIGN_INBOX_DIR): ${code}`;
    case 'ENOSPC':
      return 'the disk of the inbox (CAMPAIGN_INBOX_DIR) is full';
    default:
      return `the inbox (CAMPAIGN_INBOX_DIR) cannot be used: ${code}`;
  }
}
