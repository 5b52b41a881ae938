import { context, type Span, SpanKind, trace } from '@opentelemetry/api';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { received } from '../tracing/carriedContext.js';
import { markFailed, tracer } from '../tracing/tracing.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The span in which it is answered, once its caller is known. */
    span?: Span;
  }
}

/**
 * Handles a request in a span that continues its caller's trace (`traceparent`). It starts when the
 * request came in, and ends with the answer. Only a caller who was let in gets here, so others can
 * have no traces kept. Path and query are not noted: they hold ids and addresses.
 */
export function inRequestSpan<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  route: { method: string; url: string },
  handle: () => Promise<T>,
): Promise<T> {
  const spanMaker = tracer();
  if (spanMaker === undefined) return handle();
  const caller = received(request.headers);
  const span = spanMaker.startSpan(
    `${route.method} ${route.url}`,
    {
      kind: SpanKind.SERVER,
      startTime: Date.now() - reply.elapsedTime,
      attributes: {
        'http.request.method': route.method,
        'http.route': route.url,
        'url.scheme': request.protocol,
      },
    },
    caller,
  );
  if (span.isRecording()) {
    reply.raw.once('close', () => {
      span.setAttribute('http.response.status_code', reply.statusCode);
      if (!reply.raw.writableFinished) markFailed(span, 'connection_lost');
      else if (reply.statusCode >= 500) markFailed(span, `${reply.statusCode}`);
      span.end();
    });
  }
  request.span = span;
  return context.with(trace.setSpan(caller, span), handle);
}
