import type { CountedReason } from '../notification/countedReason.js';
import { DELAYS } from '../notification/delays.js';

/** Who can do something about a wait, or what it is for. */
export type WaitsFor =
  | 'nothing'
  | 'a worker'
  | 'Genesys Cloud'
  | 'the customer'
  | 'the clock'
  | 'you';

/** Why a notification that was given back to its queue waits there. */
interface Deferral {
  who: WaitsFor;
  /** A sentence without its full stop that holds for one notification and for many. */
  what: string;
}

const MINUTE_MS = 60_000;
const CONVERSATION_MINUTES = Math.round(DELAYS.activeConversation / MINUTE_MS);
const AGAIN = 'tried again, at most until the deadline';

/** One sentence for each reason to defer; every face says the same. */
const DEFERRALS: Readonly<Partial<Record<CountedReason, Deferral>>> = {
  active_conversation: {
    who: 'the customer',
    what: `the customer was in a conversation when last asked; asked again every ${CONVERSATION_MINUTES} minutes, at most until the deadline`,
  },
  campaign_paused: {
    who: 'a worker',
    what: 'the campaign was paused when its turn came; its turn comes again',
  },
  paused: {
    who: 'a worker',
    what: 'all sending was paused when its turn came; its turn comes again',
  },
  rate_limited: {
    who: 'a worker',
    what: 'Genesys Cloud asked for silence with a 429 when its turn came; its turn comes again',
  },
  credentials: {
    who: 'you',
    what: 'Genesys Cloud refused the OAuth client; check its id, its secret and the region. The work goes on by itself once a login succeeds',
  },
  permission: {
    who: 'you',
    what: "the OAuth client lacked a permission, which the timeline names; grant it in the client's roles. The work goes on by itself",
  },
  request_unreadable: {
    who: 'you',
    what: 'NOTIFIER_SECRET of its worker lacks the key that encrypted the request; put the key back. The work goes on by itself, at most until the deadline',
  },
  unreachable: {
    who: 'Genesys Cloud',
    what: `Genesys Cloud could not be reached; ${AGAIN}, and that uses no attempt`,
  },
  login_failed: {
    who: 'Genesys Cloud',
    what: `the login service of Genesys Cloud did not work; ${AGAIN}, and that uses no attempt`,
  },
  no_slot: {
    who: 'the clock',
    what: 'the allowance of requests a minute was used up by others; its turn comes, and waiting uses no attempt',
  },
  in_other_hands: {
    who: 'a worker',
    what: 'another worker had it; looked at again within a minute',
  },
  shutdown: { who: 'a worker', what: 'its worker stopped; the next worker takes it' },
  job_lost: {
    who: 'a worker',
    what: 'its job was lost and has been added again; a worker takes it',
  },
  quiet_hours: {
    who: 'the clock',
    what: "it is outside the customer's hours; sent when they begin",
  },
  recent_conversation: {
    who: 'the clock',
    what: 'the customer has been in a conversation lately; sent when that is longer ago',
  },
  history_timeout: {
    who: 'the clock',
    what: `a request for the history was not answered in time; ${AGAIN}`,
  },
  history_connection_lost: {
    who: 'the clock',
    what: `the connection broke while the history was read; ${AGAIN}`,
  },
  history_malformed: {
    who: 'the clock',
    what: `the answer with the history could not be read; ${AGAIN}`,
  },
  history_mismatch: {
    who: 'the clock',
    what: `the answer with the history was about another customer and was not used; ${AGAIN}`,
  },
  history_unsteady: {
    who: 'the clock',
    what: `what Genesys Cloud knew of the history changed with each page that was read; ${AGAIN}`,
  },
  history_http_3xx: {
    who: 'the clock',
    what: `the request for the history was redirected, as by a gateway or a sign-in page; ${AGAIN}`,
  },
  history_http_4xx: {
    who: 'the clock',
    what: `Genesys Cloud refused to read the history just now; ${AGAIN}`,
  },
  history_http_5xx: {
    who: 'the clock',
    what: `Genesys Cloud failed to read the history (5xx); ${AGAIN}`,
  },
  http_5xx: { who: 'the clock', what: `Genesys Cloud was overloaded (503); ${AGAIN}` },
  deadline: {
    who: 'the clock',
    what: `too little time was left to wait for the answer to a send, so nothing was sent; ${AGAIN}`,
  },
  intent_not_durable: {
    who: 'you',
    what: `Redis did not confirm in time that the intent was safe (INTENT_DURABILITY), or was just back, so nothing was sent; if it goes on, look at the disk and the replicas of Redis. ${AGAIN}, and that uses no attempt`,
  },
  send_by_passed: {
    who: 'the clock',
    what: `the worker was too slow to send within two seconds, so it sent nothing; ${AGAIN}`,
  },
  internal_error: {
    who: 'the clock',
    what: `an error inside the worker, which its log names; ${AGAIN}`,
  },
};

export function deferralOf(reason: CountedReason): Deferral {
  return DEFERRALS[reason] ?? { who: 'the clock', what: `the last attempt failed; ${AGAIN}` };
}
