import { UnusableFileError } from './unusable.js';

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
