import { get, type IncomingMessage } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { FlowRecorder } from '../../../src/queue/flowRecorder.js';
import { startTestApi, stopApisAfterEach, type TestApi } from '../../api/support/api.js';
import { workerLives } from '../../support/fleet.js';
import { startPrivateRedis, testRedisUrl } from '../../support/redis.js';
import { LOGIN, Visitor } from '../support/visitor.js';

stopApisAfterEach();

describe('the overview', () => {
  let redis: Redis;
  beforeAll(() => {
    redis = new Redis(testRedisUrl());
  });
  afterAll(() => redis.disconnect());

  async function opened(visitor: Visitor): Promise<string> {
    const answer = await visitor.open('/');
    expect(answer.status).toBe(200);
    return (await answer.text()).replace(/<time [^>]*>/g, '<time>');
  }

  test('of an empty deployment says that no worker lives, and what to do', async () => {
    const api = await startTestApi(LOGIN);
    const text = await opened(await Visitor.loggedIn(api));
    expect(text).toContain('No worker is alive, and none has ever been.');
    expect(text).toContain('<code>notifier worker</code>');
    for (const empty of ['No campaign is running.', 'No errors.', 'None is alive.']) {
      expect(text).toContain(empty);
    }
    expect(text.match(/<h1>/g)).toHaveLength(1);
    expect(text).toMatch(/<a href="\/" aria-current="page">Overview<\/a>/);
  });

  test('stops all sending for a reason, says so, and lets it go on', async () => {
    const api = await startTestApi(LOGIN);
    await workerLives(redis, api.config.QUEUE_PREFIX);
    const visitor = await Visitor.loggedIn(api);
    const refused = await visitor.submit('/sending/pause', { reason: ' ' });
    expect([refused.status, await refused.text()]).toEqual([
      400,
      expect.stringContaining('A reason is needed'),
    ]);
    const reason = 'wrong template <b>';
    const paused = await visitor.submit('/sending/pause', { reason });
    expect([paused.status, paused.headers.get('location')]).toEqual([303, '/']);
    expect(await opened(visitor)).toMatch(
      /Paused since <time>\d\d:\d\d UTC<\/time> by ops: wrong template &#60;b&#62;/,
    );
    await visitor.submit('/sending/resume', {});
    expect(await opened(visitor)).toContain('Nothing waits to be sent.');
  });

  test('plots what every process of the deployment has counted, and names recent errors', async () => {
    const api = await startTestApi(LOGIN);
    const { QUEUE_PREFIX: prefix } = api.config;
    await workerLives(redis, prefix);
    const now = Date.now();
    const flow = new FlowRecorder(redis, prefix, {
      now: () => now - 120_000,
      onError: (error) => {
        throw error;
      },
    });
    for (let sent = 0; sent < 7; sent += 1) {
      flow.countRequest({ operation: 'agentless-email', outcome: '400', code: 'bad.request' });
    }
    await flow.flush();
    const visitor = await Visitor.loggedIn(api);
    const text = await opened(visitor);
    expect(text).toMatch(/Send of an email.*400<\/span> bad\.request.*>7</s);
    const plotted = await (await visitor.open('/overview/flow.json')).json();
    expect(plotted).toMatchObject({ budget: 300 });
    const { spans } = plotted as { spans: { hour: { requests: number[] } } };
    expect(Math.max(...spans.hour.requests)).toBe(7);
  });

  test('asks for the login, also for its live parts and its numbers', async () => {
    const api = await startTestApi(LOGIN);
    const visitor = new Visitor(api.url);
    expect((await visitor.open('/')).headers.get('location')).toBe('/login?next=%2F');
    for (const path of ['/live/overview', '/overview/flow.json']) {
      expect((await visitor.open(path, { accept: '*/*' })).status).toBe(401);
    }
    expect((await visitor.submit('/sending/pause', { reason: 'x' })).status).toBe(401);
  });

  test('lets an open page say why it is not kept up to date: no login, nothing there', async () => {
    const api = await startTestApi(LOGIN);
    const streamOf = async (visitor: Visitor, path: string, page: string) => {
      const headers = { accept: 'text/event-stream', referer: `${api.url}${page}` };
      const answer = await visitor.open(path, headers);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
      return answer.text();
    };
    const loggedOut = await streamOf(new Visitor(api.url), '/live/campaigns/a', '/campaigns/a?b=c');
    expect(loggedOut).toMatch(/^retry: \d+\n\nevent: standing\n/);
    expect(loggedOut).toContain('You are not logged in any more.');
    expect(loggedOut).toContain('href="/login?next=%2Fcampaigns%2Fa%3Fb%3Dc"');
    const loggedIn = await Visitor.loggedIn(api);
    const malformed = `/live/campaigns/${'x'.repeat(200)}`;
    expect(await streamOf(loggedIn, malformed, '/campaigns')).toContain('does not exist any more');
  });

  test('another site can neither stop the sending nor let it go on', async () => {
    const api = await startTestApi(LOGIN);
    const visitor = await Visitor.loggedIn(api);
    for (const path of ['/sending/pause', '/sending/resume']) {
      const foreign = { 'sec-fetch-site': 'cross-site' };
      expect((await visitor.submit(path, { reason: 'x' }, foreign)).status).toBe(403);
    }
  });
});

describe('while Redis is away', () => {
  let response: IncomingMessage | undefined;
  afterEach(() => {
    response?.destroy();
  });

  test('pages, status and readiness say since when, and open pages say it by themselves', async () => {
    const server = await startPrivateRedis();
    const api: TestApi = await startTestApi({ REDIS_URL: server.url });
    const visitor = new Visitor(api.url);
    let streamed = '';
    get(`${api.url}/live/overview`, { agent: false }, (answer) => {
      response = answer.setEncoding('utf8').on('data', (chunk: string) => {
        streamed += chunk;
      });
    });
    const until = async (wanted: RegExp) => {
      while (!wanted.test(streamed)) await new Promise((resolve) => setTimeout(resolve, 50));
    };
    await until(/No worker is alive/);
    await server.kill('SIGKILL');
    await until(/Redis does not answer since <time/);
    const page = await visitor.open('/');
    expect(page.status).toBe(503);
    expect(await page.text()).toMatch(/It has been so since <time/);
    const status = await api.call('GET', '/v1/status');
    expect(status.status).toBe(503);
    expect(Date.parse(String(status.body['since']))).toBeGreaterThan(Date.now() - 60_000);
    const ready = await api.call('GET', '/readyz');
    expect(String(ready.body['because'])).toMatch(/since \d{4}-\d\d-\d\dT[\d:]+Z/);
    await api.stop();
    await server.stop();
  });
});
