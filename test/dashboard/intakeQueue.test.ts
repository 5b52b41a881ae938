import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { intakeJobView } from '../../src/dashboard/queues/jobView.js';
import { startTestApi, stopApisAfterAll, type TestApi } from '../api/support/api.js';
import { LOGIN, Visitor } from './support/visitor.js';

stopApisAfterAll();

const MARKER = 'whitfield';
const ADDRESS = `${MARKER}@example.com`;

describe('the intake queue on the dashboard', () => {
  let api: TestApi;
  let ops: Visitor;
  let redis: Redis;
  let intake: Queue;

  beforeAll(async () => {
    api = await startTestApi({ ...LOGIN, DASHBOARD_ACTIONS: 'on' });
    ops = await Visitor.loggedIn(api);
    redis = new Redis(api.config.REDIS_URL, { maxRetriesPerRequest: null });
    intake = new Queue('intake', { connection: redis, prefix: api.config.QUEUE_PREFIX });
    const data = { recipient: { email: ADDRESS }, template: 'follow-up' };
    await intake.add('notification', data, { jobId: 'order-1' });
    await intake.add(`for ${ADDRESS}`, data, { jobId: ADDRESS });
  });
  afterAll(async () => {
    await intake.close();
    redis.disconnect();
  });

  test('is listed with its jobs, and shows nothing of a request', async () => {
    const { body } = await ops.call(
      'GET',
      '/queues?activeQueue=intake&status=latest&page=1&jobsPerPage=10',
    );
    expect(body).toHaveProperty('queues');
    const { queues } = body as { queues: { name: string; jobs: unknown[] }[] };
    expect(queues.map(({ name }) => name)).toEqual(['transactional', 'campaign', 'intake']);
    expect(queues[2]?.jobs).toHaveLength(2);
    expect(JSON.stringify(body)).not.toContain(MARKER);
    const job = await ops.call('GET', '/queues/intake/order-1');
    expect(job.body).toMatchObject({ job: { id: 'order-1', name: 'notification', data: {} } });
  });

  test('stands on the overview beside the others', async () => {
    const page = await (await ops.open('/')).text();
    expect(page).toContain('href="/queues/queue/intake"');
    expect(page).not.toContain(MARKER);
  });

  test('has no buttons: nothing of it is a notification yet', async () => {
    for (const button of ['retry', 'promote', 'clean']) {
      expect((await ops.call('PUT', `/queues/intake/order-1/${button}`)).status).toBe(404);
    }
    expect((await ops.call('POST', '/queues/intake/add', { data: {} })).status).toBe(404);
    expect(await intake.getJobCountByTypes('waiting')).toBe(2);
  });

  test('shows an ended job with its notification, or with the sentence that this product wrote', () => {
    const accepted = { accepted: 'order-2', ofJob: '2' };
    const returnValue = { id: 'order-2', state: 'accepted', to: ADDRESS };
    expect(intakeJobView({ id: '2', name: 'n', data: accepted, returnValue })).toMatchObject({
      data: { id: 'order-2' },
      returnValue: { id: 'order-2', state: 'accepted' },
      externalUrl: { href: '/notifications/order-2' },
    });
    const failedReason = 'The request is invalid. template: expected the name of a template';
    const refused = { refused: failedReason, ofJob: '3' };
    expect(intakeJobView({ id: '3', data: refused, failedReason })).toMatchObject({ failedReason });
    const other = intakeJobView({ id: '3', data: refused, failedReason: `for ${ADDRESS}` });
    expect(JSON.stringify(other)).not.toContain(MARKER);
  });
});
