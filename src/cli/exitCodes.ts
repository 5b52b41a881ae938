import type { State } from '../notification/state.js';

/** How a command ended, for scripts. */
export const EXIT = {
  ok: 0,
  other: 1,
  invalid: 2,
  skipped: 3,
  failed: 4,
  unknown: 5,
  cancelled: 6,
  redisUnavailable: 7,
  notStarted: 8,
  /** EX_CONFIG of sysexits.h: starting it again will not help before the configuration is corrected. */
  configuration: 78,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** For `notifier send --help`; the table users rely on. */
export const SEND_EXIT_CODES = `
Exit codes:
  0    accepted; with --wait: sent (delivered or read, where the platform says)
  1    anything else, such as a full backlog or a platform that cannot be asked
  2    wrong usage, an invalid request (every field is named), or an id that
       is in use for a different request
  3    skipped: no history, or not allowed
  4    failed or undelivered
  5    unknown: it may have been sent; a person has to decide
  6    cancelled or expired
  7    Redis is unavailable; the id to retry with is printed
  78   the configuration is wrong; every variable is named
  130  interrupted while waiting; the notification goes on
`;

/** For `notifier campaign run --help`. */
export const CAMPAIGN_EXIT_CODES = `
Exit codes:
  0    completed, and every row was sent or rightly skipped; or a dry run
  1    anything else, such as a step that makes no sense where it stands
  2    wrong usage, a file or an option that cannot be used; nothing was stored
  4    completed; some rows failed or were undelivered
  5    ended; some rows are unknown, and a person has to decide
  6    cancelled, or some rows expired
  7    Redis is unavailable
  8    not started: the answer was no, there was no terminal to ask at and no --yes, or
       many rows are rejected and --accept-rejected was not given
  78   the configuration is wrong; every variable is named
  130  interrupted; what was started goes on
`;

/** For `notifier recover --help`. */
export const RECOVER_EXIT_CODES = `
Exit codes:
  0    recovered; the sending goes on
  1    nothing to recover from
  2    wrong usage, or Redis has lost everything and --since is needed
  5    recovered; campaigns are paused whose waiting rows may have been sent, and a
       person has to decide
  7    Redis is unavailable; the sending stays paused, and it can be run again
  78   the configuration is wrong; every variable is named
`;

/** For `notifier unknowns --help`. */
export const UNKNOWNS_EXIT_CODES = `
Exit codes:
  0    listed, also where there is none
  2    wrong usage
  7    Redis is unavailable, so nothing is known
  78   the configuration is wrong; every variable is named
`;

/** For `notifier resolve --help`. */
export const RESOLVE_EXIT_CODES = `
Exit codes:
  0    decided, all of them; the same again changes nothing
  1    not done for one at least: it is not unknown, the first decision counts
  2    wrong usage, or there is no such notification
  7    Redis is unavailable; it is not known whether this was done
  78   the configuration is wrong; every variable is named
`;

/** For `notifier status --help`. */
export const STATUS_EXIT_CODES = `
Exit codes:
  0    notifications flow; what is printed may still name something to look at
  1    nothing is sent: no worker is alive, all of them are held or not ready,
       sending is paused, or the gate for rate limits is closed
  7    Redis is unavailable, so nothing is known
  78   the configuration is wrong; every variable is named
`;

/** For `notifier show`, `retry` and `cancel --help`. */
export const NOTIFICATION_EXIT_CODES = `
Exit codes:
  0    shown, or done
  1    not done: where it stands does not allow it
  2    wrong usage, or there is no such notification
  7    Redis is unavailable; what was to change may have been done
  78   the configuration is wrong; every variable is named
`;

/** For `notifier policy check --help`. */
export const POLICY_EXIT_CODES = `
Exit codes:
  0    a message may go out
  1    it would wait; until when is said
  2    wrong usage; every field is named
  3    it would be skipped
  7    Redis is unavailable
  78   the configuration is wrong; every variable is named
`;

/** For `notifier audit --help`. */
export const AUDIT_EXIT_CODES = `
Exit codes:
  0    shown; with --verify: every entry is as it was written, and none is missing
  1    with --verify: an entry was changed or is missing; each is named
  2    wrong usage
  7    Redis is unavailable
  78   the configuration is wrong; every variable is named
`;

/** For `notifier events --help`. */
export const EVENTS_HELP = `
One JSON document a line. The id of each event is the cursor for --after: a service
that keeps the last one it dealt with misses none. Without --after from the oldest
event that is kept; with --follow from now on. What it says is in docs/events.md.

Exit codes:
  0    printed
  1    events after the cursor may be missing; where to go on is said
  2    wrong usage
  7    Redis is unavailable; once it follows, it waits instead
  78   the configuration is wrong; every variable is named
  130  interrupted
`;

/** For `notifier suppression --help`. */
export const SUPPRESSION_EXIT_CODES = `
Exit codes:
  0    done, or shown
  1    not done: it is not on the list, the file broke off, Redis has no room, or
       Genesys Cloud refuses; what was stored before stays
  2    wrong usage, or an address, file or list that cannot be used
  7    Redis is unavailable; it may have been done
  78   the configuration is wrong; every variable is named
  130  interrupted; what was stored before stays
`;

/** For `notifier erase` and `export --help`. */
export const PERSON_EXIT_CODES = `
Exit codes:
  0    done
  1    erase: something is left to do, and is named; run it again then
  2    wrong usage, what is no address, or a file that is there already
  7    Redis is unavailable; what was done stays done, run it again
  78   the configuration is wrong; every variable is named
`;

/** For `notifier user --help`. */
export const USER_EXIT_CODES = `
Exit codes:
  0    done
  1    not done: the person is there already, the passwords differ, or the file
       cannot be read or written
  2    wrong usage, a name or password that cannot be used, or no such person
  78   CONSOLE_USERS is malformed
  130  interrupted; nothing was changed
`;

/** For `notifier doctor --help`. */
export const DOCTOR_HELP = `
It changes nothing and can reach no customer: it asks about a contact that does not
exist, and its sends have neither a recipient nor a text. It says first how many
requests of the OAuth client's allowance that takes. --explore starts one export, one
job and one batch, of one contact or conversation each, and shows nothing of them.

Exit codes:
  0    all is well, warnings at most
  1    something has failed; each line says what to click or set
  78   the configuration is wrong; every variable is named
`;

/** What `send --wait` exits with once a notification has come to its end in this state. */
export function exitCodeFor(state: State): ExitCode {
  switch (state) {
    case 'sent':
    case 'delivered':
    case 'read':
      return EXIT.ok;
    case 'skipped':
      return EXIT.skipped;
    case 'failed':
    case 'undelivered':
      return EXIT.failed;
    case 'unknown':
      return EXIT.unknown;
    case 'cancelled':
    case 'expired':
      return EXIT.cancelled;
    case 'accepted':
    case 'queued':
    case 'processing':
    case 'sending':
      return EXIT.other;
    default: {
      const never: never = state;
      throw new Error(`unhandled state ${String(never)}`);
    }
  }
}

/** What a person may have found out about a notification that is `unknown`. */
export const VERDICTS = ['sent', 'not-sent'] as const;

export type HumanVerdict = (typeof VERDICTS)[number];
