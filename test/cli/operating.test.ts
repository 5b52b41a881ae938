import { userInfo } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { claim, loseIntent, startLeg } from '../../src/notification/attempt.js';
import { write } from '../../src/notification/decision.js';
import { NotificationProducer } from '../../src/queue/producer.js';
import { Gate } from '../../src/queue/rateLimitGate.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';
import { publishTestTemplate } from '../support/templates.js';
import { run } from './support/command.js';

const prefix = freshPrefix();
const environment = { REDIS_URL: testRedisUrl(), QUEUE_PREFIX: prefix };
let producer: NotificationProducer;

beforeAll(() => {
  producer = new NotificationProducer({ redisUrl: testRedisUrl(), prefix });
});
afterAll(async () => {
  await producer.close();
  await flushPrefix(prefix);
});

describe('notifier pause and resume', () => {
  test('stop the sending with a name and a reason, and let it go on', async () => {
    const paused = await run(['pause', '--reason', 'wrong template'], environment);
    expect(paused).toMatchObject({ code: 0, stderr: '' });
    expect(paused.stdout).toMatch(/^Paused since \S+Z by .+: wrong template\. Nothing is sent/);
    const { pause } = await producer.operations.status();
    expect(pause).toMatchObject({ reason: 'wrong template', by: userInfo().username });
    const resumed = await run(['resume'], environment);
    expect(resumed.stdout).toMatch(/^Resumed\. It was since .*: wrong template\./);
    expect((await producer.operations.status()).pause).toBeUndefined();
    expect(await run(['resume'], environment)).toMatchObject({
      code: 0,
      stdout: 'It was not paused.\n',
    });
  });

  test('answer in JSON', async () => {
    const { stdout } = await run(['pause', '--reason', 'x', '--json'], environment);
    expect(JSON.parse(stdout)).toMatchObject({ paused: true, reason: 'x' });
    const resumed = await run(['resume', '--json'], environment);
    expect(JSON.parse(resumed.stdout)).toMatchObject({ paused: false, was: { reason: 'x' } });
  });

  test('want a reason', async () => {
    expect((await run(['pause'], environment)).code).toBe(2);
    const empty = await run(['pause', '--reason', ' '], environment);
    expect([empty.code, empty.stderr]).toEqual([2, expect.stringContaining('--reason: expected')]);
  });

  test('say that Redis is away, with exit code 7', async () => {
    const away = { ...environment, REDIS_URL: 'redis://127.0.0.1:1' };
    const { code, stderr } = await run(['pause', '--reason', 'x'], away);
    expect([code, stderr]).toEqual([7, expect.stringContaining('Redis is unavailable')]);
  });
});

describe('notifier gate', () => {
  test('says until when and why it is closed, and opens it', async () => {
    expect((await run(['gate'], environment)).stdout).toBe('The gate is open.\n');
    const redis = new Redis(testRedisUrl());
    await new Gate(redis, prefix).close(3_600_000, 'agentless-email');
    await redis.quit();
    const closed = await run(['gate'], environment);
    expect(closed.stdout).toMatch(
      /^The gate is closed until \S+Z \(since \S+Z\): .*agentless-email with 429, Retry-After 3600 s\./,
    );
    const json = JSON.parse((await run(['gate', '--json'], environment)).stdout);
    expect(json).toMatchObject({ closed: true, operation: 'agentless-email' });
    expect((await run(['gate', '--open'], environment)).stdout).toMatch(/^Opened, 3\d{3} s before/);
    expect((await run(['gate', '--open'], environment)).stdout).toBe('The gate was open.\n');
  });
});

const T_NEXT = Date.UTC(2030, 0, 1);

describe('notifier resolve', () => {
  const given = async (id: string) => {
    await producer.send({ id, recipient: { email: 'a@example.com' }, template: 'greeting' });
    const { ledger } = producer.store;
    await ledger.change(id, (record) => claim(record, 1, Date.now()));
    const intent = { fencingToken: 1, channel: 'web', sendWithinMs: 2_000 } as const;
    await ledger.change(id, (record) => startLeg(record, intent, Date.now()));
    return () => ledger.change(id, (record) => write(loseIntent(record, Date.now()), undefined));
  };

  beforeAll(() => publishTestTemplate(producer.store.redis, prefix));

  test.each([
    ['sent', 'sent'],
    ['not-sent', 'failed'],
  ])('as %s ends an unknown as %s, and again changes nothing', async (outcome, state) => {
    const id = `u-${outcome}`;
    const lose = await given(id);
    const early = await run(['resolve', id, outcome], environment);
    expect(early).toMatchObject({ code: 1, stderr: expect.stringContaining('it is sending') });
    await lose();
    for (const _time of ['first', 'second']) {
      const resolved = await run(['resolve', id, outcome, '--json'], environment);
      expect([resolved.code, JSON.parse(resolved.stdout)]).toEqual([0, { id, state }]);
    }
  });

  test('decides several, each by itself, and shows who decided second what stands', async () => {
    for (const id of ['m1', 'm2']) await (await given(id))();
    expect((await run(['resolve', 'm1', 'sent'], environment)).code).toBe(0);
    const all = await run(['resolve', 'm1', 'm2', 'nope', 'not-sent', '--json'], environment);
    expect(all.code).toBe(2);
    expect(all.stderr).toMatch(/m1: it is sent \(resolved_sent by .+\)/);
    expect(JSON.parse(all.stdout)).toEqual({
      results: [
        { error: 'not_unknown', id: 'm1', state: 'sent' },
        { id: 'm2', state: 'failed' },
        { error: 'no_notification', id: 'nope' },
      ],
    });
  });

  test('is followed by show, retry and cancel of one', async () => {
    await (await given('one'))();
    const shown = await run(['show', 'one'], environment);
    expect(shown.stdout).toMatch(
      /one \(unknown, worker_lost\)\n {2}waits for {2}you: [\s\S]*resolve one sent[\s\S]*a•••@e•••\.com/,
    );
    expect(shown.stdout).not.toContain('a@example.com');
    const early = await run(['retry', 'one', '--json'], environment);
    expect([early.code, JSON.parse(early.stdout)]).toEqual([
      1,
      { error: 'not_retryable', id: 'one', state: 'unknown', because: 'may_have_arrived' },
    ]);
    await run(['resolve', 'one', 'not-sent'], environment);
    expect((await run(['retry', 'one'], environment)).code).toBe(0);
    const again = JSON.parse((await run(['show', 'one', '--json'], environment)).stdout);
    expect(again).toMatchObject({
      id: 'one',
      state: 'queued',
      waitsFor: [{ who: 'you', detail: expect.stringMatching(/No worker is alive/) }],
    });
    expect((await run(['cancel', 'one'], environment)).stdout).toBe('one is cancelled.\n');
    expect((await run(['cancel', 'm1'], environment)).code).toBe(1);
    for (const command of ['show', 'retry', 'cancel']) {
      expect((await run([command, 'nope'], environment)).code).toBe(2);
    }
  });

  test('is preceded by the list of what is unknown, with who finds it out', async () => {
    await (await given('two'))();
    await producer.store.ledger.change('two', (record) =>
      write({ ...record, looks: { made: 1, since: record.updatedAt, nextAt: T_NEXT } }, undefined),
    );
    const listed = await run(['unknowns', '--reason', 'worker_lost'], environment);
    expect(listed.code).toBe(0);
    expect(listed.stdout).toMatch(
      /two {2}\S+ {2}web {2}worker_lost {2}a•••@e•••\.com\n {2}Genesys Cloud is asked again, at 2030-01-01T00:00:00\.000Z\n/,
    );
    expect(listed.stdout).toContain('resolve ID sent');
    const none = await run(['unknowns', '--campaign', 'none', '--json'], environment);
    expect(JSON.parse(none.stdout)).toEqual({ notifications: [] });
  });

  test('wants one that there is, and one of two outcomes', async () => {
    const unknownId = await run(['resolve', 'nope', 'sent'], environment);
    expect(unknownId).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no notification nope'),
    });
    expect((await run(['resolve', 'u', 'perhaps'], environment)).code).toBe(2);
  });
});
