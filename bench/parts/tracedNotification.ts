import { SpanStatusCode } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  NodeTracerProvider,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { RequestTrace } from '#product/genesys/requestTrace.js';
import { carriedBy } from '#product/tracing/carriedContext.js';
import { inProcessSpan, inSendSpans } from '#product/tracing/messagingSpans.js';
import { activeSpan, addEvent, inSpan, logFields } from '#product/tracing/tracing.js';
import { actAsPart } from '../harness/part.js';

export interface TracedTask {
  /** Without an SDK, with one that keeps no trace, or with one that keeps all of them. */
  sdk: 'none' | 'drops' | 'keeps';
  notifications: number;
}

/** Microseconds of CPU a notification. */
export interface Traced {
  micros: number;
}

/** Takes spans and does nothing with them: an exporter's work depends on where it sends. */
const SINK: SpanProcessor = {
  onStart: () => undefined,
  onEnd: (span) => {
    if (span.status.code === SpanStatusCode.ERROR) throw new Error(`${span.name} failed`);
  },
  forceFlush: async () => undefined,
  shutdown: async () => undefined,
};

/** All that the product asks of OpenTelemetry for one notification, and nothing of its other work. */
actAsPart<TracedTask, Traced>(async ({ sdk, notifications }, report) => {
  if (sdk !== 'none') {
    const sampler = sdk === 'drops' ? new AlwaysOffSampler() : new AlwaysOnSampler();
    new NodeTracerProvider({ sampler, spanProcessors: [SINK] }).register();
  }
  for (let n = 0; n < notifications / 10; n += 1) await notification(n);
  const before = process.cpuUsage();
  for (let n = 0; n < notifications; n += 1) await notification(n);
  const { user, system } = process.cpuUsage(before);
  report({ micros: (user + system) / notifications });
});

async function notification(n: number): Promise<void> {
  const id = `n${n}`;
  let metadata: string | undefined;
  await inSendSpans([{ id, lane: 'transactional' }], false, async (carriedTo) => {
    metadata = carriedTo({ id });
  });
  const addedIn = carriedBy({ opts: { telemetry: { metadata } } });
  const message = { queue: 'transactional', messageId: `n-${id}.1`, notificationId: id, addedIn };
  await inProcessSpan(message, async () => {
    await inSpan('claim', {}, async () => undefined);
    addEvent('notifier.claimed');
    await inSpan('identity', {}, () => request('GET', 1));
    await inSpan('history', {}, () => request('POST', 3));
    await inSpan('context', {}, async () => undefined);
    await inSpan('dispatch', {}, async () => {
      addEvent('notifier.before_intent');
      addEvent('notifier.intent_written');
      await request('POST', 1);
      addEvent('notifier.answer_recorded');
    });
  });
}

async function request(method: string, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    const trace = new RequestTrace('messages', { lane: 'transactional', span: activeSpan() });
    trace.waited(1);
    trace.issued(method, 'https://api.example.com/api/v2/conversations');
    logFields();
    trace.ended('200', 200, 'b4c9');
    trace.over();
  }
}
