import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { recordNews } from '../../src/notification/answer.js';
import { claim, REQUEST_SETTLES_WITHIN_MS, startLeg } from '../../src/notification/attempt.js';
import { write } from '../../src/notification/decision.js';
import { Keyring } from '../../src/notification/keyring.js';
import { Ledger } from '../../src/notification/ledger.js';
import { type NotificationRecord, newRecord, queued, step } from '../../src/notification/record.js';
import { addJobs, closeQueues, MAX_ATTEMPTS, openQueues } from '../../src/queue/jobs.js';
import { Sweeper } from '../../src/worker/sweeper.js';
import { REQUEST } from '../support/notifications.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

const MINUTE = 60_000;

describe('the sweeper', () => {
  const prefix = freshPrefix();
  const redis = new Redis(testRedisUrl(), { maxRetriesPerRequest: null });
  const ledger = new Ledger(redis, prefix, Keyring.forDevelopment(), {
    ledgerMs: 3_000_000,
    requestMs: 1_000_000,
  });
  const queues = openQueues(redis, prefix, () => undefined);
  const sweeper = new Sweeper({ ledger, queues, redis, prefix, log: pino({ level: 'silent' }) });

  beforeAll(() => redis.ping());
  afterAll(async () => {
    await closeQueues(queues);
    await redis.quit();
    await flushPrefix(prefix);
  });

  async function accepted(id: string, at = Date.now()): Promise<NotificationRecord> {
    const record = newRecord(id, REQUEST, 'k1:hash', at);
    await ledger.accept([{ record, stored: { request: REQUEST, templateHash: 'h' } }]);
    return record;
  }

  async function processing(id: string): Promise<void> {
    await accepted(id);
    await ledger.change(id, (record) => claim(record, 1, Date.now()));
  }

  const jobOf = (id: string, generation = 1) =>
    queues.transactional.getJob(`n-${id}.${generation}`);

  test('adds the job of a notification whose api died between ledger and job', async () => {
    await accepted('orphan');
    await sweeper.sweepOnce(Date.now() + 6_000);
    expect(await jobOf('orphan')).toBeDefined();
    expect(await ledger.read('orphan')).toMatchObject({ state: 'queued', attempts: 0 });
  });

  test('leaves one whose job is there alone, and looks again later', async () => {
    const record = await accepted('busy');
    await addJobs(queues, [record], Date.now());
    const now = Date.now() + 6_000;
    await sweeper.sweepOnce(now);
    expect((await ledger.read('busy'))?.attempts).toBe(0);
    expect(Number(await redis.zscore(ledger.keys.due, 'busy'))).toBeGreaterThan(now);
  });

  test('adds again what an operator removed from the queue', async () => {
    await processing('removed');
    await sweeper.sweepOnce(Date.now() + 2 * MINUTE);
    expect(await jobOf('removed')).toBeDefined();
    expect(await ledger.read('removed')).toMatchObject({ state: 'queued', reason: 'job_lost' });
  });

  describe.each(['wait', 'delayed'] as const)('of a job whose list (%s) was deleted', (list) => {
    const lane = list === 'wait' ? 'transactional' : 'campaign';

    test('adds it again, uses no attempt, and counts it', async () => {
      const id = `no-list-${list}`;
      const at = Date.now();
      const sendAt = list === 'delayed' ? at + 3 * MINUTE : undefined;
      const record = {
        ...newRecord(id, { ...REQUEST, priority: lane }, 'k1:hash', at),
        ...(sendAt !== undefined && { sendAt }),
      };
      await ledger.accept([{ record, stored: { request: REQUEST, templateHash: 'h' } }]);
      await addJobs(queues, [record], at);
      await ledger.change(id, (seen) => write(queued(seen, at), undefined));
      const finds: string[] = [];
      const watching = new Sweeper({
        ledger,
        queues,
        redis,
        prefix,
        log: pino({ level: 'silent' }),
        onFind: (finding) => finds.push(finding),
      });
      await watching.sweepOnce(at + 10 * MINUTE);
      expect(finds).not.toContain('job_in_no_list');
      await redis.del(`${prefix}:${lane}:${list}`);
      expect(await queues[lane].getJob(`n-${id}.1`)).toBeDefined();
      await watching.sweepOnce(at + 60 * MINUTE);
      expect(finds).toContain('job_in_no_list');
      expect(await ledger.read(id)).toMatchObject({ state: 'queued', attempts: 0 });
      expect(await queues[lane].getJobState(`n-${id}.1`)).toBe('waiting');
      await queues[lane].obliterate({ force: true });
    });
  });

  test('leaves a job alone that a worker holds the lock of, wherever it stands', async () => {
    await processing('locked');
    const record = await ledger.read('locked');
    if (record === undefined) throw new Error('not accepted');
    await addJobs(queues, [record], Date.now());
    await redis.del(`${prefix}:transactional:wait`);
    await redis.set(`${prefix}:transactional:n-locked.1:lock`, 'token', 'PX', 30_000);
    await sweeper.sweepOnce(Date.now() + 2 * MINUTE);
    expect(await ledger.read('locked')).toMatchObject({ state: 'processing', attempts: 0 });
  });

  describe('of a message that did not arrive, whose news was recorded by a process that died then', () => {
    const now = Date.now();

    /** Sent by web, said not to have arrived, with a job that waits for the time of its check. */
    async function opened(id: string): Promise<void> {
      const leg = {
        generation: 1,
        channel: 'web',
        fencingToken: 0,
        intentAt: now,
        sendBy: now,
      } as const;
      const sent = step(
        await accepted(id, now),
        now,
        { state: 'sent', channel: 'web' },
        {
          legs: [{ ...leg, outcome: 'sent', messageId: 'm' }],
          deliveryCheckAt: now + 60 * MINUTE,
        },
      );
      await ledger.change(id, () => write(sent, undefined));
      await addJobs(queues, [sent], now);
      const news = { messageId: 'm', delivery: 'failed', mayFallBack: true } as const;
      await ledger.change(id, (record) => recordNews(record, news, now));
      expect(await ledger.read(id)).toMatchObject({ state: 'processing', reason: 'next_channel' });
      expect(await queues.transactional.getJobState(`d-${id}.1`)).toBe('delayed');
    }

    test('the job starts within seconds, and not at the time of its check', async () => {
      await opened('unstarted');
      await sweeper.sweepOnce(now + 6_000);
      expect(await queues.transactional.getJobState('d-unstarted.1')).toBe('waiting');
      await queues.transactional.obliterate({ force: true });
    });

    test('a job that has begun, and waits for another reason, goes on waiting', async () => {
      await opened('begun');
      const job = await queues.transactional.getJob('d-begun.1');
      await job?.promote();
      const worker = new Worker('transactional', null, {
        connection: redis,
        prefix,
        autorun: false,
      });
      const taken = await worker.getNextJob('token');
      expect(taken?.id).toBe('d-begun.1');
      await taken?.moveToDelayed(now + 60 * MINUTE, 'token');
      await worker.close();
      await sweeper.sweepOnce(now + 6_000);
      expect(await queues.transactional.getJobState('d-begun.1')).toBe('delayed');
    });
  });

  test('adds again what emptying the queue has removed', async () => {
    const record = await accepted('drained');
    await addJobs(queues, [record], Date.now());
    await ledger.change('drained', (seen) => write(queued(seen, Date.now()), undefined));
    await queues.transactional.drain(true);
    await sweeper.sweepOnce(Date.now() + 60 * MINUTE);
    expect(await queues.transactional.getJobState('n-drained.1')).toBe('waiting');
    expect(await ledger.read('drained')).toMatchObject({ state: 'queued', attempts: 0 });
  });

  test('ends, after all its attempts, a notification whose job is lost again and again', async () => {
    await processing('poison');
    let now = Date.now();
    for (let death = 0; death < MAX_ATTEMPTS; death += 1) {
      now += 3 * MINUTE;
      await sweeper.sweepOnce(now);
      const job = await jobOf('poison');
      await job?.remove();
      await ledger.change('poison', (record) => claim(record, 1, now));
    }
    expect(await ledger.read('poison')).toMatchObject({
      state: 'failed',
      reason: 'attempts_exhausted',
    });
  });

  test('expires what is past its deadline, job or no job', async () => {
    const record = await accepted('late');
    await addJobs(queues, [record], Date.now());
    await sweeper.sweepOnce(record.deadline + 1);
    expect(await ledger.read('late')).toMatchObject({ state: 'expired', reason: 'deadline' });
  });

  test('writes unknown when the owner of an intent is gone, not a moment earlier', async () => {
    await processing('vanished');
    const now = Date.now();
    await ledger.change('vanished', (record) =>
      startLeg(
        record,
        { fencingToken: record.fencingToken, channel: 'web', sendWithinMs: 2_000 },
        now,
      ),
    );
    await sweeper.sweepOnce(now + REQUEST_SETTLES_WITHIN_MS);
    expect((await ledger.read('vanished'))?.state).toBe('sending');
    await sweeper.sweepOnce(now + REQUEST_SETTLES_WITHIN_MS + 2_002);
    expect((await ledger.read('vanished'))?.state).toBe('unknown');
    expect(await redis.zscore(ledger.keys.due, 'vanished')).toBeNull();
  });

  test('forgets ids whose record is gone', async () => {
    await redis.zadd(ledger.keys.due, 1, 'ghost');
    await sweeper.sweepOnce(Date.now());
    expect(await redis.zscore(ledger.keys.due, 'ghost')).toBeNull();
  });

  test('is not stopped by a record it cannot read', async () => {
    await accepted('unreadable', Date.now() - 60_000);
    await redis.set(ledger.keys.record('unreadable'), 'from another version of the product');
    const record = await accepted('behind-it');
    await sweeper.sweepOnce(record.deadline + 1);
    expect((await ledger.read('behind-it'))?.state).toBe('expired');
    const postponed = Number(await redis.zscore(ledger.keys.due, 'unreadable'));
    expect(postponed).toBeGreaterThan(record.deadline + 1);
  });

  test('works alone: a second one waits for the lease', async () => {
    const other = new Sweeper({ ledger, queues, redis, prefix, log: pino({ level: 'silent' }) });
    await redis.set(ledger.keys.sweeper, 'another worker', 'PX', 60_000);
    await accepted('leased', Date.now() - 10_000);
    await redis.zadd(ledger.keys.due, 1, 'leased');
    other.start();
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(await jobOf('leased')).toBeUndefined();
    await redis.del(ledger.keys.sweeper);
    while ((await jobOf('leased')) === undefined) await new Promise(setImmediate);
    await other.stop();
  });
});
