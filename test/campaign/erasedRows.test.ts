import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { ErasableRows, type FoundRows, rowPlaceOf } from '../../src/campaign/erasedRows.js';
import { Release, type ReleaseObserver } from '../../src/campaign/release.js';
import { Keyring } from '../../src/notification/keyring.js';
import { testRedisUrl } from '../support/redis.js';
import { launch, numberedRows } from './support/campaigns.js';
import { type Feeding, openFeeding } from './support/feeding.js';

const KEYRING = Keyring.forDevelopment();
const MEANT = 'row3@example.net';
const isMeant = {
  row: ({ recipient }: { recipient: { email?: string } }) => recipient.email === MEANT,
  rejected: (cells: readonly string[]) => cells.includes(MEANT),
};
const ROWS = { campaignId: 'spring', hash: 'rows' as const };

describe('erasing rows of a campaign', () => {
  const redis = new Redis(testRedisUrl());
  let feeding: Feeding;
  let erasable: ErasableRows;
  beforeEach(() => {
    feeding = openFeeding();
    erasable = new ErasableRows(redis, feeding.prefix, KEYRING);
  });
  afterEach(() => feeding.close());
  afterAll(() => redis.quit());

  async function erased(place: Parameters<ErasableRows['find']>[0]): Promise<FoundRows[]> {
    const found: FoundRows[] = [];
    for await (const each of erasable.find(place, isMeant, { erase: true })) found.push(each);
    return found;
  }
  const release = (observe: ReleaseObserver = () => undefined) =>
    new Release({ ...feeding, keyring: KEYRING, observe });
  const look = async () => {
    const seen = await feeding.campaigns.look('spring');
    if (seen === undefined) throw new Error('it was created');
    return seen;
  };

  test('takes the content of the row that is meant, with what lies beside it, and no other', async () => {
    const { rows, prefix } = feeding;
    const staging = rows.stage('spring', 'u1');
    staging.addRows(
      numberedRows(3).map((row) => ({ ...row, own: [`own ${row.number}`], warning: 'phone' })),
    );
    staging.addRejected(
      [
        { number: 5, problems: [{ column: 'phone', expected: 'a number' }], cells: [MEANT, 'x'] },
        { number: 6, problems: [], cells: ['other@example.net', 'y'] },
      ],
      { format: 'csv', header: ['email', 'phone'] },
    );
    await staging.flush();
    for (const hash of ['rows', 'rejected']) {
      await redis.rename(`${prefix}:k:spring:${hash}:u1`, `${prefix}:k:spring:${hash}`);
    }
    expect(await erased(ROWS)).toMatchObject([
      { kind: 'rows', rows: [{ number: 3, row: { recipient: { email: MEANT } }, own: ['own 3'] }] },
    ]);
    expect(await erased({ campaignId: 'spring', hash: 'rejected' })).toMatchObject([
      { kind: 'rejected', rows: [{ number: 5 }] },
    ]);
    expect(await rows.read('spring', 0)).toEqual([
      { number: 2, row: { recipient: { email: 'row2@example.net' } } },
      { number: 3, row: { recipient: {} } },
      { number: 4, row: { recipient: { email: 'row4@example.net' } } },
    ]);
    expect(await rows.beside('spring', 0)).toEqual({
      own: [['own 2', '', 'own 4']],
      warnings: { 0: 'phone', 2: 'phone' },
    });
    for await (const page of rows.rejected('spring')) {
      expect(page.map(({ cells }) => cells)).toEqual([
        ['', ''],
        ['other@example.net', 'y'],
      ]);
    }
    expect(await erased(ROWS)).toEqual([]);
    // Nothing counts there, so no count is begun.
    expect(await redis.exists(`${prefix}:k:spring:counts`)).toBe(0);
  });

  test('reaches rows of an upload that is under way', async () => {
    const staging = feeding.rows.stage('spring', 'u1');
    staging.addRows(numberedRows(3));
    await staging.flush();
    const [place] = (await redis.keys(`${feeding.prefix}:*`)).flatMap(
      (key) => rowPlaceOf(key.slice(feeding.prefix.length + 1)) ?? [],
    );
    expect(place).toEqual({ ...ROWS, upload: 'u1' });
    expect(place && (await erased(place))).toHaveLength(1);
    expect(place && (await erased(place))).toEqual([]);
  });

  test('is not undone by a feeder that has read the rows before: the ledger refuses them, and it reads again', async () => {
    await launch(feeding.campaigns, feeding.rows, numberedRows(3));
    const { campaign, erasures } = await look();
    let once = false;
    const slow = release(async (step) => {
      if (step !== 'rows_read' || once) return;
      once = true;
      expect(await erased(ROWS)).toHaveLength(1);
    });
    expect(await slow.release(campaign, 0, 3, erasures)).toEqual({ kind: 'overtaken' });
    expect(await feeding.ledger.readRequest('spring.3')).toBeUndefined();

    const seen = await look();
    expect(seen).toMatchObject({ erasures: erasures + 1, released: 0, counts: { waiting: 3 } });
    expect(await slow.release(campaign, 0, 3, seen.erasures)).toMatchObject({
      kind: 'released',
      rows: 3,
    });
    expect((await feeding.ledger.readRequest('spring.3'))?.request.recipient).toEqual({});
    expect((await look()).counts).toMatchObject({ waiting: 0, queued: 3 });
  });

  test('is not undone by a release that knows nothing of erasures at all', async () => {
    await launch(feeding.campaigns, feeding.rows, numberedRows(3));
    const { campaign } = await look();
    await erased(ROWS);
    expect(await release().release(campaign, 0, 3)).toEqual({ kind: 'overtaken' });
    expect(await feeding.ledger.read('spring.2')).toBeUndefined();
  });

  test('erases each row once when two do it at the same moment', async () => {
    await launch(feeding.campaigns, feeding.rows, numberedRows(600));
    const other = new ErasableRows(redis, feeding.prefix, KEYRING);
    const all = { ...isMeant, row: () => true };
    const run = async (from: ErasableRows, meant: typeof isMeant) => {
      for await (const _ of from.find(ROWS, meant, { erase: true })) _;
    };
    await Promise.all([run(erasable, isMeant), run(other, isMeant)]);
    expect((await feeding.rows.read('spring', 0))[1]).toEqual({
      number: 3,
      row: { recipient: {} },
    });
    const left: FoundRows[] = [];
    for await (const each of erasable.find(ROWS, all, { erase: false })) left.push(each);
    expect(left.reduce((sum, { rows }) => sum + rows.length, 0)).toBe(600);
  });
});
