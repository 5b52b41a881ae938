import { createHash } from 'node:crypto';

/** Folders of the inbox itself. */
export const PROCESSING = 'processing';
export const OUTCOME_FOLDERS = ['done', 'rejected'] as const;

export type OutcomeFolder = (typeof OUTCOME_FOLDERS)[number];

/** How programs name what they have not finished writing, and what a desktop leaves everywhere. */
const UNFINISHED = /^[.~]|~$|\.(?:part|partial|tmp|temp|crdownload|download|filepart|swp|lock)$/i;
const CLUTTER = /^(?:thumbs\.db|desktop\.ini|ehthumbs\.db)$/i;

const SIDECAR = /\.json$/i;
const PACKED = /\.gz$/i;

/** Leaves room for `.report.json` and a number within the 255 bytes that file systems allow. */
export const LONGEST_NAME_BYTES = 220;

/** Whether this file is not to be imported, or not yet. */
export function isPassedOver(name: string): boolean {
  return UNFINISHED.test(name) || CLUTTER.test(name);
}

export function isSidecar(name: string): boolean {
  return SIDECAR.test(name);
}

/** `may.csv` and `may.csv.gz` are described by `may.json`. */
export function sidecarOf(name: string): string {
  return `${stemOf(name)}.json`;
}

/** The name without what says of which kind the file is. */
export function stemOf(name: string): string {
  const unpacked = name.replace(PACKED, '');
  return unpacked.replace(/(.)\.[^.]*$/s, '$1');
}

/** The `count`th file of a name, the first being that name itself: `may.csv`, `may-2.csv`. */
export function numbered(name: string, count: number): string {
  if (count === 1) return name;
  const stem = stemOf(name);
  return `${stem}-${count}${name.slice(stem.length)}`;
}

const ID_NAME_CHARS = 60;
const ID_HASH_CHARS = 12;

/**
 * The campaign that a file makes: the same file with the same template makes the same campaign, so
 * that an import which a crash has cut off goes on where it belongs, and a file dropped twice is
 * found out. Another content or template makes another campaign.
 *
 * @param contentHash of the file's bytes, hex
 * @param others whatever else, as JSON, makes it another campaign
 */
export function campaignIdFor(
  name: string,
  template: string,
  contentHash: string,
  others: readonly unknown[] = [],
): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([name.normalize('NFC'), template, contentHash, ...others]))
    .digest('hex')
    .slice(0, ID_HASH_CHARS);
  const readable = stemOf(name)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9_]+/g, '-')
    .slice(0, ID_NAME_CHARS)
    .replace(/^-+|-+$/g, '');
  return readable === '' ? `file-${hash}` : `${readable}-${hash}`;
}
