import { describe, expect, test } from '@jest/globals';
import type { Campaign } from '../../src/campaign/campaign.js';
import { newCampaign, start } from '../../src/campaign/lifecycle.js';
import { emailsWithoutLink } from '../../src/campaign/unsubscribeCheck.js';
import { T0 } from '../support/notifications.js';
import { SPRING, summaryOf } from './support/campaigns.js';

const ENTRY = {
  name: 'news',
  hash: 'h1',
  channels: ['web', 'email', 'sms'],
  defaultChannels: ['web', 'email'],
  manifest: { description: 'News', variables: {} },
} as const;

const entry = (unsubscribes?: readonly 'email'[]) =>
  ({ ...ENTRY, unsubscribes }) as unknown as Parameters<typeof emailsWithoutLink>[0];

const ready: Campaign = {
  ...newCampaign(SPRING, T0),
  state: 'ready',
  import: summaryOf(10),
};

const given = { templateHash: 'h2', endless: ['email' as const] };

describe('a campaign whose emails have no link to unsubscribe', () => {
  test('has them only where its channels have emails, and their template no link', () => {
    expect(emailsWithoutLink(entry([]), {})).toEqual(['email']);
    expect(emailsWithoutLink(entry(['email']), {})).toEqual([]);
    expect(emailsWithoutLink(entry([]), { channels: ['web', 'sms'] })).toEqual([]);
  });

  test('counts as having them where an older version has published its template', () => {
    expect(emailsWithoutLink(entry(), {})).toEqual(['email']);
  });

  test('does not start without a reason, and says what to do', () => {
    expect(start(ready, given, T0)).toEqual({
      result: expect.objectContaining({
        kind: 'refused',
        needs: 'no-unsubscribe',
        because: expect.stringMatching(/has no \{\{ unsubscribeUrl \}\}/),
      }),
    });
  });

  test.each([
    ['at its start', ready, { ...given, noUnsubscribe: 'A recall' }],
    ['when it was made', { ...ready, noUnsubscribe: 'A recall' }, given],
  ])('starts with a reason given %s, and keeps it', (_title, campaign, by) => {
    const { next } = start(campaign, by, T0);
    expect(next).toMatchObject({ state: 'running', noUnsubscribe: 'A recall' });
  });

  test('does not get a time to start by itself without one, either', () => {
    const at = T0 + 3_600_000;
    expect(start(ready, { ...given, at }, T0).next).toBeUndefined();
    const { next } = start(ready, { ...given, at, noUnsubscribe: 'A recall' }, T0);
    expect(next).toMatchObject({ state: 'ready', startAt: at, noUnsubscribe: 'A recall' });
  });
});
