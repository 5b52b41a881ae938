import type { CountedReason } from './countedReason.js';

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
  recent_conversation: 'they have been in a conversation lately',
  bad_ending: 'their last conversation ended badly',
  erased: 'their data was erased',
  no_channel: 'no channel can reach them',
  every_channel_refused: 'Genesys Cloud refused every channel',
  attempts_exhausted: 'every attempt failed',
  id_taken: 'their id was taken by another notification',
  request_gone: 'what was asked for is no longer kept',
  template_gone: 'their template is no longer kept',
  resolved_not_sent: 'decided as not sent',
  not_found_on_platform: 'Genesys Cloud does not list the message',
  ambiguous_on_platform: 'what Genesys Cloud lists does not tell',
  redis_went_back: 'Redis had lost what was written about them',
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

/** What a reason means, in half a sentence; undefined where there is no more to say than its code. */
export function meaningOf(reason: string): string | undefined {
  return meant(reason, MEANINGS);
}

/** The same of a reason that a dry run foresees. */
export function foreseenMeaningOf(reason: string): string | undefined {
  return meant(reason, FORESEEN);
}

function meant(reason: string, meanings: Readonly<Record<string, string>>): string | undefined {
  return Object.hasOwn(meanings, reason) ? meanings[reason] : undefined;
}
