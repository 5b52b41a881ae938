import type { Caller } from '../../audit/auditCaller.js';
import type { Act, Outcome } from '../../audit/auditEntry.js';
import type { AuditLog } from '../../audit/auditLog.js';
import type { Ledger } from '../../notification/ledger.js';
import type { Lane } from '../../notification/state.js';
import { jobFor, type Queues, readJobData } from '../../queue/jobs.js';
import type { Notifications } from '../../queue/notifications.js';

/** What a button came to; a refusal says why, in words for the person who pressed it. */
export type JobActionResult =
  | { kind: 'done' }
  | { kind: 'no_job' }
  | { kind: 'refused'; because: string };

export interface ButtonParts {
  queues: Queues;
  ledger: Ledger;
  notifications: Notifications;
  audit: AuditLog;
}

/*
 * The dashboard's buttons. A job is only a reminder that a notification wants looking at; whether
 * anything is sent, and when, the ledger decides. So none of these can send twice, early or not at all:
 *
 *   retry      opens a new generation, as the API's retry does, and is refused where that one is
 *   promote    has the job looked at now; before its time, the notification is put back
 *   duplicate  adds a second reminder; the second one finds the work done or in other hands
 *   remove     takes the reminder away; while the notification lives, the sweeper adds it again
 */

const NOT_OURS = 'This job carries no notification.';

const RETRY_REFUSED = {
  may_have_arrived: 'A message may have reached the customer; a retry could send it twice.',
  still_running: 'The notification has not ended. It goes on by itself.',
} as const;

export async function retry(
  { queues, notifications }: ButtonParts,
  lane: Lane,
  jobId: string,
  by: Caller | undefined,
): Promise<JobActionResult> {
  const job = await queues[lane].getJob(jobId);
  if (job === undefined) return { kind: 'no_job' };
  const data = readJobData(job.data);
  if (data === undefined) return { kind: 'refused', because: NOT_OURS };
  const result = await notifications.retry(data.id, by);
  switch (result?.kind) {
    case 'retried':
      return { kind: 'done' };
    case 'refused':
      return { kind: 'refused', because: RETRY_REFUSED[result.because] };
    case 'request_gone':
    case undefined:
      return { kind: 'refused', because: 'It ended too long ago to be retried.' };
    default:
      return result satisfies never;
  }
}

export async function promote(
  { queues, audit }: ButtonParts,
  lane: Lane,
  jobId: string,
  by: Caller | undefined,
): Promise<JobActionResult> {
  const job = await queues[lane].getJob(jobId);
  if (job === undefined) return { kind: 'no_job' };
  const work = async (): Promise<JobActionResult> => {
    if (!(await job.isDelayed())) return { kind: 'refused', because: 'The job is not delayed.' };
    await job.promote();
    return { kind: 'done' };
  };
  return audit.act(by, actOn('job.promote', lane, jobId), work, outcomeOf);
}

/**
 * Adds a job for the notification that `data` names. Nothing else of what the form holds is taken
 * over: data, names and options of jobs are ours, or they could carry anything.
 */
export async function duplicate(
  { queues, ledger, audit }: ButtonParts,
  lane: Lane,
  data: unknown,
  by: Caller | undefined,
): Promise<JobActionResult | { kind: 'added'; jobId: string; state: string }> {
  const wanted = readJobData(data);
  if (wanted === undefined) return { kind: 'refused', because: 'Give {"id": …, "generation": …}.' };
  const record = await ledger.read(wanted.id);
  if (record === undefined || record.lane !== lane) {
    return { kind: 'refused', because: 'There is no such notification in this queue.' };
  }
  const { name } = jobFor(record, Date.now());
  const act = { what: 'job.duplicate', on: wanted.id, detail: lane } as const;
  const job = await audit.act(by, act, () => queues[lane].add(name, wanted), outcomeOf);
  return { kind: 'added', jobId: job.id ?? '', state: await job.getState() };
}

function actOn(what: 'job.promote' | 'job.remove', lane: Lane, jobId: string): Act {
  return { what, on: jobId, detail: lane };
}

function outcomeOf(result: object): Outcome {
  if (!('because' in result)) return { outcome: 'done' };
  return { outcome: 'refused', detail: String(result.because) };
}

export async function remove(
  { queues, audit }: ButtonParts,
  lane: Lane,
  jobId: string,
  by: Caller | undefined,
): Promise<JobActionResult> {
  const job = await queues[lane].getJob(jobId);
  if (job === undefined) return { kind: 'no_job' };
  const work = async (): Promise<JobActionResult> => {
    if (await job.isActive()) return { kind: 'refused', because: 'A worker is at this job.' };
    await job.remove();
    return { kind: 'done' };
  };
  return audit.act(by, actOn('job.remove', lane, jobId), work, outcomeOf);
}
