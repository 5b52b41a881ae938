import type { EventsGone } from '../events/eventFeed.js';
import type { FieldProblem } from '../notification/request.js';
import type { State } from '../notification/state.js';
import { type RedisFault, redisFaultOf } from '../redis/redisFault.js';

/** What callers of the producer can meet. Each says what to do by its class, not by its message. */
export abstract class NotifierError extends Error {}

/** The request is wrong; sending it again will not help. Every wrong field is named. */
export class InvalidRequestError extends NotifierError {
  override readonly name = 'InvalidRequestError';
  readonly problems: readonly FieldProblem[];

  constructor(problems: readonly FieldProblem[]) {
    super(problems.map(({ field, expected }) => `${field}: expected ${expected}`).join('; '));
    this.problems = problems;
  }
}

/** The id is in use for a different request; that one stays as it is. */
export class IdConflictError extends NotifierError {
  override readonly name = 'IdConflictError';
  readonly id: string;
  readonly state: State;

  constructor(id: string, state: State) {
    super(`a different notification has the id ${id}`);
    this.id = id;
    this.state = state;
  }
}

/** Too much is waiting already. Nothing was stored; come back after `retryAfterMs`. */
export class BacklogFullError extends NotifierError {
  override readonly name = 'BacklogFullError';
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super(`the backlog is full; try again in ${Math.ceil(retryAfterMs / 1000)} s`);
    this.retryAfterMs = retryAfterMs;
  }
}

/** Redis has no memory left for more. Nothing was stored; come back after `retryAfterMs`. */
export class RedisFullError extends NotifierError {
  override readonly name = 'RedisFullError';
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super(`Redis is full; try again in ${Math.ceil(retryAfterMs / 1000)} s`);
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Events after the cursor may be missing: they were kept for as long as the deployment says, or Redis went back in time.
 * Read on from `resumeFrom`, and look up what must not be missed.
 */
export class EventsGoneError extends NotifierError {
  override readonly name = 'EventsGoneError';
  /** `trimmed`: the cursor is older than what is kept. `ahead`: newer than the newest event. */
  readonly because: EventsGone['because'];
  /** The cursor to go on from: before the oldest event that is kept, or, of one that is ahead, at the newest. */
  readonly resumeFrom: string;
  /** Since when events are kept (epoch ms). */
  readonly since: number | undefined;

  constructor(after: string | undefined, { because, resumeFrom, since }: EventsGone) {
    super(
      because === 'trimmed'
        ? `events after ${after} may be missing: they are no longer kept; go on from ${resumeFrom}`
        : `Redis knows no event as late as ${after}: it went back in time; go on from ${resumeFrom}`,
    );
    this.because = because;
    this.resumeFrom = resumeFrom;
    this.since = since;
  }
}

/**
 * An unexpected error. The notification may or may not have been stored. Send the same request again
 * *with this id*: it is stored once in either case.
 */
export class UnexpectedFailureError extends NotifierError {
  override readonly name = 'UnexpectedFailureError';
  readonly id: string;

  constructor(id: string, options?: ErrorOptions) {
    super(`an unexpected error; retry with the id ${id}`, options);
    this.id = id;
  }
}

/**
 * Redis did not answer in time. The notification may or may not have been stored. Send the same
 * request again *with this id*: it is stored once in either case.
 */
export class RedisUnavailableError extends NotifierError {
  override readonly name = 'RedisUnavailableError';
  readonly id: string | undefined;
  /** What keeps Redis from answering. */
  readonly fault: RedisFault;
  /** Whether something was to be changed, which may have been done all the same. */
  readonly mayBeDone: boolean;

  constructor(id: string | undefined, options: ErrorOptions & { mayBeDone?: boolean } = {}) {
    super(
      id === undefined ? 'Redis is unavailable' : `Redis is unavailable; retry with the id ${id}`,
      options,
    );
    this.id = id;
    this.fault = redisFaultOf(options.cause) ?? { kind: 'away' };
    this.mayBeDone = options.mayBeDone ?? id !== undefined;
  }
}
