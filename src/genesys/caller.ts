import type { Logger } from 'pino';
import type { z } from 'zod';
import {
  CallFailed,
  type CallFailure,
  type CallOptions,
  type CallResult,
  type Operation,
  type ReadOperation,
  type SendGuard,
  type SendOperation,
  type StartOperation,
} from './call.js';
import { CallContext } from './callContext.js';
import { runInExchange, type Sdk } from './sdk.js';
import type { HttpRequest, Transport } from './transport.js';

/** Where an operation gets its answer from: a method of the SDK, or the transport itself. */
interface Work<T> {
  answer: z.ZodType<T>;
  query?: Record<string, string>;
  /**
   * Whether the answer is about what was asked. A gateway or a cache that mixes answers up would
   * else have one customer's words quoted to another.
   */
  isAbout?: (answer: T) => boolean;
  run: (via: { sdk: Sdk; post: (request: HttpRequest) => Promise<unknown> }) => Promise<unknown>;
}

/** What calls are made with. */
export interface Platform {
  sdk: Sdk;
  transport: Transport;
}

/**
 * Turns an operation into a `CallResult`: opens its exchange, runs it, reads its answer. Whatever
 * still comes out as a rejection is a bug or broken infrastructure (an admission or guard that
 * threw), and holds nothing of the request.
 */
export class Caller {
  readonly #platform: () => Promise<Platform>;
  readonly #deadlineMs: number;
  readonly #log: Logger;
  readonly #onMismatch: (operation: Operation) => void;

  constructor(deps: {
    platform: () => Promise<Platform>;
    deadlineMs: number;
    log: Logger;
    /** Called for each answer that was about something else than what was asked. */
    onMismatch?: ((operation: Operation) => void) | undefined;
  }) {
    this.#platform = deps.platform;
    this.#deadlineMs = deps.deadlineMs;
    this.#log = deps.log;
    this.#onMismatch = deps.onMismatch ?? (() => undefined);
  }

  /** A start is a read in all but its repetition: see `isRepeatable`. */
  read<T>(
    operation: ReadOperation | StartOperation,
    options: CallOptions,
    work: Work<T>,
  ): Promise<CallResult<T>> {
    return this.#call(new CallContext(operation, { options, deadlineMs: this.#deadlineMs }), work);
  }

  send<T>(
    operation: SendOperation,
    guard: SendGuard,
    options: CallOptions,
    work: Work<T>,
  ): Promise<CallResult<T>> {
    const exchange = new CallContext(operation, { options, guard, deadlineMs: this.#deadlineMs });
    return this.#call(exchange, work);
  }

  async #call<T>(exchange: CallContext, work: Work<T>): Promise<CallResult<T>> {
    try {
      const { sdk, transport } = await this.#platform();
      const data = await runInExchange(exchange, work.query ?? {}, () =>
        work.run({
          sdk,
          post: async (request) => (await transport.perform(exchange, request)).data,
        }),
      );
      const { answered } = exchange;
      if (answered === undefined) throw new Error(`${exchange.operation} was not performed`);
      const read = work.answer.safeParse(data);
      if (read.success) {
        if (work.isAbout === undefined || work.isAbout(read.data)) {
          return { ok: true, data: read.data, ...answered };
        }
        this.#onMismatch(exchange.operation);
        return this.#failed(exchange, { kind: 'mismatch', ...answered });
      }
      return this.#failed(exchange, { kind: 'malformed', ...answered });
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      return this.#failed(exchange, error.failure);
    } finally {
      exchange.settle();
    }
  }

  #failed(exchange: CallContext, failure: CallFailure): { ok: false; failure: CallFailure } {
    const { operation, lane, correlation } = exchange;
    exchange.trace.over(failure);
    const line = { operation, lane, failure, ...correlation };
    if (isOrdinary(operation, failure)) this.#log.debug(line, 'call to Genesys ended');
    else this.#log.warn(line, 'call to Genesys failed');
    return { ok: false, failure };
  }
}

const MAY_BE_ABSENT: ReadonlySet<Operation> = new Set([
  'contact',
  'contact-lookup',
  'recordings',
  'contact-export',
  'conversation-job',
  'conversation-job-cancel',
  'conversation-summary',
  'email-conversation',
  'dnc-export',
]);

/** What a healthy system meets all the time must not drown what an operator should see. */
function isOrdinary(operation: Operation, failure: CallFailure): boolean {
  switch (failure.kind) {
    case 'gate_closed':
    case 'aborted':
      return true;
    case 'not_issued':
      return failure.reason !== 'login_failed';
    case 'http':
      return failure.status === 404 && MAY_BE_ABSENT.has(operation);
    case 'credentials':
    case 'unreachable':
    case 'timeout':
    case 'connection_lost':
    case 'mismatch':
      return false;
    case 'malformed':
      // A recording that is not ready yet, a job that is cancelled: the body is not ours to read.
      return (
        (failure.status === 202 && operation === 'recordings') ||
        operation === 'conversation-job-cancel'
      );
    default:
      return failure satisfies never;
  }
}
