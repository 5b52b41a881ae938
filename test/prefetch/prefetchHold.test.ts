import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Feeder } from '../../src/campaign/feeder.js';
import { Keyring } from '../../src/notification/keyring.js';
import { PrefetchHold } from '../../src/prefetch/prefetchHold.js';
import { newPrefetch, type PrefetchState, prefetchOver } from '../../src/prefetch/prefetchState.js';
import { PrefetchStore } from '../../src/prefetch/prefetchStore.js';
import { launch, numberedRows } from '../campaign/support/campaigns.js';
import { type Feeding, openFeeding } from '../campaign/support/feeding.js';

const LATER_MS = 600_000;

describe('rows that wait for their prefetch', () => {
  let feeding: Feeding;
  let hold: PrefetchHold;
  let store: PrefetchStore;
  let feeder: Feeder;
  beforeAll(() => {
    feeding = openFeeding();
    hold = new PrefetchHold(feeding.redis, feeding.prefix);
    feeder = feeding.feeder({ prefetch: hold });
    store = new PrefetchStore(feeding.redis, feeding.prefix, Keyring.forDevelopment());
  });
  afterAll(() => feeding.close());

  const none = { entries: new Map(), keepMs: 1 };
  const begun = (id: string, changes: Partial<PrefetchState>) =>
    store.write(id, undefined, { ...newPrefetch(0, Date.now() + LATER_MS), ...changes }, none);
  const released = async (id: string) => {
    await feeder.feedOnce();
    return feeding.campaigns.cursor.released(id);
  };
  const start = (id: string, rows: number, changes = {}) =>
    launch(feeding.campaigns, feeding.rows, numberedRows(rows), { id, ...changes });

  test('are released as far as they are ready, and all of them once it is given up', async () => {
    const id = await start('held', 1_000);
    expect(await released(id)).toBe(0);
    await begun(id, { readyRows: 30 });
    expect(await released(id)).toBe(30);
    expect(await released(id)).toBe(30);
    const seen = await store.read(id);
    await store.write(id, seen?.version, prefetchOver(newPrefetch(0, LATER_MS)), none);
    expect(await released(id)).toBeGreaterThan(30);
  });

  test('wait no longer than they may', async () => {
    const id = await start('late', 1_000);
    await begun(id, { holdUntil: Date.now() - 1_000 });
    expect(await released(id)).toBeGreaterThan(0);
  });

  test('are covered by it as far as the window at work goes, and by none without a prefetch', async () => {
    const id = await start('covered', 2_000);
    const campaign = await feeding.campaigns.get(id);
    if (campaign === undefined) throw new Error('there is no such campaign');
    expect(await hold.coveredRows(campaign)).toBeUndefined();
    const blocks = [
      { block: 1, endsAt: 998 },
      { block: 2, endsAt: 1_498 },
    ];
    const window = {
      step: 'conversations' as const,
      since: 0,
      start: { chunk: 0, block: 1 },
      blocks,
      done: 0,
      batches: [],
    };
    await begun(id, { readyRows: 498, kept: [{ block: 0, endsAt: 498 }], window });
    expect(await hold.coveredRows(campaign)).toBe(1_498);
    expect(await hold.coveredRows({ ...campaign, prefetch: 'off' })).toBeUndefined();
  });

  test('wait a few seconds for a prefetch that never begins', async () => {
    const id = await start('alone', 1_000);
    const campaign = await feeding.campaigns.get(id);
    if (campaign?.startedAt === undefined) throw new Error('it was not started');
    expect(await hold.heldRows(campaign, campaign.startedAt)).toMatchObject({ readyRows: 0 });
    expect(await hold.heldRows(campaign, campaign.startedAt + 6_000)).toBeUndefined();
  });

  test.each([
    ['of a small campaign', 'small', 999, {}],
    ['of a campaign without a prefetch', 'off', 1_000, { prefetch: 'off' as const }],
  ])('are not those %s', async (_, id, rows, changes) => {
    await start(id, rows, changes);
    expect(await released(id)).toBeGreaterThan(0);
  });

  test('are written by one process alone: the one that read the newest record', async () => {
    await begun('contended', {});
    const seen = await store.read('contended');
    const next = newPrefetch(0, 1);
    expect(await store.write('contended', seen?.version, next, none)).toBe(true);
    expect(await store.write('contended', seen?.version, next, none)).toBe(false);
    expect((await store.read('contended'))?.version).toBe(2);
  });

  test('lose what was fetched for a row that is erased, and a process that has read the row before cannot write', async () => {
    const row = { identity: { contactName: 'Marker' } };
    const block = { search: '', rows: { 2: row, 3: row } };
    await store.write('erased', undefined, newPrefetch(0, 1), {
      entries: new Map([[0, block]]),
      keepMs: LATER_MS,
    });
    const seen = await store.read('erased');
    await store.eraseRows('erased', [3, 700]);
    expect(await store.readBlock('erased', 0)).toEqual({ search: '', rows: { 2: row } });
    const late = { entries: new Map([[0, block]]), keepMs: LATER_MS };
    expect(await store.write('erased', seen?.version, newPrefetch(0, 1), late)).toBe(false);
    expect((await store.read('erased'))?.state).toEqual(seen?.state);
    await store.eraseRows('never-begun', [3]);
    expect(await store.read('never-begun')).toBeUndefined();
  });
});
