import { Readable } from 'node:stream';

/** A file that comes in pieces of so many bytes. */
export function rowsOf(bytes: Buffer, size: number): Readable {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return Readable.from(pieces);
}

/** `count` rows of CSV, its header included. */
export function csvOf(count: number): string {
  const rows = Array.from({ length: count }, (_each, at) => `c${at}@example.com\n`);
  return `email\n${rows.join('')}`;
}
