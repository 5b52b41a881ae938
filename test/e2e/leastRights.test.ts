import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { type RunningRole, startApi } from '../../src/app/apiApp.js';
import { runDoctor } from '../../src/doctor/doctor.js';
import { type Deployment, deploy } from '../support/deployment.js';
import { LEAST_RIGHTS } from '../support/leastRights.js';
import { type PrivateRedis, startPrivateRedis } from '../support/redis.js';

const PASSWORD = 'a-password-of-the-service';

/** Every part of the product, as a Redis user who has the documented rights and no other. */
describe('with the least rights in Redis', () => {
  let server: PrivateRedis;
  let admin: Redis;
  let deployment: Deployment;
  let api: RunningRole & { url: string };

  beforeAll(async () => {
    server = await startPrivateRedis({ args: ['--appendonly', 'yes'] });
    admin = new Redis(server.url);
    const url = server.url.replace('//', `//service:${PASSWORD}@`);
    deployment = await deploy({ env: { REDIS_URL: url, API_PORT: '0' } });
    const rights = LEAST_RIGHTS.replace('{prefix}', deployment.prefix).split(' ');
    await admin.acl('SETUSER', 'service', 'reset', 'on', `>${PASSWORD}`, ...rights);
    api = await startApi(deployment.config(), pino({ level: 'silent' }));
    await deployment.startWorker();
  });
  afterAll(async () => {
    await api.stop();
    await admin.acl('SETUSER', 'service', '~*', '+@all');
    await deployment.stop();
    admin.disconnect();
    await server.stop();
  });

  async function call(method: string, path: string, body?: unknown, type = 'application/json') {
    const response = await fetch(`${api.url}${path}`, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': type },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    });
    const text = await response.text();
    return { status: response.status, text, body: parsed(text) };
  }

  function parsed(text: string): Record<string, unknown> {
    try {
      return JSON.parse(text) as Record<string, unknown>;
    } catch {
      return {};
    }
  }

  const REQUEST = { template: 'follow-up', channels: ['email'], history: { required: false } };

  test('api and worker are ready, and a notification is sent', async () => {
    const recipient = { email: 'least@example.net' };
    expect(
      (await call('POST', '/v1/notifications', { ...REQUEST, id: 'one', recipient })).status,
    ).toBe(202);
    expect((await deployment.reaches('one', 'sent', 'failed')).state).toBe('sent');
    expect((await call('GET', '/readyz')).body).toMatchObject({ status: 'ready' });
  });

  test('a campaign is imported, paused, resumed, sent and exported', async () => {
    await call('POST', '/v1/campaigns', { ...REQUEST, id: 'least' });
    const rows = 'email\na@example.net\nb@example.net\nno address\n';
    const imported = await call('PUT', '/v1/campaigns/least/rows', rows, 'text/csv');
    expect(imported.status).toBe(200);
    for (const step of ['start', 'pause', 'resume']) {
      const body = step === 'pause' ? { reason: 'a look' } : undefined;
      expect((await call('POST', `/v1/campaigns/least/${step}`, body)).status).toBe(200);
    }
    let state: unknown;
    while (state !== 'completed') state = (await call('GET', '/v1/campaigns/least')).body['state'];
    expect((await call('GET', '/v1/campaigns/least/results')).text).toContain('sent');
    expect((await call('GET', '/v1/campaigns/least/rejected')).status).toBe(200);
  });

  test('the sweeper works, the sending is paused and resumed, status and metrics are read', async () => {
    const paused = await call('POST', '/v1/pause', { reason: 'a look' });
    expect(paused.status).toBe(200);
    const recipient = { email: 'swept@example.net' };
    await call('POST', '/v1/notifications', { ...REQUEST, id: 'swept', recipient });
    // What the sweeper looks for: a job that stands in no list. It is due at once.
    await admin.del(`${deployment.prefix}:transactional:wait`);
    await admin.zadd(`${deployment.prefix}:due`, 1, 'swept');
    expect((await call('POST', '/v1/resume')).status).toBe(200);
    expect((await deployment.reaches('swept', 'sent', 'failed')).state).toBe('sent');
    expect((await call('GET', '/v1/status')).status).toBe(200);
    expect((await call('GET', '/v1/gate')).status).toBe(200);
    expect((await call('GET', '/metrics')).text).toContain('notifier_redis_up 1');
  });

  test('the dashboard shows its pages', async () => {
    for (const page of [
      '/',
      '/overview/flow.json',
      '/notifications',
      '/notifications/one',
      '/queues',
    ]) {
      expect([page, (await call('GET', page)).status]).toEqual([page, 200]);
    }
  });

  test('the doctor has no fault to find with Redis', async () => {
    const { findings } = await runDoctor(deployment.env, () => undefined);
    const wrong = findings.filter(
      ({ check, status }) => /^(redis|clock)/.test(check) && status === 'failed',
    );
    expect(wrong).toEqual([]);
  });
});
