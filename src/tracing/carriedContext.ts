import { type Context, context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';

/*
 * How a trace gets from one process into another: with the options of the job, where BullMQ keeps the context of its own
 * telemetry (`telemetry.metadata`, `tm` in Redis), in the very form of bullmq-otel. So a program that adds jobs to the
 * queue `intake` with bullmq-otel is continued, and the data of a job stays what it is. It costs some 80 bytes a job
 * while there is a trace, and none otherwise.
 *
 * A job that the sweeper had to add again has none: its attempts are a trace of their own.
 */

/** A job's metadata may come from any program; more than this is no trace context. */
const LONGEST_METADATA = 2_048;

/** What a job has to carry for its attempts to belong to the trace; undefined where there is none. */
export function carry(from: Context = context.active()): string | undefined {
  const place = trace.getSpanContext(from);
  if (place === undefined || !trace.isSpanContextValid(place)) return undefined;
  const carrier: Record<string, string> = {};
  // Baggage holds whatever its caller has put there. It has no place in a job.
  propagation.inject(propagation.deleteBaggage(from), carrier);
  return JSON.stringify(carrier);
}

/** The context that a job was added in; an empty one where it carries none, or nonsense. */
export function carriedBy(job: { opts: { telemetry?: { metadata?: unknown } } }): Context {
  const metadata = job.opts.telemetry?.metadata;
  if (typeof metadata !== 'string' || metadata.length > LONGEST_METADATA) return ROOT_CONTEXT;
  try {
    return received(JSON.parse(metadata));
  } catch {
    return ROOT_CONTEXT;
  }
}

/** The context that came with headers or metadata. */
export function received(carrier: unknown): Context {
  if (typeof carrier !== 'object' || carrier === null) return ROOT_CONTEXT;
  return propagation.deleteBaggage(propagation.extract(ROOT_CONTEXT, carrier));
}
