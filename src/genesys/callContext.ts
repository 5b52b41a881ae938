import { type AwakeTimer, afterTimeAwake } from '../redis/timeAwake.js';
import {
  CallFailed,
  type CallOptions,
  kindOf,
  type Operation,
  type Permit,
  type RequestLane,
  type SendGuard,
} from './call.js';
import { RequestTrace } from './requestTrace.js';

type Ending = 'deadline' | 'aborted' | 'closed';

const READ_WHAT_HAS_ARRIVED_MS = 50;

/**
 * One call from beginning to end, its retries and its wait for a login included, and what is known
 * of the attempt in progress.
 *
 * What a lost answer means hangs on one question: may bytes of this attempt have left? The exchange
 * records the moment when the request gets a connected socket (`connected`). Everything that decides
 * between "surely not sent" and "perhaps sent" reads that, never an error code.
 *
 * It ends in one of four ways: answered; its deadline passes; its caller gives up; the client
 * closes. The deadline bounds what platform and network take, so the time in which this process stood still does not
 * count. Until when a message may leave (`sendBy`) is by the clock, as others conclude from it. The last two spare a send whose bytes may have left: breaking it off could not take the
 * message back and would only throw the answer away.
 */
export class CallContext {
  readonly operation: Operation;
  readonly lane: RequestLane;
  readonly correlation: CallOptions['correlation'];
  readonly spentFor: CallOptions['spentFor'];
  readonly isAhead: CallOptions['isAhead'];
  readonly guard: SendGuard | undefined;
  readonly signal: AbortSignal;
  /** Epoch ms; see `CallOptions.deadline`. */
  readonly servesUntil: number | undefined;
  readonly trace: RequestTrace;

  /** The token the attempt was issued with, so that a late 401 does not drop a newer one. */
  token: string | undefined;
  /** Status line and headers of the attempt's answer; the body may still be under way. */
  head: { status: number; headers: Readonly<Record<string, unknown>> } | undefined;
  /** What the call was answered in the end. */
  answered: { status: number; correlationId?: string } | undefined;
  attemptStartedAt = 0;

  readonly #controller = new AbortController();
  readonly #deadlineMs: number;
  #timer: AwakeTimer;
  #ticket: Permit | undefined;
  readonly #callerSignal: AbortSignal | undefined;
  #sendBy: { wall: number; monotonic: number } | undefined;
  #connected = false;
  #withheld = false;
  #ending: Ending | undefined;
  /** Ends the one step that the call waits for; a listener of the signal costs more. */
  #onEnd: (() => void) | undefined;

  constructor(
    operation: Operation,
    settings: { options: CallOptions; deadlineMs: number; guard?: SendGuard },
  ) {
    this.operation = operation;
    this.lane = settings.options.lane;
    this.correlation = settings.options.correlation;
    this.spentFor = settings.options.spentFor;
    this.isAhead = settings.options.isAhead;
    this.guard = settings.guard;
    this.trace = new RequestTrace(operation, settings.options);
    this.servesUntil = settings.options.deadline;
    this.#ticket = settings.options.ticket;
    this.signal = this.#controller.signal;
    this.#deadlineMs = settings.deadlineMs;
    this.#timer = this.#startClock(settings.deadlineMs);
    this.#callerSignal = settings.options.signal;
    if (this.#callerSignal?.aborted) this.#onCallerAbort();
    else this.#callerSignal?.addEventListener('abort', this.#onCallerAbort);
  }

  get isSend(): boolean {
    return kindOf(this.operation) === 'send';
  }

  get ending(): Ending | undefined {
    return this.#ending;
  }

  /** Whether bytes of the attempt in progress may have left. */
  get connected(): boolean {
    return this.#connected;
  }

  /** Whether the attempt found its `sendBy` passed when it could have been written. */
  get withheld(): boolean {
    return this.#withheld;
  }

  get remainingMs(): number {
    return this.#timer.leftMs;
  }

  /**
   * Whether enough is left for the platform to answer a send. One that goes out in the last second
   * is cut off before its answer, and then it is unknown whether the customer got it.
   */
  get leavesTimeToSend(): boolean {
    return this.remainingMs >= this.#deadlineMs / 2;
  }

  beginAttempt(): void {
    this.#connected = false;
    this.#withheld = false;
    this.#sendBy = undefined;
    this.head = undefined;
    this.throwIfEnded();
  }

  /**
   * Both clocks have to agree that there is time left: the machine's clock may be set back, and the
   * monotonic one stands still while the machine is suspended.
   */
  allowUntil(sendBy: number): void {
    this.#sendBy = { wall: sendBy, monotonic: performance.now() + sendBy - Date.now() };
  }

  /**
   * Called when a connected socket is there and nothing has been written to it yet. `false` means
   * that nothing may be: the connection took too long, or the process was frozen.
   */
  mayWrite(): boolean {
    const sendBy = this.#sendBy;
    if (
      sendBy !== undefined &&
      (Date.now() > sendBy.wall || performance.now() > sendBy.monotonic)
    ) {
      this.#withheld = true;
      return false;
    }
    this.#connected = true;
    return true;
  }

  /** The ticket the call came with, once. */
  takeTicket(): Permit | undefined {
    const ticket = this.#ticket;
    this.#ticket = undefined;
    return ticket;
  }

  /**
   * Waits for the call's turn, with the clock of its deadline stopped: the deadline bounds what the
   * platform and the network take, and a turn may be minutes away.
   */
  async whileWaiting<T>(step: () => Promise<T>): Promise<T> {
    this.throwIfEnded();
    this.#timer.cancel();
    try {
      return await this.whileOpen(step());
    } finally {
      if (this.#ending === undefined) this.#timer = this.#startClock(this.remainingMs);
    }
  }

  /** Waits for a step before the request, but no longer than the exchange lasts. */
  async whileOpen<T>(step: Promise<T>): Promise<T> {
    this.throwIfEnded();
    try {
      return await new Promise<T>((resolve, reject) => {
        this.#onEnd = () => reject(this.#notIssued());
        step.then(resolve, reject);
      });
    } finally {
      this.#onEnd = undefined;
    }
  }

  throwIfEnded(): void {
    if (this.#ending !== undefined) throw this.#notIssued();
  }

  close(): void {
    this.#endUnlessSent('closed');
  }

  /** Must be called once the call is over, or its timer keeps the process alive. */
  settle(): void {
    this.trace.over();
    this.#timer.cancel();
    this.#callerSignal?.removeEventListener('abort', this.#onCallerAbort);
  }

  #startClock(ms: number): AwakeTimer {
    return afterTimeAwake(ms, () => this.#onDeadline());
  }

  #notIssued(): CallFailed {
    return new CallFailed({ kind: 'not_issued', reason: this.#ending ?? 'aborted' });
  }

  /**
   * A process that stood still just before the deadline may have the answer in its socket. That of a send is the
   * only copy: it is read first, in as many turns of the event loop as it comes in.
   */
  #onDeadline(): void {
    if (!this.#connected) {
      this.#end('deadline');
      return;
    }
    this.#timer = afterTimeAwake(READ_WHAT_HAS_ARRIVED_MS, () => this.#end('deadline'));
  }

  readonly #onCallerAbort = (): void => this.#endUnlessSent('aborted');

  #endUnlessSent(ending: Ending): void {
    if (!(this.isSend && this.#connected)) this.#end(ending);
  }

  #end(ending: Ending): void {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    this.#controller.abort();
    this.#onEnd?.();
  }
}
