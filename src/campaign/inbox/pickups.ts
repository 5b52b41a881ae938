import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  rmdir,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { Lease } from '../../redis/lease.js';
import type { RedisClient } from '../../redis/redisClient.js';
import { isSidecar, PROCESSING, sidecarOf } from './fileNames.js';

const LEASE_MS = 30_000;
const RENEW_EVERY_MS = 8_000;

/**
 * Says which process works on what was picked up. When that process dies, its lease runs out and
 * another may take the file. If it was only frozen, both import the same file: of two uploads to one
 * campaign the later one wins, and the other ends with an error.
 */
export class PickupLeases {
  readonly #redis: RedisClient;
  readonly #prefix: string;

  constructor(redis: RedisClient, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  /** Does the work if no other process is at it, and keeps others away until it is done. */
  async whileHolding(pickupId: string, work: () => Promise<void>): Promise<void> {
    const lease = new Lease(this.#redis, `${this.#prefix}:inbox:${pickupId}`, LEASE_MS);
    if (!(await lease.take())) return;
    const renewal = setInterval(() => {
      // Redis being away for a moment is nothing yet; for longer, and the work itself finds out.
      lease.take().catch(() => undefined);
    }, RENEW_EVERY_MS);
    try {
      await work();
    } finally {
      clearInterval(renewal);
      await lease.giveUp();
    }
  }
}

/** A file that cannot be read; `because` is said to the person who dropped it. */
export type OpenedFile =
  | { ok: true; file: FileHandle }
  | { ok: false; isGone: boolean; because: string };

/*
 * A symbolic link could lead anywhere this process may read, and a pipe would never end. Not to wait
 * for a pipe's writer is what `O_NONBLOCK` is for.
 */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Opens a file for reading if it is one, and no link to one. */
export async function openRegular(path: string): Promise<OpenedFile> {
  let file: FileHandle;
  try {
    file = await open(path, FLAGS);
  } catch (error) {
    const code = codeOf(error);
    return { ok: false, isGone: code === 'ENOENT', because: whyNot(code) };
  }
  if ((await file.stat()).isFile()) return { ok: true, file };
  await file.close();
  return { ok: false, isGone: false, because: 'it is no file' };
}

function whyNot(code: string): string {
  if (code === 'ELOOP') return 'it is a symbolic link; put the file itself here';
  if (code === 'EACCES' || code === 'EPERM') return `this service may not read it (${code})`;
  return `it cannot be read (${code})`;
}

const PIECE_BYTES = 256 * 1024;

/**
 * A file's content from its beginning to where it ends now: one that is being written, a line at a
 * time, would be followed for ever. The file stays open; a stream of it would close it.
 */
export async function* contentOf(file: FileHandle): AsyncGenerator<Buffer> {
  const { size } = await file.stat();
  for (let position = 0; position < size; ) {
    const { bytesRead, buffer } = await file.read(
      Buffer.allocUnsafe(PIECE_BYTES),
      0,
      Math.min(PIECE_BYTES, size - position),
      position,
    );
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** The code of a file system's refusal, such as EACCES; throws on what is none. */
export function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && /^E[A-Z0-9]+$/.test(code)) return code;
  throw error;
}

export async function ignoring<T>(
  codes: readonly string[],
  work: Promise<T>,
): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codes.includes(codeOf(error))) return undefined;
    throw error;
  }
}

/** A file that this process works on, in a folder of its own below `processing`. */
export interface Pickup {
  id: string;
  folder: string;
  /** The file's name, as it was dropped. */
  name: string;
  sidecar?: string;
  /** Another process had picked it up and did not finish. */
  isTakenOver: boolean;
}

const LARGEST_SIDECAR_BYTES = 64 * 1024;

/**
 * Files move from the inbox into a folder that nothing else uses, by one rename: the process that renames it has
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
      sidecar: sidecar?.toString(),
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
      sidecar: sidecar?.toString(),
      isTakenOver: true,
    };
  }

  /** Moves the file, and its sidecar, to where they end, under the name they get there. */
  async putAway(pickup: Pickup, outcomeFolder: string, name: string): Promise<void> {
    const { folder } = pickup;
    const sidecar = sidecarOf(pickup.name);
    await ignoring(['ENOENT'], rename(join(folder, sidecar), join(outcomeFolder, sidecarOf(name))));
    // Last, because as long as the file is here, another process takes it over.
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

  /** A sidecar that lies there by now belongs to the next file. */
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
