import { describe, expect, test } from '@jest/globals';
import {
  CANCELLED_CAMPAIGN,
  CREATED,
  PAUSED,
  READY,
  RUNNING,
} from '../../../src/api/openapi/campaignExamples.js';
import type { CampaignView } from '../../../src/campaign/campaignView.js';
import {
  describeCampaign,
  describeCampaigns,
  liveLines,
  logLine,
} from '../../../src/cli/campaign/describeCampaign.js';
import type { Terminal } from '../../../src/cli/terminal.js';
import { obstacleView } from '../../../src/queue/fleetStatusView.js';
import { flowStatus } from '../../../src/queue/flowStatus.js';
import { fleetStatus } from '../../support/fleet.js';

const NOW = Date.parse('2026-11-22T09:17:30.000Z');

const narrow = (columns: number): Terminal => ({
  live: true,
  unicode: false,
  colour: false,
  columns: () => columns,
  write: () => undefined,
});

describe('a running campaign', () => {
  test('is a bar, who got it, and how long it will take', () => {
    expect(liveLines(RUNNING, narrow(80), NOW)).toEqual([
      '[########################----------------]  60 %  1,200 of 2,000',
      '  1,150 sent (1,030 known to have arrived) | 8 not reached | 42 skipped',
      '  100 on the way | 700 waiting',
      '  96 a minute, about 9 min left',
    ]);
  });

  test.each([60, 80, 120])('fits into %i columns', (columns) => {
    const counts = { ...RUNNING.counts, unknown: 3, expired: 12, cancelled: 7 };
    const lines = liveLines({ ...RUNNING, counts }, narrow(columns), NOW);
    for (const line of lines) expect(line.length).toBeLessThan(columns);
    expect(lines.join('\n')).toMatch(/3 unknown[\s\S]*12 expired[\s\S]*700 waiting/);
  });

  test('is one line where it is piped', () => {
    expect(logLine(RUNNING, NOW)).toBe(
      '2026-11-22T09:17:30.000Z  60 %  1,200 of 2,000: 1,150 sent (1,030 known to have arrived), 8 not reached, 42 skipped, 100 on the way, 700 waiting; 96 a minute, about 9 min left',
    );
  });

  test('says why rows are deferred, and makes no guess when only they are left', () => {
    const counts = { ...RUNNING.counts, queued: 90, deferred: 7 };
    const some = liveLines({ ...RUNNING, counts }, narrow(100), NOW);
    expect(some.join('\n')).toMatch(
      /7 deferred[\s\S]*about 9 min left\n {2}7 wait for a reason, such as a conversation/,
    );
    const left = { ...RUNNING.counts, waiting: 0, queued: 0, sending: 0, deferred: 1 };
    const progress = { ...RUNNING.progress, rows: 2_000, ended: 1_999 };
    const last = liveLines({ ...RUNNING, counts: left, progress }, narrow(120), NOW);
    expect(last.slice(2)).toEqual([
      '  1 waits for a reason, such as a conversation that is going on; asked again until the deadline',
    ]);
  });

  test('whose rows have all left waits to hear what arrived', () => {
    const progress = { rows: 2_000, ended: 1_700, awaitingDelivery: 300, perMinute: 96 };
    const all = { ...RUNNING, progress };
    expect(liveLines(all, narrow(80), NOW).at(-1)).toBe('  all sent; waiting to hear what arrived');
  });
});

describe('a campaign of a deployment in which nothing is sent', () => {
  const [noWorkers] = flowStatus(
    fleetStatus({ workers: { now: NOW, alive: [], vanished: [] } }),
  ).obstacles.map(obstacleView);

  test('says so instead of a pace, and what to do', () => {
    if (noWorkers === undefined) throw new Error('no obstacle');
    const { rows, ended } = RUNNING.progress;
    const view = { ...RUNNING, progress: { rows, ended }, obstacles: [noWorkers] };
    const text = liveLines(view, narrow(100), NOW).join('\n');
    expect(text).toMatch(/No worker is alive, and none has ever been\. Nothing is sent\./);
    expect(text).toMatch(/→ Start a worker: notifier worker/);
    expect(text).not.toMatch(/a minute|left/);
    const paused = { ...PAUSED, obstacles: [noWorkers] };
    expect(liveLines(paused, narrow(100), NOW).join('\n')).toMatch(/paused[\s\S]*No worker is/);
  });
});

test('a paused campaign says why, without what could control a terminal', () => {
  const reason = 'wrong \u001b[31mprice';
  expect(liveLines({ ...PAUSED, reason }, narrow(80), NOW).at(-2)).toBe(
    '  paused: wrong [31mprice',
  );
});

describe('everything there is to say of a campaign', () => {
  const cases: [string, CampaignView, RegExp[]][] = [
    ['created', CREATED, [/autumn: Autumn follow-up \(importing\)/, /no file has been imported/]],
    ['ready', READY, [/rows +2,000, 3 refused, 12 duplicates folded/, /possible +start, dry-run/]],
    ['scheduled', { ...READY, startAt: '2026-11-22T18:00:00.000Z' }, [/starts at 2026-11-22T18/]],
    ['cancelled', CANCELLED_CAMPAIGN, [/800 cancelled/, /ended +2026-11-22T09:30/]],
  ];
  test.each(cases)('when it is %s', (_title, view, patterns) => {
    const text = describeCampaign(view, narrow(80), NOW);
    for (const pattern of patterns) expect(text).toMatch(pattern);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});

test('unknown rows are to be found and decided', () => {
  const view = { ...RUNNING, counts: { ...RUNNING.counts, unknown: 2 } };
  expect(describeCampaign(view, narrow(80), NOW)).toMatch(
    /2 unknown: [\s\S]*notifier campaign results autumn [\s\S]*notifier resolve ID sent[\s\S]*\/notifications\/ID/,
  );
});

test('a list has a line for each, aligned', () => {
  const views = [RUNNING, { ...PAUSED, id: 'x' }];
  expect(describeCampaigns(views, narrow(60))).toBe(
    `autumn  running   60 %  1,150 sent, 8 not reached, 42 skipp
x       paused    60 %  paused: wrong price`,
  );
  expect(describeCampaigns(views, { ...narrow(60), live: false })).toMatch(/700 waiting$/m);
  expect(describeCampaigns([], narrow(60))).toBe('There is no campaign yet.');
});
