import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, rmdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSidecar, PROCESSING, sidecarOf } from './fileNames.js';
import { ignoring, openRegular } from './regularFile.js';

/** A file that this process works on, in a folder of its own below `processing`. */
export interface Pickup {
  id: string;
  folder: string;
  /** The file's name, as it was dropped. */
  name: string;
  sidecar?: string;
  /** Somebody else had picked it up and did not finish. */
  isTakenOver: boolean;
}

const LARGEST_SIDECAR_BYTES = 64 * 1024;

/**
 * Files move from the inbox into a folder that nobody else uses, by one rename: whoever renames it has
 * it, and no file ever takes another's place. The sidecar is copied before and removed after, so that
 * a process that dies in between leaves either both where they were, or both where they belong.
 */
export class Pickups {
  readonly #inbox: string;

  constructor(inbox: string) {
    this.#inbox = inbox;
  }

  newId(): string {
    return randomUUID();
  }

  /** Folders below `processing`, each some process's. */
  async ids(): Promise<string[]> {
    const found = await ignoring(
      ['ENOENT'],
      readdir(join(this.#inbox, PROCESSING), { withFileTypes: true }),
    );
    return (found ?? []).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  }

  /** Picks a file up; undefined when another process was faster. */
  async pickUp(id: string, name: string): Promise<Pickup | undefined> {
    const folder = join(this.#inbox, PROCESSING, id);
    await ignoring(['EEXIST'], mkdir(join(this.#inbox, PROCESSING)));
    await mkdir(folder);
    const sidecarPath = join(this.#inbox, sidecarOf(name));
    const sidecar = await readSmall(sidecarPath);
    if (sidecar !== undefined) await writeFile(join(folder, sidecarOf(name)), sidecar);
    const moved = await this.#move(name, folder);
    if (!moved) {
      await this.#removeFolder(folder, [sidecarOf(name)]);
      return undefined;
    }
    if (sidecar !== undefined) await this.#removeUnlessChanged(sidecarPath, sidecar);
    return {
      id,
      folder,
      name,
      ...(sidecar !== undefined && { sidecar: sidecar.toString() }),
      isTakenOver: false,
    };
  }

  /** What a process that did not finish has left in its folder, or undefined when there was no file. */
  async takeOver(id: string): Promise<Pickup | undefined> {
    const folder = join(this.#inbox, PROCESSING, id);
    const names = (await ignoring(['ENOENT'], readdir(folder))) ?? [];
    const name = names.find((candidate) => !isSidecar(candidate));
    if (name === undefined) {
      await this.#removeFolder(folder, names);
      return undefined;
    }
    const sidecar = await readSmall(join(folder, sidecarOf(name)));
    if (sidecar !== undefined) {
      await this.#removeUnlessChanged(join(this.#inbox, sidecarOf(name)), sidecar);
    }
    return {
      id,
      folder,
      name,
      ...(sidecar !== undefined && { sidecar: sidecar.toString() }),
      isTakenOver: true,
    };
  }

  /** Moves the file, and its sidecar, to where they end, under the name they get there. */
  async putAway(pickup: Pickup, outcomeFolder: string, name: string): Promise<void> {
    const { folder } = pickup;
    const sidecar = sidecarOf(pickup.name);
    await ignoring(['ENOENT'], rename(join(folder, sidecar), join(outcomeFolder, sidecarOf(name))));
    // Last, because as long as the file is here, somebody takes it over.
    await rename(join(folder, pickup.name), join(outcomeFolder, name));
    await ignoring(['ENOTEMPTY', 'ENOENT'], rmdir(folder));
  }

  async #move(name: string, folder: string): Promise<boolean> {
    const from = join(this.#inbox, name);
    const moved = rename(from, join(folder, name)).then(() => true);
    try {
      return (await ignoring(['ENOENT'], moved)) ?? false;
    } catch (error) {
      await this.#removeFolder(folder, [sidecarOf(name)]);
      throw error;
    }
  }

  /**
   * Removes a folder that had nothing but sidecars in it. A file that has come in since keeps it: its
   * holder was slow, or a network folder has said of a rename that succeeded that it did not.
   */
  async #removeFolder(folder: string, sidecars: readonly string[]): Promise<void> {
    for (const sidecar of sidecars) {
      await ignoring(['ENOENT', 'EISDIR', 'EPERM'], unlink(join(folder, sidecar)));
    }
    await ignoring(['ENOTEMPTY', 'EEXIST', 'ENOENT'], rmdir(folder));
  }

  /** Whoever has put another sidecar there by now means the next file. */
  async #removeUnlessChanged(path: string, known: Buffer): Promise<void> {
    const now = await readSmall(path);
    if (now?.equals(known)) await rm(path, { force: true });
  }
}

/** A small file's content; undefined when there is none, or nothing that may be read. */
async function readSmall(path: string): Promise<Buffer | undefined> {
  const opened = await openRegular(path);
  if (!opened.ok) return undefined;
  try {
    const { size } = await opened.file.stat();
    return size > LARGEST_SIDECAR_BYTES ? undefined : await opened.file.readFile();
  } finally {
    await opened.file.close();
  }
}
