import type { CountedReason } from '../../notification/countedReason.js';
import { whole } from '../terminal.js';

/** What reasons mean; the dry run and what became of the rows are said in the same words. */
const MEANINGS: Readonly<Partial<Record<CountedReason, string>>> = {
  not_allowed: 'NOTIFY_ONLY_TO does not list them',
  no_history: 'no earlier conversation was found',
  ambiguous_contact:
    'several contacts have their address, and the name does not say which they are',
  suppressed: 'they are on the suppression list',
  opted_out: 'they have asked for no messages',
  frequency_cap: 'they have had enough messages lately',
  quiet_hours: 'it is outside their hours',
  no_channel: 'no channel can reach them',
  every_channel_refused: 'Genesys Cloud refused every channel',
  attempts_exhausted: 'every attempt failed',
  id_taken: 'their id was taken by another notification',
  request_gone: 'what was asked for is no longer kept',
  template_gone: 'their template is no longer kept',
  resolved_not_sent: 'decided as not sent',
  worker_lost: 'the worker was lost while it sent',
  timeout: 'Genesys Cloud did not answer in time',
  connection_lost: 'the connection broke during the request',
  malformed: 'the answer could not be read',
  mismatch: 'the answer was about something else',
  aborted: 'the request was broken off',
  http_3xx: 'Genesys Cloud redirected the request',
  http_4xx: 'Genesys Cloud answered with a 4xx',
  http_5xx: 'Genesys Cloud answered with a 5xx',
  other: 'for another reason',
};

/** A dry run asks the platform about no customer. */
const FORESEEN: Readonly<Partial<Record<CountedReason, string>>> = {
  ...MEANINGS,
  no_history: 'they cannot be looked up, so they have no history',
};

type Counted = Readonly<Record<string, number>>;

/** `40: no earlier conversation was found (no_history); 2: …`, the most frequent first. */
export function describeReasons(counts: Counted): string {
  return listed(counts, MEANINGS);
}

/** The same of what a dry run foresees. */
export function describeForeseen(counts: Counted): string {
  return listed(counts, FORESEEN);
}

/** One reason that a dry run foresees. */
export function foreseenReason(reason: string): string {
  return meant(reason, FORESEEN);
}

function listed(counts: Counted, meanings: Readonly<Record<string, string>>): string {
  return Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, rows]) => `${whole(rows)}: ${meant(reason, meanings)}`)
    .join('; ');
}

function meant(reason: string, meanings: Readonly<Record<string, string>>): string {
  const meaning = Object.hasOwn(meanings, reason) ? meanings[reason] : undefined;
  return meaning === undefined ? reason : `${meaning} (${reason})`;
}
