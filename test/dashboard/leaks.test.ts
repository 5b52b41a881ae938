import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { jobView } from '../../src/dashboard/queues/jobView.js';
import { startTestApi, stopApisAfterAll, type TestApi } from '../api/support/api.js';
import { LOGIN, Visitor } from './support/visitor.js';

stopApisAfterAll();

const MARKER = 'Whitfield';
const STACK = `Error: ${MARKER}\n    at ${MARKER} (/srv/${MARKER}/src/worker.ts:1:1)`;

/** Whatever another version, a library or an operator may have put into a job. */
describe('a job that is full of what must not be seen', () => {
  let api: TestApi;
  let ops: Visitor;
  let redis: Redis;
  let queue: Queue;
  const jobIds: string[] = [];

  beforeAll(async () => {
    api = await startTestApi({ ...LOGIN, DASHBOARD_ACTIONS: 'on' });
    ops = await Visitor.loggedIn(api);
    const prefix = api.config.QUEUE_PREFIX;
    redis = new Redis(api.config.REDIS_URL, { maxRetriesPerRequest: null });
    queue = new Queue('transactional', { connection: redis, prefix });
    for (const jobId of ['n-leaky.1', `n-${MARKER} ${MARKER}.1`]) {
      const data = { id: 'leaky', generation: 1, text: MARKER };
      const job = await queue.add(`call ${MARKER}`, data, {
        jobId,
        deduplication: { id: MARKER },
        attempts: 3,
      });
      await job.log(`said: ${MARKER}`);
      await job.updateProgress({ text: MARKER });
      const fields = {
        failedReason: `cannot send to ${MARKER}`,
        stacktrace: JSON.stringify([STACK]),
        returnvalue: JSON.stringify({ state: MARKER, text: MARKER }),
        pb: MARKER,
        defa: MARKER,
        finishedOn: Date.now(),
      };
      await redis.hset(`${prefix}:transactional:${jobId}`, fields);
      await redis.lrem(`${prefix}:transactional:wait`, 0, jobId);
      await redis.zadd(`${prefix}:transactional:failed`, Date.now(), jobId);
      jobIds.push(jobId);
    }
  });
  afterAll(async () => {
    await queue.close();
    redis.disconnect();
  });

  test.each([
    '/queues?activeQueue=transactional&status=failed&page=1&jobsPerPage=10',
    '/queues?activeQueue=transactional&status=latest&page=1&jobsPerPage=10',
    '/queues/transactional/n-leaky.1',
    '/queues/transactional/n-leaky.1/logs',
    '/queues/transactional/n-leaky.1/flow',
    '/queues/transactional/metrics',
    '/queues/transactional/default-job-options',
    '/queues/transactional/job-data-schema',
    '/job-schedulers',
    '/redis/stats',
  ])('shows none of it at %s', async (path) => {
    const { status, body } = await ops.call('GET', path);
    expect(status).toBe(200);
    expect(JSON.stringify(body)).not.toContain(MARKER);
  });

  test('is shown with its id, its notification and that it failed', async () => {
    const { body } = await ops.call('GET', '/queues/transactional/n-leaky.1');
    expect(body).toMatchObject({
      status: 'failed',
      job: {
        id: 'n-leaky.1',
        name: 'not ours',
        data: { id: 'leaky', generation: 1 },
        failedReason: 'not shown here; the notification says what happened',
        stacktrace: [],
        returnValue: null,
        isFailed: true,
        externalUrl: { href: '/notifications/leaky' },
      },
    });
  });

  test('gives nothing away by its buttons either', async () => {
    for (const button of ['retry', 'promote', 'clean']) {
      for (const jobId of jobIds.map(encodeURIComponent)) {
        const { body } = await ops.call('PUT', `/queues/transactional/${jobId}/${button}`);
        expect(JSON.stringify(body) ?? '').not.toContain(MARKER);
      }
    }
  });
});

describe('what is shown of a job', () => {
  test.each([
    'every_channel_refused',
    'attempts_exhausted',
    'http_503',
    'history_http_429',
    'job stalled more than allowable limit',
  ])('a failure of ours, as it is: %s', (failedReason) => {
    expect(jobView({ failedReason })).toMatchObject({ failedReason });
  });

  test.each(['whitfield', 'http_9999', 'http_503 whitfield', 'every_channel_refused ', 'HTTP_503'])(
    'no other word: %s',
    (failedReason) => {
      expect(jobView({ failedReason })['failedReason']).toMatch(/^not shown here/);
    },
  );

  test('the state a job ended with, and nothing beside it', () => {
    expect(jobView({ returnValue: { state: 'sent', to: MARKER } })['returnValue']).toEqual({
      state: 'sent',
    });
  });

  test.each([[null], ['text'], [{ id: 'x' }], [{ id: 'two words', generation: 1 }]])(
    'no data that is not ours: %j',
    (data) => {
      expect(jobView({ data })).toMatchObject({ data: {} });
      expect(jobView({ data })['externalUrl']).toBeUndefined();
    },
  );
});
