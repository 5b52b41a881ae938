import type { Keyring } from '../notification/keyring.js';
import { auditKeys } from '../redis/keys.js';
import type { RedisClient } from '../redis/redisClient.js';
import { type AuditHead, readHead, type StoredEntry } from './auditEntry.js';
import { codeOf, ENTRIES_MAX } from './auditLog.js';
import type { AuditReader } from './auditReader.js';

/** What does not fit, in a sentence. */
interface AuditFault {
  /** Of the stream. */
  id?: string;
  fault: string;
}

export interface AuditCheck {
  /** How many entries there are. */
  entries: number;
  first?: number;
  last?: AuditHead;
  faults: AuditFault[];
  /** Entries of keys that NOTIFIER_SECRET has no more; only their order was checked. */
  unchecked: number;
}

const FAULTS_NAMED = 20;

/**
 * Goes through the whole audit: whether each entry is as it was written, and none is missing.
 *
 * `seen` is what was known of an entry from elsewhere, such as a log: that one must still be there.
 */
export async function verifyAudit(
  reader: Pick<AuditReader, 'all'>,
  parts: { redis: RedisClient; prefix: string; keyring: Keyring; retentionMs: number; now: number },
  seen?: Pick<AuditHead, 'n' | 'code'>,
): Promise<AuditCheck> {
  const { redis, prefix, keyring, retentionMs, now } = parts;
  // Read first: entries that are appended meanwhile lie behind it.
  const head = readHead((await redis.get(auditKeys(prefix).head)) ?? '');
  const check: AuditCheck = { entries: 0, faults: [], unchecked: 0 };
  const fault = (sentence: string, id?: string) => {
    if (check.faults.length < FAULTS_NAMED) check.faults.push({ id, fault: sentence });
  };
  let before: AuditHead | undefined;
  let isSeen = false;
  let cutAt: number | undefined;
  for await (const { id, json, code, entry } of reader.all()) {
    check.entries += 1;
    if (entry === undefined) {
      fault('this is no entry of the audit', id);
      continue;
    }
    const expected = codeOf(keyring, entry.k, json);
    if (expected === undefined) check.unchecked += 1;
    else if (expected !== code) fault(`entry ${entry.n} was changed`, id);
    const gap = before === undefined ? undefined : gapBetween(before, entry);
    if (gap !== undefined) fault(gap, id);
    if (entry.n === seen?.n && code === seen.code) isSeen = true;
    check.first ??= entry.n;
    if (before === undefined) cutAt = cutBefore(entry, now - retentionMs);
    before = { n: entry.n, at: entry.at, code };
    if (check.last === undefined || entry.n > check.last.n) check.last = before;
  }
  // With as many entries as there may be, the oldest have gone for their number.
  if (cutAt !== undefined && check.entries < ENTRIES_MAX) {
    fault(
      `the entries before ${cutAt} are missing, and the last of them is younger than AUDIT_RETENTION (or that was shorter before)`,
    );
  }
  const newest = check.last?.n ?? 0;
  if (head !== undefined && newest < head.n) {
    fault(`the newest entries are missing: ${newest + 1} to ${head.n}`);
  }
  if (seen !== undefined && !isSeen) fault(`entry ${seen.n} is not the one that was seen before`);
  return check;
}

/** What does not fit between two entries that stand one after the other. */
function gapBetween(before: AuditHead, entry: StoredEntry): string | undefined {
  if (entry.n > before.n + 1) {
    return `entries ${before.n + 1} to ${entry.n - 1} are missing`;
  }
  if (entry.n < before.n + 1) return `entry ${entry.n} stands after entry ${before.n}`;
  if (entry.p !== before.code) return `entry ${entry.n} was not written after entry ${before.n}`;
  return undefined;
}

/** The number of an entry with which the audit begins, although the one before it was not too old. */
function cutBefore({ n, pAt }: StoredEntry, oldest: number): number | undefined {
  return n > 1 && (pAt ?? Number.POSITIVE_INFINITY) > oldest ? n : undefined;
}

/** `57:CODE`, as the check and the log have it. */
export function describeHead({ n, code }: Pick<AuditHead, 'n' | 'code'>): string {
  return `${n}:${code}`;
}

/** Undefined for what is no such text. */
export function readSeen(text: string): Pick<AuditHead, 'n' | 'code'> | undefined {
  const [, n, code = ''] = /^(\d+):([\w-]{22})$/.exec(text) ?? [];
  return code === '' ? undefined : { n: Number(n), code };
}
