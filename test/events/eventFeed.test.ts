import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import type { FeedEvent } from '../../src/events/event.js';
import { EventFeed, type EventPage, type EventQuery } from '../../src/events/eventFeed.js';
import { claim, startLeg } from '../../src/notification/attempt.js';
import { Keyring } from '../../src/notification/keyring.js';
import { Ledger } from '../../src/notification/ledger.js';
import { type NotificationRecord, newRecord, queued } from '../../src/notification/record.js';
import { cancel } from '../../src/notification/settlement.js';
import { REQUEST } from '../support/notifications.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

const RETENTION = { ledgerMs: 3_000_000, requestMs: 1_000_000 };

describe('the feed of events', () => {
  const redis = new Redis(testRedisUrl());
  const prefixes: string[] = [];

  beforeAll(() => redis.ping());
  afterAll(async () => {
    await redis.quit();
    for (const prefix of prefixes) await flushPrefix(prefix);
  });

  function open({ eventsMax }: { eventsMax?: number } = {}) {
    const prefix = freshPrefix();
    prefixes.push(prefix);
    const ledger = new Ledger(redis, prefix, Keyring.forDevelopment(), { ...RETENTION, eventsMax });
    const feed = new EventFeed({ redis, ledger });
    const accept = async (id: string, campaignId?: string) => {
      const request = { ...REQUEST, campaignId, metadata: { order: id } };
      const record = newRecord(id, request, 'k1:hash', Date.now());
      const [answer] = await ledger.accept([{ record, stored: { request, templateHash: 'h' } }]);
      return { record, answer };
    };
    const read = async (query: Partial<EventQuery> = {}) =>
      eventsIn(await feed.read({ limit: 1_000, ...query }));
    return { ledger, feed, accept, read, key: ledger.keys.feed };
  }

  test('has each state of a notification in order, written with it', async () => {
    const { ledger, accept, read } = open();
    const { answer } = await accept('one');
    const snapshot = answer !== undefined && 'snapshot' in answer ? answer.snapshot : undefined;
    if (snapshot === undefined) throw new Error('it was not accepted');
    await ledger.enqueued([{ snapshot, next: queued(snapshot.record, Date.now()) }]);
    await ledger.change('one', (record) => claim(record, 1, Date.now()));
    const intent = { fencingToken: 1, channel: 'email' as const, sendWithinMs: 2_000 };
    await ledger.change('one', (record) => startLeg(record, intent, Date.now()));
    const events = await read();
    expect(events.map(({ type }) => type)).toEqual([
      'notification.accepted',
      'notification.queued',
      'notification.processing',
      'notification.sending',
    ]);
    expect(events.at(-1)?.notification).toMatchObject({
      id: 'one',
      generation: 1,
      channel: 'email',
    });
    expect(states(events)).toEqual((await ledger.read('one'))?.timeline.map(({ state }) => state));
  });

  test('joins metadata only where it is asked for', async () => {
    const { accept, read } = open();
    await accept('with');
    const [bare] = await read();
    expect(bare?.notification?.metadata).toBeUndefined();
    const [joined] = await read({ withMetadata: true });
    expect(joined?.notification?.metadata).toEqual({ order: 'with' });
  });

  test('goes on after a cursor, with filters, and says whether there is more', async () => {
    const { feed, accept } = open();
    for (const id of ['a', 'b', 'c']) await accept(id, id === 'b' ? undefined : 'autumn');
    const first = await feed.read({ limit: 2 });
    expect(first).toMatchObject({ kind: 'events', more: true });
    const after = first.kind === 'events' ? first.next : '';
    const second = await feed.read({ limit: 2, after });
    expect(second).toMatchObject({ kind: 'events', more: false });
    expect(ids(eventsIn(second))).toEqual(['c']);
    expect(ids(eventsIn(await feed.read({ limit: 9, campaignId: 'autumn' })))).toEqual(['a', 'c']);
    const none = await feed.read({ limit: 9, types: ['notification.sent'] });
    expect(none).toEqual({
      kind: 'events',
      events: [],
      next: eventsIn(second)[0]?.id,
      more: false,
    });
  });

  function cancelled(record: NotificationRecord) {
    return cancel(record, Date.now());
  }

  test('a change that lost its race leaves no event', async () => {
    const { ledger, accept, read } = open();
    await accept('raced');
    const seen = await ledger.snapshot('raced');
    if (seen === undefined) throw new Error('it is gone');
    await ledger.change('raced', cancelled);
    await ledger.enqueued([{ snapshot: seen, next: queued(seen.record, Date.now()) }]);
    await ledger.changeAll([{ snapshot: seen, next: queued(seen.record, Date.now()) }]);
    expect(states(await read())).toEqual(['accepted', 'cancelled']);
  });
});

function eventsIn(page: EventPage): FeedEvent[] {
  if (page.kind === 'gone') throw new Error(`gone: ${page.because}`);
  return page.events;
}

function states(events: readonly FeedEvent[]): string[] {
  return events.map(({ notification, campaign }) => (notification ?? campaign)?.state ?? '');
}

function ids(events: readonly FeedEvent[]): string[] {
  return events.map(({ notification, campaign }) => (notification ?? campaign)?.id ?? '');
}
