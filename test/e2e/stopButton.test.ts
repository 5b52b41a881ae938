import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Deployment, deploy } from '../support/deployment.js';

/** Long enough for a worker that does not heed the button to send, or to take a job again. */
const A_WHILE_MS = 1_500;

describe('the stop button', () => {
  let deployment: Deployment;

  beforeEach(async () => {
    // Requests are counted here, and those of the listener for events are of no notification.
    deployment = await deploy({ env: { DELIVERY_EVENTS: 'off' } });
  });
  afterEach(() => deployment.stop());

  const sends = () => deployment.sandbox.requests.count('agentless-email');
  const send = (id: string) =>
    deployment.send({
      id,
      recipient: { email: 'customer@example.com' },
      template: 'follow-up',
      channels: ['email'],
    });
  const operations = () => deployment.producer.operations;

  test('keeps a worker that is about to write its intent from sending; no attempt is used, and resuming sends once', async () => {
    const worker = await deployment.spawnWorker({ stopAt: 'before_intent' });
    const id = await send('about-to');
    await worker.stopped;
    await operations().pause({ reason: 'wrong template' });
    worker.goOn();
    const parked = await deployment.reaches(id, 'queued', 'sent', 'failed', 'unknown');
    expect(parked).toMatchObject({ state: 'queued', reason: 'paused', attempts: 0 });
    await pause(A_WHILE_MS);
    expect(sends()).toBe(0);
    await operations().resume();
    expect(await deployment.reaches(id, 'sent', 'failed')).toMatchObject({ attempts: 1 });
    expect(sends()).toBe(1);
  });

  test('outlasts an intent that was written before: once pause has answered, that request does not leave', async () => {
    const worker = await deployment.spawnWorker({ stopAt: 'intent_written' });
    const id = await send('written');
    await worker.stopped;
    await operations().pause({ reason: 'wrong template' });
    worker.goOn();
    const kept = await deployment.reaches(id, 'queued', 'sent', 'unknown');
    expect(kept.state).toBe('queued');
    await pause(A_WHILE_MS);
    expect(sends()).toBe(0);
    await operations().resume();
    await deployment.reaches(id, 'sent');
    expect(sends()).toBe(1);
  });

  test('stops two busy workers: after pause has answered not one more request arrives, acceptance goes on, and resuming loses nothing', async () => {
    await deployment.spawnWorker();
    await deployment.spawnWorker();
    const ids = await Promise.all(Array.from({ length: 60 }, (_, n) => send(`busy-${n}`)));
    expect(await deployment.sandbox.requests.waitFor(5, 'agentless-email', 20_000)).toBe(true);
    await operations().pause({ reason: 'complaints', by: { name: 'ops', from: 'api' } });
    const sentWhenPaused = sends();
    expect(sentWhenPaused).toBeLessThan(60);
    ids.push(await send('accepted-while-paused'));
    await pause(A_WHILE_MS);
    expect(sends()).toBe(sentWhenPaused);

    await operations().resume();
    for (const id of ids) {
      expect(await deployment.reaches(id, 'sent', 'failed', 'unknown')).toMatchObject({
        state: 'sent',
        attempts: 1,
      });
    }
    expect(sends()).toBe(61);
  });

  test('keeps workers from spinning: while it is pressed no job is taken', async () => {
    // A listener for delivery events has requests of its own, which lead to no message.
    await deployment.startWorker({ DELIVERY_EVENTS: 'off' });
    await operations().pause({ reason: 'quiet' });
    const id = await send('waits');
    await pause(A_WHILE_MS);
    expect(deployment.sandbox.requests.count()).toBe(0);
    expect((await deployment.producer.get(id))?.timeline.map(({ state }) => state)).toEqual([
      'accepted',
      'queued',
    ]);
  });

  test('is heeded although the queues were resumed by other means, and the sweeper pauses them', async () => {
    await operations().pause({ reason: 'quiet' });
    const { queues } = deployment.producer.store;
    await queues.transactional.resume();
    await deployment.startWorker();
    const id = await send('by-other-means');
    while (!(await queues.transactional.isPaused())) await pause(50);
    await pause(A_WHILE_MS);
    // A worker that had taken it up before the sweeper came puts it back.
    const stands = async () => deployment.producer.get(id);
    while ((await stands())?.state === 'processing') await pause(50);
    expect(sends()).toBe(0);
    expect(await stands()).toMatchObject({ state: 'queued', attempts: 0 });
  });

  test('lets what is past its deadline expire', async () => {
    await deployment.startWorker();
    await operations().pause({ reason: 'quiet' });
    const deadline = new Date(Date.now() + 1_500).toISOString();
    const id = await deployment.send({
      recipient: { email: 'customer@example.com' },
      template: 'follow-up',
      deadline,
    });
    await deployment.reaches(id, 'expired');
    expect(sends()).toBe(0);
  });

  test('is shown by a worker that is ready all the same, and in its metrics', async () => {
    const worker = await deployment.startWorker({ HEALTH_PORT: '0' });
    const metrics = async () => (await fetch(`${worker.url}/metrics`)).text();
    expect(await metrics()).toMatch(/^notifier_paused 0$/m);
    const { since } = await operations().pause({ reason: 'only those with a key read this' });
    const answer = await fetch(`${worker.url}/readyz`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      status: 'ready',
      // The Redis of the tests writes nothing to its disk.
      intentDurability: 'none',
      pausedSince: new Date(since).toISOString(),
    });
    expect(await metrics()).toMatch(/^notifier_paused 1$/m);
    expect(await metrics()).toMatch(/^notifier_queue_paused\{queue="campaign"\} 1$/m);
  });
});

describe('a gate that the platform closed for hours', () => {
  let deployment: Deployment;

  beforeEach(async () => {
    // Requests are counted here, and those of the listener for events are of no notification.
    deployment = await deploy({ env: { DELIVERY_EVENTS: 'off' } });
  });
  afterEach(() => deployment.stop());

  test('says until when and why, is shown by a worker that is ready, and lets the work go on once it is opened by hand', async () => {
    const { operations } = deployment.producer;
    deployment.sandbox.faults.add({
      endpoint: 'agentless-email',
      kind: '429',
      retryAfter: '7200',
      count: 1,
    });
    const worker = await deployment.startWorker({ HEALTH_PORT: '0' });
    const id = await deployment.send({
      recipient: { email: 'customer@example.com' },
      template: 'follow-up',
      channels: ['email'],
    });
    while (!(await operations.gate()).closed) await pause(20);
    const gate = await operations.gate();
    if (!gate.closed) throw new Error('it was closed a moment ago');
    expect(gate.reason).toEqual({ operation: 'agentless-email', retryAfterMs: 7_200_000 });
    expect(gate.until - (gate.since ?? Number.POSITIVE_INFINITY)).toBeGreaterThan(7_190_000);
    const ready = await fetch(`${worker.url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { status: 'ready', intentDurability: 'none', gateClosedUntil: expect.any(String) },
    ]);
    const page = await (await fetch(`${worker.url}/metrics`)).text();
    const until = /^notifier_gate_closed_until_timestamp_seconds (\S+)$/m.exec(page)?.[1];
    expect(Number(until)).toBeGreaterThan(Date.now() / 1_000 + 7_000);
    expect(page).toMatch(
      /notifier_platform_requests_total\{operation="agentless-email",status="429"\} 1/,
    );

    await pause(A_WHILE_MS);
    expect(deployment.deliveries()).toBe(0);
    expect(await operations.openGate()).toBeGreaterThan(7_100_000);
    expect(await deployment.reaches(id, 'sent')).toMatchObject({ attempts: 1 });
    expect(deployment.deliveries()).toBe(1);
  });
});
