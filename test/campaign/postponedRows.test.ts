import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { CampaignCounts, NumberedRow, RowHours } from '../../src/campaign/campaign.js';
import { trackedRows } from '../../src/campaign/campaignRows.js';
import type { Feeder } from '../../src/campaign/feeder.js';
import { cancel, pause, resume } from '../../src/campaign/lifecycle.js';
import { PostponedRows } from '../../src/campaign/postponedRows.js';
import type { ReleaseStep } from '../../src/campaign/release.js';
import { launch } from './support/campaigns.js';
import { type Feeding, openFeeding } from './support/feeding.js';

const [BERLIN, TOKYO, LIMA] = ['Europe/Berlin', 'Asia/Tokyo', 'America/Lima'];
const HOUR_MS = 3_600_000;

/** Rows of these zones by turns; the first is in row 2. */
function mixedRows(count: number, zones = [BERLIN, TOKYO]): NumberedRow[] {
  return Array.from({ length: count }, (_each, at) => {
    const timeZone = zones[at % zones.length];
    return { number: at + 2, row: { recipient: { email: `row${at}@example.net`, timeZone } } };
  });
}

describe('rows for which it is not the hour', () => {
  let feeding: Feeding;
  let quiet: Set<string>;
  let hours: RowHours;
  const feeders: Feeder[] = [];

  beforeEach(async () => {
    feeding = openFeeding();
    await feeding.redis.ping();
    quiet = new Set([TOKYO]);
    hours = {
      statusIn: (zone, _campaign, at) => ({ isQuiet: quiet.has(zone), until: at + 5 * HOUR_MS }),
      rowWaitsUntil: ({ recipient: { timeZone = '' } }, _campaign, now) =>
        quiet.has(timeZone) ? now + 5 * HOUR_MS : undefined,
      allWaitUntil: (campaign, now) => {
        const zones = Object.keys(campaign.import?.clocks ?? {});
        const all = zones.length > 0 && zones.every((zone) => quiet.has(zone));
        return all ? now + 5 * HOUR_MS : undefined;
      },
    };
  });
  afterEach(async () => {
    for (const feeder of feeders.splice(0)) await feeder.stop();
    await feeding.close();
  });

  /** A process that feeds once, or dies at a step. */
  async function feed(diesAt?: ReleaseStep): Promise<void> {
    const feeder = feeding.feeder({
      hours,
      observe: (step) => {
        if (step === diesAt) throw new Error('killed');
      },
    });
    feeders.push(feeder);
    await feeder.feedOnce();
    await feeder.stop();
  }

  const counted = async (): Promise<Partial<CampaignCounts>> => {
    const counts = Object.entries(await feeding.campaigns.counts('spring'));
    return Object.fromEntries(counts.filter(([, count]) => count !== 0));
  };
  const jobs = () => feeding.queues.campaign.getJobCountByTypes('waiting', 'prioritized');
  const keys = () => feeding.campaigns.keys.of('spring');
  const workedOff = async () => {
    const { queued = 0, sent = 0 } = await counted();
    await feeding.redis.hset(keys().counts, { queued: 0, sent: sent + queued });
  };
  /** What an hour later would be so by itself. */
  const timePasses = async () => {
    const chunks = await feeding.redis.zrange(keys().postponedUntil, '0', '-1');
    for (const chunk of chunks) await feeding.redis.zadd(keys().postponedUntil, 1, chunk);
  };
  const released = async () => {
    const ids = Array.from({ length: 1_200 }, (_each, at) => `spring.${at + 2}`);
    const snapshots = await feeding.ledger.snapshots(ids);
    return ids.flatMap((_id, at) => (snapshots[at] === undefined ? [] : [at]));
  };
  const states = async () => {
    const { campaigns, rows, ledger } = feeding;
    const campaign = await campaigns.get('spring');
    if (campaign === undefined) throw new Error('it was created');
    const found: Record<string, number> = {};
    for await (const page of trackedRows({ campaigns, rows, ledger }, campaign)) {
      for (const { state } of page) found[state] = (found[state] ?? 0) + 1;
    }
    return found;
  };
  const start = (rows: readonly NumberedRow[], clocks?: Record<string, number>) =>
    launch(feeding.campaigns, feeding.rows, rows, {}, { clocks });

  test('keep their place, and those behind them go out meanwhile', async () => {
    await start(mixedRows(1_200));
    for (let look = 0; look < 8; look += 1) {
      await feed();
      await workedOff();
    }
    expect(await counted()).toEqual({ waiting: 600, sent: 600 });
    expect((await released()).every((place) => place % 2 === 0)).toBe(true);
    expect((await feeding.campaigns.get('spring'))?.state).toBe('running');
    expect(await states()).toEqual({ queued: 600, waiting: 600 });

    quiet.clear();
    await timePasses();
    for (let look = 0; look < 8; look += 1) {
      await feed();
      await workedOff();
    }
    expect(await counted()).toEqual({ sent: 1_200 });
    expect(await jobs()).toBe(1_200);
    expect(await released()).toHaveLength(1_200);
    expect(await feeding.redis.exists(keys().postponed, keys().postponedUntil)).toBe(0);
  });

  test('are not even read while all that is left has to wait', async () => {
    await start(mixedRows(40), { [BERLIN]: 20, [TOKYO]: 20 });
    quiet = new Set([BERLIN, TOKYO]);
    await feed();
    expect(await feeding.campaigns.cursor.released('spring')).toBe(0);
    expect(await counted()).toEqual({ waiting: 40 });
    quiet.delete(BERLIN);
    await feed();
    expect(await counted()).toEqual({ waiting: 20, queued: 20 });
  });

  test('are looked at again within the hour: what was reckoned by the settings of before may be wrong', async () => {
    await start(mixedRows(40));
    await feed();
    const [, at] = await feeding.redis.zrange(keys().postponedUntil, '0', '0', 'WITHSCORES');
    expect(Number(at)).toBeLessThanOrEqual(Date.now() + HOUR_MS + 1_000);
    await timePasses();
    await feed();
    expect(await counted()).toEqual({ waiting: 20, queued: 20 });
    const [, later] = await feeding.redis.zrange(keys().postponedUntil, '0', '0', 'WITHSCORES');
    expect(Number(later)).toBeGreaterThan(Date.now() + HOUR_MS / 2);
  });

  test('are all released when a deployment no longer has quiet hours', async () => {
    await start(mixedRows(40));
    await feed();
    const feeder = feeding.feeder();
    feeders.push(feeder);
    await feeder.feedOnce();
    expect(await counted()).toEqual({ queued: 40 });
  });

  const STEPS: ReleaseStep[] = ['rows_read', 'accepted', 'jobs_added', 'queued'];

  test.each(STEPS)(
    'are postponed once, and the others released once, when the process dies at %s',
    async (step) => {
      await start(mixedRows(40));
      await feed(step);
      await feed();
      expect(await counted()).toEqual({ waiting: 20, queued: 20 });
      expect(await jobs()).toBe(20);
      expect((await feeding.campaigns.cursor.postponed('spring', 0)).places).toHaveLength(20);
    },
  );

  test.each(STEPS.slice(1))(
    'do not count among them what was accepted by a process that died at %s, though it is quiet by then',
    async (step) => {
      await start(mixedRows(40));
      await feed(step);
      quiet = new Set([BERLIN, TOKYO]);
      await feed();
      expect(await counted()).toEqual({ waiting: 20, queued: 20 });
      expect(await jobs()).toBe(20);
      const { places } = await feeding.campaigns.cursor.postponed('spring', 0);
      expect(places.every((place) => place % 2 === 1)).toBe(true);
    },
  );

  test.each(STEPS)(
    'are released once when their hour has come and the process dies at %s',
    async (step) => {
      await start(mixedRows(60, [BERLIN, TOKYO, LIMA]));
      quiet = new Set([TOKYO, LIMA]);
      await feed();
      quiet.delete(TOKYO);
      await timePasses();
      await feed(step);
      await feed();
      expect(await counted()).toEqual({ waiting: 20, queued: 40 });
      expect(await jobs()).toBe(40);
      expect((await feeding.campaigns.cursor.postponed('spring', 0)).places).toHaveLength(20);
    },
  );

  test.each(STEPS.slice(1))(
    'are not postponed again when their hour came, the process died at %s, and it is quiet once more',
    async (step) => {
      await start(mixedRows(60, [BERLIN, TOKYO, LIMA]));
      quiet = new Set([TOKYO, LIMA]);
      await feed();
      quiet.delete(TOKYO);
      await timePasses();
      await feed(step);
      quiet = new Set([BERLIN, TOKYO, LIMA]);
      await timePasses();
      await feed();
      expect(await counted()).toEqual({ waiting: 20, queued: 40 });
      expect(await jobs()).toBe(40);
      expect((await feeding.campaigns.cursor.postponed('spring', 0)).places).toHaveLength(20);
    },
  );

  test.each(STEPS.slice(1))(
    'that were the last get their jobs by the next process when one dies at %s',
    async (step) => {
      await start(mixedRows(40));
      await feed();
      quiet.clear();
      await timePasses();
      await feed(step);
      quiet = new Set([BERLIN, TOKYO]);
      await feed();
      expect(await counted()).toEqual({ queued: 40 });
      expect(await jobs()).toBe(40);
      expect(await feeding.redis.exists(keys().postponed, keys().postponedUntil)).toBe(0);
    },
  );

  test('are postponed by one of two processes that look at the same moment', async () => {
    await start(mixedRows(40));
    const campaign = await feeding.campaigns.get('spring');
    if (campaign === undefined) throw new Error('it was created');
    const { cursor } = feeding.campaigns;
    const postponed = {
      chunk: 0,
      before: new PostponedRows([]),
      after: new PostponedRows([1, 3]),
      until: 5,
    };
    const advance = { cursor: { from: 0, to: 40 }, taken: 0, postponed };
    const both = await Promise.all([
      cursor.advance('spring', advance),
      cursor.advance('spring', advance),
    ]);
    expect(both.sort()).toEqual([false, true]);
    const stale = { taken: 0, postponed: { ...postponed, after: new PostponedRows([]) } };
    expect(await cursor.advance('spring', stale)).toBe(false);
    expect((await cursor.postponed('spring', 0)).places).toEqual([1, 3]);
  });

  test('wait through a pause and go on after the resume', async () => {
    await start(mixedRows(40));
    await feed();
    await feeding.campaigns.change('spring', (c) => pause(c, { reason: 'x' }, Date.now()));
    quiet.clear();
    await timePasses();
    await feed();
    expect(await counted()).toEqual({ waiting: 20, queued: 20 });
    await feeding.campaigns.change('spring', (c) => resume(c, {}, Date.now()));
    await feed();
    expect(await counted()).toEqual({ queued: 40 });
  });

  test('end with a cancel as all that wait do, and a late process notes nothing of them', async () => {
    await start(mixedRows(40));
    await feed();
    await feeding.campaigns.change('spring', (c) => cancel(c, {}, Date.now()));
    await feed();
    expect(await counted()).toEqual({ cancelled: 40 });
    expect(await states()).toEqual({ cancelled: 40 });
    expect(await feeding.redis.pttl(keys().postponed)).toBeGreaterThan(0);
    expect(await feeding.redis.pttl(keys().postponedUntil)).toBeGreaterThan(0);
    const before = await feeding.campaigns.cursor.postponed('spring', 0);
    const late = { chunk: 0, before, after: new PostponedRows([1]), until: 5 };
    await feeding.campaigns.cursor.advance('spring', { taken: 0, postponed: late });
    expect(await feeding.redis.exists(keys().postponed, keys().postponedUntil)).toBe(0);
  });

  test('expire when the end of their campaign comes first', async () => {
    await start(mixedRows(40));
    await feed();
    await feeding.campaigns.change('spring', (c) => ({
      result: undefined,
      next: { ...c, endAt: Date.now() - 1_000 },
    }));
    await feed();
    expect(await counted()).toEqual({ queued: 20, expired: 20 });
  });
});

describe('which rows of a chunk are postponed', () => {
  test('is written in a few bytes and read again', () => {
    for (const places of [[], [0], [7, 8], [0, 250, 499], [...Array(500).keys()]]) {
      const text = new PostponedRows(places).toString();
      expect(text.length).toBeLessThanOrEqual(126);
      expect(PostponedRows.parse(text).places).toEqual(places);
    }
    expect(new PostponedRows([]).toString()).toBe('');
  });
});
