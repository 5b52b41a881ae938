import type { Span } from '@opentelemetry/api';
import type { Job } from 'bullmq';
import type { AttemptOutcome } from '../dispatch/jobAttempt.js';
import type { Lane } from '../notification/state.js';
import { isOwnJobId, type JobData } from '../queue/jobs.js';
import { carriedBy } from '../tracing/carriedContext.js';
import { inProcessSpan } from '../tracing/messagingSpans.js';
import { markFailed } from '../tracing/tracing.js';

/** Runs one attempt in the trace of its notification, and notes in its span how it ended. */
export function inAttemptSpan(
  lane: Lane,
  job: Job<JobData>,
  attempt: () => Promise<AttemptOutcome>,
): Promise<AttemptOutcome> {
  const message = {
    queue: lane,
    messageId: isOwnJobId(job.id) ? job.id : undefined,
    notificationId: job.data.id,
    addedIn: carriedBy(job),
    waitedMs: waitOf(job),
  };
  return inProcessSpan(message, async (span) => {
    const outcome = await attempt();
    note(span, outcome);
    return outcome;
  });
}

/** How long the job had been due (ms). Of a job that runs again, BullMQ does not keep since when. */
function waitOf({ attemptsStarted, timestamp, processedOn, opts }: Job): number | undefined {
  if (attemptsStarted > 1 || processedOn === undefined) return undefined;
  return Math.max(0, processedOn - timestamp - (opts.delay ?? 0));
}

/** An attempt that is put off has not failed: it says why, and what it waits for. */
function note(span: Span, outcome: AttemptOutcome): void {
  span.setAttribute('notifier.outcome', outcome.kind);
  switch (outcome.kind) {
    case 'done':
      span.setAttribute('notifier.state', outcome.state);
      if (outcome.state === 'unknown') markFailed(span, 'unknown');
      return;
    case 'failed':
    case 'retry':
      markFailed(span, outcome.reason);
      return;
    case 'park':
      span.setAttribute('notifier.reason', outcome.reason);
      return;
    case 'gate_closed':
      span.addEvent('notifier.waits_for_gate', { 'notifier.retry_after_ms': outcome.forMs });
      return;
    case 'hold': {
      const { kind, detail } = outcome.cause;
      span.addEvent('notifier.circuit_breaker_opens', {
        'notifier.reason': kind,
        'notifier.detail': detail,
      });
      markFailed(span, kind);
      return;
    }
    default:
      outcome satisfies never;
  }
}
