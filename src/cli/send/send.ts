import { v7 as uuidv7 } from 'uuid';
import { countryOfCode } from '../../notification/country.js';
import { describeRedisFault } from '../../notification/redisFault.js';
import { type NotificationRequest, parseRequest } from '../../notification/request.js';
import {
  BacklogFullError,
  IdConflictError,
  InvalidRequestError,
  RedisFullError,
  RedisUnavailableError,
  UnexpectedFailureError,
} from '../../queue/errors.js';
import type { NotificationProducer, Sent } from '../../queue/producer.js';
import { openProducer } from '../../roles/openProducer.js';
import { configurationFor } from '../configuration.js';
import { EXIT, type ExitCode, exitCodeFor } from '../exitCodes.js';
import { untilRedisAnswers } from '../redisAnswers.js';
import { follow } from './follow.js';
import { optionProblems, requestFrom, type SendOptions } from './options.js';
import { type Output, outputFor, refuse, timelineLine } from './output.js';

/** Hands over one notification, or rehearses it; see the exit codes for what can come of it. */
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
    const { dryRun } = await import('./dryRun.js');
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
