import { type Context, context, type Span, SpanKind, trace } from '@opentelemetry/api';
import { markFailed, placeOf, tracer } from '../tracing/tracing.js';
import type { CallFailure, CallOptions, Operation } from './call.js';

/**
 * The spans of one call: a span for each request that was issued, retries included, from the moment at
 * which it may leave until its answer was read. It says how long the request had waited for its permit before that.
 * What was never issued is an event of the span that asked.
 *
 * Named and described as the semantic conventions for HTTP clients have it, but for the URL, which they
 * require and which holds ids of customers: the operation stands in its place. No context goes out with the
 * request: the platform has no use for it.
 *
 * A request may serve many notifications. It belongs to the trace of the first; it has a link to each of
 * the others, and they to it.
 */
export class RequestTrace {
  readonly #operation: Operation;
  readonly #asker: Context;
  readonly #others: readonly Span[];
  #waitedMs: number | undefined;
  #attempts = 0;
  #span: Span | undefined;

  constructor(operation: Operation, options: CallOptions) {
    const { span, otherSpans = [], ticket } = options;
    this.#operation = operation;
    this.#asker = span === undefined ? context.active() : trace.setSpan(context.active(), span);
    this.#others = otherSpans;
    this.#waitedMs = ticket?.admitted === true ? ticket.waitedMs : undefined;
  }

  /** The request waited so long (ms) for its permit, the wait for which its ticket was given aside. */
  waited(ms: number): void {
    this.#waitedMs = (this.#waitedMs ?? 0) + ms;
  }

  issued(method: string, url: string): void {
    this.#attempts += 1;
    const spanMaker = tracer();
    if (spanMaker === undefined) return;
    const places = this.#others.flatMap((other) => placeOf(other) ?? []);
    const span = spanMaker.startSpan(
      `${method} ${this.#operation}`,
      {
        kind: SpanKind.CLIENT,
        attributes: { 'http.request.method': method, 'notifier.operation': this.#operation },
        links: places.map((place) => ({ context: place })),
      },
      this.#asker,
    );
    this.#span = span;
    if (!span.isRecording()) return;
    const { hostname, port, protocol } = new URL(url);
    span.setAttributes({
      'server.address': hostname,
      'server.port': Number(port) || (protocol === 'http:' ? 80 : 443),
      'notifier.permit.wait_ms': this.#waitedMs && Math.round(this.#waitedMs),
      'notifier.served': 1 + this.#others.length,
    });
    this.#waitedMs = undefined;
    if (this.#attempts > 1) span.setAttribute('http.request.resend_count', this.#attempts - 1);
    const own = placeOf(span);
    if (own !== undefined) for (const other of this.#others) other.addLink({ context: own });
  }

  /** It was answered, or will not be: `outcome` is an HTTP status or a kind of failure. */
  ended(outcome: string, status: number | undefined, correlationId: string | undefined): void {
    const span = this.#span;
    this.#span = undefined;
    if (span?.isRecording() !== true) return;
    span.setAttributes({
      'http.response.status_code': status,
      'notifier.platform.correlation_id': correlationId,
    });
    if (status === undefined || status >= 400) markFailed(span, outcome);
    span.end();
  }

  /** It goes out once more after so long (ms). */
  willRepeat(pauseMs: number): void {
    this.#note('notifier.request_repeats', { 'notifier.pause_ms': Math.round(pauseMs) });
  }

  /** The call is over. Says so in the asker's span where no request went out: the gate is closed, say. */
  over(failure?: CallFailure): void {
    this.ended('failed', undefined, undefined);
    if (failure === undefined) return;
    if (failure.kind === 'gate_closed') {
      this.#note('notifier.gate_is_closed', { 'notifier.retry_after_ms': failure.retryAfterMs });
    } else if (failure.kind === 'not_issued') {
      this.#note('notifier.request_not_issued', { 'notifier.reason': failure.reason });
    }
  }

  #note(name: string, attributes: Record<string, string | number>): void {
    const asker = trace.getSpan(this.#asker);
    asker?.addEvent(name, { 'notifier.operation': this.#operation, ...attributes });
  }
}
