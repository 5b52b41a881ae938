import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { beginUpload, cancel as cancelCampaign } from '../../src/campaign/lifecycle.js';
import { CampaignStore } from '../../src/campaign/store.js';
import type { FeedEvent } from '../../src/events/event.js';
import { EventFeed, type EventPage, type EventQuery } from '../../src/events/eventFeed.js';
import { recordAnswer, recordNews } from '../../src/notification/answer.js';
import { claim, finish, release, startLeg } from '../../src/notification/attempt.js';
import type { Seen, Snapshot } from '../../src/notification/codec.js';
import { Keyring } from '../../src/notification/keyring.js';
import { type Acceptance, Ledger } from '../../src/notification/ledger.js';
import {
  type Leg,
  type NotificationRecord,
  newRecord,
  queued,
  step,
} from '../../src/notification/record.js';
import { cancel, retry } from '../../src/notification/settlement.js';
import { REQUEST } from '../support/notifications.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

/** A wait uses no attempt. */
const UNUSED = { usesAttempt: false, maxAttempts: 5 };
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
    return { prefix, ledger, feed, accept, read, key: ledger.keys.feed };
  }

  test('has each state of a notification in order, written with it', async () => {
    const { ledger, accept, read } = open();
    const { answer } = await accept('one');
    const snapshot = snapshotIn(answer);
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

  const cancelled = (record: NotificationRecord) => cancel(record, Date.now());

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

  test('a command that is sent a second time after a lost connection adds no second event', async () => {
    const { ledger, accept, read } = open();
    const { answer } = await resent(() => accept('again'));
    const snapshot = snapshotIn(answer);
    await resent(() => ledger.enqueued([{ snapshot, next: queued(snapshot.record, Date.now()) }]));
    await resent(() => ledger.change('again', cancelled));
    expect(states(await read())).toEqual(['accepted', 'queued', 'cancelled']);
  });

  test('an hour of waiting for the same reason is one event, and what comes of it the next', async () => {
    const { ledger, accept, read } = open();
    await accept('waits');
    for (let fencingToken = 1; fencingToken <= 20; fencingToken += 1) {
      await ledger.change('waits', (record) => claim(record, 1, Date.now()));
      const back = { fencingToken, reason: 'active_conversation', ...UNUSED };
      await ledger.change('waits', (record) => release(record, back, Date.now()));
    }
    await ledger.change('waits', (record) => claim(record, 1, Date.now()));
    const end = { fencingToken: 21, state: 'skipped' as const, reason: 'no_history' };
    await ledger.change('waits', (record) => finish(record, end, Date.now()));
    expect(states(await read())).toEqual(['accepted', 'processing', 'queued', 'skipped']);
  });

  test('a message that did not arrive is said before the next channel, both written by one change', async () => {
    const { ledger, accept, read } = open();
    await accept('both');
    await ledger.change('both', (record) => claim(record, 1, Date.now()));
    const intent = { fencingToken: 1, channel: 'web' as const, sendWithinMs: 2_000 };
    await ledger.change('both', (record) => startLeg(record, intent, Date.now()));
    const ids = { messageId: '0f8fad5bd9cb469fa16570867728950e', conversationId: randomUUID() };
    const sent = { outcome: 'sent' as const, ...ids, deliveryCheckAt: Date.now() + 60_000 };
    await ledger.change('both', (record) =>
      recordAnswer(record, { leg: record.legs[0] as Leg, answer: sent }, Date.now()),
    );
    const news = { messageId: ids.messageId, delivery: 'failed' as const, mayFallBack: true };
    await ledger.change('both', (record) => recordNews(record, news, Date.now()));
    const events = await read();
    expect(states(events).slice(3)).toEqual(['sent', 'undelivered', 'processing']);
    expect(events[3]?.notification).toMatchObject({ ...ids, channel: 'web' });
    expect(events[5]?.notification).toMatchObject({ reason: 'next_channel' });
  });

  test('a retry has a generation of its own', async () => {
    const { ledger, accept, read } = open();
    await accept('retried');
    await ledger.change('retried', cancelled);
    await ledger.change('retried', (record) => retry(record, { deadline: 0 }, Date.now()));
    const generations = (await read()).map(({ notification }) => notification?.generation);
    expect(generations).toEqual([1, 1, 2]);
  });

  test('a campaign says that it was created, each state with its reason, and that it was taken back', async () => {
    const { read, prefix } = open();
    const store = new CampaignStore(redis, prefix, { retentionMs: 60_000 });
    const input = { id: 'autumn', name: 'Autumn', template: 'follow-up', templateHash: 'h' };
    await resent(() => store.create({ ...input, defaults: {} }));
    const upload = { upload: 'u1' };
    await store.change('autumn', (campaign) => beginUpload(campaign, upload, Date.now()));
    await resent(() =>
      store.change('autumn', (campaign) => cancelCampaign(campaign, { reason: 'why' }, Date.now())),
    );
    const { campaign } = await store.create({ ...input, id: 'draft', defaults: {} });
    expect(await store.deleteDraft('draft', campaign.createdAt)).toBe(true);
    expect((await read()).map(({ type, campaign }) => [type, campaign])).toEqual([
      ['campaign.importing', { id: 'autumn', state: 'importing' }],
      ['campaign.cancelled', { id: 'autumn', state: 'cancelled', reason: 'why' }],
      ['campaign.importing', { id: 'draft', state: 'importing' }],
      ['campaign.deleted', { id: 'draft', state: 'deleted' }],
    ]);
  });

  test('where it is damaged, nothing is changed and every writer hears so', async () => {
    const { ledger, accept, prefix, key } = open();
    await accept('there');
    const store = new CampaignStore(redis, prefix, { retentionMs: 60_000 });
    const input = { id: 'autumn', name: 'Autumn', template: 'follow-up', templateHash: 'h' };
    await store.create({ ...input, defaults: {} });
    await redis.set(key, 'no stream');
    expect((await accept('new')).answer).toBeInstanceOf(Error);
    await expect(ledger.change('there', cancelled)).rejects.toThrow('WRONGTYPE');
    const cancelling = store.change('autumn', (campaign) =>
      cancelCampaign(campaign, {}, Date.now()),
    );
    await expect(cancelling).rejects.toThrow('WRONGTYPE');
    await redis.del(key);
    expect(await ledger.read('new')).toBeUndefined();
    expect((await ledger.read('there'))?.state).toBe('accepted');
    expect((await store.get('autumn'))?.state).toBe('importing');
  });

  describe('what a reader cannot see is said to it', () => {
    test('when events after its cursor were trimmed; from the beginning on it reads what is kept', async () => {
      const { feed, accept, key } = open({ eventsMax: 1 });
      await accept('first');
      const [first] = eventsIn(await feed.read({ limit: 1 }));
      // Whole blocks of a hundred are taken away.
      for (let n = 0; n < 250; n += 1) await accept(`n${n}`);
      expect(await redis.xlen(key)).toBeLessThan(200);
      const [oldest] = eventsIn(await feed.read({ limit: 1 }));
      expect(await feed.read({ limit: 1, after: first?.id ?? '' })).toEqual({
        kind: 'gone',
        because: 'trimmed',
        resumeFrom: '0-0',
        since: oldest?.at,
      });
      const goneOn = eventsIn(await feed.read({ limit: 1, after: '0-0' }));
      expect(goneOn).toEqual([oldest]);
      expect(await feed.read({ limit: 1, after: feed.cursorAt(1_000) })).toMatchObject({
        kind: 'gone',
      });
    });

    test('also when it began while there was no event at all', async () => {
      const { feed, accept, key } = open({ eventsMax: 1 });
      const page = await feed.read({ limit: 1 });
      const began = page.kind === 'events' ? page.next : '';
      expect(await feed.newest()).toBe(began);
      await accept('first');
      expect(eventsIn(await feed.read({ limit: 1, after: began }))).toHaveLength(1);
      for (let n = 0; n < 250; n += 1) await accept(`n${n}`);
      expect(await redis.xlen(key)).toBeLessThan(200);
      const read = await feed.read({ limit: 1, after: began });
      expect(read).toMatchObject({ kind: 'gone', because: 'trimmed' });
    });

    test('when Redis knows no event as late as its cursor', async () => {
      const { feed, accept, key } = open();
      await accept('old');
      const [old] = eventsIn(await feed.read({ limit: 1 }));
      const after = `${(old?.at ?? 0) + 1}-0`;
      expect(await feed.read({ limit: 1, after })).toMatchObject({
        kind: 'gone',
        because: 'ahead',
        resumeFrom: old?.id,
      });
      await redis.del(key);
      expect(await feed.read({ limit: 1, after })).toEqual({
        kind: 'gone',
        because: 'ahead',
        resumeFrom: '0-0',
      });
    });

    test('a time that is to come is no such cursor', async () => {
      const { feed, accept } = open();
      await accept('before');
      const after = feed.cursorAt(Date.now() + 60_000);
      expect(eventsIn(await feed.read({ limit: 9, after }))).toEqual([]);
      const before = feed.cursorAt(Date.now() - 60_000);
      expect(ids(eventsIn(await feed.read({ limit: 9, after: before })))).toEqual(['before']);
      expect(await feed.newest()).toBe(eventsIn(await feed.read({ limit: 1 }))[0]?.id);
    });
  });

  test('an event takes about 50 bytes, all six of a message that was delivered', async () => {
    const { ledger, key } = open();
    const before = newRecord(randomUUID(), REQUEST, 'k1:hash', 0);
    const records = Array.from({ length: 500 }, () => ({ ...before, id: randomUUID() }));
    const stored = { request: REQUEST, templateHash: 'h' };
    await ledger.accept(records.map((record) => ({ record, stored })));
    const leg = {
      generation: 1,
      channel: 'web' as const,
      fencingToken: 1,
      intentAt: 0,
      sendBy: 0,
      messageId: '0f8fad5bd9cb469fa16570867728950e',
      conversationId: randomUUID(),
    };
    for (const state of ['queued', 'processing', 'sending', 'sent', 'delivered'] as const) {
      const legs = state === 'queued' || state === 'processing' ? [] : [leg];
      const seen = await ledger.snapshots(records.map(({ id }) => id));
      await ledger.changeAll(
        seen.filter(isSnapshot).map((snapshot) => ({
          snapshot,
          next: step(snapshot.record, Date.now(), { state }, { legs }),
        })),
      );
    }
    expect(await redis.xlen(key)).toBe(3_000);
    const bytes = Number(await redis.memory('USAGE', key, 'SAMPLES', 0)) / 3_000;
    process.stdout.write(`an event of the feed: ${bytes.toFixed(1)} bytes\n`);
    expect(bytes).toBeLessThan(60);
  });

  test('forgets by time, and keeps the newest: one who has read all is not said to have missed some', async () => {
    const { feed, accept, key } = open();
    for (let n = 0; n < 250; n += 1) await accept(`n${n}`);
    const cursor = await feed.newest();
    await feed.forgetOld(Date.now() + 60_000, 1_000);
    expect(await redis.xlen(key)).toBeLessThanOrEqual(100);
    expect(await redis.xlen(key)).toBeGreaterThan(0);
    await accept('later');
    expect(ids(eventsIn(await feed.read({ limit: 9, after: cursor })))).toEqual(['later']);
  });

  /** Sends the last script a second time, as the client does after a lost connection. */
  async function resent<T>(work: () => Promise<T>): Promise<T> {
    let sent: [string, ...(string | Buffer)[]] | undefined;
    const original = redis.sendCommand.bind(redis);
    redis.sendCommand = ((
      command: { name: string; args: (string | Buffer)[] },
      ...rest: never[]
    ) => {
      if (/^eval/.test(command.name)) sent = [command.name, ...command.args];
      return original(command as never, ...rest);
    }) as typeof redis.sendCommand;
    const result = await work();
    redis.sendCommand = original;
    if (sent === undefined) throw new Error('no script was sent');
    const [name, ...args] = sent;
    await redis.callBuffer(name, ...args);
    return result;
  }
});

function isSnapshot(seen: Seen): seen is Snapshot {
  return seen !== undefined && !(seen instanceof Error);
}

function snapshotIn(answer: Acceptance | Error | undefined): Snapshot {
  if (answer === undefined || !('snapshot' in answer)) throw new Error('it was not accepted');
  return answer.snapshot;
}

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
