import { describe, expect, test } from '@jest/globals';
import { ApiKeys } from '../../src/api/apiKeys.js';
import { REQUEST, startTestApi, stopApisAfterEach } from './support/api.js';

stopApisAfterEach();

const SHOP = 'shop-key-0123456789';
const BILLING = 'billing-key-0123456789';
const API_KEYS = `shop:${SHOP},billing:${BILLING}`;

describe('API keys', () => {
  test('each key says who calls', () => {
    const keys = new ApiKeys([
      { name: 'shop', key: SHOP },
      { name: 'billing', key: BILLING },
    ]);
    expect(keys.check(`Bearer ${SHOP}`)).toEqual({ ok: true, name: 'shop' });
    expect(keys.check(`bearer  ${BILLING}`)).toEqual({ ok: true, name: 'billing' });
  });

  test.each([
    ['nothing', undefined],
    ['an empty header', ''],
    ['a scheme without a key', 'Bearer '],
    ['another scheme', `Basic ${SHOP}`],
    ['the key alone', SHOP],
    ['a key cut short', `Bearer ${SHOP.slice(0, -1)}`],
    ['a key with more behind it', `Bearer ${SHOP}x`],
    ['two keys', `Bearer ${SHOP} ${BILLING}`],
  ])('%s opens nothing', (_title, header) => {
    expect(new ApiKeys([{ name: 'shop', key: SHOP }]).check(header)).toEqual({ ok: false });
  });

  test('where there are none, calls need no key', () => {
    expect(new ApiKeys([]).check(undefined)).toEqual({ ok: true });
  });
});

describe('an API with keys', () => {
  test.each([
    ['POST', '/v1/notifications'],
    ['POST', '/v1/notifications/batch'],
    ['GET', '/v1/notifications/x'],
    ['DELETE', '/v1/notifications/x'],
    ['POST', '/v1/notifications/x/resolve'],
    ['POST', '/v1/notifications/x/retry'],
    ['PUT', '/v1/notifications'],
  ])('answers %s %s without one with 401 and stores nothing', async (method, path) => {
    const api = await startTestApi({ API_KEYS });
    const body = method === 'POST' ? REQUEST : undefined;
    const wrong: Record<string, string> = { authorization: 'Bearer wrong-key-0123456789' };
    for (const headers of [{}, wrong]) {
      const answer = await api.call(method, path, body, headers);
      expect(answer).toMatchObject({
        status: 401,
        body: { type: 'urn:proactive-notifier:problem:unauthorized' },
      });
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    }
    expect(await api.storedKeys()).toEqual([]);
  });

  test('answers wrong keys of one address with 429 after a while, and a right one as ever', async () => {
    const api = await startTestApi({ API_KEYS });
    const ask = (key: string, path = '/v1/status') =>
      api.call('GET', path, undefined, { authorization: `Bearer ${key}` });
    for (let n = 0; n < 60; n += 1) {
      const path = n % 2 === 0 ? '/v1/status' : '/v1/campaigns';
      expect((await ask(`wrong-key-${n}-0123456789`, path)).status).toBe(401);
    }
    const refused = await ask('wrong-key-0123456789');
    expect(refused.status).toBe(429);
    expect(refused.body['type']).toBe('urn:proactive-notifier:problem:too-many-requests');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await api.call('GET', '/v1/campaigns')).status).toBe(429);
    expect((await ask(SHOP)).status).toBe(200);
    expect((await ask(BILLING, '/v1/campaigns')).status).toBe(200);
  });

  test('lets health checks in without one', async () => {
    const api = await startTestApi({ API_KEYS });
    expect(await api.call('GET', '/healthz')).toMatchObject({ status: 200 });
    expect(await api.call('GET', '/readyz')).toMatchObject({ status: 200 });
  });

  test('logs the name of a key, and never a key, a header, a query or a body', async () => {
    const api = await startTestApi({ API_KEYS });
    const authorization = `Bearer ${SHOP}`;
    const wanted = { ...REQUEST, id: 'logged', variables: { companyName: 'Quiet Ltd' } };
    await api.call('POST', '/v1/notifications?token=in-the-query', wanted, { authorization });
    await api.post({ ...wanted, recipient: { email: 'a secret' } }, { authorization });
    await api.post('{"broken secret', { authorization });
    await api.call('GET', '/nowhere/secret?x=secret', undefined, {
      authorization: 'Bearer secret',
    });
    const log = api.logged.join('');
    expect(log).toContain('"caller":"shop"');
    expect(log).toContain('"notificationId":"logged"');
    expect(log).toContain('"route":"/v1/notifications"');
    expect(log).not.toMatch(/secret|in-the-query|customer@|Quiet|shop-key|Bearer/);
  });
});
