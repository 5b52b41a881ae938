import { connect } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Operation } from '../../sandbox/operation.js';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import { SlidingWindow } from '../../sandbox/slidingWindow.js';
import {
  control,
  EMAIL,
  ENGAGE,
  emailTo,
  handClock,
  LOOKUP,
  logIn,
  QUERY,
  requestToken,
  tokenIn,
  WEB,
} from './support/client.js';

const someone = { type: 'Email', value: 'customer@example.com' };
let sandbox: Sandbox;
afterEach(() => sandbox.close());

describe('errors', () => {
  test('every answer has a correlation id, and errors repeat it as their contextId', async () => {
    sandbox = await startSandbox();
    const client = await logIn(sandbox);
    const good = await client.post(LOOKUP, someone);
    expect(good.headers.get('inin-correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
    for (const path of ['/api/v2/nothing/here', '/api/v2/externalcontacts/contacts/unknown']) {
      const bad = await client.get(path);
      expect(bad).toMatchObject({ status: 404, body: { code: 'not.found', status: 404 } });
      expect(bad.body).toMatchObject({ contextId: bad.headers.get('inin-correlation-id') });
      expect(bad.body).toMatchObject({ details: [], errors: [] });
    }
  });

  test('a message never repeats the value it refuses', async () => {
    sandbox = await startSandbox();
    const client = await logIn(sandbox);
    const reply = await client.post(EMAIL, emailTo('my secret value'));
    expect(reply.status).toBe(400);
    expect(JSON.stringify(reply.body)).not.toContain('secret');
  });

  test('malformed JSON is a 400, another content type a 415, and over 512,000 bytes a 413', async () => {
    sandbox = await startSandbox();
    const client = await logIn(sandbox);
    expect(await client.post(LOOKUP, '{"type":')).toMatchObject({
      status: 400,
      body: { code: 'bad.request' },
    });
    const huge = JSON.stringify({ type: 'Email', value: 'x'.repeat(512_000) });
    expect((await client.post(LOOKUP, huge)).status).toBe(413);
    const authorization = `Bearer ${tokenIn(await requestToken(sandbox))}`;
    for (const contentType of ['text/plain', 'application/xml']) {
      const headers = { authorization, 'content-type': contentType };
      const init = { method: 'POST', headers, body: '{}' };
      const response = await fetch(`${sandbox.url}${LOOKUP}`, init);
      expect(response.status).toBe(415);
      expect(await response.json()).toMatchObject({ code: 'unsupported.media.type' });
    }
  });
});

describe('the rate limit', () => {
  test('is a 429 with whole seconds to wait, and refused requests do not count', async () => {
    const { now, advance } = handClock();
    sandbox = await startSandbox({ now, requestsPerMinute: 2 });
    const client = await logIn(sandbox);
    const status = async () => (await client.post(LOOKUP, someone)).status;
    expect(await status()).toBe(200);
    advance(20_500);
    expect(await status()).toBe(200);
    const refused = await client.post(LOOKUP, someone);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('40');
    expect(refused.body).toMatchObject({
      code: 'too.many.requests.retry.after',
      message: 'Rate limit exceeded the maximum. Retry the request in [40] seconds',
    });
    advance(39_500);
    expect([await status(), await status()]).toEqual([200, 429]);
  });

  test('can be changed and lifted while it runs, and does not count logins', async () => {
    sandbox = await startSandbox({ requestsPerMinute: 1 });
    for (let n = 0; n < 3; n += 1) expect((await requestToken(sandbox)).status).toBe(200);
    const client = await logIn(sandbox);
    const statuses = async () => [
      (await client.post(LOOKUP, someone)).status,
      (await client.post(LOOKUP, someone)).status,
    ];
    expect(await statuses()).toEqual([200, 429]);
    await control(sandbox, 'PATCH', '/settings', { requestsPerMinute: 0 });
    expect(await statuses()).toEqual([200, 200]);
  });

  test('no window, however aligned, holds more than the limit', async () => {
    sandbox = await startSandbox();
    const window = new SlidingWindow();
    const admitted: number[] = [];
    for (let at = 0; at < 30_000; at += 7) {
      if (window.admit(at, 50, 1000).admitted) admitted.push(at);
    }
    const busiest = Math.max(
      ...admitted.map((start) => admitted.filter((at) => at >= start && at < start + 1000).length),
    );
    expect(busiest).toBe(50);
    expect(admitted.length).toBeGreaterThan(1400);
  });
});

describe('permissions', () => {
  test.each<[Operation, string, string]>([
    ['contact-lookup', LOOKUP, 'missing.permissions'],
    ['details-query', QUERY, 'missing.any.permissions'],
    ['bulk-messages', '/api/v2/conversations/messages/x/messages/bulk', 'missing.any.permissions'],
    ['agentless-message', WEB, 'missing.permissions'],
    ['agentless-email', EMAIL, 'missing.any.permissions'],
  ])('%s without its permission is a 403 that names it', async (_operation, path, code) => {
    sandbox = await startSandbox({ permissions: [] });
    const reply = await (await logIn(sandbox)).post(path, {});
    expect(reply).toMatchObject({ status: 403, body: { code } });
    expect((reply.body as { message: string }).message).toMatch(/permission\(s\): \w+:\w+:\w+/);
  });

  test('one of several sufficient permissions is enough, and engage needs none', async () => {
    sandbox = await startSandbox({ permissions: ['conversation:agentlessEmail:send'] });
    const client = await logIn(sandbox);
    expect((await client.post(EMAIL, emailTo('a@example.com'))).status).toBe(200);
    expect((await client.post(ENGAGE, {})).status).toBe(400);
    expect((await client.post(LOOKUP, someone)).status).toBe(403);
  });
});

describe('closing', () => {
  test('is done at once with an idle connection, a stalled answer, a slow one and a waiting one', async () => {
    sandbox = await startSandbox();
    const client = await logIn(sandbox);
    const idle = connect(sandbox.port, '127.0.0.1');
    const idleClosed = new Promise((resolve) => idle.once('close', resolve));
    idle.on('error', () => undefined);
    sandbox.faults.add({ endpoint: 'contact-lookup', kind: 'stall' });
    sandbox.faults.add({ endpoint: 'agentless-email', kind: 'delay', ms: 60_000 });
    sandbox.faults.add({ endpoint: 'engage', kind: 'trickle' });
    const open = [
      client.post(LOOKUP, someone),
      client.post(EMAIL, emailTo('a@example.com')),
      client.post(ENGAGE, {
        to: { type: 'email', address: 'a@example.com' },
        from: { type: 'email', address: 'b@example.com', name: 'B' },
        subject: 'Hello',
        body: { contentType: 'text/html', content: '<p>Hello</p>' },
        messageType: 'proactive',
      }),
      control(sandbox, 'GET', '/requests?wait=conversation&timeoutMs=60000'),
    ];
    const ended = Promise.allSettled(open);
    await sandbox.requests.waitFor(1, 'agentless-email', 5000);
    await sandbox.requests.waitFor(1, 'contact-lookup', 5000);
    await sandbox.deliveries.waitFor(1, 'a@example.com', 5000);
    const startedAt = performance.now();
    await sandbox.close();
    await idleClosed;
    await ended;
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    expect(sandbox.deliveries.list().map(({ channel }) => channel)).toEqual(['engage']);
  });

  test('ends what waits in vain, and nothing is delivered afterwards', async () => {
    sandbox = await startSandbox();
    const client = await logIn(sandbox);
    sandbox.faults.add({ endpoint: 'agentless-email', kind: 'delay', ms: 300 });
    const sending = client.post(EMAIL, emailTo('a@example.com')).catch(() => null);
    await sandbox.requests.waitFor(1, 'agentless-email', 5000);
    const waiting = [
      sandbox.requests.waitFor(1, 'engage', 60_000),
      sandbox.deliveries.waitFor(1, undefined, 60_000),
    ];
    await sandbox.close();
    expect(await Promise.all(waiting)).toEqual([false, false]);
    expect(await sending).toBeNull();
    expect(await sandbox.deliveries.waitFor(1, undefined, 600)).toBe(false);
  });
});
