import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import {
  abandonUpload,
  beginUpload,
  cancel,
  complete,
  finishUpload,
  pause,
  reopen,
  resume,
  start,
} from '../../src/campaign/lifecycle.js';
import { RowStore } from '../../src/campaign/rowStore.js';
import { CampaignStore } from '../../src/campaign/store.js';
import { Keyring } from '../../src/notification/keyring.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';
import { numberedRows, SPRING, summaryOf, upload } from './support/campaigns.js';

const RETENTION_MS = 1_000_000;

describe('the campaign store', () => {
  const redis = new Redis(testRedisUrl());
  const prefixes: string[] = [];
  let prefix: string;
  let store: CampaignStore;

  beforeEach(() => {
    prefix = freshPrefix();
    prefixes.push(prefix);
    store = new CampaignStore(redis, prefix, { retentionMs: RETENTION_MS });
  });
  afterAll(async () => {
    for (const each of prefixes) await flushPrefix(each);
    await redis.quit();
  });

  const now = () => Date.now();
  const key = (name: 'counts' | 'halt' | 'live' | 'rows' | 'rejected' | 'cursor' | 'record') =>
    store.keys.of('spring')[name];
  const begin = (token: string) =>
    store.change('spring', (c) => beginUpload(c, { upload: token }, now()));
  const finish = (token: string, rows: number) =>
    store.change('spring', (c) =>
      finishUpload(c, { upload: token, summary: summaryOf(rows) }, now()),
    );
  const run = () => store.change('spring', (c) => start(c, { templateHash: 'hash-2' }, now()));

  async function ready(rows = 1_200): Promise<void> {
    await store.create(SPRING);
    await upload(
      store,
      new RowStore(redis, prefix, Keyring.forDevelopment()),
      'spring',
      numberedRows(rows),
    );
  }

  test('begins without the live rows that an earlier campaign of the same name has left', async () => {
    await redis.sadd(key('live'), '7');
    await ready(3);
    expect(await redis.exists(key('live'))).toBe(0);
  });

  test('creates once: the same again is there already, another under its id is refused', async () => {
    expect(await store.create(SPRING, 'anna')).toMatchObject({
      kind: 'created',
      campaign: { state: 'importing', by: 'anna' },
    });
    expect(await store.create({ ...SPRING, templateHash: 'hash-3' })).toMatchObject({
      kind: 'existing',
      campaign: { templateHash: 'hash-1' },
    });
    for (const other of [{ name: 'Autumn' }, { defaults: { channels: ['email' as const] } }]) {
      expect((await store.create({ ...SPRING, ...other })).kind).toBe('conflict');
    }
    expect(await store.get('spring')).toMatchObject({ name: 'Spring sale' });
  });

  test('lists newest first, page by page, without those whose time is over', async () => {
    for (const id of ['a', 'b', 'c', 'd', 'e']) await store.create({ ...SPRING, id });
    await redis.del(store.keys.of('d').record);
    const ids = async (limit: number, before?: string) =>
      (await store.list({ limit, ...(before && { before }) })).campaigns.map(({ id }) => id);
    expect(await ids(2)).toEqual(['e', 'c']);
    expect(await ids(2, 'c')).toEqual(['b', 'a']);
    expect(await ids(9, 'a')).toEqual([]);
    expect(await ids(9, 'unknown')).toEqual([]);
    expect(await redis.zscore(store.keys.campaigns, 'd')).toBeNull();
  });

  test('makes an upload count at once and as a whole when it is finished', async () => {
    await store.create(SPRING);
    await begin('u1');
    await redis.hset(store.keys.of('spring').uploadedRows('u1'), { 0: 'a', 1: 'b', 2: 'c' });
    await redis.hset(store.keys.of('spring').uploadedRejected('u1'), { 0: 'r' });
    expect(await store.counts('spring')).toMatchObject({ waiting: 0 });
    expect(await redis.exists(key('rows'))).toBe(0);
    expect(await finish('u1', 1_200)).toMatchObject({ kind: 'imported', summary: { rows: 1_200 } });
    expect(await store.get('spring')).toMatchObject({ state: 'ready' });
    expect(await store.counts('spring')).toMatchObject({ waiting: 1_200, sent: 0, deferred: 0 });
    expect(await redis.hlen(key('rows'))).toBe(3);
    expect(await redis.hlen(key('rejected'))).toBe(1);
  });

  test('takes a later upload in place of the one before, rows and rejected alike', async () => {
    await ready(1_200);
    await redis.hset(key('rejected'), { 0: 'old' });
    await begin('u2');
    await redis.hset(store.keys.of('spring').uploadedRows('u2'), { 0: 'new' });
    await finish('u2', 7);
    expect((await store.counts('spring')).waiting).toBe(7);
    expect(await redis.hgetall(key('rows'))).toEqual({ 0: 'new' });
    expect(await redis.exists(key('rejected'))).toBe(0);
  });

  test('lets the last of two uploads win; the first ends with an error, and changes nothing', async () => {
    await store.create(SPRING);
    await begin('u1');
    await begin('u2');
    await redis.hset(store.keys.of('spring').uploadedRows('u1'), { 0: 'a' });
    expect(await finish('u1', 5)).toEqual({ kind: 'superseded' });
    expect(await store.get('spring')).toMatchObject({ state: 'importing', upload: 'u2' });
    expect((await store.counts('spring')).waiting).toBe(0);
  });

  test('does not finish an upload of which a part has expired', async () => {
    await store.create(SPRING);
    await begin('u1');
    await redis.hset(store.keys.of('spring').uploadedRows('u1'), { 0: 'a' });
    expect(await finish('u1', 1_200)).toEqual({ kind: 'broken_off' });
    expect((await store.get('spring'))?.state).toBe('importing');
  });

  test('has the rows of before when an upload breaks off, and cannot be started meanwhile', async () => {
    await ready(5);
    await begin('u2');
    expect(await run()).toMatchObject({ kind: 'refused', state: 'importing' });
    await store.change('spring', (c) => abandonUpload(c, 'u2', now()));
    expect(await run()).toMatchObject({ kind: 'done', campaign: { templateHash: 'hash-2' } });
    expect((await store.counts('spring')).waiting).toBe(5);
  });

  test('halts rows with the same write that pauses, and frees them with the one that resumes', async () => {
    await ready();
    await run();
    expect(await redis.get(key('halt'))).toBeNull();
    expect((await store.running()).map(({ id }) => id)).toEqual(['spring']);
    await store.change('spring', (c) => pause(c, { reason: 'a typo', by: 'anna' }, now()));
    expect(await redis.get(key('halt'))).toBe('paused');
    expect(await store.running()).toEqual([]);
    await store.change('spring', (c) => resume(c, {}, now()));
    expect(await redis.get(key('halt'))).toBeNull();
    expect(await store.running()).toHaveLength(1);
  });

  test('finds what is paused however many newer ones there are, the last pause first, and never as due', async () => {
    const early = { ...SPRING, id: 'early', endAt: now() + 3_600_000 };
    for (const input of [early, SPRING]) {
      await store.create(input);
      const rows = new RowStore(redis, prefix, Keyring.forDevelopment());
      await upload(store, rows, input.id, numberedRows(2));
      await store.change(input.id, (c) => start(c, { templateHash: 'h' }, now()));
    }
    for (const id of ['n1', 'n2', 'n3']) await store.create({ ...SPRING, id });
    const pauseAt = (at: number) => (id: string) =>
      store.change(id, (c) => pause(c, { reason: 'a typo' }, at));
    await pauseAt(now())('spring');
    await pauseAt(now() + 1)('early');
    expect((await store.paused(1)).map(({ id }) => id)).toEqual(['early']);
    expect((await store.paused(2)).map(({ id }) => id)).toEqual(['early', 'spring']);
    expect(await store.due(now() + 1_000)).toEqual([]);
    await store.change('early', (c) => resume(c, {}, now()));
    await store.change('spring', (c) => cancel(c, {}, now()));
    expect(await store.paused(2)).toEqual([]);
  });

  test('cancels all waiting rows at once', async () => {
    await ready();
    await run();
    await redis.hset(key('counts'), { waiting: 1_000, sent: 150, cancelled: 50 });
    await store.change('spring', (c) => cancel(c, {}, now()));
    await store.change('spring', (c) => cancel(c, {}, now()));
    expect(await store.counts('spring')).toMatchObject({ waiting: 0, sent: 150, cancelled: 1_050 });
    expect(await redis.get(key('halt'))).toBe('cancelled');
  });

  test('completes only when no row waits and none is live', async () => {
    await ready();
    await run();
    const ends = () => store.change('spring', (c) => complete(c, now()));
    expect(await ends()).toMatchObject({ kind: 'refused', because: 'rows are left to be sent' });
    await redis.hset(key('counts'), { waiting: 0, sent: 1_200 });
    await redis.sadd(key('live'), 17);
    expect((await ends())?.kind).toBe('refused');
    await redis.srem(key('live'), 17);
    expect(await ends()).toMatchObject({ kind: 'done', campaign: { state: 'completed' } });
    expect(await store.running()).toEqual([]);
  });

  test('keeps what has ended for its retention, and what is at work without a limit', async () => {
    const left = async () =>
      Promise.all(
        (['record', 'counts', 'rows'] as const).map(async (name) => redis.pttl(key(name))),
      );
    await ready();
    for (const ms of await left()) expect(ms).toBeGreaterThan(RETENTION_MS - 5_000);
    await run();
    expect(await left()).toEqual([-1, -1, -1]);
    await redis.hset(key('counts'), { waiting: 0, sent: 1_200 });
    await store.change('spring', (c) => complete(c, now()));
    for (const ms of await left()) expect(ms).toBeGreaterThan(RETENTION_MS - 5_000);
    await store.change('spring', (c) => reopen(c, {}, now()));
    expect(await left()).toEqual([-1, -1, -1]);
    await store.change('spring', (c) => cancel(c, {}, now()));
    expect(await redis.pttl(key('halt'))).toBeGreaterThan(RETENTION_MS - 5_000);
  });

  test('lets two people who decide at the same moment decide one after the other', async () => {
    await ready();
    await run();
    const decided: string[] = [];
    await Promise.all([
      store.change('spring', (c) => {
        decided.push(`pause ${c.state}`);
        return pause(c, { reason: 'a typo' }, now());
      }),
      store.change('spring', (c) => {
        decided.push(`cancel ${c.state}`);
        return cancel(c, {}, now());
      }),
    ]);
    expect((await store.get('spring'))?.state).toBe('cancelled');
    expect(decided.slice(0, 2).sort()).toEqual(['cancel running', 'pause running']);
    expect(decided).toHaveLength(3);
  });

  test('knows nothing of an id that was never created', async () => {
    expect(await store.get('nobody')).toBeUndefined();
    expect(await store.change('nobody', (c) => pause(c, { reason: 'x' }, now()))).toBeUndefined();
    expect((await store.counts('nobody')).waiting).toBe(0);
  });
});
