import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { startTestApi, stopApisAfterAll, type TestApi } from '../api/support/api.js';
import { Receiver, until } from './support/receiver.js';
import { Senders, STATES_OF_ONE } from './support/senders.js';

stopApisAfterAll();

const HOUR = 60 * 60 * 1_000;
const DAY = 24 * HOUR;
const BY = { from: 'library' } as const;

describe('a webhook', () => {
  let api: TestApi;
  let senders: Senders;
  let receiver: Receiver;
  const others: Receiver[] = [];
  let n = 0;
  let id = '';

  beforeAll(async () => {
    api = await startTestApi();
  });
  beforeEach(async () => {
    n += 1;
    id = `hook-${n}`;
    senders = new Senders(api);
    receiver = await Receiver.start();
  });
  afterEach(async () => {
    for (const { id: made } of (await senders.webhooks.all()).webhooks) {
      await senders.webhooks.remove(made, BY);
    }
    await senders.stop();
    for (const each of [receiver, ...others.splice(0)]) await each.close();
  });

  const got = (notification: string, from = receiver) => from.statesOf(notification);
  const view = () => senders.webhooks.find(id);
  const isComplete = (notification: string, from = receiver) =>
    got(notification, from).length === STATES_OF_ONE.length;

  test('gets every change once, in order, signed, with metadata and nothing personal', async () => {
    const secret = await senders.webhook(id, receiver.url);
    senders.start();
    await senders.notification('n-all');
    await until(() => isComplete('n-all'));
    expect(got('n-all')).toEqual(STATES_OF_ONE);
    expect(new Set(receiver.received.map((one) => one.id)).size).toBe(receiver.received.length);
    for (const { id: eventId, text, headers, body } of receiver.received) {
      expect(new Webhook(secret).verify(text, headers)).toEqual(body);
      expect(body).toMatchObject({ id: eventId, at: expect.stringMatching(/Z$/) });
      expect(text).not.toContain('MARKER');
    }
    expect(receiver.received[0]?.body.notification?.metadata).toEqual({ order: 'order of n-all' });
    await until(async () => (await view())?.last?.status === 204);
    expect(await view()).toMatchObject({ status: 'active', outstanding: 0, failures: 0 });
    expect((await view())?.behindSince).toBeUndefined();
    const logged = senders.logged.join('');
    for (const secretWord of ['MARKER', secret, '/hook']) expect(logged).not.toContain(secretWord);
  });

  test('gets only the types that it asked for', async () => {
    await senders.webhooks.create({ id, url: receiver.url, types: ['notification.cancelled'] }, BY);
    senders.start();
    await senders.notification('n-types');
    await until(() => receiver.received.length > 0);
    await until(async () => (await view())?.behindSince === undefined);
    expect(got('n-types')).toEqual(['cancelled']);
  });

  test('has an event tried again, later each time, while what follows in its notification waits', async () => {
    await senders.webhook(id, receiver.url);
    receiver.answer = ({ body: { notification } }) =>
      notification?.id === 'n-bad' && notification.state === 'queued'
        ? { status: 500, body: 'cannot\nread this' }
        : 204;
    senders.start();
    await senders.notification('n-bad');
    const attempts = () =>
      receiver.received.filter(
        ({ body }) => body.notification?.state === 'queued' && body.notification.id === 'n-bad',
      ).length;
    // An answer that the sender has not noted yet would be noted by the time that passes meanwhile.
    const isNoted = (count: number) =>
      attempts() === count && senders.results.filter((one) => one === 'retry').length === count;
    await until(() => isNoted(1));
    // Others pass it.
    await senders.notification('n-good');
    await until(() => isComplete('n-good'));
    expect(got('n-bad')).toEqual(['accepted', 'queued']);
    expect(attempts()).toBe(1);
    for (const [count, ms] of [5_000, 30_000, 120_000].entries()) {
      senders.pass(ms * 1.2 + 1);
      await until(() => isNoted(count + 2));
    }
    expect(got('n-bad')).toEqual(['accepted', 'queued']);
    const page = await senders.webhooks.deliveries(id, { limit: 1 });
    expect(page?.deliveries[0]).toMatchObject({
      result: 'retry',
      status: 500,
      answer: 'cannot read this',
      notificationId: 'n-bad',
    });
    receiver.answer = () => 204;
    senders.pass(HOUR);
    await until(() => isComplete('n-bad'));
    expect(got('n-bad')).toEqual(STATES_OF_ONE);
  });

  test('that takes others loses an event after a day; the rest of its notification follows', async () => {
    await senders.webhook(id, receiver.url);
    receiver.answer = ({ body: { notification } }) =>
      notification?.id === 'n-poison' && notification.state === 'accepted' ? 400 : 204;
    senders.start();
    await senders.notification('n-poison');
    await until(() => senders.results.includes('retry'));
    senders.pass(12 * HOUR);
    await senders.notification('n-between');
    await until(() => isComplete('n-between'));
    senders.pass(13 * HOUR);
    await until(() => got('n-poison').includes('cancelled'));
    expect(senders.results).toContain('given_up');
    expect(senders.logged.join('')).toContain('given up after 24 h');
    expect((await view())?.status).toBe('active');
  });

  test('that takes nothing loses nothing, is disabled after 3 days, and goes on when it is resumed', async () => {
    await senders.webhook(id, receiver.url);
    receiver.answer = () => 503;
    senders.start();
    await senders.notification('n-down');
    const isDisabled = async () => (await view())?.status === 'disabled';
    for (let hours = 0; hours < 69; hours += 2) {
      const before = senders.results.length;
      await until(() => senders.results.length > before || hours === 0);
      senders.pass(2 * HOUR);
    }
    expect(await isDisabled()).toBe(false);
    expect(senders.results).not.toContain('given_up');
    // The first failure was noted before or after the first two hours.
    senders.pass(4 * HOUR);
    await until(isDisabled);
    const disabled = await view();
    expect(disabled).toMatchObject({ reason: 'failing', outstanding: expect.any(Number) });
    expect(disabled?.failures).toBeGreaterThanOrEqual(10);
    expect(disabled?.behindSince).toEqual(expect.any(String));
    expect(senders.logged.join('')).toContain('a webhook was disabled (failing)');
    receiver.answer = () => 204;
    await senders.notification('n-meanwhile');
    expect(receiver.statesOf('n-meanwhile')).toEqual([]);
    // By the same clock as the sender, or the resume would lie before the failures.
    const { store } = senders;
    await store.change(id, (webhook) => ({
      ...webhook,
      status: 'active' as const,
      reason: undefined,
      since: senders.now(),
    }));
    await until(() => isComplete('n-down') && isComplete('n-meanwhile'));
    expect(got('n-down')).toEqual(STATES_OF_ONE);
  });

  test('that answers 410 is disabled at once', async () => {
    await senders.webhook(id, receiver.url);
    receiver.answer = () => 410;
    senders.start();
    await senders.notification('n-gone');
    await until(async () => (await view())?.status === 'disabled');
    expect(await view()).toMatchObject({ reason: 'gone' });
  });

  test('that asks to wait is waited for, at most an hour', async () => {
    await senders.webhook(id, receiver.url);
    receiver.answer = () => ({ status: 429, headers: { 'retry-after': '600' } });
    senders.start();
    await senders.notification('n-wait');
    await until(() => senders.results.length === 1);
    await until(async () => (await view())?.last !== undefined);
    const next = Date.parse((await view())?.last?.nextAt ?? '') - senders.now();
    expect(next).toBeGreaterThan(500_000);
    expect(next).toBeLessThanOrEqual(600_000);
  });

  test('that answers nothing for 10 s holds up no other', async () => {
    const slow = await Receiver.start();
    others.push(slow);
    slow.answer = () => 'never';
    await senders.webhook(`${id}-slow`, slow.url);
    await senders.webhook(id, receiver.url);
    senders.start();
    for (let each = 0; each < 20; each += 1) await senders.notification(`n-beside-${each}`);
    await until(() =>
      Array.from({ length: 20 }, (_, each) => isComplete(`n-beside-${each}`)).every(Boolean),
    );
    expect(senders.results).not.toContain('retry');
    expect(slow.received.length).toBeGreaterThan(0);
    expect(slow.received.length).toBeLessThanOrEqual(8);
  });

  test('is paused, resumed where it stood, and replayed with the same ids', async () => {
    await senders.webhook(id, receiver.url);
    senders.start();
    const from = senders.now();
    await senders.notification('n-before');
    await until(() => isComplete('n-before'));
    const ids = receiver.received.map((one) => one.id);
    expect(await senders.webhooks.pause(id, BY)).toMatchObject({ status: 'paused' });
    await new Promise((resolve) => setTimeout(resolve, 60));
    await senders.notification('n-paused');
    expect((await view())?.behindSince).toEqual(expect.any(String));
    await senders.webhooks.test(id, BY);
    expect(got('n-paused')).toEqual([]);
    await senders.webhooks.resume(id, BY);
    await until(() => isComplete('n-paused'));
    receiver.received.length = 0;
    await senders.webhooks.replay(id, from, BY);
    await until(() => isComplete('n-before') && isComplete('n-paused'));
    expect(receiver.received.map((one) => one.id)).toEqual(expect.arrayContaining(ids));
    expect(got('n-before')).toEqual(STATES_OF_ONE);
  });

  test('keeps what is outstanding when it is replayed from a later time', async () => {
    await senders.webhook(id, receiver.url);
    receiver.answer = () => 500;
    senders.start();
    await senders.notification('n-kept');
    await until(() => senders.results.length > 0);
    await senders.webhooks.replay(id, senders.now() + DAY, BY);
    receiver.answer = () => 204;
    senders.pass(HOUR);
    await until(() => isComplete('n-kept'));
    expect(got('n-kept')).toEqual(STATES_OF_ONE);
  });

  test('is tested by the sender, also while it is paused, and each answer is noted', async () => {
    await senders.webhook(id, receiver.url);
    await senders.webhooks.pause(id, BY);
    senders.start();
    const tested = await senders.webhooks.test(id, BY);
    expect(tested).toMatchObject({
      kind: 'tested',
      delivery: { type: 'webhook.test', result: 'delivered', status: 204 },
    });
    receiver.answer = () => ({ status: 404, body: 'no such hook' });
    expect(await senders.webhooks.test(id, BY)).toMatchObject({
      kind: 'tested',
      delivery: { result: 'given_up', status: 404, answer: 'no such hook' },
    });
    expect(await senders.webhooks.test('none', BY)).toEqual({ kind: 'missing' });
  });

  test('is signed with both secrets while one replaces the other, and neither is stored open', async () => {
    const before = await senders.webhook(id, receiver.url);
    senders.start();
    const rotated = await senders.webhooks.rotate(id, {}, BY);
    await until(async () => {
      await senders.webhooks.test(id, BY);
      const { text = '', headers = {} } = receiver.received.at(-1) ?? {};
      return headers['webhook-signature']?.split(' ').length === 2 && text !== '';
    });
    const { text = '', headers = {} } = receiver.received.at(-1) ?? {};
    for (const secret of [before, rotated?.secret ?? '']) new Webhook(secret).verify(text, headers);
    expect(rotated?.webhook.secrets).toHaveLength(2);
    const stored = JSON.stringify([
      await senders.producer.store.redis.hgetall(senders.store.keys.endpoints),
      await view(),
    ]);
    for (const secret of [before, rotated?.secret ?? '', receiver.url]) {
      expect(stored.includes(secret)).toBe(secret === receiver.url);
    }
  });

  test('that is further behind than the feed reaches says what it did not get', async () => {
    await senders.webhook(id, receiver.url);
    await senders.notification('n-forgotten');
    const { redis, ledger } = senders.producer.store;
    await redis.xtrim(ledger.keys.feed, 'MAXLEN', 1);
    senders.start();
    await until(async () => (await view())?.missed !== undefined);
    await until(() => got('n-forgotten').length === 1);
    expect(got('n-forgotten')).toEqual(['cancelled']);
    expect(senders.logged.join('')).toContain('the feed has forgotten events');
  });

  test('is sent to by one sender at a time; the next one goes on where the first one stopped', async () => {
    await senders.webhook(id, receiver.url);
    const first = senders.start();
    senders.start();
    await senders.notification('n-one');
    await until(() => isComplete('n-one'));
    await first.stop();
    await senders.notification('n-two');
    await until(() => isComplete('n-two'));
    expect(receiver.received).toHaveLength(2 * STATES_OF_ONE.length);
  });

  test('that was deleted gets nothing more, and leaves nothing behind', async () => {
    await senders.webhook(id, receiver.url);
    receiver.answer = () => 500;
    senders.start();
    await senders.notification('n-deleted');
    await until(() => senders.results.length > 0);
    expect(await senders.webhooks.remove(id, BY)).toBe(true);
    expect(await senders.webhooks.remove(id, BY)).toBe(false);
    senders.pass(HOUR);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const keys = await senders.producer.store.redis.exists(
      senders.store.keys.progress(id),
      senders.store.keys.deliveries(id),
      senders.store.keys.endpoints,
    );
    expect(keys).toBe(0);
  });

  test('that was deleted and is made again at once under its id gets what happens from then on', async () => {
    await senders.webhook(id, receiver.url);
    senders.start();
    await senders.notification('n-old');
    await until(() => isComplete('n-old'));
    await senders.webhooks.remove(id, BY);
    await senders.webhook(id, receiver.url);
    receiver.received.length = 0;
    await senders.notification('n-new');
    await until(() => isComplete('n-new'));
    expect(got('n-new')).toEqual(STATES_OF_ONE);
    expect(got('n-old')).toEqual([]);
  });
});
