import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CAMPAIGN_STEPS, type Campaign, type CampaignStep } from '../../src/campaign/campaign.js';
import type { CampaignDecision } from '../../src/campaign/campaignSteps.js';
import {
  beginUpload,
  cancel,
  complete,
  expireWaiting,
  pause,
  pauseForAccess,
  start,
} from '../../src/campaign/lifecycle.js';
import { customersCsv, type Office, openOffice } from './support/office.js';

let office: Office;
beforeAll(async () => {
  office = await openOffice();
});
afterAll(() => office.close());

const HOUR_MS = 3_600_000;
const TEMPLATE = { templateHash: 'hash-1' };
const REASON = { reason: 'a typo' };

type Change = (campaign: Campaign, now: number) => CampaignDecision<unknown>;

const startNow: Change = (campaign, now) => start(campaign, TEMPLATE, now);
const upload: Change = (campaign, now) => beginUpload(campaign, { upload: 'u1' }, now);

/** What is done to a campaign that has no rows, or that has some. */
const STANDS: Record<string, { hasRows: boolean; changes: Change[] }> = {
  'without rows': { hasRows: false, changes: [] },
  'whose first rows are being uploaded': { hasRows: false, changes: [upload] },
  'whose rows are being replaced': { hasRows: true, changes: [upload] },
  ready: { hasRows: true, changes: [] },
  'that waits for its start': {
    hasRows: true,
    changes: [(c, now) => start(c, { ...TEMPLATE, at: now + HOUR_MS }, now)],
  },
  running: { hasRows: true, changes: [startNow] },
  paused: { hasRows: true, changes: [startNow, (c, now) => pause(c, REASON, now)] },
  'paused for lack of access': {
    hasRows: true,
    changes: [
      startNow,
      (c, now) => pauseForAccess(c, { kind: 'credentials', detail: 'invalid_client' }, now),
    ],
  },
  completed: {
    hasRows: true,
    changes: [startNow, (c, now) => expireWaiting({ ...c, endAt: now }, now), complete],
  },
  cancelled: { hasRows: true, changes: [startNow, (c, now) => cancel(c, {}, now)] },
  'cancelled before it had rows': {
    hasRows: false,
    changes: [(c, now) => cancel(c, {}, now)],
  },
};

async function campaignThat(
  id: string,
  { hasRows, changes }: { hasRows: boolean; changes: Change[] },
) {
  if (hasRows) await office.imported(id, customersCsv(2));
  else await office.campaigns.create({ id, template: 'follow-up' });
  for (const change of changes) {
    await office.store.change(id, (campaign) => change(campaign, Date.now()));
  }
}

/** Each step as people take it. */
const TAKE: Record<CampaignStep, (id: string) => Promise<{ kind: string } | undefined>> = {
  start: (id) => office.campaigns.start(id, {}),
  'dry-run': (id) => office.campaigns.dryRun(id),
  import: (id) =>
    office.campaigns.importRows(id, Readable.from([customersCsv(3)], { objectMode: false })),
  resume: (id) => office.campaigns.resume(id, {}),
  pause: (id) => office.campaigns.pause(id, REASON),
  cancel: (id) => office.campaigns.cancel(id, {}),
  retry: (id) => office.campaigns.retry(id, { states: ['failed'], until: Date.now() + HOUR_MS }),
};

/** These answer with a report, and change the campaign only if there is something to do. */
const REPORTS: readonly CampaignStep[] = ['dry-run', 'retry'];

describe('what is possible is what the steps themselves do', () => {
  const stands = Object.keys(STANDS);
  const all = stands.flatMap((stand, at) =>
    CAMPAIGN_STEPS.map((step) => [step, stand, `c${at}-${step}`] as const),
  );

  test.each(all)('%s of a campaign %s', async (step, stand, id) => {
    await campaignThat(id, STANDS[stand] ?? { hasRows: false, changes: [] });
    const before = await office.store.get(id);
    const possible = (await office.campaigns.get(id))?.possible ?? [];
    const isOffered = possible.includes(step);

    const outcome = await TAKE[step](id);

    const isRefused = outcome?.kind === 'refused';
    const after = await office.store.get(id);
    const isChanged = JSON.stringify(after) !== JSON.stringify(before);
    expect({ isOffered, isRefused, isChanged }).toEqual({
      isOffered: isChanged || (isOffered && !isRefused && REPORTS.includes(step)),
      isRefused: !isOffered && isRefused,
      isChanged: isOffered && isChanged,
    });
    if (isRefused) expect(outcome).toMatchObject({ possible });
  });

  test('a campaign that waits for its start can be paused, and then does not start by itself', async () => {
    await campaignThat(
      'waits',
      STANDS['that waits for its start'] ?? { hasRows: false, changes: [] },
    );
    expect((await office.campaigns.get('waits'))?.possible).toEqual([
      'start',
      'dry-run',
      'import',
      'pause',
      'cancel',
    ]);
    expect(await office.campaigns.pause('waits', REASON)).toMatchObject({
      kind: 'done',
      campaign: { state: 'ready', possible: ['start', 'dry-run', 'import', 'cancel'] },
    });
    expect((await office.store.get('waits'))?.startAt).toBeUndefined();
  });
});
