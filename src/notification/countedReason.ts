import { countLabel, type NotificationRecord } from './record.js';

/** Where a campaign counts its rows by reason as well. */
const REASONED_LABELS = ['deferred', 'skipped', 'failed', 'unknown'] as const;

type ReasonedLabel = (typeof REASONED_LABELS)[number];

/**
 * The reasons by which rows are counted. A closed set, so that what a campaign keeps stays small
 * whatever the platform answers; a reason that is not among them counts as `other`.
 */
export const COUNTED_REASONS = [
  'active_conversation',
  'ambiguous_contact',
  'aborted',
  'attempts_exhausted',
  'campaign_paused',
  'connection_lost',
  'credentials',
  'deadline',
  'every_channel_refused',
  'frequency_cap',
  'gone',
  'history_connection_lost',
  'history_http_3xx',
  'history_http_4xx',
  'history_http_5xx',
  'history_malformed',
  'history_mismatch',
  'history_timeout',
  'http_3xx',
  'http_4xx',
  'http_5xx',
  'id_taken',
  'in_other_hands',
  'internal_error',
  'job_lost',
  'login_failed',
  'malformed',
  'mismatch',
  'no_channel',
  'no_history',
  'no_slot',
  'not_allowed',
  'opted_out',
  'past_deadline',
  'paused',
  'permission',
  'quiet_hours',
  'rate_limited',
  'request_gone',
  'resolved_not_sent',
  'send_by_passed',
  'shutdown',
  'suppressed',
  'template_gone',
  'timeout',
  'unreachable',
  'worker_lost',
  'other',
] as const;

export type CountedReason = (typeof COUNTED_REASONS)[number];

const KNOWN: ReadonlySet<string> = new Set(COUNTED_REASONS);

function isCounted(reason: string): reason is CountedReason {
  return KNOWN.has(reason);
}

/** The reason under which a row is counted; statuses of one class are counted together. */
export function countedReason(reason: string | undefined): CountedReason {
  const general = (reason ?? '').replace(/^((?:history_)?http_\d)\d\d$/, '$1xx');
  return isCounted(general) ? general : 'other';
}

function isReasoned(label: string): label is ReasonedLabel {
  return (REASONED_LABELS as readonly string[]).includes(label);
}

/** The field of a campaign's counts in which rows of this label and reason are counted. */
function reasonField(label: ReasonedLabel, reason: CountedReason): string {
  return `${label}:${reason}`;
}

/** The field in which this row is counted by its reason; '' where only its state is counted. */
export function reasonFieldOf(record: NotificationRecord): string {
  const label = countLabel(record);
  return isReasoned(label) ? reasonField(label, countedReason(record.reason)) : '';
}

export type ReasonCounts = Record<ReasonedLabel, Partial<Record<CountedReason, number>>>;

/**
 * From the hash of a campaign's counts. The reasons of a label add up to what the label has: rows
 * that a version before this one has counted have a state and no reason, and count as `other`.
 */
export function reasonCountsOf(hash: Readonly<Record<string, string>>): ReasonCounts {
  const of = (label: ReasonedLabel) => {
    let left = Number(hash[label] ?? 0);
    const found: Partial<Record<CountedReason, number>> = {};
    const counted = COUNTED_REASONS.map(
      (reason) => [reason, Number(hash[reasonField(label, reason)] ?? 0)] as const,
    );
    for (const [reason, rows] of counted.sort(([, a], [, b]) => b - a)) {
      // A worker of the version before moves rows on without their reason while an update goes on.
      const some = Math.min(rows, left);
      if (some > 0) found[reason] = some;
      left -= Math.max(0, some);
    }
    if (left > 0) found.other = (found.other ?? 0) + left;
    return found;
  };
  return {
    deferred: of('deferred'),
    skipped: of('skipped'),
    failed: of('failed'),
    unknown: of('unknown'),
  };
}
