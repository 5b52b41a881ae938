import type { Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  isPassedOver,
  isSidecar,
  LONGEST_NAME_BYTES,
  OUTCOME_FOLDERS,
  PROCESSING,
  sidecarOf,
} from './fileNames.js';
import { ignoring } from './pickups.js';

/** What was found in the inbox at one look. */
export interface Scan {
  /** Files to pick up now. */
  complete: { name: string; size: number }[];
  /** What stays where it is, and why, in words. */
  leftAlone: { name: string; because: string }[];
}

/** Durations in milliseconds. */
export interface Patience {
  /** A file that has not changed for so long, over two looks at least, is complete. */
  settledAfterMs: number;
  /** How long one that is empty or has no sidecar waits for what is missing before it is refused. */
  incompleteForMs: number;
}

interface FileState {
  state: string;
  /** When it was first seen so. */
  since: number;
}

const OWN_FOLDERS: ReadonlySet<string> = new Set([PROCESSING, ...OUTCOME_FOLDERS]);

/**
 * Tells when what was dropped is complete. A folder does not say so: a file that is still being copied
 * looks like any other. What has not changed between looks is taken for complete, together with its
 * sidecar; who moves files here, or has the sidecar come last, depends on no such guess.
 */
export class Arrivals {
  readonly #inbox: string;
  readonly #patience: Patience;
  #seen = new Map<string, FileState>();

  constructor(inbox: string, patience: Patience) {
    this.#inbox = inbox;
    this.#patience = patience;
  }

  /** @param now in milliseconds, of a clock that never goes back */
  async look(now: number): Promise<Scan> {
    const names = (await readdir(this.#inbox)).filter(
      (name) => !OWN_FOLDERS.has(name) && !isPassedOver(name),
    );
    const seen = new Map<string, FileState>();
    const files = new Map<string, Stats>();
    const leftAlone: Scan['leftAlone'] = [];
    for (const name of names) {
      const stats = await ignoring(['ENOENT'], lstat(join(this.#inbox, name)));
      if (stats === undefined) continue;
      const because = whyLeftAlone(name, stats);
      if (because !== undefined) {
        leftAlone.push({ name, because });
        continue;
      }
      seen.set(name, this.#sight(name, stats, now));
      if (!isSidecar(name)) files.set(name, stats);
    }
    this.#seen = seen;
    const complete = [...files].filter(([name, stats]) => this.#isComplete(name, stats, now));
    return { complete: complete.map(([name, { size }]) => ({ name, size })), leftAlone };
  }

  #sight(name: string, { ino, size, mtimeMs, ctimeMs }: Stats, now: number): FileState {
    const state = [ino, size, mtimeMs, ctimeMs].join();
    const before = this.#seen.get(name);
    return before?.state === state ? before : { state, since: now };
  }

  #isComplete(name: string, { size }: Stats, now: number): boolean {
    const { settledAfterMs, incompleteForMs } = this.#patience;
    if (!this.#isUnchangedFor(name, settledAfterMs, now)) return false;
    const hasSidecar = this.#seen.has(sidecarOf(name));
    if (hasSidecar && !this.#isUnchangedFor(sidecarOf(name), settledAfterMs, now)) return false;
    return (hasSidecar && size > 0) || this.#isUnchangedFor(name, incompleteForMs, now);
  }

  #isUnchangedFor(name: string, ms: number, now: number): boolean {
    const sighting = this.#seen.get(name);
    return sighting !== undefined && now - sighting.since >= ms;
  }
}

function whyLeftAlone(name: string, stats: Stats): string | undefined {
  if (stats.isDirectory()) return 'folders are not looked into; put the files themselves here';
  // A link is picked up and refused, so that the person who dropped it finds the reason beside it.
  if (!stats.isFile() && !stats.isSymbolicLink()) return 'it is no file';
  if (Buffer.byteLength(name) > LONGEST_NAME_BYTES) {
    return `its name is longer than ${LONGEST_NAME_BYTES} bytes`;
  }
  return undefined;
}
