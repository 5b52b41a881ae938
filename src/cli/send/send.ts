import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { openProducer } from '../../app/openProducer.js';
import type { NotificationView, TimelineView } from '../../notification/notificationView.js';
import { countryOfCode } from '../../notification/phoneNumber.js';
import { type NotificationRequest, parseRequest } from '../../notification/request.js';
import { isFinalState } from '../../notification/state.js';
import {
  BacklogFullError,
  IdConflictError,
  InvalidRequestError,
  RedisFullError,
  RedisUnavailableError,
  UnexpectedFailureError,
} from '../../queue/notifierErrors.js';
import type { NotificationProducer, Sent } from '../../queue/producer.js';
import { describeRedisFault, needsAChange } from '../../redis/redisFault.js';
import { configurationFor, untilRedisAnswers } from '../deploymentCommand.js';
import { EXIT, type ExitCode, exitCodeFor } from '../exitCodes.js';
import { type Output, outputFor, refuse, timelineLine } from '../output.js';
import { optionProblems, requestFrom, type SendOptions } from './options.js';

const LOOK_EVERY_MS = 250;

interface FollowObserver {
  /** Each entry of the timeline, once. */
  entry(entry: TimelineView): void;
  /** Redis went away, or came back. */
  redis(state: 'away' | 'back'): void;
}

type FollowEnd =
  | { kind: 'ended'; view: NotificationView }
  | { kind: 'gone' }
  | { kind: 'interrupted' };

/**
 * Follows a notification until nothing more happens to it by itself, however long that takes. A
 * Redis that is away is waited for: the notification is kept there, so nothing is lost meanwhile.
 */
async function follow(
  get: () => Promise<NotificationView | undefined>,
  observer: FollowObserver,
  signal: AbortSignal,
): Promise<FollowEnd> {
  const printed = new Set<string>();
  let away = false;
  while (!signal.aborted) {
    const look = await lookOnce(get);
    if (away !== (look === 'away')) {
      away = !away;
      observer.redis(away ? 'away' : 'back');
    }
    if (look === undefined) return { kind: 'gone' };
    if (look !== 'away') {
      for (const entry of look.timeline.filter((candidate) => !printed.has(keyOf(candidate)))) {
        printed.add(keyOf(entry));
        observer.entry(entry);
      }
      if (hasEnded(look)) return { kind: 'ended', view: look };
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
  return { kind: 'interrupted' };
}

async function lookOnce(
  get: () => Promise<NotificationView | undefined>,
): Promise<NotificationView | undefined | 'away'> {
  try {
    return await get();
  } catch (error) {
    // What needs a changed setting or right is not waited for.
    if (error instanceof RedisUnavailableError && !needsAChange(error.fault)) return 'away';
    throw error;
  }
}

/** `unknown` waits for a person, so for the person who looks on it is an end too. */
function hasEnded({ state, deliveryCheckAt }: NotificationView): boolean {
  if (state === 'sent') return deliveryCheckAt === undefined;
  return state === 'unknown' || isFinalState(state);
}

/** A timeline folds repetitions and drops its middle, so places in it say nothing; times do. */
function keyOf({ at, state, channel, reason }: TimelineView): string {
  return [at, state, channel, reason].join(' ');
}

/** Hands over one notification, or does a dry run of it; see the exit codes for what can come of it. */
export async function send(options: SendOptions): Promise<ExitCode> {
  const output = outputFor(options.json === true);
  // Times are judged by Redis' clock, with the rest of the acceptance: this machine's may be wrong.
  const parsed = parseRequest(
    requestFrom(options),
    undefined,
    countryOfCode(process.env['DEFAULT_COUNTRY'] ?? ''),
  );
  const problems = [...optionProblems(options), ...(parsed.ok ? [] : parsed.problems)];
  if (!parsed.ok || problems.length > 0) {
    refuse(output, problems);
    return EXIT.invalid;
  }
  if (options.dryRun) {
    const { dryRun } = await import('./sendDryRun.js');
    return dryRun(parsed.request, output);
  }
  // Whether the HTTP API could start with this configuration does not matter here.
  const config = configurationFor('api', { ...process.env, API_HOST: undefined });
  if (config === undefined) return EXIT.configuration;
  // The id is chosen here, so that one to retry with is known whatever goes wrong.
  const request = { ...parsed.request, id: parsed.request.id ?? uuidv7() };
  const producer = openProducer(config);
  try {
    await untilRedisAnswers(() => producer.ping());
    return await handOver(producer, request, options, output);
  } finally {
    await producer.close();
  }
}

async function handOver(
  producer: NotificationProducer,
  request: NotificationRequest & { id: string },
  options: SendOptions,
  output: Output,
): Promise<ExitCode> {
  let sent: Sent;
  try {
    sent = await producer.send(request);
  } catch (error) {
    return notAccepted(error, request.id, output);
  }
  if (!sent.isNew)
    output.remark('This notification had been accepted before; it is not sent again.');
  if (!options.wait) {
    output.result(sent.id, sent);
    return EXIT.ok;
  }
  output.progress(sent.id);
  return waitForEnd(producer, sent.id, output);
}

/** @throws whatever is not one of the producer's own errors. */
function notAccepted(error: unknown, id: string, output: Output): ExitCode {
  if (error instanceof InvalidRequestError) {
    refuse(output, error.problems);
    return EXIT.invalid;
  }
  if (error instanceof IdConflictError) {
    output.remark(`A different notification has the id ${id} (${error.state}); it stays as it is.`);
    output.result('', { error: 'id_conflict', id, state: error.state });
    return EXIT.invalid;
  }
  if (error instanceof BacklogFullError) {
    const seconds = Math.ceil(error.retryAfterMs / 1000);
    output.remark(`Too much is waiting already. Nothing was stored; try again in ${seconds} s.`);
    output.result('', { error: 'backlog_full', id, retryAfterMs: error.retryAfterMs });
    return EXIT.other;
  }
  if (error instanceof RedisFullError) {
    const seconds = Math.ceil(error.retryAfterMs / 1000);
    output.remark(`${describeRedisFault({ kind: 'full' })} Nothing was stored.`);
    output.remark(`Try again in ${seconds} s.`);
    output.result('', { error: 'redis_full', id, retryAfterMs: error.retryAfterMs });
    return EXIT.other;
  }
  if (error instanceof UnexpectedFailureError) {
    output.remark('An unexpected error. The notification may have been stored or not;');
    output.remark(`to be sure, send the same again with --id ${id}`);
    output.result(id, { error: 'unexpected_failure', id });
    return EXIT.other;
  }
  if (error instanceof RedisUnavailableError) {
    output.remark(`Redis is unavailable: ${describeRedisFault(error.fault)}`);
    output.remark('The notification may have been stored or not;');
    output.remark(`to be sure, send the same again with --id ${id}`);
    output.result(id, { error: 'redis_unavailable', redis: error.fault.kind, id });
    return EXIT.redisUnavailable;
  }
  throw error;
}

async function waitForEnd(
  producer: NotificationProducer,
  id: string,
  output: Output,
): Promise<ExitCode> {
  const interruption = new AbortController();
  let code: ExitCode = EXIT.interrupted;
  const interrupt = (signal: NodeJS.Signals) => {
    if (signal === 'SIGTERM') code = EXIT.terminated;
    interruption.abort();
  };
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const observer = {
    entry: (entry: Parameters<typeof timelineLine>[0]) => output.progress(timelineLine(entry)),
    redis: (state: 'away' | 'back') =>
      output.remark(state === 'away' ? 'Redis is away; waiting for it …' : 'Redis is back.'),
  };
  const end = await follow(() => producer.get(id), observer, interruption.signal);
  switch (end.kind) {
    case 'ended':
      output.result('', end.view);
      if (end.view.state === 'unknown') {
        output.remark(
          'It may have reached the customer, or not: a person has to decide, by POST /v1/notifications/ID/resolve.',
        );
      }
      return exitCodeFor(end.view.state);
    case 'gone':
      output.remark('It is no longer known: its retention is over, or Redis lost it.');
      output.result('', { error: 'gone', id });
      return EXIT.other;
    case 'interrupted':
      output.remark(`No longer waiting. The notification ${id} goes on.`);
      output.result('', { error: 'interrupted', id });
      return code;
    default:
      return end satisfies never;
  }
}
