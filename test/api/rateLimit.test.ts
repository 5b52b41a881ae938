import { describe, expect, test } from '@jest/globals';
import { REQUEST, startTestApi, stopApisAfterEach } from './support/api.js';

stopApisAfterEach();

const SHOP = { authorization: 'Bearer shop-key-0123456789' };
const BILLING = { authorization: 'Bearer billing-key-0123456789' };
const API_KEYS = 'shop:shop-key-0123456789,billing:billing-key-0123456789';

describe('the rate limit', () => {
  test('answers the request over it with 429, a problem and when to come back', async () => {
    const api = await startTestApi({ API_KEYS, API_REQUESTS_PER_MINUTE: '2' });
    const first = await api.call('GET', '/v1/notifications/x', undefined, SHOP);
    expect(first.status).toBe(404);
    expect(first.headers.get('ratelimit-remaining')).toBe('1');
    await api.call('GET', '/v1/notifications/x', undefined, SHOP);

    const refused = await api.post({ ...REQUEST, id: 'over' }, SHOP);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    const retryAfter = Number(refused.headers.get('retry-after'));
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(60);
    expect(refused.body).toMatchObject({
      type: 'urn:proactive-notifier:problem:too-many-requests',
      status: 429,
      retryAfter,
      detail: expect.stringContaining('2 requests a minute'),
    });
    expect(await api.storedKeys()).toEqual([]);
  });

  test('counts each key by itself', async () => {
    const api = await startTestApi({ API_KEYS, API_REQUESTS_PER_MINUTE: '1' });
    await api.call('GET', '/v1/notifications/x', undefined, SHOP);
    expect(await api.call('GET', '/v1/notifications/x', undefined, SHOP)).toMatchObject({
      status: 429,
    });
    expect(await api.call('GET', '/v1/notifications/x', undefined, BILLING)).toMatchObject({
      status: 404,
    });
  });

  test('is not used up by callers without a key', async () => {
    const api = await startTestApi({ API_KEYS, API_REQUESTS_PER_MINUTE: '1' });
    for (let round = 0; round < 3; round++) {
      expect(await api.call('GET', '/v1/notifications/x')).toMatchObject({ status: 401 });
    }
    expect(await api.call('GET', '/v1/notifications/x', undefined, SHOP)).toMatchObject({
      status: 404,
    });
  });

  test('leaves health checks alone', async () => {
    const api = await startTestApi({ API_REQUESTS_PER_MINUTE: '1' });
    for (let round = 0; round < 3; round++) {
      expect(await api.call('GET', '/readyz')).toMatchObject({ status: 200 });
    }
  });

  test('counts by address where there are no keys, and 0 lifts it', async () => {
    const limited = await startTestApi({ API_REQUESTS_PER_MINUTE: '1' });
    await limited.call('GET', '/v1/notifications/x');
    expect(await limited.call('GET', '/v1/notifications/x')).toMatchObject({ status: 429 });
    const open = await startTestApi({ API_REQUESTS_PER_MINUTE: '0' });
    const answer = await open.call('GET', '/v1/notifications/x');
    expect(answer.status).toBe(404);
    expect(answer.headers.has('ratelimit-limit')).toBe(false);
  });
});
