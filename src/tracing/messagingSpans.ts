import {
  type Attributes,
  type Context,
  context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  trace,
} from '@opentelemetry/api';
import { carry } from './carriedContext.js';
import { activeSpan, errorType, inSpan, markFailed, placeOf, tracer } from './tracing.js';

/*
 * The spans around the queue, named and described as the semantic conventions for messaging have it.
 *
 * One request is one trace: its `send` span is a child of what the caller does, and the attempts are children of that.
 * Of many that are accepted together (a batch, a chunk of `sendMany`, rows of a campaign that the feeder
 * releases), each is a trace of its own, with a link to the span in which they were accepted. A trace
 * of a million rows could be neither stored nor read, and a sampler decides by trace: of a campaign it
 * keeps so many of a thousand rows, each of them whole.
 */

interface QueueMessage {
  queue: string;
  /** Job id. */
  messageId?: string;
  notificationId?: string;
}

/** One notification that is accepted. */
interface Accepting {
  id: string;
  lane: string;
  /** In which its producer has added it; a notification that comes alone has the active one. */
  origin?: Context;
}

/**
 * Accepts notifications, each in a `send` span of its own, from the first step to the last.
 *
 * @param areMany whether they were handed over together, even if one of them is left
 * @param work gets what says, by notification, what its job has to carry
 */
export async function inSendSpans<T>(
  notifications: readonly Accepting[],
  areMany: boolean,
  work: (carriedTo: (notification: { id: string }) => string | undefined) => Promise<T>,
): Promise<T> {
  const spanMaker = tracer();
  if (spanMaker === undefined) return work(() => undefined);
  const together = placeOf(activeSpan());
  const spans = new Map<string, { span: Span; within: Context }>();
  for (const { id, lane, origin } of notifications) {
    const isApart = areMany && origin === undefined;
    const parent = origin ?? (areMany ? ROOT_CONTEXT : context.active());
    const links = isApart && together !== undefined ? [{ context: together }] : undefined;
    const attributes = describe('send', { queue: lane, notificationId: id });
    const options = { kind: SpanKind.PRODUCER, attributes, links };
    const span = spanMaker.startSpan(`send ${lane}`, options, parent);
    spans.set(id, { span, within: trace.setSpan(parent, span) });
  }
  try {
    return await work(({ id }) => {
      const known = spans.get(id);
      return known && carry(known.within);
    });
  } catch (error) {
    for (const { span } of spans.values()) markFailed(span, errorType(error));
    throw error;
  } finally {
    for (const { span } of spans.values()) span.end();
  }
}

/** Does the work of one job in a span that continues the trace of whatever has added the job. */
export function inProcessSpan<T>(
  message: QueueMessage & { addedIn: Context; waitedMs?: number },
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const { addedIn, waitedMs } = message;
  const attributes = { ...describe('process', message), 'notifier.queue.wait_ms': waitedMs };
  const options = { kind: SpanKind.CONSUMER, attributes };
  return inSpan(`process ${message.queue}`, options, work, addedIn);
}

function describe(
  operation: 'send' | 'process',
  { queue, messageId, notificationId }: QueueMessage,
): Attributes {
  return {
    'messaging.system': 'bullmq',
    'messaging.operation.type': operation,
    'messaging.operation.name': operation,
    'messaging.destination.name': queue,
    'messaging.message.id': messageId,
    'notifier.notification.id': notificationId,
  };
}
