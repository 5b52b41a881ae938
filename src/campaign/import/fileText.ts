import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UnusableFileError } from './unusableFile.js';

/** Letters of UTF-8 beyond ASCII. */
const SOUND = /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}/g;

/** U+FFFD itself, written as UTF-8: the letter was lost before the file was made. */
const LOST_BEFORE = '\xef\xbf\xbd';

/** Letters and the usual signs (€ … ‘ ’ “ ” • – —) of Windows-1252, which Excel calls "CSV" or "ANSI". */
const WINDOWS_1252 = /^[\x80\x82\x84\x85\x8a\x8c\x8e\x91-\x97\x99\x9a\x9c\x9e\xa0-\xff]*$/;

/** ä, ö, ü, é of the code page of DOS where Windows-1252 has quotes, between letters. */
const DOS = /[a-z][\x81\x82\x84\x94][a-z]/i;

const SAVE = 'save it as "CSV UTF-8"';

/**
 * What was expected of a text with letters that no UTF-8 decoder can read: in which encoding its bytes
 * seem to be, and what to do. Undefined when they were lost before.
 */
function lettersExpected(bytes: Buffer): string | undefined {
  const written = bytes.toString('latin1');
  const strange = written.replace(SOUND, '').replace(/\p{ASCII}+/gu, '');
  if (strange === '') return written.includes(LOST_BEFORE) ? LOST : undefined;
  if (DOS.test(written)) {
    return `readable letters; the file seems to be in a code page of DOS (850), not in UTF-8: ${SAVE}`;
  }
  if (WINDOWS_1252.test(strange)) {
    return `readable letters; the file seems to be in Windows-1252 (ANSI), not in UTF-8: ${SAVE}, or import it with the encoding windows-1252`;
  }
  return `readable letters; the file is not in UTF-8: ${SAVE}`;
}

const LOST =
  'readable letters; they were lost before this file was written: export it again as "CSV UTF-8"';

/** What people give the name `.csv` by mistake, by how it begins. */
const OTHER_KINDS: readonly { begins: readonly number[]; is: string }[] = [
  { begins: [0x50, 0x4b], is: 'a zip archive or an Excel workbook' },
  { begins: [0xd0, 0xcf, 0x11, 0xe0], is: 'an old Excel workbook' },
  { begins: [0x1f, 0x8b], is: 'compressed twice' },
  { begins: [0x28, 0xb5, 0x2f, 0xfd], is: 'compressed with zstd' },
  { begins: [0x42, 0x5a, 0x68], is: 'compressed with bzip2' },
  { begins: [0xfd, 0x37, 0x7a, 0x58, 0x5a], is: 'compressed with xz' },
  { begins: [0x25, 0x50, 0x44, 0x46, 0x2d], is: 'a PDF document' },
];

const TEXT_EXPECTED = 'a text file: CSV (save as "CSV UTF-8") or NDJSON, gzip at most';

export function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** Decoders read these as Windows-1252; programs write them in front of UTF-8, which contains ASCII. */
const ASCII = /^(?:us-)?ascii$/i;

/** The name of an encoding as decoders know it, or undefined for one that they do not know. */
export function encodingNamed(label: string): string | undefined {
  if (ASCII.test(label.trim())) return 'utf-8';
  try {
    return new TextDecoder(label.trim()).encoding;
  } catch {
    return undefined;
  }
}

export const ENCODING_EXPECTED = 'an encoding such as utf-8, utf-16le or windows-1252';

/**
 * How a file's text is encoded: by the byte order mark of its first bytes, else UTF-16 when that is
 * `given` or every other byte is zero, as spreadsheets' "Unicode text" has it, else as `given`, else
 * UTF-8. Throws an UnusableFileError for what is no text.
 */
export function encodingOf(head: Buffer, given?: string): string {
  if (head.length === 0) throw new UnusableFileError({ expected: 'rows; the file is empty' });
  const other = OTHER_KINDS.find(({ begins }) => begins.every((byte, at) => head[at] === byte));
  if (other !== undefined) {
    throw new UnusableFileError({ expected: `${TEXT_EXPECTED}; this is ${other.is}` });
  }
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 'utf-8';
  const named = given === undefined ? undefined : encodingNamed(given);
  if (named?.startsWith('utf-16')) return named;
  if (!head.includes(0)) return named ?? 'utf-8';
  const encoding = utf16Without(head);
  if (encoding !== undefined) return encoding;
  throw new UnusableFileError({ expected: `${TEXT_EXPECTED}; this is a binary file` });
}

/** UTF-16 that begins with plain letters and has no byte order mark. */
function utf16Without(head: Buffer): string | undefined {
  const letters = head.subarray(0, 32);
  if (letters.length < 4) return undefined;
  const zeroAt = (parity: number) =>
    letters.every((byte, at) => at % 2 !== parity || byte === 0) &&
    letters.every((byte, at) => at % 2 === parity || byte !== 0);
  if (zeroAt(1)) return 'utf-16le';
  return zeroAt(0) ? 'utf-16be' : undefined;
}

/** The connection or disk the bytes came from broke, or the sender gave up. */
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
 * can only get the reason over the same connection. The code that opened it closes it.
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
