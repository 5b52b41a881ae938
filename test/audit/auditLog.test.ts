import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { AuditLog } from '../../src/audit/auditLog.js';
import { readSeen } from '../../src/audit/verifyAudit.js';
import { Keyring } from '../../src/notification/keyring.js';
import { AuditTrail } from '../../src/queue/auditTrail.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

const DAY = 24 * 60 * 60 * 1_000;
const ANN = { name: 'ann', role: 'operator', from: 'page', address: '10.1.2.3' } as const;
const PAUSE = { what: 'sending.pause', detail: 'wrong price' } as const;
const done = () => ({ outcome: 'done' }) as const;

describe('the audit', () => {
  let redis: Redis;
  let prefix: string;

  beforeAll(() => {
    redis = new Redis(testRedisUrl());
  });
  beforeEach(() => {
    prefix = freshPrefix();
  });
  afterAll(async () => {
    redis.disconnect();
  });

  const parts = (secret = 'a-secret-of-the-deployment', retentionMs = 400 * DAY) => ({
    redis,
    prefix,
    keyring: Keyring.parse(secret),
    retentionMs,
  });
  const open = (...given: Parameters<typeof parts>) => new AuditLog(parts(...given));
  const trail = (...given: Parameters<typeof parts>) => new AuditTrail(parts(...given));
  const act = (log: AuditLog, on?: string) => log.act(ANN, { ...PAUSE, on }, async () => 'x', done);
  const entriesInRedis = () => redis.xrange(`${prefix}:audit`, '-', '+');

  /** Puts an entry in the place of another, as a person with access to Redis could. */
  async function rewrite(change: (entries: [string, string[]][]) => [string, string[]][]) {
    const entries = await entriesInRedis();
    await redis.del(`${prefix}:audit`);
    for (const [id, fields] of change(entries)) await redis.xadd(`${prefix}:audit`, id, ...fields);
  }
  const faults = async (seen?: string) =>
    (await trail().verify(seen === undefined ? undefined : readSeen(seen))).faults.map(
      ({ fault }) => fault,
    );

  test('has an entry before the change, and another with what came of it', async () => {
    const log = open();
    let before: unknown;
    const result = await log.act(
      ANN,
      PAUSE,
      async () => {
        before = (await trail().page({ limit: 10 })).entries;
        return 'paused';
      },
      (said) => ({ outcome: 'refused', detail: said }),
    );
    expect(result).toBe('paused');
    expect(before).toMatchObject([{ n: 1, who: 'ann', outcome: undefined }]);
    const { entries } = await trail().page({ limit: 10 });
    expect(entries).toMatchObject([
      {
        n: 1,
        who: 'ann',
        role: 'operator',
        from: 'page',
        what: 'sending.pause',
        detail: 'wrong price',
        outcome: 'refused',
        outcomeDetail: 'paused',
      },
    ]);
    expect(await faults()).toEqual([]);
  });

  test('says of what threw that it failed, by its name and not by its message', async () => {
    const failing = async () => {
      throw new TypeError('about customer@example.com');
    };
    await expect(open().act(ANN, PAUSE, failing, done)).rejects.toThrow('customer');
    const { entries } = await trail().page({ limit: 10 });
    expect(entries).toMatchObject([{ outcome: 'failed', outcomeDetail: 'TypeError' }]);
  });

  test('keeps nothing from happening twice or unseen: without its first entry nothing is done', async () => {
    const broken = new Redis(testRedisUrl());
    const log = new AuditLog({ ...parts(), redis: broken });
    broken.disconnect();
    let ran = false;
    const work = async () => {
      ran = true;
    };
    await expect(log.act(ANN, PAUSE, work, done)).rejects.toThrow();
    expect(ran).toBe(false);
  });

  test('keeps a hash of the address, by which it is found, and the address nowhere', async () => {
    await act(open());
    await open().act({ ...ANN, address: '10.9.9.9' }, PAUSE, async () => 'x', done);
    const { entries } = await trail().page({ limit: 10, address: '10.1.2.3' });
    expect(entries).toHaveLength(1);
    expect(JSON.stringify(await entriesInRedis())).not.toMatch(/10\.[19]\./);
  });

  test('is found by who, what, on what, from where and when, page by page', async () => {
    const log = open();
    for (let n = 0; n < 30; n += 1) {
      await log.act(
        { name: n % 2 ? 'bob' : 'ann', from: n % 3 ? 'cli' : 'api' },
        { what: n % 5 ? 'campaign.start' : 'notification.cancel', on: `id-${n}` },
        async () => 'x',
        done,
      );
    }
    const all = trail();
    const found = async (query: object) => {
      const ids: (string | undefined)[] = [];
      let before: string | undefined;
      do {
        const page = await all.page({ limit: 4, before, ...query });
        expect(page.entries.every(({ outcome }) => outcome === 'done')).toBe(true);
        ids.push(...page.entries.map(({ on }) => on));
        before = page.next;
      } while (before !== undefined);
      return ids;
    };
    expect(await found({})).toEqual(Array.from({ length: 30 }, (_, n) => `id-${29 - n}`));
    expect(await found({ who: 'bob', from: 'api' })).toEqual([
      'id-27',
      'id-21',
      'id-15',
      'id-9',
      'id-3',
    ]);
    expect(await found({ what: 'notification' })).toHaveLength(6);
    expect(await found({ what: 'campaign.start', on: 'id-7' })).toEqual(['id-7']);
    expect(await found({ since: Date.now() + DAY })).toEqual([]);
    expect(await found({ until: Date.now() - DAY })).toEqual([]);
  });

  test('is one chain, however many processes write it at the same time', async () => {
    const logs = Array.from({ length: 4 }, () => open());
    await Promise.all(Array.from({ length: 200 }, (_, n) => act(logs[n % 4] ?? open(), `id-${n}`)));
    const check = await trail().verify();
    expect(check).toMatchObject({ entries: 400, first: 1, last: { n: 400 }, faults: [] });
    const { entries } = await trail().page({ limit: 500 });
    expect(new Set(entries.map(({ on }) => on)).size).toBe(200);
    expect(entries.every(({ outcome }) => outcome === 'done')).toBe(true);
  });

  test('shows a change, a cut and an insertion that were made by hand in Redis', async () => {
    const log = open();
    for (const on of ['a', 'b', 'c']) await act(log, on);
    const whole = await entriesInRedis();
    const restore = () => rewrite(() => whole);

    await rewrite((all) =>
      all.map(([id, fields]) => [
        id,
        fields.map((text) => text.replace('"who":"ann"', '"who":"bob"')),
      ]),
    );
    expect(await faults()).toEqual([
      'entry 1 was changed',
      'entry 3 was changed',
      'entry 5 was changed',
    ]);

    await restore();
    await rewrite((all) => all.filter((_, at) => at !== 2));
    expect(await faults()).toEqual(['entries 3 to 3 are missing']);

    await restore();
    await rewrite((all) => all.slice(2));
    expect(await faults()).toEqual([expect.stringContaining('the entries before 3 are missing')]);

    await restore();
    await rewrite((all) => all.slice(0, -2));
    expect(await faults()).toEqual(['the newest entries are missing: 5 to 6']);

    await restore();
    const [, fields] = whole[1] ?? ['', []];
    await redis.xadd(`${prefix}:audit`, '*', ...fields);
    expect(await faults()).toEqual(['entry 2 stands after entry 6']);

    await restore();
    expect(await faults()).toEqual([]);
  });

  test('whose end was cut together with its head is found by an entry that a log has', async () => {
    const seen: string[] = [];
    const log = new AuditLog({
      ...parts(),
      observe: ({ n }, code) => seen.push(`${n}:${code}`),
    });
    for (const on of ['a', 'b']) await act(log, on);
    const [, kept = '', , last] = seen;
    const { at } = { at: Date.now() };
    await rewrite((all) => all.slice(0, 2));
    await redis.set(`${prefix}:audit:head`, kept.replace(':', `:${at}:`));
    expect(await faults()).toEqual([]);
    expect(await faults(kept)).toEqual([]);
    expect(await faults(last)).toEqual(['entry 4 is not the one that was seen before']);
  });

  test('is checked across a rotation of the secret, and says what it has no key for any more', async () => {
    await act(open('old:a-secret-of-last-year'));
    await act(open('new:a-secret-of-this-year,old:a-secret-of-last-year'));
    const both = trail('new:a-secret-of-this-year,old:a-secret-of-last-year');
    expect(await both.verify()).toMatchObject({ entries: 4, faults: [], unchecked: 0 });
    const newOnly = trail('new:a-secret-of-this-year');
    expect(await newOnly.verify()).toMatchObject({ entries: 4, faults: [], unchecked: 2 });
    const wrong = trail('new:another-secret-altogether');
    expect((await wrong.verify()).faults.map(({ fault }) => fault)).toEqual([
      'entry 3 was changed',
      'entry 4 was changed',
    ]);
  });

  test('goes on after its head was damaged, and the check says so', async () => {
    await act(open());
    await redis.set(`${prefix}:audit:head`, 'nonsense');
    await act(open());
    expect(await faults()).not.toEqual([]);
  });

  test('removes what is older than the retention, and the rest is whole', async () => {
    const log = open(undefined, 1);
    // Redis trims whole nodes of a stream, of 100 entries each.
    for (let n = 0; n < 4; n += 1) {
      await Promise.all(Array.from({ length: 50 }, () => act(log)));
    }
    const check = await trail(undefined, 1).verify();
    expect(check.entries).toBeLessThan(400);
    expect(check.faults).toEqual([]);
    expect(check.last?.n).toBe(400);
    await flushPrefix(prefix);
  });
});
