import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Command } from '../cli/support/command.js';
import { type Deployment, deploy } from '../support/deployment.js';
import { codeBlocks, pageAt } from '../support/pages.js';
import { type ExportedSpan, OtlpReceiver } from './support/otlpReceiver.js';
import { spanTree, withoutTimes } from './support/spanTree.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
const PAGE = pageAt('docs/tracing.md');

let folder: string;
let deployment: Deployment;
let receiver: OtlpReceiver;
let api: Command;
let worker: Command;
let spans: ExportedSpan[];

/** A role with the SDK as docs/tracing.md starts it. */
function start(role: string, tracing: string, endpoint: string): Command {
  return new Command([role], {
    ...deployment.env,
    API_PORT: '0',
    LOG_LEVEL: 'debug',
    NODE_OPTIONS: `--import=${tracing}`,
    OTEL_SERVICE_NAME: role,
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_BSP_SCHEDULE_DELAY: '50',
  });
}

async function send(
  url: string,
  request: object,
  headers: Record<string, string> = {},
): Promise<void> {
  const { status } = await fetch(`${url}/v1/notifications`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ template: 'follow-up', channels: ['web'], ...request }),
  });
  expect(status).toBe(202);
}

function named(name: string): ExportedSpan {
  const found = spans.find((span) => span.name === name);
  if (found === undefined) throw new Error(`no span ${name} in\n${spanTree(spans)}`);
  return found;
}

beforeAll(async () => {
  // Inside the project, so that the example finds its packages.
  folder = mkdtempSync(fileURLToPath(new URL('./.example-', import.meta.url)));
  const [code = ''] = codeBlocks(PAGE, 'js');
  const tracing = `${folder}/tracing.mjs`;
  writeFileSync(tracing, code);
  // Each message has a check of its own then, a job with its trace.
  deployment = await deploy({ env: { DELIVERY_CHECK_AFTER: '500ms', DELIVERY_EVENTS: 'off' } });
  const messages = [{ from: 'customer' as const, text: 'Where is my parcel?' }];
  for (const email of ['first@example.com', 'customer@example.com']) {
    deployment.sandbox.addCustomer({ email, conversations: [{ minutesAgo: 60, messages }] });
  }
  receiver = new OtlpReceiver();
  const endpoint = await receiver.start();
  api = start('api', tracing, endpoint);
  worker = start('worker', tracing, endpoint);
  const [, url] = await api.says(/"url":"([^"]+)"[^\n]*"msg":"ready"/);
  await worker.says(/"msg":"ready"/);
  // The first notification of a worker waits until the platform's SDK is loaded, and for a login.
  await send(`${url}`, { id: 'first', recipient: { email: 'first@example.com' } });
  await deployment.reaches('first', 'delivered', 'sent');
  const traceparent = `00-${TRACE}-${CALLER}-01`;
  const traced = { id: 'traced', recipient: { email: 'customer@example.com' } };
  await send(`${url}`, traced, { traceparent });
  spans = await receiver.traceWhen(
    TRACE,
    (all) =>
      all.filter(({ name }) => name === 'process transactional').length === 2 &&
      all.some(({ name }) => name === 'POST /v1/notifications'),
  );
});
afterAll(async () => {
  for (const process of [api, worker]) process?.signal('SIGKILL');
  await Promise.all([api?.end(), worker?.end()]);
  await receiver?.close();
  await deployment?.stop();
  rmSync(folder, { recursive: true });
});

describe('with the SDK of docs/tracing.md', () => {
  test('one notification is one trace over two processes, the one that the page shows', () => {
    const [drawn = ''] = codeBlocks(PAGE, '').filter((block) =>
      block.includes('send transactional'),
    );
    expect(withoutTimes(spanTree(spans))).toEqual(withoutTimes(drawn));
    expect(named('POST /v1/notifications')).toMatchObject({
      service: 'api',
      kind: 2,
      parentSpanId: CALLER,
      attributes: { 'http.route': '/v1/notifications', 'http.response.status_code': 202 },
    });
    expect(named('process transactional')).toMatchObject({ service: 'worker', kind: 5 });
  });

  test('a request to the platform says what it asked, was answered, and waited for', () => {
    const send = named('POST agentless-message');
    expect(send).toMatchObject({
      kind: 3,
      isError: false,
      attributes: {
        'notifier.operation': 'agentless-message',
        'http.request.method': 'POST',
        'http.response.status_code': 200,
        'server.address': '127.0.0.1',
        'server.port': Number(new URL(deployment.sandbox.url).port),
      },
    });
    expect(send.attributes['notifier.permit.wait_ms']).toBeGreaterThanOrEqual(0);
    expect(send.attributes['notifier.platform.correlation_id']).toEqual(expect.any(String));
  });

  test('an attempt says which notification, how long it waited, and how it ended', () => {
    expect(named('process transactional').attributes).toMatchObject({
      'messaging.system': 'bullmq',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'transactional',
      'messaging.message.id': 'n-traced.1',
      'notifier.notification.id': 'traced',
      'notifier.attempt': 1,
      'notifier.outcome': 'done',
      'notifier.state': 'sent',
      'notifier.queue.wait_ms': expect.any(Number),
    });
    expect(named('dispatch').events).toEqual([
      'notifier.before_intent',
      'notifier.intent_written',
      'notifier.answer_received',
      'notifier.answer_recorded',
    ]);
  });

  test('the data of the job holds nothing more, and its options the trace', async () => {
    const { redis, queues } = deployment.producer.store;
    const job = await queues.transactional.getJob('n-traced.1');
    expect(job?.data).toEqual({ id: 'traced', generation: 1 });
    const stored = await redis.hget(`${deployment.prefix}:transactional:n-traced.1`, 'opts');
    const { tm } = JSON.parse(stored ?? '{}') as { tm?: string };
    const { spanId } = named('send transactional');
    expect(JSON.parse(tm ?? '{}')).toEqual({ traceparent: `00-${TRACE}-${spanId}-01` });
  });

  test('log lines of both processes carry the trace, and no line without a span does', () => {
    const answered = lineWith(api, '"msg":"answered"', TRACE);
    expect(answered).toMatchObject({
      trace_id: TRACE,
      span_id: named('POST /v1/notifications').spanId,
    });
    const sent = lineWith(worker, '"msg":"sent"', TRACE);
    expect(sent).toMatchObject({ trace_id: TRACE, span_id: named('dispatch').spanId });
    expect(lineWith(worker, '"msg":"worker started"')).not.toHaveProperty('trace_id');
  });

  test('the last spans of a process that stops are exported', async () => {
    worker.signal('SIGTERM');
    expect(await worker.end()).toBe(0);
    expect(receiver.bodies.join('')).not.toMatch(/customer@|parcel/);
  });
});

function lineWith(command: Command, ...parts: string[]): unknown {
  const lines = command.stdout.split('\n');
  const line = lines.find((each) => parts.every((part) => each.includes(part)));
  if (line === undefined) throw new Error(`no line with ${parts.join(' and ')}`);
  return JSON.parse(line);
}
