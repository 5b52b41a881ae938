import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { context, type Span, trace } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { Release } from '../../src/campaign/release.js';
import { RowStore } from '../../src/campaign/rowStore.js';
import { CampaignStore } from '../../src/campaign/store.js';
import { Keyring } from '../../src/notification/keyring.js';
import { NotificationProducer } from '../../src/queue/producer.js';
import { carriedBy, carry } from '../../src/tracing/carriedContext.js';
import { inSpan } from '../../src/tracing/tracing.js';
import { launch, numberedRows } from '../campaign/support/campaigns.js';
import { openLoader } from '../pipeline/support/conversations.js';
import { LANE, type SandboxClient, startSandboxClient } from '../pipeline/support/sandboxClient.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';
import { publishTestTemplate } from '../support/templates.js';
import { recordSpans } from './support/recordedSpans.js';

const REQUEST = { recipient: { email: 'customer@example.com' }, template: 'greeting' };
const DAY_MS = 24 * 60 * 60 * 1000;

let recorded: ReturnType<typeof recordSpans>;
beforeEach(() => {
  recorded = recordSpans();
});
afterEach(async () => {
  await recorded.stop();
  trace.disable();
  context.disable();
});

function ended(name: string): ReadableSpan[] {
  return recorded.ended().filter((span) => span.name === name);
}

const linkedTo = (span: ReadableSpan) => span.links.map((link) => link.context.spanId);
const idOf = (span: { spanContext(): { spanId: string } }) => span.spanContext().spanId;
const traceOf = (span: { spanContext(): { traceId: string } }) => span.spanContext().traceId;

describe('notifications that are accepted', () => {
  const prefix = freshPrefix();
  let producer: NotificationProducer;

  beforeAll(async () => {
    producer = new NotificationProducer({ redisUrl: testRedisUrl(), prefix });
    await new Promise<void>((resolve) => producer.onConnect(resolve));
    await publishTestTemplate(producer.store.redis, prefix);
  });
  afterAll(async () => {
    await producer.close();
    await flushPrefix(prefix);
  });

  /** The trace that the job of a notification carries. */
  async function carried(id: string, queue: 'transactional' | 'campaign'): Promise<string> {
    const job = await producer.store.queues[queue].getJob(`n-${id}.1`);
    if (job === undefined) throw new Error(`no job of ${id}`);
    return trace.getSpanContext(carriedBy(job))?.spanId ?? 'none';
  }

  test('one alone belong to the trace of their caller, and the job carries it', async () => {
    let caller: Span | undefined;
    await inSpan('caller', {}, async (span) => {
      caller = span;
      await producer.send({ ...REQUEST, id: 'alone' });
    });
    const [send] = ended('send transactional');
    if (send === undefined || caller === undefined) throw new Error('no span');
    expect(send.parentSpanContext?.spanId).toBe(idOf(caller));
    expect(await carried('alone', 'transactional')).toBe(idOf(send));
  });

  test('many at once are a trace each, with a link to what they were accepted in', async () => {
    let caller: Span | undefined;
    await inSpan('caller', {}, async (span) => {
      caller = span;
      const requests = ['a', 'b', 'c'].map((id) => ({ ...REQUEST, id }));
      for await (const result of producer.sendMany(requests))
        expect(result.status).toBe('accepted');
    });
    const sends = ended('send transactional');
    if (caller === undefined) throw new Error('no span');
    expect(new Set([caller, ...sends].map(traceOf)).size).toBe(4);
    for (const send of sends) expect(linkedTo(send)).toEqual([idOf(caller)]);
    expect(await carried('c', 'transactional')).toBe(idOf(sends[2] ?? caller));
  });

  test('rows of a campaign are a trace each, with a link to their release', async () => {
    const { redis, ledger, queues } = producer.store;
    const keyring = Keyring.forDevelopment();
    const campaigns = new CampaignStore(redis, prefix, { retentionMs: 600_000 });
    const rows = new RowStore(redis, prefix, keyring);
    const id = await launch(campaigns, rows, numberedRows(3));
    const campaign = await campaigns.get(id);
    if (campaign === undefined) throw new Error('it was created');
    const observe = () => undefined;
    const parts = { campaigns, rows, ledger, queues, keyring, observe };
    await new Release(parts).release(campaign, 0, 3);

    const [release] = ended('release rows');
    const sends = ended('send campaign');
    if (release === undefined) throw new Error('no span');
    expect(new Set([release, ...sends].map(traceOf)).size).toBe(4);
    for (const send of sends) expect(linkedTo(send)).toEqual([idOf(release)]);
    const [first] = sends;
    const notification = String(first?.attributes['notifier.notification.id']);
    expect(await carried(notification, 'campaign')).toBe(idOf(first ?? release));
  });
});

describe('a look-up for many', () => {
  let genesys: SandboxClient;
  beforeAll(async () => {
    genesys = await startSandboxClient();
  });
  afterAll(() => genesys.close());

  test('is one request in the trace of the first, linked with the others both ways', async () => {
    const loader = openLoader(genesys.client);
    const now = Date.now();
    const conversations = [
      { minutesAgo: 60, messages: [{ from: 'customer' as const, text: 'Hello' }] },
    ];
    const phases = [1, 2, 3].map(() =>
      trace.getTracer('test').startSpan('history', { root: true }),
    );
    const searches = phases.map((span) => {
      const { id } = genesys.sandbox.addCustomer({ conversations });
      const window = { from: now - 31 * DAY_MS, to: now };
      const search = { contactIds: [id], window, known: new Set<string>() } as const;
      return loader.load({ ...search, contactIds: [id] }, { ...LANE, span });
    });
    await Promise.all(searches);
    for (const phase of phases) phase.end();

    const requests = ended('POST conversation-query');
    expect(requests).toHaveLength(1);
    const [request] = requests;
    const [first, ...others] = phases;
    if (request === undefined || first === undefined) throw new Error('no span');
    expect(request.parentSpanContext?.spanId).toBe(idOf(first));
    expect(request.attributes['notifier.served']).toBe(3);
    expect(linkedTo(request)).toEqual(others.map(idOf));
    const linkedBack = ended('history').filter((span) => linkedTo(span).includes(idOf(request)));
    expect(linkedBack.map(idOf)).toEqual(others.map(idOf));
  });
});

describe('what a job carries', () => {
  const carrying = (metadata: unknown) => carriedBy({ opts: { telemetry: { metadata } } });

  test('is nothing without a trace', () => {
    expect(carry()).toBeUndefined();
  });

  test.each([
    ['no JSON', 'nonsense'],
    ['null', 'null'],
    ['a number', 7],
    ['no trace context', '{"traceparent":{"a":1}}'],
    ['a wrong one', '{"traceparent":"00-zz-zz-01"}'],
    ['too long', JSON.stringify({ traceparent: `00-${'a'.repeat(3_000)}` })],
  ])('is passed over when it is %s', (_what, metadata) => {
    expect(trace.getSpanContext(carrying(metadata))).toBeUndefined();
  });

  test('is read as bullmq-otel writes it', () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
    const place = trace.getSpanContext(carrying(JSON.stringify({ traceparent, baggage: 'a=b' })));
    expect(place).toMatchObject({ traceId, spanId: '00f067aa0ba902b7', isRemote: true });
  });
});
