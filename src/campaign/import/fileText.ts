import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { lettersExpected } from './encodingGuess.js';
import { encodingOf, isGzip } from './fileKind.js';
import { UnusableFileError } from './unusable.js';

/** The connection or disk the bytes came from broke, or whoever sent them gave up. */
export class SourceLostError extends Error {
  override readonly name = 'SourceLostError';
}

const HEAD_BYTES = 4096;

type Bytes = AsyncIterable<Buffer>;

/** What is known of a text that is being read. */
export interface TextFacts {
  /** What was expected in the place of letters that could not be read; the first that were met. */
  lettersExpected?: string;
}

export interface FileTextOptions {
  /** Called with the size of each piece as it comes in. */
  onBytes(bytes: number): void;
  /** The encoding that was given; a byte order mark goes before it. */
  encoding?: string;
  facts: TextFacts;
}

/**
 * The text of a file, piece by piece: unpacked if it is gzip, decoded from UTF-8, UTF-16 or the
 * encoding given, without its byte order mark. Bytes that mean nothing become U+FFFD, and `facts` say
 * what they seem to be; the rows say where.
 *
 * The source is left undestroyed when reading stops early, because a client who is still uploading
 * can only be told why over the same connection. Whoever opened it closes it.
 *
 * Throws an UnusableFileError for what is no text or is cut off, a SourceLostError when the source
 * breaks.
 */
export async function* fileText(
  source: Readable,
  { onBytes, encoding, facts }: FileTextOptions,
): AsyncGenerator<string> {
  const raw = await withHead(received(source, onBytes));
  const unpacked = isGzip(raw.head) ? await withHead(gunzipped(raw.bytes)) : raw;
  const decoder = new TextDecoder(encodingOf(unpacked.head, encoding));
  for await (const bytes of unpacked.bytes) {
    const text = decoder.decode(bytes, { stream: true });
    if (facts.lettersExpected === undefined && text.includes('\ufffd')) {
      const expected = decoder.encoding === 'utf-8' ? lettersExpected(bytes) : undefined;
      if (expected !== undefined) facts.lettersExpected = expected;
    }
    if (text !== '') yield text;
  }
  const rest = decoder.decode();
  if (rest !== '') yield rest;
}

async function* received(source: Readable, onBytes: (bytes: number) => void): Bytes {
  try {
    for await (const chunk of source.iterator({ destroyOnReturn: false })) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Buffer);
      onBytes(bytes.length);
      yield bytes;
    }
  } catch (cause) {
    throw new SourceLostError('the rows stopped coming', { cause });
  }
}

async function* gunzipped(bytes: Bytes): Bytes {
  const gunzip = createGunzip();
  // What goes wrong reaches the loop below through the stream itself.
  pipeline(Readable.from(bytes, { objectMode: false }), gunzip, () => undefined);
  try {
    for await (const piece of gunzip) yield piece as Buffer;
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (code === 'Z_BUF_ERROR') {
      throw new UnusableFileError({ expected: 'the whole file; its compressed data ends early' });
    }
    if (typeof code === 'string' && code.startsWith('Z_')) {
      throw new UnusableFileError({
        expected: 'a sound gzip file; its compressed data is damaged',
      });
    }
    throw error;
  }
}

/** Enough of the beginning to tell what it is, with all that was read still to come. */
async function withHead(bytes: Bytes): Promise<{ head: Buffer; bytes: Bytes }> {
  const pieces = bytes[Symbol.asyncIterator]();
  const read: Buffer[] = [];
  let size = 0;
  while (size < HEAD_BYTES) {
    const next = await pieces.next();
    if (next.done) break;
    read.push(next.value);
    size += next.value.length;
  }
  const head = Buffer.concat(read);
  return { head, bytes: following(head, pieces) };
}

async function* following(head: Buffer, pieces: AsyncIterator<Buffer>): Bytes {
  try {
    if (head.length > 0) yield head;
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value;
  } finally {
    await pieces.return?.();
  }
}
