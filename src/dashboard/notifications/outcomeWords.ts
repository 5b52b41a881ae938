import type { Html } from '../../html/html.js';
import type { Channel, State } from '../../notification/state.js';
import { badge, type Tone } from '../page/components.js';

/* States, channels and reasons in words that a newcomer understands. The codes stand beside them. */

const TONES: Readonly<Record<State, Tone>> = {
  accepted: 'idle',
  queued: 'idle',
  processing: 'idle',
  sending: 'open',
  sent: 'good',
  delivered: 'good',
  read: 'good',
  undelivered: 'bad',
  unknown: 'open',
  skipped: 'idle',
  failed: 'bad',
  cancelled: 'idle',
  expired: 'bad',
};

export function stateBadge(state: State): Html {
  return badge(TONES[state], state);
}

/** What a state means, for a list to choose from and for the page of a notification. */
export const STATE_WORDS: Readonly<Record<State, string>> = {
  accepted: 'accepted; its job is being added',
  queued: 'waits for its turn',
  processing: 'a worker prepares it',
  sending: 'the request to send it is on its way',
  sent: 'Genesys Cloud has taken the message',
  delivered: 'the message has arrived',
  read: 'the customer has read it',
  undelivered: 'the message did not arrive',
  unknown: 'it may or may not have been sent',
  skipped: 'not sent on purpose',
  failed: 'not sent, and no further attempt is left',
  cancelled: 'cancelled before it was sent',
  expired: 'not sent before its deadline',
};

const CHANNELS: Readonly<Record<Channel, string>> = {
  web: 'web message',
  email: 'email',
  engage: 'engage message',
  sms: 'SMS',
};

export function channelWords(channel: Channel | undefined): string | undefined {
  return channel === undefined ? undefined : CHANNELS[channel];
}

/** The same with its article. */
export function aMessage(channel: Channel | undefined): string {
  const words = channelWords(channel) ?? 'message';
  return `${/^[eS]/.test(words) ? 'an' : 'a'} ${words}`;
}

/** Parts of a sentence, without capital and full stop. */
const REASONS = new Map<string, string>([
  ['aborted', 'the worker stopped while it waited for the answer'],
  ['ambiguous_contact', 'several contacts have this address, and the name does not decide'],
  ['ambiguous_on_platform', 'what Genesys Cloud lists does not tell whether it was sent'],
  ['attempts_exhausted', 'every attempt failed, and no further one is left'],
  ['bad_ending', "the customer's last conversation ended badly"],
  ['campaign_cancelled', 'its campaign was cancelled'],
  ['connection_lost', 'the connection broke before the answer came'],
  ['deadline', 'its deadline passed'],
  ['erased', 'what was stored about this recipient was erased'],
  ['every_channel_refused', 'each of its channels refused it or cannot reach this recipient'],
  ['frequency_cap', 'this recipient has had as many messages as are allowed'],
  ['intent_not_durable', 'Redis did not confirm in time that the intent was safe'],
  ['internal_error', 'an error inside the worker, which its log names'],
  ['job_lost', 'its job was lost'],
  ['late_sent', 'the answer that it was sent came late'],
  ['malformed', 'the answer could not be read'],
  ['mismatch', 'the answer was about something else'],
  ['next_channel', 'the next channel is tried'],
  ['no_address', 'the request has no address for it'],
  ['no_channel', 'none of its channels can reach this recipient'],
  ['no_contact', 'no contact was found for the address'],
  ['no_history', 'no earlier conversation of this customer was found, and the request needs one'],
  ['not_allowed', 'NOTIFY_ONLY_TO does not name every address of the request'],
  ['not_configured', 'the channel is not set up'],
  ['not_found_on_platform', 'Genesys Cloud does not list the message'],
  ['opted_out', 'the customer asked for no more messages'],
  ['recent_conversation', 'the customer has been in a conversation lately'],
  ['reconciled_sent', 'the message was found in Genesys Cloud'],
  ['redis_went_back', 'Redis had lost what was written about it, so a message may have gone out'],
  ['request_gone', 'what was asked for is no longer kept'],
  ['request_unreadable', 'its worker lacks the key that encrypted the request'],
  ['resolved_not_sent', 'a person decided that it was not sent'],
  ['resolved_sent', 'a person decided that it was sent'],
  ['suppressed', 'this recipient is not to be written to'],
  ['template_gone', 'the template that it was accepted with is no longer kept'],
  ['timeout', 'Genesys Cloud did not answer in time'],
  ['unconfirmed', 'whether it arrived could not be found out'],
  ['worker_lost', 'its worker ended or froze before the answer was recorded'],
]);

/** Undefined for a code that says enough by itself, or that this version does not know. */
export function reasonWords(reason: string | undefined): string | undefined {
  if (reason === undefined) return undefined;
  const [, history, status] = /^(history_)?http_(\d{3})$/.exec(reason) ?? [];
  if (status !== undefined) {
    const asked = history === undefined ? '' : ' when asked for the history';
    return `Genesys Cloud answered with HTTP status ${status}${asked}`;
  }
  return REASONS.get(reason);
}

export function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
