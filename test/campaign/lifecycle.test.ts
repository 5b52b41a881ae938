import { describe, expect, test } from '@jest/globals';
import type { Campaign, CampaignState } from '../../src/campaign/campaign.js';
import { possibleSteps, type StepDecision } from '../../src/campaign/campaignSteps.js';
import {
  abandonUpload,
  beginUpload,
  cancel,
  complete,
  finishUpload,
  keptFor,
  newCampaign,
  nextPollAt,
  noteBrokenUpload,
  pause,
  reopen,
  resume,
  start,
} from '../../src/campaign/lifecycle.js';
import { T0 } from '../support/notifications.js';
import { SPRING, summaryOf } from './support/campaigns.js';

const NOW = T0 + 60_000;

function campaignIn(state: CampaignState, changes: Partial<Campaign> = {}): Campaign {
  const started = state !== 'importing' && state !== 'ready' ? { startedAt: T0 } : {};
  const imported = state === 'importing' ? {} : { import: summaryOf(10) };
  return { ...newCampaign(SPRING, T0, 'anna'), ...started, ...imported, state, ...changes };
}

type Step = (campaign: Campaign) => StepDecision;

const STEPS: Record<string, Step> = {
  'begin an upload': (c) => beginUpload(c, { upload: 'u1', by: 'ben' }, NOW),
  start: (c) => start(c, { templateHash: 'h2', by: 'ben' }, NOW),
  pause: (c) => pause(c, { reason: 'a typo', by: 'ben' }, NOW),
  resume: (c) => resume(c, { by: 'ben' }, NOW),
  cancel: (c) => cancel(c, { by: 'ben' }, NOW),
  complete: (c) => complete(c, NOW),
  reopen: (c) => reopen(c, { by: 'ben' }, NOW),
};

/** Where each step leads from each state; `same` changes nothing, a sentence is why it is refused. */
const TABLE: [keyof typeof STEPS, Record<CampaignState, string>][] = [
  [
    'begin an upload',
    {
      importing: '→ importing',
      ready: '→ importing',
      running: 'it has been started, and its rows stay as they are',
      paused: 'it has been started, and its rows stay as they are',
      completed: 'it is completed; upload the rows to a new campaign',
      cancelled: 'it is cancelled; upload the rows to a new campaign',
    },
  ],
  [
    'start',
    {
      importing: 'it has no rows yet; upload them first',
      ready: '→ running',
      running: 'same',
      paused: 'it is paused; resume it',
      completed: 'it is completed',
      cancelled: 'it is cancelled',
    },
  ],
  [
    'pause',
    {
      importing: 'it has not been started',
      ready: 'it has not been started',
      running: '→ paused',
      paused: 'same',
      completed: 'it is completed',
      cancelled: 'it is cancelled',
    },
  ],
  [
    'resume',
    {
      importing: 'it has not been started',
      ready: 'it has not been started',
      running: 'same',
      paused: '→ running',
      completed: 'it is completed',
      cancelled: 'it is cancelled',
    },
  ],
  [
    'cancel',
    {
      importing: '→ cancelled',
      ready: '→ cancelled',
      running: '→ cancelled',
      paused: '→ cancelled',
      completed: 'it is completed: there is nothing left to cancel',
      cancelled: 'same',
    },
  ],
  [
    'complete',
    {
      importing: 'it is not running',
      ready: 'it is not running',
      running: '→ completed',
      paused: '→ completed',
      completed: 'same',
      cancelled: 'it is not running',
    },
  ],
  [
    'reopen',
    {
      importing: 'it has not been started',
      ready: 'it has not been started',
      running: 'same',
      paused: 'same',
      completed: '→ running',
      cancelled: 'it is cancelled; upload the rows to a new campaign',
    },
  ],
];

describe('a campaign', () => {
  const rows = TABLE.flatMap(([name, byState]) =>
    Object.entries(byState).map(([state, end]) => [name, state as CampaignState, end] as const),
  );

  test.each(rows)('%s when %s: %s', (name, state, end) => {
    const campaign = campaignIn(state);
    const { result, next } = STEPS[name]?.(campaign) ?? {};
    if (end === 'same') {
      expect({ result, next }).toEqual({ result: { kind: 'done', campaign }, next: undefined });
    } else if (end.startsWith('→ ')) {
      expect(next).toMatchObject({ state: end.slice(2), updatedAt: NOW });
      expect(result).toEqual({ kind: 'done', campaign: next });
    } else {
      expect({ result, next }).toEqual({
        result: { kind: 'refused', state, because: end, possible: possibleSteps(campaign) },
        next: undefined,
      });
    }
  });

  test('pins the template, and notes by whom and when, when it is started', () => {
    const { next } = start(campaignIn('ready'), { templateHash: 'h2', by: 'ben' }, NOW);
    expect(next).toMatchObject({ templateHash: 'h2', startedAt: NOW, by: 'ben' });
  });

  test('cannot be started while its rows are being uploaded, and says what helps', () => {
    const campaign = campaignIn('importing', { upload: 'u1', import: summaryOf(3) });
    expect(start(campaign, { templateHash: 'h' }, NOW).result).toMatchObject({
      because: 'its rows are still being uploaded; if that broke off, upload them again',
    });
  });

  test('stays ready until the time it is to be started at, and pausing it takes that time away', () => {
    const at = NOW + 1_000;
    const scheduled = start(campaignIn('ready'), { templateHash: 'h2', at }, NOW).next;
    expect(scheduled).toMatchObject({ state: 'ready', startAt: at });
    if (scheduled === undefined) throw new Error('it was scheduled');
    expect(nextPollAt(scheduled)).toBe(at);
    const unscheduled = pause(scheduled, { reason: 'not yet' }, NOW).next;
    expect(unscheduled).not.toHaveProperty('startAt');
    expect(unscheduled).toMatchObject({ state: 'ready' });
  });

  test.each([
    ['now', undefined, NOW],
    ['later', NOW + 10, NOW + 10],
  ])('cannot be started %s when its end would have passed', (_when, at, endAt) => {
    const given = { templateHash: 'h', ...(at !== undefined && { at }) };
    expect(start(campaignIn('ready', { endAt }), given, NOW).result).toMatchObject({
      kind: 'refused',
      because: 'its end would come before its start',
    });
  });

  test('keeps the reason of a pause until it is resumed, also when it is paused again by another person', () => {
    const paused = pause(campaignIn('running'), { reason: 'a typo', by: 'ben' }, NOW).next;
    if (paused === undefined) throw new Error('it was paused');
    expect(paused).toMatchObject({ reason: 'a typo', by: 'ben' });
    expect(pause(paused, { reason: 'another' }, NOW).result).toMatchObject({
      campaign: { reason: 'a typo' },
    });
    expect(resume(paused, {}, NOW).next).not.toHaveProperty('reason');
  });

  test('notifies released rows of a cancel and a resume; a campaign that was never started has none', () => {
    expect(cancel(campaignIn('running'), {}, NOW).next).toMatchObject({ unsettled: true });
    expect(resume(campaignIn('paused'), {}, NOW).next).toMatchObject({ unsettled: true });
    expect(cancel(campaignIn('ready'), {}, NOW).next?.unsettled).toBeUndefined();
  });

  test('is ready with what the upload it waits for has brought, and knows no other', () => {
    const uploading = campaignIn('importing', { upload: 'u2' });
    const summary = summaryOf(7);
    expect(finishUpload(uploading, { upload: 'u1', summary }, NOW).result.kind).toBe('superseded');
    expect(abandonUpload(uploading, 'u1', NOW).result).toBe(false);
    const { next } = finishUpload(uploading, { upload: 'u2', summary }, NOW);
    expect(next).toMatchObject({ state: 'ready', import: summary });
    expect(next).not.toHaveProperty('upload');
    const known = { ...uploading, by: 'ben' };
    expect(finishUpload(known, { upload: 'u2', summary }, NOW).next).toMatchObject({ by: 'ben' });
  });

  test('falls back to the rows it had when an upload breaks off, or to none', () => {
    const first = campaignIn('importing', { upload: 'u1' });
    expect(abandonUpload(first, 'u1', NOW).next?.state).toBe('importing');
    const second = { ...first, import: summaryOf(3) };
    expect(abandonUpload(second, 'u1', NOW).next?.state).toBe('ready');
  });

  test('says that its upload broke off until another step is taken; of a refused file it does not', () => {
    const uploading = campaignIn('importing', { upload: 'u1' });
    const broken = abandonUpload(uploading, 'u1', NOW, 'broken_off').next ?? uploading;
    expect(broken.uploadBrokeOffAt).toBe(NOW);
    expect(beginUpload(broken, { upload: 'u2' }, NOW + 1).next?.uploadBrokeOffAt).toBeUndefined();
    expect(abandonUpload(uploading, 'u1', NOW).next?.uploadBrokeOffAt).toBeUndefined();
    const before = campaignIn('importing');
    expect(noteBrokenUpload(before, NOW).next).toEqual({ ...before, uploadBrokeOffAt: NOW });
    expect(noteBrokenUpload(uploading, NOW).next).toBeUndefined();
    expect(noteBrokenUpload(campaignIn('running'), NOW).next).toBeUndefined();
  });

  test('starts only with the rows that the person who starts it has seen', () => {
    const ready = campaignIn('ready', { import: { ...summaryOf(7), finishedAt: NOW - 5 } });
    const given = { templateHash: 'h', seen: { rows: 7, importedAt: NOW - 5 } };
    expect(start(ready, given, NOW).next?.state).toBe('running');
    for (const seen of [
      { rows: 8, importedAt: NOW - 5 },
      { rows: 7, importedAt: NOW - 6 },
    ]) {
      const { result, next } = start(ready, { ...given, seen }, NOW);
      expect(result).toMatchObject({
        kind: 'refused',
        because: expect.stringContaining('have been replaced'),
      });
      expect(next).toBeUndefined();
    }
  });

  test('does not start by itself with the rows that an upload was to replace', () => {
    const scheduled = campaignIn('ready', { startAt: NOW - 1 });
    const uploading = beginUpload(scheduled, { upload: 'u1' }, NOW - 10).next ?? scheduled;
    const next = abandonUpload(uploading, 'u1', NOW).next ?? uploading;
    expect([next.state, nextPollAt(next)]).toEqual(['ready', undefined]);
    const early = abandonUpload(uploading, 'u1', NOW - 2).next ?? uploading;
    expect(nextPollAt(early)).toBe(NOW - 1);
  });

  test('that is cancelled during an upload leaves the upload nothing to finish', () => {
    const { next } = cancel(campaignIn('importing', { upload: 'u1' }), {}, NOW);
    if (next === undefined) throw new Error('it was cancelled');
    const uploaded = { upload: 'u1', summary: summaryOf(3) };
    expect(finishUpload(next, uploaded, NOW).result.kind).toBe('superseded');
  });

  test('is kept as long as it is at work, and for its retention before and after', () => {
    expect(keptFor(campaignIn('running'), 1_000)).toBeUndefined();
    expect(keptFor(campaignIn('paused'), 1_000)).toBeUndefined();
    expect(keptFor(campaignIn('completed'), 1_000)).toBe(1_000);
    expect(keptFor(campaignIn('importing'), 1_000)).toBe(1_000);
    expect(keptFor(campaignIn('ready', { startAt: T0 + 5_000 }), 1_000)).toBe(6_000);
  });
});
