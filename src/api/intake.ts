import type { FastifyBaseLogger } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import { type NotificationView, viewOf } from '../notification/notificationView.js';
import type { CountryCode } from '../notification/phoneNumber.js';
import { type NotificationRequest, parseRequest } from '../notification/request.js';
import { redactedError } from '../ops/logger.js';
import type { Acceptor, AcceptResult } from '../queue/acceptor.js';
import type { RedisFault } from '../redis/redisFault.js';
import {
  invalidRequest,
  type Problem,
  problem,
  redisUnavailable,
  unexpectedFailure,
} from './problems.js';

/** How it stands with what this API works on. */
export type Standing =
  | { kind: 'ready' }
  /** Redis has not been reached yet, or refuses what is needed; why, once that is known. */
  | { kind: 'pending'; fault?: RedisFault }
  /** Redis answers, but what it is given could be lost. */
  | { kind: 'unfit'; problem: string };

/** What acceptance answers over HTTP, for one request and for each of a batch alike. */
export type AcceptAnswer =
  | { kept: true; status: 202 | 200; view: NotificationView }
  | { kept: false; problem: Problem };

export function acceptAnswer(result: AcceptResult, input: unknown): AcceptAnswer {
  if (!('record' in result)) return { kept: false, problem: acceptProblem(result) };
  // Both mean that the input is valid, and that it is what the ledger knows under this id.
  const view = viewOf(result.record, input as NotificationRequest);
  return { kept: true, status: result.status === 'accepted' ? 202 : 200, view };
}

/** Why a request was not accepted. */
export function acceptProblem(result: Exclude<AcceptResult, { record: unknown }>): Problem {
  switch (result.status) {
    case 'invalid':
      return invalidRequest(result.problems);
    case 'conflict': {
      const { id, state } = result;
      const detail = 'That one stays as it is. Use another id for this request.';
      return problem('id-conflict', { detail, id, state });
    }
    case 'backlog_full':
    case 'redis_full': {
      const { id, retryAfterMs } = result;
      const detail = 'Nothing was stored. Try again later, with this id.';
      const retryAfter = Math.ceil(retryAfterMs / 1000);
      const kind = result.status === 'redis_full' ? 'redis-full' : 'backlog-full';
      return problem(kind, { detail, id, retryAfter });
    }
    case 'unavailable':
      return redisUnavailable(result.id);
    case 'error':
      return unexpectedFailure(result.id);
    default:
      return result satisfies never;
  }
}

/** Acceptance answers each request by itself, a defect too; here the log gets it. */
export function logDefects(log: FastifyBaseLogger, results: readonly AcceptResult[]): void {
  for (const result of results) {
    if (result.status !== 'error') continue;
    log.error(
      { notificationId: result.id, error: redactedError(result.error) },
      'acceptance failed',
    );
  }
}

/**
 * Accepts requests once Redis has been found fit to hold them. Until then a wrong request is refused as
 * always, and a right one is answered "try again later": without our templates in Redis, acceptance
 * would call it wrong.
 */
export class Intake {
  readonly #acceptor: Acceptor;
  readonly #standing: () => Standing;
  readonly #now: () => number | undefined;

  /** `now` is Redis' time, as far as it is known. */
  constructor(acceptor: Acceptor, standing: () => Standing, now: () => number | undefined) {
    this.#now = now;
    this.#acceptor = acceptor;
    this.#standing = standing;
  }

  get now(): number | undefined {
    return this.#now();
  }

  /** Where phone numbers without a country code are dialled. */
  get country(): CountryCode | undefined {
    return this.#acceptor.country;
  }

  /** Results in the order of the inputs; `by` is the caller's name for the timeline. */
  async acceptAll(inputs: readonly unknown[], by: string | undefined): Promise<AcceptResult[]> {
    if (this.#standing().kind === 'ready') return this.#acceptor.acceptAll(inputs, by);
    const stands = this.#standing();
    const fault: RedisFault =
      stands.kind === 'pending' && stands.fault !== undefined ? stands.fault : { kind: 'away' };
    return inputs.map((input) =>
      toComeBack(input, { now: this.#now(), fault, country: this.country }),
    );
  }
}

function toComeBack(
  input: unknown,
  given: { now: number | undefined; fault: RedisFault; country: CountryCode | undefined },
): AcceptResult {
  const { now, fault, country } = given;
  const parsed = parseRequest(input, now, country);
  if (!parsed.ok) return { status: 'invalid', problems: parsed.problems };
  return { status: 'unavailable', id: parsed.request.id ?? uuidv7(), fault };
}
