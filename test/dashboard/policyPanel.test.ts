import { describe, expect, test } from '@jest/globals';
import type { PolicyCheckView } from '../../src/consent/policyCheckView.js';
import { policyPanel } from '../../src/dashboard/suppressions/policyPanel.js';

const ALLOWED = {
  rule: 'allowedRecipients',
  verdict: 'allow',
  why: 'NOTIFY_ONLY_TO is not set.',
} as const;
const SKIPPED = {
  rule: 'suppressed',
  verdict: 'skip',
  reason: 'suppressed',
  why: 'It is <listed>.',
} as const;
const CHECK: PolicyCheckView = {
  verdict: 'allow',
  checkedAt: '2026-11-22T09:40:00.000Z',
  priority: 'campaign',
  channels: [
    { channel: 'sms', verdict: 'skip', reason: 'suppressed', rules: [ALLOWED, SKIPPED] },
    {
      channel: 'email',
      verdict: 'allow',
      rules: [ALLOWED, { rule: 'suppressed', verdict: 'allow', why: 'No entry.' }],
    },
  ],
  frequencyCap: { places: 2, span: '7d', taken: 1 },
};

describe('what policy says to a recipient', () => {
  const text = policyPanel([
    CHECK,
    { ...CHECK, priority: 'transactional', frequencyCap: undefined },
  ]).text;
  const rows = text
    .split('<tr>')
    .slice(2)
    .map((row) =>
      row
        .replace(/<[^>]*>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    );

  test('has one row for a rule that says the same of all channels, and else one for each', () => {
    expect(rows.slice(0, 3)).toEqual([
      'allowedRecipients all ✓ may go out NOTIFY_ONLY_TO is not set.',
      'suppressed sms ✕ is skipped ( suppressed ) It is &#60;listed&#62;.',
      expect.stringMatching(/^suppressed email ✓ may go out No entry\./),
    ]);
  });

  test('says how many places of the cap are left, where the priority has one', () => {
    expect(text.match(/Frequency cap: 1 of 2 in 7d taken, 1 left\./g)).toHaveLength(1);
  });

  test('says until when a message would wait', () => {
    const waits = {
      verdict: 'defer',
      reason: 'quiet_hours',
      until: '2026-11-23T08:00:00.000Z',
    } as const;
    const shown = policyPanel([{ ...CHECK, ...waits }]).text;
    expect(shown).toContain('waits until <time datetime="2026-11-23T08:00:00.000Z">');
  });
});
