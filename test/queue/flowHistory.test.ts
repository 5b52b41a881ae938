import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Leg, NotificationRecord } from '../../src/notification/record.js';
import type { State } from '../../src/notification/state.js';
import {
  errorsKey,
  FLOW_COUNTS,
  FlowHistory,
  flowKey,
  HOUR_MS,
  MINUTE_MS,
} from '../../src/queue/flowHistory.js';
import { FlowRecorder } from '../../src/queue/flowRecorder.js';
import { NotificationProducer } from '../../src/queue/producer.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

const NOON = Date.UTC(2026, 10, 30, 12);

describe('what flowed', () => {
  const prefix = freshPrefix();
  const producer = new NotificationProducer({ redisUrl: testRedisUrl(), prefix });
  const { redis } = producer.store;
  let now: number;
  let failures: unknown[];

  beforeEach(async () => {
    await producer.operations.status();
    await flushPrefix(prefix);
    now = NOON;
    failures = [];
  });
  afterAll(async () => {
    await producer.close();
    await flushPrefix(prefix);
  });

  function recorder(): FlowRecorder {
    return new FlowRecorder(redis, prefix, {
      now: () => now,
      onError: (error) => failures.push(error),
    });
  }

  function record(state: State, legs: Partial<Leg>[] = [], reason?: string): NotificationRecord {
    return { id: 'n1', state, reason, generation: 1, legs } as NotificationRecord;
  }

  const before = record('sending');

  async function minute(at: number) {
    const minutes = await new FlowHistory(redis, prefix).minutes(now);
    return minutes.find((one) => one.at === at);
  }

  test('is counted by the minute, by all processes together', async () => {
    const [one, other] = [recorder(), recorder()];
    for (const each of [one, other]) {
      each.countStep(record('sent'), before);
      each.countRequest({ operation: 'agentless-email', outcome: '202' });
      each.countRequest({ operation: 'agentless-email', outcome: '429' });
    }
    now += MINUTE_MS;
    other.countStep(record('unknown'), before);
    await Promise.all([one.flush(), other.flush()]);
    expect(await minute(NOON)).toMatchObject({ sent: 2, requests: 4, rateLimited: 2, unknown: 0 });
    expect(await minute(NOON + MINUTE_MS)).toMatchObject({ sent: 0, unknown: 1 });
    const minutes = await new FlowHistory(redis, prefix).minutes(now);
    expect([minutes.length, minutes.at(-1)?.at]).toEqual([24 * 60, now]);
  });

  test('of an hour that changes, each minute is where it belongs', async () => {
    const flow = recorder();
    now = NOON - 1;
    flow.countStep(record('sent'), before);
    now = NOON;
    flow.countStep(record('sent'), before);
    await flow.flush();
    expect(await minute(NOON - MINUTE_MS)).toMatchObject({ sent: 1 });
    expect(await minute(NOON)).toMatchObject({ sent: 1 });
  });

  test('a fallback is a send by another channel than the first, and a retry begins anew', async () => {
    const flow = recorder();
    const web = { generation: 1, channel: 'web', outcome: 'refused' } as const;
    const email = { generation: 1, channel: 'email', outcome: 'sent' } as const;
    flow.countStep(record('sent', [web, email]), before);
    flow.countStep(record('sent', [{ ...web, generation: 0 }, email]), before);
    await flow.flush();
    expect(await minute(NOON)).toMatchObject({ sent: 2, fallback: 1 });
  });

  test('a message that did not arrive counts as undelivered, also where another channel follows', async () => {
    const flow = recorder();
    const sent = record('sent', [{ generation: 1, channel: 'web', outcome: 'sent' }]);
    const undelivered = [{ generation: 1, channel: 'web', outcome: 'undelivered' }] as const;
    flow.countStep(record('queued', [...undelivered]), sent);
    await flow.flush();
    expect(await minute(NOON)).toMatchObject({ undelivered: 1, failed: 0 });
  });

  test('errors are grouped by kind, with how often, the last time and where to look', async () => {
    const flow = recorder();
    const refused = { operation: 'agentless-email', outcome: '400', code: 'bad.request' };
    flow.countRequest({ ...refused, correlationId: 'c-1' });
    now += MINUTE_MS;
    flow.countRequest({ ...refused, correlationId: 'c-2', notificationId: 'n1' });
    flow.countStep(record('failed', [], 'every_channel_refused'), before);
    flow.countRequest({ operation: 'contact-lookup', outcome: '404', code: 'not.found' });
    await flow.flush();
    expect(await new FlowHistory(redis, prefix).errors(now)).toEqual([
      {
        operation: 'agentless-email',
        status: '400',
        code: 'bad.request',
        count: 2,
        lastAt: now,
        correlationId: 'c-2',
        notificationId: 'n1',
      },
      expect.objectContaining({
        operation: 'notification',
        status: 'failed',
        code: 'every_channel_refused',
        notificationId: 'n1',
      }),
    ]);
  });

  test('kinds of errors are bounded, and what no code looks like is not kept', async () => {
    const flow = recorder();
    for (let n = 0; n < 300; n += 1) {
      flow.countRequest({ operation: 'agentless-email', outcome: '400', code: `code.${n}` });
    }
    const address = { operation: 'messages', outcome: '400', code: 'to someone@example.com|x' };
    await flow.flush();
    flow.countRequest(address);
    await flow.flush();
    const kinds = await new FlowHistory(redis, prefix).errors(now);
    expect(kinds.length).toBeLessThanOrEqual(101);
    expect(kinds[0]).toMatchObject({ operation: 'other', count: 201 });
    expect(JSON.stringify(await redis.hgetall(errorsKey(prefix, now)))).not.toContain('example');
  });

  test('a day of all counters takes less than 50 KB, and is forgotten after it', async () => {
    const flow = recorder();
    for (let hour = 0; hour < 24; hour += 1) {
      now = NOON + hour * HOUR_MS + 59 * MINUTE_MS;
      flow.countStep(record('sent'), before);
      flow.countRequest({ operation: 'agentless-email', outcome: '429' });
    }
    await flow.flush();
    let bytes = 0;
    for (let hour = 0; hour < 24; hour += 1) {
      bytes += Number(await redis.memory('USAGE', flowKey(prefix, NOON + hour * HOUR_MS)));
    }
    expect(bytes).toBeGreaterThan(24 * FLOW_COUNTS.length * 60 * 4 * 0.8);
    expect(bytes).toBeLessThan(50_000 * 1.1);
    expect(await redis.pttl(flowKey(prefix, NOON))).toBeGreaterThan(24 * HOUR_MS);
  });

  test('what cannot be written is written with the next', async () => {
    const flow = recorder();
    await redis.del(flowKey(prefix, NOON));
    await redis.hset(flowKey(prefix, NOON), 'not', 'a string');
    flow.countStep(record('sent'), before);
    await flow.flush();
    expect(failures).toHaveLength(1);
    await redis.del(flowKey(prefix, NOON));
    flow.countStep(record('sent'), before);
    await flow.flush();
    expect(await minute(NOON)).toMatchObject({ sent: 2 });
  });

  test('a step that is written again is counted once', async () => {
    const flow = recorder();
    flow.countStep(record('sent'), before);
    flow.countStep(record('sent'), record('sent'));
    await flow.flush();
    expect(await minute(NOON)).toMatchObject({ sent: 1 });
  });
});
