import { afterEach, describe, expect, test } from '@jest/globals';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { Gate } from '../../src/queue/rateLimitGate.js';
import { run } from '../cli/support/command.js';
import { Visitor } from '../dashboard/support/visitor.js';
import { workerLives } from '../support/fleet.js';
import { REQUEST, startTestApi, stopApisAfterEach, type TestApi } from './support/api.js';

stopApisAfterEach();
const closing: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of closing.splice(0)) await each.close();
});

function redisOf(api: TestApi): { redis: Redis; prefix: string } {
  const redis = new Redis(api.config.REDIS_URL);
  closing.push({ close: () => redis.disconnect() });
  return { redis, prefix: api.config.QUEUE_PREFIX };
}

const campaignIds = ({ body }: { body: Record<string, unknown> }) =>
  (body['campaigns'] as { id: string }[]).map(({ id }) => id);

describe('one record that cannot be read hides no others:', () => {
  test.each([
    'garbled',
    '',
    '0123456789012345{"id":',
    '0123456789012345null',
    '0123456789012345{}',
  ])('a campaign (%s)', async (record) => {
    const api = await startTestApi();
    const { redis, prefix } = redisOf(api);
    for (const id of ['a', 'b', 'c', 'd']) {
      await api.call('POST', '/v1/campaigns', { id, template: 'follow-up' });
    }
    const keys = await redis.keys(`${prefix}:*`);
    const key = keys.find((each) => /[:{}]b$/.test(each) && !each.includes('template')) ?? '';
    expect(await redis.type(key)).toBe('string');
    await redis.set(key, record);
    expect(campaignIds(await api.call('GET', '/v1/campaigns')).sort()).toEqual(['a', 'c', 'd']);
    expect(campaignIds(await api.call('GET', '/v1/campaigns?limit=3')).sort()).toEqual([
      'a',
      'c',
      'd',
    ]);
    expect((await api.call('GET', '/v1/campaigns/a')).status).toBe(200);
    expect((await api.call('GET', '/v1/campaigns')).body['unreadable']).toEqual([{ id: 'b', key }]);
    const says = `campaign b cannot be read`;
    expect(api.logged.filter((line) => line.includes(says))).not.toEqual([]);
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/pause'],
      ['GET', '/results'],
    ] as const) {
      const answer = await api.call(method, `/v1/campaigns/b${path}`);
      expect([path, answer.status, answer.body['detail']]).toEqual([
        path,
        500,
        expect.stringMatching(new RegExp(`${says}.*Restore the key`)),
      ]);
    }
    const env = { REDIS_URL: api.config.REDIS_URL, QUEUE_PREFIX: prefix };
    if (record !== 'garbled') return;
    const listed = await run(['campaign', 'status'], env);
    expect([listed.code, listed.stderr]).toEqual([0, expect.stringContaining(says)]);
    const one = await run(['campaign', 'status', 'b', '--json'], env);
    expect([one.code, JSON.parse(one.stdout)]).toEqual([
      1,
      { error: 'campaign_unreadable', id: 'b', key },
    ]);
  });

  test.each(['garbled', '0123456789', ''])('a notification (%s)', async (record) => {
    const api = await startTestApi();
    const { redis, prefix } = redisOf(api);
    expect((await api.post({ ...REQUEST, id: 'whole' })).status).toBe(202);
    await redis.set(`${prefix}:n:damaged`, record);
    const says = expect.stringMatching(/^The record of notification damaged cannot be read/);
    for (const [method, path] of [
      ['GET', '/v1/notifications/damaged'],
      ['DELETE', '/v1/notifications/damaged'],
      ['POST', '/v1/notifications/damaged/retry'],
    ] as const) {
      const answer = await api.call(method, path);
      expect([path, answer.status, answer.body['detail']]).toEqual([path, 500, says]);
    }
    const again = await api.post({ ...REQUEST, id: 'damaged' });
    expect([again.status, again.body['id']]).toEqual([500, 'damaged']);
    expect((await api.call('GET', '/v1/notifications/whole')).status).toBe(200);
    if (record !== 'garbled') return;
    const env = { REDIS_URL: api.config.REDIS_URL, QUEUE_PREFIX: prefix };
    for (const command of ['show', 'retry', 'cancel']) {
      const answer = await run([command, 'damaged'], env);
      expect([command, answer.code, answer.stderr]).toEqual([command, 1, says]);
    }
  });

  test('a template', async () => {
    const api = await startTestApi();
    const { redis, prefix } = redisOf(api);
    expect((await api.post(REQUEST)).status).toBe(202);
    await redis.hset(`${prefix}:templates`, 'broken', '{"hash":');
    await redis.hset(`${prefix}:templates`, 'empty', 'null');
    const other = await startTestApi({ QUEUE_PREFIX: prefix });
    expect((await other.post(REQUEST)).status).toBe(202);
    expect((await other.post({ ...REQUEST, template: 'broken' })).status).toBe(422);
  });

  test('a job on the board', async () => {
    const api = await startTestApi();
    const { redis, prefix } = redisOf(api);
    const visitor = new Visitor(api.url);
    await api.post({ ...REQUEST, id: 'sound' });
    await api.post({ ...REQUEST, id: 'broken' });
    await redis.hset(`${prefix}:transactional:n-broken.1`, 'data', '{"id":');
    const { status, body } = await visitor.call(
      'GET',
      '/queues?activeQueue=transactional&status=latest&page=1&jobsPerPage=10',
    );
    expect(status).toBe(200);
    const { queues } = body as { queues: { name: string; jobs: { id: string; data: object }[] }[] };
    const jobs = queues.find(({ name }) => name === 'transactional')?.jobs ?? [];
    expect(jobs.map(({ id }) => id).sort()).toEqual(['n-broken.1', 'n-sound.1']);
    expect(jobs.find(({ id }) => id === 'n-broken.1')?.data).toEqual({});
    const one = await visitor.call('GET', '/queues/transactional/n-broken.1');
    expect(one.status).toBe(200);
  });

  test('a report of a worker', async () => {
    const api = await startTestApi();
    const { redis, prefix } = redisOf(api);
    await workerLives(redis, prefix);
    const garbled = ['{"pid":', 'null', '{}', '{"host":"h","pid":7,"since":"x","jobs":{}}'];
    for (const [at, report] of garbled.entries()) {
      await redis.zadd(`${prefix}:workers:seen`, Date.now() + 3_600_000, `w-${at}`);
      await redis.hset(`${prefix}:workers`, `w-${at}`, report);
    }
    const { status, body } = await api.call('GET', '/v1/status');
    expect(status).toBe(200);
    expect(body).toMatchObject({ flow: 'flows', workers: { alive: 5, held: 4 } });
    expect(JSON.stringify(body['obstacles'])).toContain('its report cannot be read');
  });

  test('a worker whose report alone cannot be read is neither none nor fine', async () => {
    const api = await startTestApi();
    const { redis, prefix } = redisOf(api);
    await redis.zadd(`${prefix}:workers:seen`, Date.now() + 3_600_000, 'w');
    await redis.hset(`${prefix}:workers`, 'w', 'garbled');
    const { body } = await api.call('GET', '/v1/status');
    expect(body).toMatchObject({ flow: 'not_ready', workers: { alive: 1, held: 1 } });
  });

  test.each(['garbled', '{"since":', 'null', '{"reason":7}', '{"since":1e99}'])(
    'a pause (%s): all sending is stopped, every face says so, and it can be resumed',
    async (record) => {
      const api = await startTestApi();
      const { redis, prefix } = redisOf(api);
      await workerLives(redis, prefix);
      await redis.set(`${prefix}:paused`, record);
      const status = await api.call('GET', '/v1/status');
      expect([status.status, status.body['flow'], status.body['paused']]).toEqual([
        200,
        'paused',
        true,
      ]);
      expect(JSON.stringify(status.body['obstacles'])).toContain('cannot be read');
      expect((await api.call('GET', '/readyz')).body).toMatchObject({ flow: 'paused' });
      expect((await new Visitor(api.url).open('/notifications')).status).toBe(200);
      expect((await api.call('POST', '/v1/pause', { reason: 'again' })).status).toBe(200);
      await redis.set(`${prefix}:paused`, record);
      expect((await api.call('POST', '/v1/resume')).status).toBe(200);
      expect((await api.call('GET', '/v1/status')).body['flow']).toBe('flows');
    },
  );

  test.each(['garbled', 'null', '{"until":"x"}', '{"since":1e99,"until":1e99}'])(
    'a gate (%s): it is closed for as long as it says, and the next 429 closes it for longer',
    async (record) => {
      const api = await startTestApi();
      const { redis, prefix } = redisOf(api);
      await workerLives(redis, prefix);
      await redis.set(`${prefix}:gate`, record, 'PX', 60_000);
      const { status, body } = await api.call('GET', '/v1/status');
      expect([status, body['flow']]).toEqual([200, 'gate_closed']);
      const { until } = body['gate'] as { until: string };
      expect(Math.abs(Date.parse(until) - Date.now() - 60_000)).toBeLessThan(10_000);
      expect(JSON.stringify(body['obstacles'])).toContain('cannot be read');
      await new Gate(redis, prefix).close(120_000, 'agentless-email');
      const after = await api.call('GET', '/v1/status');
      expect(after.body['gate']).toMatchObject({
        closed: true,
        operation: 'agentless-email',
        retryAfterSeconds: 120,
      });
    },
  );
});

describe('a page of jobs', () => {
  test.each(['100000', '-5', '0', 'x', '1e9', '51'])(
    'is at most fifty long, whatever is asked for (%s)',
    async (jobsPerPage) => {
      const api = await startTestApi();
      const prefix = api.config.QUEUE_PREFIX;
      const queue = new Queue('transactional', {
        prefix,
        connection: { url: api.config.REDIS_URL },
      });
      closing.push(queue);
      await queue.addBulk(
        Array.from({ length: 80 }, (_, at) => ({
          name: 'dispatch',
          data: { id: `i-${at}`, generation: 1 },
        })),
      );
      const path = `/queues?activeQueue=transactional&status=waiting&page=1&jobsPerPage=${jobsPerPage}`;
      const { status, body } = await new Visitor(api.url).call('GET', path);
      const { queues } = body as { queues: { name: string; jobs: unknown[] }[] };
      const shown = queues.find(({ name }) => name === 'transactional')?.jobs.length ?? 0;
      expect(status).toBe(200);
      expect(shown).toBeGreaterThan(0);
      expect(shown).toBeLessThanOrEqual(50);
    },
  );
});
