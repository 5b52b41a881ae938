import { request as httpRequest } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { isForLoopback, isFromOwnPage } from '../../../src/http/requestOrigin.js';
import { startTestApi, stopApisAfterEach } from '../../api/support/api.js';
import { LOGIN, Visitor } from '../support/visitor.js';

stopApisAfterEach();

const PAGES = ['/queues', '/queues/queue/campaign', '/notifications', '/notifications/x'];
const CALLS = ['/queues/api/queues', '/queues/api/redis/stats', '/queues/static/images/logo.svg'];

describe('without having logged in', () => {
  test.each(PAGES)('%s leads to the login and back', async (path) => {
    const visitor = new Visitor((await startTestApi(LOGIN)).url);
    const answer = await visitor.open(path);
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe(`/login?next=${encodeURIComponent(path)}`);
    expect(await answer.text()).toBe('');
  });

  test.each(CALLS)('%s is refused', async (path) => {
    const visitor = new Visitor((await startTestApi(LOGIN)).url);
    const answer = await visitor.open(path, { accept: '*/*' });
    expect(answer.status).toBe(401);
  });

  test('nothing can be decided', async () => {
    const visitor = new Visitor((await startTestApi(LOGIN)).url);
    const answer = await visitor.submit('/notifications/x/resolve', { outcome: 'sent' });
    expect(answer.status).toBe(401);
  });
});

describe('logging in', () => {
  test('opens the pages with a cookie that scripts and other sites cannot use', async () => {
    const api = await startTestApi(LOGIN);
    const { DASHBOARD_USER: user, DASHBOARD_PASSWORD: password } = LOGIN;
    const visitor = new Visitor(api.url);
    const answer = await visitor.submit('/login', { user, password, next: '/notifications/x' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/notifications/x']);
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(
      /^notifier_session=\S+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax$/,
    );
    visitor.cookie = cookie.split(';')[0] ?? '';
    expect((await visitor.open('/queues')).status).toBe(200);
    expect((await visitor.open('/notifications/x')).status).toBe(404);
  });

  test('over https marks the cookie so', async () => {
    const api = await startTestApi(LOGIN);
    const { DASHBOARD_USER: user, DASHBOARD_PASSWORD: password } = LOGIN;
    const https = { origin: 'https://ops.example.com', 'sec-fetch-site': 'same-origin' };
    const answer = await new Visitor(api.url).submit('/login', { user, password }, https);
    expect(answer.headers.get('set-cookie')).toMatch(/; Secure$/);
  });

  test.each([
    ['a wrong password', { user: 'ops', password: 'wrong' }],
    ['a wrong user', { user: 'opt', password: LOGIN.DASHBOARD_PASSWORD }],
    ['nothing', {}],
  ])('with %s is refused', async (_title, form) => {
    const answer = await new Visitor((await startTestApi(LOGIN)).url).submit('/login', form);
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([401, null]);
    expect(await answer.text()).not.toContain(LOGIN.DASHBOARD_PASSWORD);
  });

  test.each([
    '//evil.example',
    'https://evil.example',
    '/queues//evil.example',
    '/\\evil',
    '/v1/x',
  ])('never leads to %s', async (next) => {
    const api = await startTestApi(LOGIN);
    const { DASHBOARD_USER: user, DASHBOARD_PASSWORD: password } = LOGIN;
    const answer = await new Visitor(api.url).submit('/login', { user, password, next });
    expect(answer.headers.get('location')).toBe('/');
  });

  test('is slowed down for an address that guesses, and then refused even with the right password', async () => {
    const visitor = new Visitor((await startTestApi(LOGIN)).url);
    for (let n = 0; n < 10; n += 1) {
      expect((await visitor.submit('/login', { user: 'ops', password: `${n}` })).status).toBe(401);
    }
    const { DASHBOARD_USER: user, DASHBOARD_PASSWORD: password } = LOGIN;
    const answer = await visitor.submit('/login', { user, password });
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(60);
  });

  test('many times at once is slowed down as well: the tries in flight count', async () => {
    const visitor = new Visitor((await startTestApi(LOGIN)).url);
    const tries = Array.from({ length: 30 }, (_, n) =>
      visitor.submit('/login', { user: 'ops', password: `wrong ${n}` }),
    );
    const statuses = (await Promise.all(tries)).map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array(10).fill(401), ...Array(20).fill(429)]);
  });

  test('and out again ends it in the browser', async () => {
    const visitor = await Visitor.loggedIn(await startTestApi(LOGIN));
    const answer = await visitor.submit('/logout', {});
    expect(answer.headers.get('set-cookie')).toMatch(/^notifier_session=; Path=\/; Max-Age=0;/);
  });

  test('and out again ends it for every api process: a copied cookie opens nothing any more', async () => {
    const api = await startTestApi(LOGIN);
    const other = await startTestApi({ ...LOGIN, QUEUE_PREFIX: api.config.QUEUE_PREFIX });
    const visitor = await Visitor.loggedIn(api);
    const elsewhere = new Visitor(other.url);
    elsewhere.cookie = visitor.cookie;
    const second = await Visitor.loggedIn(api);
    expect((await elsewhere.open('/notifications')).status).toBe(200);
    await visitor.submit('/logout', {});
    for (const each of [visitor, elsewhere]) {
      expect((await each.open('/notifications')).status).toBe(303);
      expect((await each.call('GET', '/queues')).status).toBe(401);
    }
    expect((await second.open('/notifications')).status).toBe(200);
  });

  test.each(['application/json', 'text/plain', 'multipart/form-data; boundary=x', 'nonsense'])(
    'with a body of type %s is a 415, as at every form',
    async (type) => {
      const api = await startTestApi(LOGIN);
      const { cookie } = await Visitor.loggedIn(api);
      for (const path of ['/login', '/logout', '/notifications/x/resolve']) {
        const answer = await fetch(`${api.url}${path}`, {
          method: 'POST',
          headers: { origin: api.url, cookie, 'content-type': type },
          body: '{"user": "ops"}',
          redirect: 'manual',
        });
        expect([path, answer.status]).toEqual([path, 415]);
      }
      expect(api.logged.join('')).not.toContain('a request failed');
    },
  );

  test('leaves no trace of user, password or cookie in the log', async () => {
    const api = await startTestApi(LOGIN);
    const visitor = await Visitor.loggedIn(api);
    await visitor.open('/notifications');
    await visitor.submit('/login', { user: 'ops', password: 'a-wrong-password' });
    const log = api.logged.join('');
    expect(log).toContain('a login to the dashboard failed');
    expect(log).not.toMatch(/horse|a-wrong-password|notifier_session/);
    expect(log).not.toContain(visitor.cookie.split('=')[1]);
  });
});

describe('a request that changes something', () => {
  const host = 'ops.example.com';
  test.each([
    ['of our own page', { host, 'sec-fetch-site': 'same-origin', origin: 'https://x' }, true],
    ['of our own page over plain http', { host, origin: 'http://ops.example.com' }, true],
    ['of a sibling site', { host, 'sec-fetch-site': 'same-site' }, false],
    ['of another site', { host, 'sec-fetch-site': 'cross-site', origin: `https://${host}` }, false],
    ['of another site over plain http', { host, origin: 'http://evil.example' }, false],
    ['of a sandboxed frame', { host, origin: 'null' }, false],
    ['of another port', { host, origin: 'http://ops.example.com:8080' }, false],
    ['of no browser', { host }, false],
  ])('%s', (_title, headers, own) => {
    expect(isFromOwnPage(headers)).toBe(own);
  });

  test.each(['put', 'post'])('is refused to another site, cookie or not (%s)', async (method) => {
    const api = await startTestApi({ ...LOGIN, DASHBOARD_ACTIONS: 'on' });
    const { cookie } = await Visitor.loggedIn(api);
    const paths = {
      put: '/queues/api/queues/transactional/1/retry',
      post: '/notifications/x/resolve',
    };
    const answer = await fetch(`${api.url}${paths[method as 'put' | 'post']}`, {
      method,
      headers: { cookie, origin: 'https://evil.example' },
    });
    expect(answer.status).toBe(403);
  });

  test('nor can another site log a visitor in as itself', async () => {
    const api = await startTestApi(LOGIN);
    const { DASHBOARD_USER: user, DASHBOARD_PASSWORD: password } = LOGIN;
    const evil = { origin: 'https://evil.example' };
    expect((await new Visitor(api.url).submit('/login', { user, password }, evil)).status).toBe(
      403,
    );
  });
});

describe('on loopback with no login configured', () => {
  test('the pages are open, and there is no login', async () => {
    const api = await startTestApi();
    const visitor = new Visitor(api.url);
    expect((await visitor.open('/notifications')).status).toBe(200);
    expect((await visitor.open('/queues')).status).toBe(200);
    expect((await visitor.open('/login')).status).toBe(404);
  });

  test('but not to a site that has its own name point here', async () => {
    const { url } = await startTestApi();
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const asked = httpRequest(`${url}/notifications`, { headers: { host: 'evil.example' } });
      asked.on('response', (response) => resolve(response.resume().statusCode));
      asked.on('error', reject).end();
    });
    expect(status).toBe(403);
  });

  test.each([
    ['127.0.0.1:3000', true],
    ['localhost', true],
    ['[::1]:3000', true],
    ['evil.example:3000', false],
    ['127.0.0.1.evil.example', false],
    ['', false],
    ['127.0.0.1@evil.example', false],
  ])('Host: %s', (host, local) => {
    expect(isForLoopback({ host })).toBe(local);
  });
});
