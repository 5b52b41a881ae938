import { countLabel, type NotificationRecord } from './record.js';
import { CHANNELS, type Channel } from './state.js';

/** Where a campaign counts its rows by reason as well. */
const REASONED_LABELS = ['deferred', 'skipped', 'failed', 'unknown'] as const;

type ReasonedLabel = (typeof REASONED_LABELS)[number];

/** Where it counts them by channel: a message left, and that is what became of it. */
const CHANNEL_LABELS = ['sent', 'delivered', 'read', 'undelivered'] as const;

type ChannelLabel = (typeof CHANNEL_LABELS)[number];

/**
 * The reasons by which rows are counted. A closed set, so that what a campaign keeps stays small
 * whatever the platform answers; a reason that is not among them counts as `other`.
 */
export const COUNTED_REASONS = [
  'active_conversation',
  'ambiguous_contact',
  'ambiguous_on_platform',
  'aborted',
  'attempts_exhausted',
  'bad_ending',
  'campaign_paused',
  'connection_lost',
  'credentials',
  'deadline',
  'erased',
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
  'history_unsteady',
  'http_3xx',
  'http_4xx',
  'http_5xx',
  'id_taken',
  'in_other_hands',
  'intent_not_durable',
  'internal_error',
  'job_lost',
  'login_failed',
  'malformed',
  'mismatch',
  'no_channel',
  'no_history',
  'no_slot',
  'not_allowed',
  'not_found_on_platform',
  'opted_out',
  'past_deadline',
  'paused',
  'permission',
  'quiet_hours',
  'rate_limited',
  'recent_conversation',
  'redis_went_back',
  'request_gone',
  'request_unreadable',
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

function isByChannel(label: string): label is ChannelLabel {
  return (CHANNEL_LABELS as readonly string[]).includes(label);
}

/** The field of a campaign's counts in which rows of this label and reason are counted. */
function reasonField(label: ReasonedLabel, reason: CountedReason): string {
  return `${label}:${reason}`;
}

function channelField(label: ChannelLabel, channel: Channel): string {
  return `${label}:${channel}`;
}

/**
 * The field in which this row is counted beside its state: by its reason, or by the channel over which its
 * message left; '' where only its state is counted.
 */
export function detailFieldOf(record: NotificationRecord): string {
  const label = countLabel(record);
  if (isReasoned(label)) return reasonField(label, countedReason(record.reason));
  if (!isByChannel(label)) return '';
  const channel = record.legs.findLast(({ outcome }) => isMessage(outcome))?.channel;
  return channel === undefined ? '' : channelField(label, channel);
}

/** A message that left, as far as is known; a person may have decided so of an `unknown` one. */
function isMessage(outcome: NotificationRecord['legs'][number]['outcome']): boolean {
  return outcome === 'sent' || outcome === 'undelivered' || outcome === 'unknown';
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

export type ChannelCounts = Partial<Record<Channel, Partial<Record<ChannelLabel, number>>>>;

/**
 * From the same hash: over which channel the messages left that count as sent, delivered, read or
 * undelivered. What a version before this one has counted is in none of them.
 */
export function channelCountsOf(hash: Readonly<Record<string, string>>): ChannelCounts {
  const found: ChannelCounts = {};
  for (const label of CHANNEL_LABELS) {
    let left = Number(hash[label] ?? 0);
    for (const channel of CHANNELS) {
      // A worker of the version before moves rows on without their channel while an update goes on.
      const rows = Math.min(Number(hash[channelField(label, channel)] ?? 0), left);
      if (rows <= 0) continue;
      found[channel] = { ...found[channel], [label]: rows };
      left -= rows;
    }
  }
  return found;
}
