import { isNotificationId } from '../../notification/request.js';
import { LANES, STATES } from '../../notification/state.js';
import { readIntakeMark } from '../../queue/intakeJob.js';
import { FOREIGN_JOB, isOwnJobId, JOB_NAMES, readJobData } from '../../queue/jobs.js';

/*
 * What of a job the dashboard may show. Everything is rebuilt from what is allowed, field by field:
 * what another version of the product, a library or an operator has put into a job (a failure that
 * quotes a customer, a return value, a log) does not get through by being forgotten here.
 */

const RESULTS: ReadonlySet<unknown> = new Set([...STATES, 'gone']);

const FAILURES: ReadonlySet<string> = new Set([
  'attempts_exhausted',
  'every_channel_refused',
  'no_channel',
  'request_gone',
  'request_unreadable',
  'template_gone',
  'internal_error',
  'unreachable',
  'login_failed',
  'send_by_passed',
  'deadline',
  'history_malformed',
  'history_mismatch',
  'history_timeout',
  'history_unsteady',
  'history_connection_lost',
  // The queue's own words for a job whose workers died too often.
  'job stalled more than allowable limit',
  FOREIGN_JOB,
]);
const HTTP_FAILURE = /^(?:history_)?http_[1-5]\d\d$/;
const NOT_SHOWN = 'not shown here; the notification says what happened';

/** A job as the dashboard's own format has it, with what is allowed and nothing else. */
export function jobView(job: Record<string, unknown>): Record<string, unknown> {
  const { id, failedReason, returnValue, opts } = job;
  const data = readJobData(job['data']);
  const failure =
    typeof failedReason === 'string' && failedReason !== '' ? failedReason : undefined;
  return {
    id: isOwnJobId(id) ? id : 'not-ours',
    name: JOB_NAMES.has(job['name']) ? job['name'] : 'not ours',
    ...counts(job, ['timestamp', 'processedOn', 'finishedOn', 'attempts', 'delay']),
    ...counts(job, ['priority', 'attemptsStarted', 'stalledCounter']),
    progress: 0,
    data: data ?? {},
    opts: counts(opts, ['attempts', 'delay']),
    isFailed: job['isFailed'] === true,
    failedReason: failure === undefined ? undefined : shownFailure(failure),
    stacktrace: [],
    returnValue: shownResult(returnValue),
    externalUrl: data && { displayText: 'Notification', href: `/notifications/${data.id}` },
  };
}

function shownFailure(failure: string): string {
  return FAILURES.has(failure) || HTTP_FAILURE.test(failure) ? failure : NOT_SHOWN;
}

function shownResult(value: unknown): { state: unknown } | null {
  if (typeof value !== 'object' || value === null) return null;
  const { state } = value as { state?: unknown };
  return RESULTS.has(state) ? { state } : null;
}

function counts(from: unknown, names: readonly string[]): Record<string, number> {
  if (typeof from !== 'object' || from === null) return {};
  const all = from as Record<string, unknown>;
  const kept = names.flatMap((name) => {
    const value = all[name];
    return typeof value === 'number' && Number.isFinite(value) ? [[name, value] as const] : [];
  });
  return Object.fromEntries(kept);
}

/** The name of a queue of ours, or undefined. */
export function laneNamed(name: unknown): (typeof LANES)[number] | undefined {
  return LANES.find((lane) => lane === name);
}

/** Neither an address nor a phone number: no `@`, no `+`, no blank. */
const SHOWN_ID = /^[A-Za-z0-9._:-]{1,200}$/;
const SHOWN_NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;

/**
 * A job of the intake queue, with what may be shown of it. Its data, id and name are another program's:
 * the request is never shown, nor a failure that this product did not write itself.
 */
export function intakeJobView(job: Record<string, unknown>): Record<string, unknown> {
  const { id, name, failedReason, returnValue } = job;
  const mark = readIntakeMark(job['data'], typeof id === 'string' ? id : '');
  const accepted = mark !== undefined && 'accepted' in mark ? mark.accepted : undefined;
  const refused = mark !== undefined && 'refused' in mark ? mark.refused : undefined;
  const view = jobView({ ...job, data: {} });
  return {
    ...view,
    id: typeof id === 'string' && SHOWN_ID.test(id) ? id : 'not-shown',
    name: typeof name === 'string' && SHOWN_NAME.test(name) ? name : 'not shown',
    data: accepted === undefined ? {} : { id: accepted },
    ...(refused !== undefined && refused === failedReason && { failedReason }),
    returnValue: shownResultOfIntakeJobView(view['returnValue'], returnValue),
    ...(accepted !== undefined && {
      externalUrl: { displayText: 'Notification', href: `/notifications/${accepted}` },
    }),
  };
}

function shownResultOfIntakeJobView(shown: unknown, given: unknown): unknown {
  const { id } = Object(given) as { id?: unknown };
  return shown === null || !isNotificationId(id) ? shown : { id, ...Object(shown) };
}
