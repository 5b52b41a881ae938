import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { recordAnswer, recordNews } from '../../src/notification/answer.js';
import { claim, finish, startLeg } from '../../src/notification/attempt.js';
import { write } from '../../src/notification/decision.js';
import { Keyring } from '../../src/notification/keyring.js';
import { Ledger } from '../../src/notification/ledger.js';
import { readOutcomes } from '../../src/notification/outcomes.js';
import { newRecord, queued } from '../../src/notification/record.js';
import { SearchIndex, type SearchTerm } from '../../src/notification/searchIndex.js';
import { cancel, retry } from '../../src/notification/settlement.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

const DAY_MS = 24 * 60 * 60 * 1_000;
const RETENTION = { ledgerMs: 3_000_000, requestMs: 1_000_000 };
const SECRET = 'a-secret-of-the-deployment';
const CONTACT = '0b8f2c64-7c1e-4d4e-9a41-5a0d2a7f9f10';
const MESSAGE = 'f2f7cc5e-5e8e-4b60-8ad7-3f5f4ad1a3c5';
const UUID = '0192f1a2-0000-7000-8000-0123456789ab';

function requestTo(recipient: Record<string, string>) {
  return { recipient, template: 'follow-up' };
}

describe('what a search finds notifications by', () => {
  const prefix = freshPrefix();
  const redis = new Redis(testRedisUrl());
  const another = new Redis(testRedisUrl());
  const plain = new Ledger(redis, prefix, Keyring.forDevelopment(), RETENTION);
  const { keys } = plain;
  const indexOf = (secret: string, retentionMs = 7 * DAY_MS) =>
    new SearchIndex(keys, Keyring.parse(secret), retentionMs);
  const index = indexOf(SECRET);
  const ledger = new Ledger(
    redis,
    prefix,
    Keyring.forDevelopment(),
    RETENTION,
    () => undefined,
    index,
  );
  const twin = new Ledger(
    another,
    prefix,
    Keyring.forDevelopment(),
    RETENTION,
    () => undefined,
    index,
  );

  beforeAll(() => redis.ping());
  afterAll(async () => {
    await Promise.all([redis.quit(), another.quit()]);
    await flushPrefix(prefix);
  });

  async function accept(id: string, recipient: Record<string, string>, by = ledger) {
    const request = requestTo(recipient);
    const record = newRecord(id, request, 'k1:hash', Date.now());
    const [answer] = await by.accept([{ record, stored: { request, templateHash: 'h' } }]);
    return answer;
  }

  async function send(id: string, ids: { messageId?: string; conversationId?: string }) {
    const now = Date.now();
    await ledger.change(id, (found) => claim(found, found.generation, now));
    const fencingToken = (await ledger.read(id))?.fencingToken ?? 0;
    const intent = { fencingToken, channel: 'web' as const, sendWithinMs: 2_000 };
    const started = await ledger.change(id, (found) => startLeg(found, intent, now));
    if (started?.kind !== 'started') throw new Error('not started');
    const answer = { outcome: 'sent' as const, ...ids, deliveryCheckAt: now + 60_000 };
    const { leg } = started;
    await ledger.change(id, (found) => recordAnswer(found, { leg, answer }, now));
  }

  const find = (terms: SearchTerm[], by = index, now = Date.now()) => by.find(redis, terms, now);
  const email = (value: string): SearchTerm => ({ by: 'email', value });
  const eventsOf = async (id: string) =>
    (await readOutcomes(redis, keys, {}, 1_000))
      .filter((event) => event.id === id)
      .reverse()
      .map(({ state, reason }) => (reason === undefined ? state : `${state} ${reason}`));
  const indexKeys = async () => (await redis.keys(`${prefix}:s:*`)).sort();

  test('leads from each address of a recipient to their notifications, the newest first', async () => {
    await accept('ada.1', { email: 'ada@example.com', externalContactId: CONTACT });
    await accept(UUID, { email: 'ada@example.com', phone: '+4915112345678' });
    await accept('ben.1', { email: 'ben@example.com' });
    expect(await find([email('ada@example.com')])).toEqual([UUID, 'ada.1']);
    expect(await find([{ by: 'externalContactId', value: CONTACT }])).toEqual(['ada.1']);
    expect(await find([{ by: 'phone', value: '+4915112345678' }])).toEqual([UUID]);
    expect(await find([email('+4915112345678')])).toEqual([]);
    expect(await find([{ by: 'message', value: CONTACT }, email('ben@example.com')])).toEqual([
      'ben.1',
    ]);
  });

  test('holds keyed hashes, and no address that could be read or tried without the secret', async () => {
    await accept('eve.1', { email: 'eve@example.com', phone: '+441632960961' });
    const lists = await Promise.all((await indexKeys()).map((key) => redis.lrange(key, 0, -1)));
    expect(JSON.stringify(lists)).not.toMatch(/example\.com|1632960961/);
    expect(await find([email('eve@example.com')], indexOf('another-secret-of-16'))).toEqual([]);
    const key = createHmac('sha256', SECRET).update('search\0').digest();
    const mark = createHmac('sha256', key).update('email\0eve@example.com').digest();
    const [first] = index.ofRequest(
      newRecord('eve.1', requestTo({ email: 'eve@example.com' }), 'k1:h', Date.now()),
      requestTo({ email: 'eve@example.com' }),
    );
    expect(first?.entry.subarray(0, 6).equals(mark.subarray(2, 8))).toBe(true);
  });

  test('is found under the secret before a rotation, too', async () => {
    await accept('old.1', { email: 'old@example.com' });
    const rotated = indexOf(`k2:a-newer-secret-of-it,k1:${SECRET}`);
    expect(await find([email('old@example.com')], rotated)).toEqual(['old.1']);
  });

  test('of an id that is accepted twice, or was halted, leaves one entry', async () => {
    await accept('once', { email: 'once@example.com' });
    const before = JSON.stringify(await Promise.all((await indexKeys()).map((k) => redis.llen(k))));
    expect(await accept('once', { email: 'once@example.com' })).toMatchObject({ kind: 'known' });
    const after = JSON.stringify(await Promise.all((await indexKeys()).map((k) => redis.llen(k))));
    expect(after).toBe(before);
  });

  test('leads from the ids of a message and its conversation from the moment its send is recorded', async () => {
    await accept('sent.1', { email: 'sent@example.com' });
    await send('sent.1', { messageId: MESSAGE, conversationId: 'c-1' });
    expect(await find([{ by: 'message', value: MESSAGE }])).toEqual(['sent.1']);
    expect(await find([{ by: 'conversation', value: 'c-1' }])).toEqual(['sent.1']);
    // The script of this change has the keys of awaited news beside those of the index.
    expect(await redis.get(keys.message(MESSAGE))).toBe('sent.1');
    await ledger.change('sent.1', (found) =>
      recordNews(found, { messageId: MESSAGE, delivery: 'read', mayFallBack: true }, Date.now()),
    );
    expect(await redis.exists(keys.message(MESSAGE))).toBe(0);
    expect(await eventsOf('sent.1')).toEqual(['sent', 'read']);
  });

  test('expires with its day, as long after that as is configured', async () => {
    const now = Date.now();
    for (const key of await indexKeys()) {
      const left = await redis.pttl(key);
      const at = now + left;
      expect(at).toBeGreaterThan(now + 7 * DAY_MS - 1_000);
      expect(at).toBeLessThanOrEqual(now + 8 * DAY_MS + 60_000);
    }
    expect(await find([email('ada@example.com')], index, now + 6 * DAY_MS)).toHaveLength(2);
    expect(await find([email('ada@example.com')], index, now + 9 * DAY_MS)).toEqual([]);
  });

  test('writes nothing where searches are off, and where a ledger has no index', async () => {
    const before = await indexKeys();
    const off = new Ledger(
      another,
      prefix,
      Keyring.forDevelopment(),
      RETENTION,
      () => undefined,
      indexOf(SECRET, 0),
    );
    for (const [id, by] of [
      ['off.1', off],
      ['off.2', plain],
    ] as const) {
      await accept(id, { email: `${id}@example.net` }, by);
      await by.change(id, (record) => cancel(record, Date.now()));
      expect((await by.read(id))?.state).toBe('cancelled');
      expect(await eventsOf(id)).toEqual([]);
    }
    expect(await indexKeys()).toEqual(before);
  });

  test('cannot keep a notification from being accepted, sent or ended when its lists are damaged', async () => {
    const damaged = indexOf('k9:the-secret-of-the-damaged');
    const by = new Ledger(
      redis,
      prefix,
      Keyring.forDevelopment(),
      RETENTION,
      () => undefined,
      damaged,
    );
    const request = requestTo({ email: 'hurt@example.com' });
    const record = newRecord('hurt', request, 'k1:hash', Date.now());
    for (const { key } of damaged.ofRequest(record, request)) await redis.set(key, 'no list');
    await redis.rename(keys.outcomes, `${keys.outcomes}:kept`);
    await redis.set(keys.outcomes, 'no stream');
    try {
      expect(await accept('hurt', request.recipient, by)).toMatchObject({ kind: 'accepted' });
      const ended = await by.change('hurt', (found) => cancel(found, Date.now()));
      expect(ended?.kind).toBe('cancelled');
      expect((await plain.read('hurt'))?.state).toBe('cancelled');
    } finally {
      await redis.rename(`${keys.outcomes}:kept`, keys.outcomes);
    }
  });

  test('an outcome has one event, in the order of its notification, and what leads there has none', async () => {
    await accept('story', { email: 'story@example.com' });
    const now = Date.now();
    await ledger.change('story', (found) => write(queued(found, now), undefined));
    await ledger.change('story', (found) => claim(found, 1, now));
    const end = { fencingToken: 1, state: 'skipped' as const, reason: 'no_history' };
    await ledger.change('story', (found) => finish(found, end, now));
    await ledger.change('story', (found) => retry(found, { deadline: now + DAY_MS }, now));
    await ledger.change('story', (found) => cancel(found, now));
    expect(await eventsOf('story')).toEqual(['skipped no_history', 'cancelled']);
  });

  test('of two that write an outcome at the same time, the one that lost leaves no event', async () => {
    await accept('raced', { email: 'raced@example.com' });
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        (n % 2 === 0 ? ledger : twin).change('raced', (found) => cancel(found, Date.now())),
      ),
    );
    expect(await eventsOf('raced')).toEqual(['cancelled']);
  });

  test('a command that was sent again after a lost connection leaves no second event', async () => {
    await accept('resent', { email: 'resent@example.com' });
    let sent: unknown[] = [];
    const original = redis.sendCommand.bind(redis);
    redis.sendCommand = ((command: { name: string; args: unknown[] }, ...rest: never[]) => {
      if (/^eval/.test(command.name)) sent = [command.name, ...command.args];
      return original(command as never, ...rest);
    }) as typeof redis.sendCommand;
    await ledger.change('resent', (found) => cancel(found, Date.now()));
    redis.sendCommand = original;
    const [name, ...args] = sent as [string, ...(string | Buffer)[]];
    expect(await another.callBuffer(name, ...args)).toBe(1);
    expect(await eventsOf('resent')).toEqual(['cancelled']);
  });

  test('an event says campaign and channel, also of an id that only looks like a row of it', async () => {
    for (const [id, campaignId] of [
      ['autumn.7', 'autumn'],
      ['autumn.x.7', 'autumn'],
      ['other', 'autumn'],
      ['none.7', undefined],
    ] as const) {
      const request = { ...requestTo({ email: `${id}@example.com` }), campaignId };
      const record = newRecord(id, request, 'k1:hash', Date.now());
      await ledger.accept([{ record, stored: { request, templateHash: 'h' } }]);
      await send(id, {});
      const events = await readOutcomes(redis, keys, {}, 1_000);
      expect(events[0]).toMatchObject({ id, state: 'sent', channel: 'web' });
      expect(events[0]?.campaignId).toBe(campaignId);
    }
  });

  test('the stream is read backwards, from any event and between two times', async () => {
    const all = await readOutcomes(redis, keys, {}, 1_000);
    const [first, second, third] = all;
    expect(await readOutcomes(redis, keys, { before: first?.eventId }, 2)).toEqual([second, third]);
    const at = third?.at ?? 0;
    const within = await readOutcomes(redis, keys, { from: at, to: at }, 1_000);
    expect(within).toEqual(all.filter((event) => event.at === at));
  });
});
