import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type JobsOptions, Queue, QueueEvents } from 'bullmq';
import { Redis } from 'ioredis';
import { type Deployment, deploy } from '../support/deployment.js';
import { everythingStored } from '../support/everythingStored.js';
import { testRedisUrl } from '../support/redis.js';

const ADDRESS = 'private.person@example.com';
const REQUEST = {
  recipient: { email: ADDRESS },
  template: 'follow-up',
  channels: ['email'],
  history: { required: false },
};

/** What the ledger of the test keeps of a request by design; all else must be free of addresses. */
const MAY_HOLD_A_REQUEST = /:r:|:x:|:c:|:campaign/;

describe('the intake queue', () => {
  let deployment: Deployment;
  let intake: Queue;
  let events: QueueEvents;
  let redis: Redis;
  let listening: Redis;

  beforeAll(async () => {
    deployment = await deploy();
    await deployment.startWorker();
    redis = new Redis(testRedisUrl(), { maxRetriesPerRequest: null });
    const { prefix } = deployment;
    // As another program would: nothing of this product, and options that know nothing of it.
    intake = new Queue('intake', { connection: redis, prefix });
    listening = new Redis(testRedisUrl(), { maxRetriesPerRequest: null });
    events = new QueueEvents('intake', { connection: listening, prefix });
    await events.waitUntilReady();
  });
  afterAll(async () => {
    await events.close();
    await intake.close();
    listening.disconnect();
    redis.disconnect();
    await deployment.stop();
  });

  const add = (data: unknown, opts?: JobsOptions) => intake.add('notification', data, opts);

  async function result(data: unknown, opts?: JobsOptions): Promise<unknown> {
    return (await add(data, opts)).waitUntilFinished(events, 20_000);
  }

  async function failure(data: unknown, opts?: JobsOptions): Promise<string> {
    return result(data, opts).then(
      (value) => `it did not fail: ${JSON.stringify(value)}`,
      (error: Error) => error.message,
    );
  }

  /** Everything under the prefix that must hold no address does hold none. */
  async function expectNoAddress(marker = ADDRESS): Promise<void> {
    const stored = await everythingStored(deployment.prefix);
    const leaks = [...stored].filter(
      ([key, content]) => !MAY_HOLD_A_REQUEST.test(key) && content.includes(marker),
    );
    expect(leaks).toEqual([]);
  }

  test('accepts a request as the api does, answers with id and state, and sends it', async () => {
    const job = await add(REQUEST);
    const answer = await job.waitUntilFinished(events, 20_000);
    const id = `job-${job.id}-${job.timestamp}`;
    expect(answer).toEqual({ id, state: 'accepted' });
    const view = await deployment.reaches(id, 'sent', 'failed', 'skipped');
    expect(view.timeline[0]).toMatchObject({ state: 'accepted', detail: 'by intake' });
    expect((await intake.getJob(job.id ?? ''))?.data).toEqual({ accepted: id, ofJob: job.id });
  });

  test('leaves no address in a job that has ended, whichever way, nor in its events', async () => {
    await result({ ...REQUEST, id: 'leaves-none' });
    await failure({ ...REQUEST, template: 'no-such-template' });
    await failure({ ...REQUEST, id: 'leaves-none', metadata: { other: 1 } });
    await failure({ ...REQUEST, [ADDRESS]: 1, variables: { [ADDRESS]: ADDRESS } });
    await expectNoAddress();
  });

  test('takes the id in the request, else the job id that the producer chose', async () => {
    expect(await result({ ...REQUEST, id: 'own-id' })).toMatchObject({ id: 'own-id' });
    expect(await result(REQUEST, { jobId: 'order-17' })).toMatchObject({ id: 'order-17' });
    const ofAddress = await result(REQUEST, { jobId: 'Person.2@example.com' });
    expect(ofAddress).toMatchObject({ id: expect.stringMatching(/^job-[A-Za-z0-9_-]{24}$/) });
  });

  test('makes one notification of a job id that is used again once its job is gone', async () => {
    const first = await result(REQUEST, { jobId: 'order-18', removeOnComplete: true });
    expect(await intake.getJob('order-18')).toBeUndefined();
    const second = await result(REQUEST, { jobId: 'order-18', removeOnComplete: true });
    expect(second).toMatchObject({ id: 'order-18' });
    expect(first).toMatchObject({ id: 'order-18' });
    const view = await deployment.reaches('order-18', 'sent', 'failed');
    expect(view.timeline.filter(({ state }) => state === 'accepted')).toHaveLength(1);
  });

  test('does not take two jobs for one when BullMQ begins to number its jobs again', async () => {
    const one = await result(REQUEST);
    await redis.del(`${deployment.prefix}:intake:id`);
    await intake.drain();
    await intake.clean(0, 1_000, 'completed');
    await intake.clean(0, 1_000, 'failed');
    const other = await result(REQUEST);
    expect(other).not.toEqual(one);
  });

  test('fails an invalid request at once with every field named, whatever attempts it has', async () => {
    const job = await add(
      { recipient: { email: 'nonsense', phone: '12' }, template: 'follow-up', prioritty: 'x' },
      { attempts: 10, backoff: 60_000, removeOnFail: false },
    );
    const message = await job.waitUntilFinished(events, 20_000).catch((e: Error) => e.message);
    expect(message).toMatch(/^The request is invalid\. /);
    for (const field of ['recipient.email', 'recipient.phone', 'prioritty']) {
      expect(message).toContain(`${field}: expected `);
    }
    expect(message).not.toContain('nonsense');
    const failed = await intake.getJob(job.id ?? '');
    expect(failed).toMatchObject({ attemptsMade: 1, stacktrace: [] });
    expect(failed?.data).toEqual({ refused: message, ofJob: job.id });
  });

  test('says so when the id is in use for a different request', async () => {
    await result({ ...REQUEST, id: 'taken' });
    const message = await failure({ ...REQUEST, id: 'taken', metadata: { other: true } });
    expect(message).toMatch(/^The id taken is in use for a different request, which is \w+ and /);
    expect(await result({ ...REQUEST, id: 'taken' })).toMatchObject({ id: 'taken' });
  });

  test.each<[string, unknown]>([
    ['a string', `${ADDRESS} wants to know`],
    ['null', null],
    ['a number', 17],
    ['a list', [REQUEST]],
    ['an empty object', {}],
    ['a proto key', JSON.parse('{"__proto__": {"template": "follow-up"}}')],
    ['more than 64 KB', { ...REQUEST, metadata: { text: 'x'.repeat(70_000) } }],
    ['two megabytes', { ...REQUEST, metadata: { text: 'x'.repeat(2_000_000) } }],
    ['a thousand levels', JSON.parse(`${'['.repeat(1_000)}${']'.repeat(1_000)}`)],
    ['another program’s mark', { accepted: 'own-id', ofJob: 'another-job' }],
  ])('fails cleanly on %s', async (_what, data) => {
    expect(await failure(data)).toMatch(/^The request is invalid\. .*: expected /s);
  });

  test('keeps what has ended no longer than its own jobs, whatever the producer says', async () => {
    const job = await add(REQUEST, { removeOnComplete: false });
    await job.waitUntilFinished(events, 20_000);
    const old = Date.now() - 2 * 3_600_000;
    await redis.zadd(`${deployment.prefix}:intake:completed`, old, job.id ?? '');
    await result(REQUEST, { removeOnComplete: 1_000_000 });
    expect(await intake.getJob(job.id ?? '')).toBeUndefined();
  });

  test('answers as before when the worker that accepted it died before it could say so', async () => {
    const request = { ...REQUEST, deadline: new Date(Date.now() + 1_500).toISOString() };
    await deployment.producer.send({ ...request, id: 'died-early' } as never);
    expect(await result(request, { jobId: 'died-early' })).toMatchObject({ id: 'died-early' });
    // Its deadline has passed since: the request would be refused today, and was not then.
    await deployment.reaches('died-early', 'sent', 'expired');
    await intake.remove('died-early');
    expect(await result(request, { jobId: 'died-early', delay: 1_600 })).toMatchObject({
      id: 'died-early',
      state: expect.stringMatching(/^(sent|expired)$/),
    });
  });

  test('ends a job in the same way when its worker died between the mark and the end', async () => {
    await result({ ...REQUEST, id: 'marked' });
    const accepted = { accepted: 'marked', ofJob: 'm-1' };
    expect(await result(accepted, { jobId: 'm-1' })).toMatchObject({ id: 'marked' });
    const refused = { refused: 'The request is invalid. template: expected …', ofJob: 'm-2' };
    expect(await failure(refused, { jobId: 'm-2', attempts: 5 })).toBe(refused.refused);
    expect((await intake.getJob('m-2'))?.attemptsMade).toBe(1);
  });

  test('makes one notification of each occurrence of a job scheduler', async () => {
    await intake.upsertJobScheduler(
      'each-second',
      { every: 1_000, limit: 3 },
      { name: 'notification', data: REQUEST },
    );
    const ids = new Set<string>();
    await new Promise<void>((resolve) => {
      events.on('completed', ({ jobId, returnvalue }) => {
        if (!jobId.startsWith('repeat:each-second:')) return;
        ids.add((returnvalue as unknown as { id: string }).id);
        if (ids.size === 3) resolve();
      });
    });
    await intake.removeJobScheduler('each-second');
    for (const id of ids) expect(await deployment.producer.get(id)).toMatchObject({ id });
  });

  test('lets delay put off the acceptance, and the deadline counts from there', async () => {
    const addedAt = Date.now();
    const answer = (await result(REQUEST, { delay: 1_000, jobId: 'delayed-1' })) as { id: string };
    const view = await deployment.producer.get(answer.id);
    const createdAt = Date.parse(view?.createdAt ?? '');
    expect(createdAt - addedAt).toBeGreaterThanOrEqual(900);
    expect(Date.parse(view?.deadline ?? '') - createdAt).toBe(24 * 3_600_000);
  });

  test('lets sendAt and priority mean what they mean elsewhere', async () => {
    const sendAt = new Date(Date.now() + 3_600_000).toISOString();
    const more = { sendAt, priority: 'campaign', campaignId: 'spring', id: 'later' };
    expect(await result({ ...REQUEST, ...more })).toMatchObject({ id: 'later' });
    const { campaign } = deployment.producer.store.queues;
    expect(await campaign.getJob('n-later.1')).toMatchObject({ data: { id: 'later' } });
    expect(await deployment.producer.get('later')).toMatchObject({ campaignId: 'spring' });
    await deployment.producer.cancel('later');
  });

  test('counts what became of its jobs, and shows the queue beside the others', async () => {
    const { queues } = await deployment.producer.operations.status();
    expect(queues.intake).toMatchObject({ waiting: 0, active: 0, paused: false });
    expect(queues.intake.failed).toBeGreaterThan(0);
  });

  test('goes on accepting while all sending is paused', async () => {
    await deployment.producer.operations.pause({ reason: 'a test' });
    try {
      expect(await result({ ...REQUEST, id: 'while-paused' })).toMatchObject({ state: 'accepted' });
    } finally {
      await deployment.producer.operations.resume();
    }
  });
});
