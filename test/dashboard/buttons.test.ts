import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { NotificationRequest } from '../../src/notification/request.js';
import { startTestApi, stopApisAfterAll } from '../api/support/api.js';
import { type Deployment, deploy } from '../support/deployment.js';
import { LOGIN, Visitor } from './support/visitor.js';

stopApisAfterAll();

/** Long enough for a job that is free to start to have been taken, sent and recorded. */
const WORK_WOULD_BE_DONE_MS = 1_000;

describe('the dashboard’s buttons, with a worker at work', () => {
  let deployment: Deployment;
  let ops: Visitor;
  let id: string;
  let count = 0;

  beforeAll(async () => {
    deployment = await deploy();
    const env = { ...LOGIN, DASHBOARD_ACTIONS: 'on', QUEUE_PREFIX: deployment.prefix };
    ops = await Visitor.loggedIn(await startTestApi(env));
    await deployment.startWorker();
  });
  afterAll(() => deployment.stop());
  beforeEach(() => {
    count += 1;
    id = `pressed-${count}`;
  });

  const email = () => `${id}@example.net`;
  const received = () => deployment.sandbox.deliveries.list(email()).length;
  const job = (generation = 1, letter = 'n') => `${letter}-${id}.${generation}`;
  const press = (button: string, jobId = job()) =>
    ops.call('PUT', `/queues/transactional/${jobId}/${button}`);
  const add = (data: unknown, options: unknown = {}) =>
    ops.call('POST', '/queues/transactional/add', { name: 'dispatch', data, options });
  const state = async (jobId = job()) => {
    const { status, body } = await ops.call('GET', `/queues/transactional/${jobId}`);
    return status === 200 ? (body as { status: string }).status : status;
  };
  const jobBecomes = async (wanted: string | number, jobId = job()) => {
    while ((await state(jobId)) !== wanted) await pause(20);
  };
  const send = (changes: Partial<NotificationRequest> = {}) =>
    deployment.send({
      id,
      recipient: { email: email() },
      template: 'follow-up',
      channels: ['email'],
      history: { required: false },
      ...changes,
    });
  /** Has the sweeper look now at what it would look at in minutes. */
  const sweepIsDue = async () => {
    const { redis, ledger } = deployment.producer.store;
    await redis.zadd(ledger.keys.due, 'XX', Date.now(), id);
  };

  describe('retry', () => {
    test('of a failed job sends it, once, under a new generation, and says who did it', async () => {
      deployment.sandbox.faults.add({ endpoint: 'agentless-email', kind: '400' });
      await send();
      await deployment.reaches(id, 'failed');
      await jobBecomes('failed');
      expect((await press('retry')).status).toBe(204);
      const view = await deployment.reaches(id, 'sent');
      const retried = { state: 'accepted', reason: 'retry', detail: 'by ops' };
      expect(view.timeline).toContainEqual(expect.objectContaining(retried));
      await jobBecomes('completed', job(2));
      expect(received()).toBe(1);
      expect(await press('retry')).toMatchObject({ status: 409 });
      expect(received()).toBe(1);
    });

    test.each(['sent', 'unknown'] as const)(
      'is refused where it is %s: nothing goes out a second time',
      async (end) => {
        if (end === 'unknown') {
          deployment.sandbox.faults.add({ endpoint: 'agentless-email', kind: '500-after' });
        }
        await send();
        await deployment.reaches(id, end);
        await jobBecomes('completed');
        const message = 'A message may have reached the customer; a retry could send it twice.';
        expect(await press('retry')).toMatchObject({ status: 409, body: { message } });
        await pause(WORK_WOULD_BE_DONE_MS);
        expect([received(), (await deployment.producer.get(id))?.state]).toEqual([1, end]);
      },
    );
  });

  describe('promote', () => {
    test('does not send before its time, and at its time it is sent, once', async () => {
      const sendAt = Date.now() + 4_000;
      await send({ sendAt: new Date(sendAt).toISOString() });
      await jobBecomes('delayed');
      expect((await press('promote')).status).toBe(204);
      await pause(WORK_WOULD_BE_DONE_MS);
      expect([received(), await state()]).toEqual([0, 'delayed']);
      await deployment.reaches(id, 'sent');
      // The claim allows clocks to differ by a second.
      expect(Date.now()).toBeGreaterThan(sendAt - 1_000);
      expect(received()).toBe(1);
    });

    test('of a job that is not delayed is refused', async () => {
      await send();
      await deployment.reaches(id, 'sent');
      expect(await press('promote')).toMatchObject({ status: 409 });
    });
  });

  describe('duplicate', () => {
    test('of what was sent sends nothing', async () => {
      await send();
      await deployment.reaches(id, 'sent');
      const added = await add({ id, generation: 1 });
      expect(added.status).toBe(200);
      const { id: copy } = (added.body as { job: { id: string } }).job;
      await jobBecomes('completed', copy);
      expect(received()).toBe(1);
    });

    test('of what waits for its time is not sent before it, and then once', async () => {
      const sendAt = Date.now() + 3_000;
      await send({ sendAt: new Date(sendAt).toISOString() });
      const copies = await Promise.all([1, 2, 3].map(() => add({ id, generation: 1 })));
      await pause(WORK_WOULD_BE_DONE_MS);
      expect(received()).toBe(0);
      await deployment.reaches(id, 'sent');
      for (const { body } of copies) {
        await jobBecomes('completed', (body as { job: { id: string } }).job.id);
      }
      await jobBecomes('completed');
      expect(received()).toBe(1);
    });

    test('many times over while it is being sent, it still goes out once', async () => {
      deployment.sandbox.faults.add({ endpoint: 'agentless-email', kind: 'delay', ms: 700 });
      await send();
      await deployment.reaches(id, 'sending');
      await Promise.all([1, 2, 3, 4].map(() => add({ id, generation: 1 })));
      await deployment.reaches(id, 'sent', 'unknown');
      await pause(WORK_WOULD_BE_DONE_MS);
      expect([received(), (await deployment.producer.get(id))?.state]).toEqual([1, 'sent']);
    });

    test.each([
      ['of a notification that does not exist', { id: 'nobody', generation: 1 }],
      ['with text in its data', { note: 'call Mrs Whitfield' }],
      ['without data', null],
    ])('%s adds no job', async (_title, data) => {
      const counts = () => deployment.producer.store.queues.transactional.getJobCounts();
      const before = await counts();
      expect(await add(data)).toMatchObject({ status: 409 });
      expect(await counts()).toEqual(before);
    });

    test('takes over neither options nor further data', async () => {
      await send();
      await deployment.reaches(id, 'sent');
      const options = { attempts: 500, jobId: 'Mrs Whitfield', removeOnComplete: false };
      const { body } = await add({ id, generation: 1, note: 'Mrs Whitfield' }, options);
      const copy = (body as { job: { id: string } }).job.id;
      await jobBecomes('completed', copy);
      const stored = await deployment.producer.store.queues.transactional.getJob(copy);
      expect(stored?.data).toEqual({ id, generation: 1 });
      expect(JSON.stringify(stored)).not.toContain('Whitfield');
      expect(stored?.opts.attempts).toBe(12);
    });
  });

  describe('remove', () => {
    test('does not lose what waits: the sweeper adds it again, for its time, and it is sent once', async () => {
      const sendAt = Date.now() + 4_000;
      await send({ sendAt: new Date(sendAt).toISOString() });
      await jobBecomes('delayed');
      expect((await press('clean')).status).toBe(204);
      expect(await state()).toBe(404);
      await sweepIsDue();
      await jobBecomes('delayed');
      expect(received()).toBe(0);
      const view = await deployment.reaches(id, 'sent');
      expect(Date.now()).toBeGreaterThan(sendAt - 1_000);
      expect([received(), view.attempts]).toEqual([1, 1]);
    });

    test('does not lose a delivery check', async () => {
      const recipient = { email: 'customer@example.com' };
      await send({ recipient, channels: ['web'] });
      await deployment.reaches(id, 'sent');
      const check = job(1, 'd');
      await jobBecomes('delayed', check);
      expect((await press('clean', check)).status).toBe(204);
      await pause(WORK_WOULD_BE_DONE_MS);
      await sweepIsDue();
      const view = await deployment.reaches(id, 'delivered', 'read', 'failed', 'undelivered');
      expect(view.delivery).toBeDefined();
    });

    test('of a job at work is refused', async () => {
      deployment.sandbox.faults.add({ endpoint: 'agentless-email', kind: 'delay', ms: 500 });
      await send();
      await deployment.reaches(id, 'sending');
      expect(await press('clean')).toMatchObject({ status: 409 });
      await deployment.reaches(id, 'sent');
      expect(received()).toBe(1);
    });
  });
});

describe('what the dashboard does not do', () => {
  const JOB = '/queues/transactional/n-x.1';
  const ALL_BUT_BUTTONS = [
    ['PUT', '/queues/pause'],
    ['PUT', '/queues/resume'],
    ['PUT', '/queues/transactional/pause'],
    ['PUT', '/queues/transactional/resume'],
    ['PUT', '/queues/transactional/empty'],
    ['PUT', '/queues/transactional/obliterate'],
    ['PUT', '/queues/transactional/promote'],
    ['PUT', '/queues/transactional/concurrency'],
    ['PUT', '/queues/transactional/rate-limit'],
    ['PUT', '/queues/transactional/rate-limit/release'],
    ['PUT', '/queues/transactional/retry/failed'],
    ['PUT', '/queues/transactional/clean/failed'],
    ['PATCH', `${JOB}/update-data`],
    ['PATCH', `${JOB}/delay`],
    ['PATCH', `${JOB}/priority`],
    ['GET', '/queues/transactional/workers'],
    ['GET', '/queues/transactional/rate-limit'],
  ] as const;

  let able: Visitor;
  let reader: Visitor;

  beforeAll(async () => {
    able = await Visitor.loggedIn(await startTestApi({ ...LOGIN, DASHBOARD_ACTIONS: 'on' }));
    reader = await Visitor.loggedIn(await startTestApi(LOGIN));
  });

  test.each(ALL_BUT_BUTTONS)(
    '%s %s is not there, even with its buttons on',
    async (method, path) => {
      const answer = await able.call(method, path, method === 'GET' ? undefined : {});
      expect(answer.status).toBe(404);
    },
  );

  test.each([
    ['PUT', `${JOB}/retry`],
    ['PUT', `${JOB}/promote`],
    ['PUT', `${JOB}/clean`],
    ['POST', '/queues/transactional/add'],
  ])('%s %s is not there unless switched on', async (method, path) => {
    expect((await reader.call(method, path, {})).body).toMatchObject({ title: 'Not Found' });
    expect((await able.call(method, path, {})).body).toHaveProperty('error');
  });
});
