import {
  type Attributes,
  type Context,
  context,
  INVALID_SPAN_CONTEXT,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  type SpanOptions,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';

/*
 * Spans of OpenTelemetry. The product has its API only, and an operator brings an SDK or none
 * (docs/tracing.md). Without one every call here does its work and nothing else.
 *
 * What a span may hold is what a log line may hold: ids of ours and of the platform's answers, codes, counts, durations.
 * Never an address, a text, a name, or a URL: paths at the platform contain ids of customers. An error is noted
 * by its class and its code, since its message may quote one of these.
 */

/** By which the spans of this product are known: the instrumentation scope. */
const SCOPE = 'proactive-notifier';

/** Stands for a span where there is none. */
const NO_SPAN = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);

/**
 * What makes spans; undefined without an SDK, so that nothing is done then. Asked for anew each time: an
 * SDK may be registered after this module was loaded.
 */
export function tracer(): Tracer | undefined {
  const provider = trace.getTracerProvider();
  return provider instanceof ProxyTracerProvider
    ? provider.getDelegateTracer(SCOPE)
    : provider.getTracer(SCOPE);
}

/** The span that the code at hand works for, if there is one. */
export function activeSpan(): Span | undefined {
  return trace.getActiveSpan();
}

/** A moment within the active span. */
export function addEvent(name: string, attributes?: Attributes): void {
  trace.getActiveSpan()?.addEvent(name, attributes);
}

/** Says that what the span stands for has failed. `type` is a code or the class of an error. */
export function markFailed(span: Span, type: string): void {
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** The class of an error, or the type of what was thrown in its place. */
export function errorType(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

/** Does work within a span, which ends with it; a rejection is noted and passed on. */
export function inSpan<T>(
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<T>,
  parent: Context = context.active(),
): Promise<T> {
  const span = tracer()?.startSpan(name, options, parent);
  return span === undefined ? work(NO_SPAN) : doWithin(span, work, parent);
}

async function doWithin<T>(
  span: Span,
  work: (span: Span) => Promise<T>,
  parent: Context,
): Promise<T> {
  try {
    return await context.with(trace.setSpan(parent, span), work, undefined, span);
  } catch (error) {
    markFailed(span, errorType(error));
    throw error;
  } finally {
    span.end();
  }
}

/** Does work that outlives what has started it, such as a timer: its spans belong to no trace yet. */
export function detached<T>(work: () => T): T {
  return context.with(ROOT_CONTEXT, work);
}

/** The span's place in its trace, if it has one: without an SDK it has none. */
export function placeOf(span: Span | undefined): SpanContext | undefined {
  const place = span?.spanContext();
  return place !== undefined && trace.isSpanContextValid(place) ? place : undefined;
}

/** What a log line carries to be found from its trace: the names that OpenTelemetry gives them. */
export function logFields(span: Span | undefined = trace.getActiveSpan()): {
  trace_id?: string;
  span_id?: string;
} {
  const place = placeOf(span);
  return place === undefined ? {} : { trace_id: place.traceId, span_id: place.spanId };
}
