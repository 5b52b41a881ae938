import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** A file that cannot be read; `because` is said to whoever dropped it. */
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
