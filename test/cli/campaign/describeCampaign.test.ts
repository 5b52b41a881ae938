import { describe, expect, test } from '@jest/globals';
import {
  CANCELLED_CAMPAIGN,
  CREATED,
  PAUSED,
  READY,
  RUNNING,
} from '../../../src/api/routes/campaignExamples.js';
import type { CampaignView } from '../../../src/campaign/campaignView.js';
import {
  describeCampaign,
  describeCampaigns,
  liveLines,
  logLine,
} from '../../../src/cli/campaign/describe.js';
import type { Terminal } from '../../../src/cli/terminal.js';
import { flowStatus } from '../../../src/queue/flowStatus.js';
import { obstacleView } from '../../../src/queue/statusView.js';
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
      '  96 a minute, 1.09 requests a row, about 9 min left',
    ]);
  });

  test('says that what a row costs is an estimate, before enough rows had their turn', () => {
    const { requestsEstimate } = READY.progress;
    const progress = {
      ...RUNNING.progress,
      perMinute: undefined,
      requestsARow: undefined,
      requestsEstimate,
    };
    expect(liveLines({ ...RUNNING, progress }, narrow(160), NOW).at(-1)).toBe(
      '  running, about 1.08 requests a row (an estimate, from 12,000 rows of 3 earlier campaigns, last on 2026-11-15), about 9 min left',
    );
  });

  test('says why no end is named', () => {
    const progress = {
      ...RUNNING.progress,
      perMinute: 0,
      estimatedEndAt: undefined,
      noEstimateBecause: 'No row has ended in the last minute.',
    };
    expect(liveLines({ ...RUNNING, progress }, narrow(120), NOW).at(-1)).toBe(
      '  0 a minute, 1.09 requests a row, no end in sight: No row has ended in the last minute.',
    );
  });

  test('says what it has cost, and what is to come', () => {
    expect(describeCampaign(RUNNING, narrow(120), NOW)).toMatch(
      /requests +1,308 spent, 1\.09 requests a row, about 872 to come$/m,
    );
    expect(describeCampaign(CREATED, narrow(120), NOW)).not.toMatch(/requests/);
  });

  test.each([60, 80, 120])('fits into %i columns', (columns) => {
    const counts = { ...RUNNING.counts, unknown: 3, expired: 12, cancelled: 7 };
    const lines = liveLines({ ...RUNNING, counts }, narrow(columns), NOW);
    for (const line of lines) expect(line.length).toBeLessThan(columns);
    expect(lines.join('\n')).toMatch(/3 unknown[\s\S]*12 expired[\s\S]*700 waiting/);
  });

  test('is one line where it is piped', () => {
    expect(logLine(RUNNING, NOW)).toBe(
      '2026-11-22T09:17:30.000Z  60 %  1,200 of 2,000: 1,150 sent (1,030 known to have arrived), 8 not reached, 42 skipped, 100 on the way, 700 waiting; 96 a minute, 1.09 requests a row, about 9 min left',
    );
  });

  const deferral = (rows: number): CampaignView['waitsFor'][number] => ({
    code: 'active_conversation',
    who: 'the customer',
    rows,
    detail: 'the customer is in a conversation; asked again until it is over.',
  });

  test('says why rows are deferred, and makes no guess when only they are left', () => {
    const counts = { ...RUNNING.counts, queued: 90, deferred: 7 };
    const some = { ...RUNNING, counts, waitsFor: [deferral(7)] };
    expect(liveLines(some, narrow(120), NOW).join('\n')).toMatch(
      /7 deferred[\s\S]*about 9 min left\n {2}7 wait: the customer is in a conversation;.*\(active_conversation\)/,
    );
    const left = { ...RUNNING.counts, waiting: 0, queued: 0, sending: 0, deferred: 1 };
    const progress = { ...RUNNING.progress, rows: 2_000, ended: 1_999 };
    const last = { ...RUNNING, counts: left, progress, waitsFor: [deferral(1)] };
    expect(liveLines(last, narrow(120), NOW).slice(2)).toEqual([
      '  only deferred rows are left:',
      '  1 waits: the customer is in a conversation; asked again until it is over. (active_conversation)',
    ]);
    expect(logLine(last, NOW)).toMatch(/; only deferred rows are left: 1 waits: the customer/);
  });

  test('that something holds up says what, since when and what to do, and forecasts nothing', () => {
    const stopped: CampaignView = {
      ...RUNNING,
      waitsFor: [
        {
          code: 'paused',
          who: 'you',
          since: '2026-11-22T09:10:00.000Z',
          detail: 'All sending has been paused by ops since 2026-11-22T09:10:00Z: wrong price',
          remedy: 'Let the sending go on, by POST /v1/resume or',
          command: 'notifier resume',
        },
      ],
    };
    expect(liveLines(stopped, narrow(150), NOW).slice(-1)).toEqual([
      '  All sending has been paused by ops since 2026-11-22T09:10:00Z: wrong price → Let the sending go on, by POST /v1/resume or: notifier resume',
    ]);
    expect(logLine(stopped, NOW)).not.toMatch(/a minute|left/);
  });

  test('says of skipped, failed and unknown rows why, each with its number', () => {
    const text = describeCampaign(RUNNING, narrow(120), NOW);
    expect(text).toMatch(
      /skipped +36: no earlier conversation was found \(no_history\); 4: .*\(opted_out\); 2:\s+NOTIFY_ONLY_TO.*\(not_allowed\)\n +failed +8: Genesys Cloud refused every channel/,
    );
  });

  test('whose rows have all left waits to hear what arrived', () => {
    const detail = 'All is sent; it is being asked what arrived.';
    const waitsFor: CampaignView['waitsFor'] = [
      { code: 'delivery_checks', who: 'Genesys Cloud', detail },
    ];
    const progress = { rows: 2_000, ended: 1_700, awaitingDelivery: 300, perMinute: 96 };
    const all = { ...RUNNING, waitsFor, progress };
    expect(liveLines(all, narrow(80), NOW).at(-1)).toBe(`  ${detail}`);
  });
});

describe('a campaign of a deployment in which nothing is sent', () => {
  const [noWorkers] = flowStatus(
    fleetStatus({ workers: { now: NOW, alive: [], vanished: [] } }),
  ).obstacles.map(obstacleView);

  test('says so instead of a pace, and what to do', () => {
    if (noWorkers === undefined) throw new Error('no obstacle');
    const { rows, ended } = RUNNING.progress;
    const { kind: code, stops: _stops, ...wait } = noWorkers;
    const waitsFor = [{ code, ...wait }];
    const view = { ...RUNNING, progress: { rows, ended }, obstacles: [noWorkers], waitsFor };
    const text = liveLines(view, narrow(100), NOW).join('\n');
    expect(text).toMatch(/No worker is alive, and none has ever been\. Nothing is sent\./);
    expect(text).toMatch(/→ Start a worker: notifier worker/);
    expect(text).not.toMatch(/a minute|left/);
    const paused = { ...PAUSED, waitsFor: [...PAUSED.waitsFor, ...waitsFor] };
    expect(liveLines(paused, narrow(100), NOW).join('\n')).toMatch(/paused[\s\S]*No worker is/);
  });
});

test('a paused campaign says why, without what could control a terminal', () => {
  const detail = 'The campaign has been paused: wrong \u001b[31mprice';
  const waitsFor = PAUSED.waitsFor.map((wait) => ({ ...wait, detail }));
  expect(liveLines({ ...PAUSED, waitsFor }, narrow(200), NOW).at(-1)).toBe(
    '  The campaign has been paused: wrong [31mprice → Let it go on, by POST /v1/campaigns/autumn/resume or: notifier campaign resume autumn',
  );
});

describe('everything there is to say of a campaign', () => {
  const cases: [string, CampaignView, RegExp[]][] = [
    ['created', CREATED, [/autumn: Autumn follow-up \(importing\)/, /no file has been imported/]],
    [
      'ready',
      READY,
      [/rows +2,000, 3 rejected, 12 duplicates, 41 warnings/, /possible +start, dry-run/],
    ],
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
    /2 unknown: [\s\S]*notifier unknowns --campaign autumn, [\s\S]*notifications\?state=unknown&campaignId=autumn[\s\S]*notifier resolve ID sent/,
  );
});

test('a list has a line for each, aligned', () => {
  const views = [RUNNING, { ...PAUSED, id: 'x' }];
  expect(describeCampaigns(views, narrow(60))).toBe(
    `autumn  running   60 %  1,150 sent, 8 not reached, 42 skipp
x       paused    60 %  The campaign has been paused by mar`,
  );
  expect(describeCampaigns(views, { ...narrow(60), live: false })).toMatch(/700 waiting$/m);
  expect(describeCampaigns([], narrow(60))).toBe('There is no campaign yet.');
});

test('a list says what keeps all of them from being sent, and what to do', () => {
  const obstacle = {
    kind: 'no_workers',
    stops: true,
    who: 'you',
    detail: 'No worker is alive; the last one was seen at 2026-11-22T09:30:00Z.',
    remedy: 'Start a worker',
    command: 'notifier worker',
  } as const;
  const views = [CANCELLED_CAMPAIGN, { ...RUNNING, obstacles: [obstacle] }];
  const [, running, blank, ...inTheWay] = describeCampaigns(views, narrow(60)).split('\n');
  expect(running).toMatch(/^autumn +running/);
  expect(blank).toBe('');
  expect(inTheWay).toEqual([obstacle.detail, '→ Start a worker: notifier worker']);
});
