import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import type { NotificationRequest } from '../../src/notification/request.js';
import {
  BacklogFullError,
  IdConflictError,
  InvalidRequestError,
  RedisUnavailableError,
} from '../../src/queue/notifierErrors.js';
import { NotificationProducer, type SendResult } from '../../src/queue/producer.js';
import { ledgerKeys } from '../../src/redis/keys.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';
import { publishTestTemplate } from '../support/templates.js';

const REQUEST: NotificationRequest = {
  recipient: { email: 'customer@example.com' },
  template: 'greeting',
};

describe('a producer', () => {
  const prefix = freshPrefix();
  const redis = new Redis(testRedisUrl());
  const producers: NotificationProducer[] = [];
  const open = (options: { backlogMax?: number } = {}) => {
    const producer = new NotificationProducer({ redisUrl: testRedisUrl(), prefix, ...options });
    producers.push(producer);
    return producer;
  };

  beforeAll(() => publishTestTemplate(redis, prefix));
  afterEach(async () => {
    await Promise.all(producers.splice(0).map((producer) => producer.close()));
  });
  afterAll(async () => {
    await redis.quit();
    await flushPrefix(prefix);
  });

  async function jobsNamed(id: string): Promise<string[]> {
    return redis.keys(`${prefix}:transactional:n-${id}.*`);
  }

  test('hands over a notification at once after construction, and invents an id', async () => {
    const sent = await open().send(REQUEST);
    expect(sent).toMatchObject({ state: 'accepted', isNew: true });
    expect(sent.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(await jobsNamed(sent.id)).toHaveLength(1);
  });

  test('accepts the same request under the same id once', async () => {
    const producer = open();
    const [first, ...others] = await Promise.all(
      Array.from({ length: 20 }, () => producer.send({ ...REQUEST, id: 'twenty-clicks' })),
    );
    const all = [first, ...others];
    expect(all.filter((sent) => sent?.isNew)).toHaveLength(1);
    expect(await jobsNamed('twenty-clicks')).toHaveLength(1);
  });

  test('knows a request again whose deadline has passed since, and no other by its id', async () => {
    const producer = open();
    const deadline = new Date(Date.now() + 400).toISOString();
    const request = { ...REQUEST, id: 'came-late', deadline };
    expect(await producer.send(request)).toMatchObject({ isNew: true });
    while (Date.now() < Date.parse(deadline) + 20) await producer.ping();
    expect(await producer.send(request)).toMatchObject({ id: 'came-late', isNew: false });
    const other = { ...request, metadata: { other: true } };
    await expect(producer.send(other)).rejects.toThrow(InvalidRequestError);
    await expect(producer.send({ ...request, id: 'never-came' })).rejects.toThrow(
      InvalidRequestError,
    );
  });

  test('knows a request again whose template has changed so that it would be refused today', async () => {
    const { templates } = ledgerKeys(prefix);
    const request = { ...REQUEST, id: 'came-before', template: 'changing' };
    await redis.hset(templates, 'changing', (await redis.hget(templates, 'greeting')) ?? '');
    expect(await open().send(request)).toMatchObject({ isNew: true });
    await redis.hset(templates, 'changing', (await redis.hget(templates, 'invitation')) ?? '');
    expect(await open().send(request)).toMatchObject({ id: 'came-before', isNew: false });
    await expect(open().send({ ...request, id: 'new-now' })).rejects.toThrow(InvalidRequestError);
    await redis.hdel(templates, 'changing');
    expect(await open().send(request)).toMatchObject({ id: 'came-before', isNew: false });
  });

  test('takes a body for the same whatever the order of its keys', async () => {
    const producer = open();
    await producer.send({
      id: 'order',
      template: 'greeting',
      recipient: { email: 'a@b.co', name: 'A' },
    });
    const again = await producer.send({
      recipient: { name: 'A', email: 'a@b.co' },
      template: 'greeting',
      id: 'order',
    });
    expect(again.isNew).toBe(false);
  });

  test('refuses an id that is in use for another request, and leaves that one alone', async () => {
    const producer = open();
    await producer.send({ ...REQUEST, id: 'taken' });
    const other = { ...REQUEST, id: 'taken', recipient: { email: 'other@example.com' } };
    await expect(producer.send(other)).rejects.toBeInstanceOf(IdConflictError);
    expect((await producer.send({ ...REQUEST, id: 'taken' })).isNew).toBe(false);
  });

  test('names every wrong field at once, and stores nothing', async () => {
    const wrong = { id: 'wrong', recipient: { email: 'x' }, template: 'greeting', channels: [] };
    const error = await open()
      .send(wrong)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InvalidRequestError);
    const fields = (error as InvalidRequestError).problems.map(({ field }) => field);
    expect(fields).toEqual(['recipient.email', 'channels']);
    expect(await redis.exists(`${prefix}:n:wrong`)).toBe(0);
  });

  test('names a template that does not exist among the other wrong fields', async () => {
    const producer = open();
    await producer.send(REQUEST); // connected by now
    const wrong = { recipient: { email: 'x' }, template: 'no-such' };
    const error = await producer.send(wrong).catch((thrown: unknown) => thrown);
    const { problems } = error as InvalidRequestError;
    expect(problems).toContainEqual({ field: 'template', expected: 'one of greeting, invitation' });
    expect(problems.map(({ field }) => field)).toContain('recipient.email');
  });

  test.each([null, 7, 'text', [], undefined])(
    'refuses %p, which is no request',
    async (nonsense) => {
      const error = await open()
        .send(nonsense as never)
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(InvalidRequestError);
    },
  );

  test.each([undefined, 'http://x', 'redis.example.com'])(
    'needs a URL of Redis, not %p',
    (redisUrl) => {
      expect(() => new NotificationProducer({ redisUrl } as never)).toThrow('redisUrl: expected');
    },
  );

  test.each([
    ['template', { ...REQUEST, template: 'no-such' }],
    ['channels.0', { ...REQUEST, channels: ['sms' as const] }],
    ['variables.place', { ...REQUEST, template: 'invitation' }],
    [
      'variables.colour',
      { ...REQUEST, template: 'invitation', variables: { place: 'x', colour: 'red' } },
    ],
    [
      'variables.place',
      { ...REQUEST, template: 'invitation', variables: { place: 'x'.repeat(41) } },
    ],
  ])('checks a request against its template (%s)', async (field, request) => {
    const error = await open()
      .send(request)
      .catch((thrown: unknown) => thrown);
    expect((error as InvalidRequestError).problems.map((problem) => problem.field)).toEqual([
      field,
    ]);
  });

  test('cancels what has not begun to leave, twice alike, and says so when there is no such thing', async () => {
    const producer = open();
    await producer.send({ ...REQUEST, id: 'second-thoughts' });
    expect(await producer.cancel('second-thoughts')).toEqual({ cancelled: true });
    expect(await producer.cancel('second-thoughts')).toEqual({ cancelled: true });
    expect(await producer.get('second-thoughts')).toMatchObject({ state: 'cancelled' });
    expect(await producer.cancel('nobody')).toBeUndefined();
    expect(await producer.get('nobody')).toBeUndefined();
  });

  test('refuses when the backlog is full, with a time to come back, and stores nothing', async () => {
    const producer = open({ backlogMax: 1 });
    const error = await producer
      .send({ ...REQUEST, id: 'too-much' })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BacklogFullError);
    expect((error as BacklogFullError).retryAfterMs).toBeGreaterThan(0);
    expect(await redis.exists(`${prefix}:n:too-much`)).toBe(0);
  });

  test('whose backlog is full still knows what it has, so that no caller sends it another way', async () => {
    await open().send({ ...REQUEST, id: 'kept-before' });
    const full = open({ backlogMax: 1 });
    expect(await full.send({ ...REQUEST, id: 'kept-before' })).toMatchObject({ isNew: false });
    const other = { ...REQUEST, id: 'kept-before', channels: ['web' as const] };
    await expect(full.send(other)).rejects.toBeInstanceOf(IdConflictError);
  });

  test('keeps addresses and texts out of the ledger and out of the job', async () => {
    const marked = {
      id: 'marked',
      recipient: { email: 'marker-address@example.com', name: 'marker-name' },
      template: 'invitation',
      variables: { place: 'marker-text' },
    };
    await open().send(marked);
    const ledger = await redis.get(`${prefix}:n:marked`);
    const [jobKey] = await jobsNamed('marked');
    const job = JSON.stringify(await redis.hgetall(jobKey ?? ''));
    expect(`${ledger}${job}`).not.toContain('marker-');
  });

  describe('with many at once', () => {
    async function collect(results: AsyncIterable<SendResult>): Promise<SendResult[]> {
      const all: SendResult[] = [];
      for await (const result of results) all.push(result);
      return all;
    }

    test('answers each item in order, and a bad one never rejects its neighbours', async () => {
      async function* rows(): AsyncGenerator<NotificationRequest> {
        for (let row = 0; row < 1_200; row += 1) {
          const recipient = { email: row % 100 === 7 ? 'broken' : `c${row}@example.com` };
          yield { id: `row-${row}`, recipient, template: 'greeting', priority: 'campaign' };
        }
        yield { ...REQUEST, id: 'row-0' };
      }
      const results = await collect(open().sendMany(rows()));
      expect(results.map(({ index }) => index)).toEqual(
        Array.from({ length: 1_201 }, (_, at) => at),
      );
      expect(results.filter(({ status }) => status === 'accepted')).toHaveLength(1_188);
      expect(results.filter(({ status }) => status === 'invalid')).toHaveLength(12);
      expect(results.at(-1)?.status).toBe('conflict');
      expect(await redis.zcard(`${prefix}:due`)).toBeGreaterThanOrEqual(1_188);
    });

    test('hands out the results of what was handed over before its source broke', async () => {
      function* breaking(): Generator<NotificationRequest> {
        for (let row = 0; row < 700; row += 1) yield { ...REQUEST, id: `breaking-${row}` };
        throw new Error('the file ended in the middle of a line');
      }
      const results: SendResult[] = [];
      const run = async () => {
        for await (const result of open().sendMany(breaking())) results.push(result);
      };
      await expect(run()).rejects.toThrow('the file ended');
      expect(results.filter(({ status }) => status === 'accepted')).toHaveLength(700);
    });

    test('reads its input no faster than results are taken', async () => {
      let read = 0;
      function* endless(): Generator<NotificationRequest> {
        for (;;) {
          read += 1;
          yield { ...REQUEST, id: `endless-${read}` };
        }
      }
      for await (const _result of open().sendMany(endless())) break;
      expect(read).toBeLessThanOrEqual(1_500);
    });
  });
});

describe('a producer whose Redis fails', () => {
  test('on another machine needs the deployment’s secret', () => {
    expect(() => new NotificationProducer({ redisUrl: 'redis://redis.example.com' })).toThrow(
      'secret',
    );
  });

  test('never shows the command that Redis refused: it holds what the caller wrote', async () => {
    const prefix = freshPrefix();
    const redis = new Redis(testRedisUrl());
    await publishTestTemplate(redis, prefix);
    await redis.set(`${prefix}:due`, 'of the wrong type');
    const producer = new NotificationProducer({ redisUrl: testRedisUrl(), prefix });
    const error = await producer.send(REQUEST).catch((thrown: unknown) => thrown);
    const shown = `${inspect(error, { depth: 10, showHidden: true })}${JSON.stringify(error)}`;
    expect(shown).toContain('Redis refused a command');
    expect(shown).not.toContain('customer@example.com');
    await producer.close();
    await redis.quit();
    await flushPrefix(prefix);
  });

  test('reports the id to retry with', () => {
    expect(new RedisUnavailableError('abc').message).toContain('abc');
  });
});
