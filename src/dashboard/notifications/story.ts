import { countedReason } from '../../notification/countedReason.js';
import type { TimelineEntry } from '../../notification/record.js';
import { deferralOf } from '../../queue/deferredReason.js';
import { aMessage, channelWords, reasonWords, sentence } from './outcomeWords.js';

/** One step of a notification in a sentence or two, as a newcomer understands them. */
export function stepWords(entry: TimelineEntry): string {
  const { state, reason, detail, count } = entry;
  const by = /^by (.+)$/.exec(detail ?? '')?.[1];
  const byWhom = by === undefined ? '' : ` by ${by}`;
  const over = channelWords(entry.channel);
  const why = reasonWords(reason);
  const because = why === undefined ? '' : ` ${sentence(why)}`;
  switch (state) {
    case 'accepted':
      if (reason === 'retry') return `A retry was asked for${byWhom}.`;
      if (reason === 'not_found_on_platform')
        return 'Genesys Cloud does not list the message, so it is sent again.';
      if (reason !== undefined) return `The answer came late: it was not sent.${because}`;
      return `It was accepted${byWhom}.`;
    case 'queued':
      return reason === undefined ? 'Its job is in the queue.' : deferred(reason, count);
    case 'processing':
      if (reason === 'next_channel') return 'The next channel is tried.';
      if (reason === undefined) return 'A worker took it.';
      return `It was not sent as ${aMessage(entry.channel)}.${because}`;
    case 'sending':
      return `It was about to be sent as ${aMessage(entry.channel)}.`;
    case 'sent':
      if (reason === 'resolved_sent') return `It was decided${byWhom} that it was sent.`;
      if (reason === 'reconciled_sent')
        return `The ${over ?? 'message'} was found in Genesys Cloud: it was sent.`;
      if (reason === 'not_found_on_platform')
        return 'Genesys Cloud lists no further message: the one before stands.';
      if (reason === 'unconfirmed') return 'Whether it arrived could not be found out.';
      return `Genesys Cloud took the ${over ?? 'message'}.${because}`;
    case 'delivered':
      return `The ${over ?? 'message'} arrived.`;
    case 'read':
      return `The customer read the ${over ?? 'message'}.`;
    case 'undelivered':
      return `The ${over ?? 'message'} did not arrive.${suppressedWords(detail)}`;
    case 'unknown':
      return unknownWords(entry, because);
    case 'skipped':
      return `It was not sent on purpose.${because}${suppressedWords(detail)}`;
    case 'failed':
      if (reason === 'resolved_not_sent') return `It was decided${byWhom} that it was not sent.`;
      return `It failed.${because}`;
    case 'cancelled':
      return `It was cancelled${byWhom}.${because}`;
    case 'expired':
      return 'It was not sent before its deadline, and is not sent any more.';
    default:
      return state satisfies never;
  }
}

/** A person decides where Genesys Cloud has been asked in vain; before that, it may know. */
function unknownWords({ reason, channel }: TimelineEntry, because: string): string {
  if (reason === 'not_found_on_platform' || reason === 'ambiguous_on_platform')
    return `${because.trim()} Nothing more is sent before a person decides.`;
  return `It may or may not have been sent as ${aMessage(channel)}.${because} Nothing more is sent before that is known.`;
}

/** What was done about the address, so that no further message goes there. */
function suppressedWords(detail: string | undefined): string {
  return detail?.startsWith('suppressed: ') ? ' The address is on the suppression list since.' : '';
}

function deferred(reason: string, count = 1): string {
  const { what } = deferralOf(countedReason(reason));
  return `It went back to its queue${count === 1 ? '' : ` ${count} times`}: ${what}.`;
}
