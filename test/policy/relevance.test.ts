import { describe, expect, test } from '@jest/globals';
import {
  extraNeeds,
  type RelevanceSettings,
  readRecentConversation,
  relevance,
} from '../../src/policy/relevance.js';
import { NO_FACTS } from '../../src/policy/rule.js';

const NOW = Date.parse('2026-11-30T12:00:00Z');
const HOUR_MS = 3_600_000;
const ALLOWED = { kind: 'allow' };

interface Asked {
  hoursAgo?: number;
  endedBadly?: boolean;
  priority?: 'campaign' | 'transactional';
}

function verdict(
  settings: RelevanceSettings,
  { hoursAgo, endedBadly = false, priority = 'campaign' }: Asked,
) {
  const lastConversation =
    hoursAgo === undefined
      ? undefined
      : { at: new Date(NOW - hoursAgo * HOUR_MS).toISOString(), endedBadly };
  return relevance(settings)({
    request: { recipient: { email: 'a@example.com' }, template: 'news', priority },
    channel: 'email',
    now: NOW,
    facts: { ...NO_FACTS, lastConversation },
  });
}

describe('a customer who has been in a conversation lately', () => {
  test('is skipped, or written to when that is longer ago', () => {
    const skip = { RECENT_CONVERSATION: 'skip:48h' };
    expect(verdict(skip, { hoursAgo: 47 })).toEqual({
      kind: 'skip',
      reason: 'recent_conversation',
    });
    expect(verdict(skip, { hoursAgo: 48 })).toEqual(ALLOWED);
    expect(verdict({ RECENT_CONVERSATION: 'defer:4h' }, { hoursAgo: 1 })).toEqual({
      kind: 'defer',
      until: NOW + 3 * HOUR_MS,
      reason: 'recent_conversation',
    });
    expect(verdict({ RECENT_CONVERSATION: 'defer:4h' }, { hoursAgo: 5 })).toEqual(ALLOWED);
  });

  test('gets transactional messages all the same, and campaigns where nothing is known or set', () => {
    const skip: RelevanceSettings = { RECENT_CONVERSATION: 'skip:48h', BAD_ENDING: 'skip' };
    const lately = { hoursAgo: 1, endedBadly: true };
    expect(verdict(skip, { ...lately, priority: 'transactional' })).toEqual(ALLOWED);
    expect(verdict(skip, {})).toEqual(ALLOWED);
    expect(verdict({}, lately)).toEqual(ALLOWED);
    expect(verdict({ BAD_ENDING: 'off' }, lately)).toEqual(ALLOWED);
  });
});

test('a customer whose last conversation ended badly is skipped, however long ago that was', () => {
  const bad = { kind: 'skip', reason: 'bad_ending' };
  expect(verdict({ BAD_ENDING: 'skip' }, { hoursAgo: 500, endedBadly: true })).toEqual(bad);
  expect(verdict({ BAD_ENDING: 'skip' }, { hoursAgo: 1 })).toEqual(ALLOWED);
});

test('RECENT_CONVERSATION is read with a unit, and nothing else is', () => {
  expect(readRecentConversation('skip:48h')).toEqual({ verdict: 'skip', withinMs: 48 * HOUR_MS });
  expect(readRecentConversation('defer:30m')).toEqual({ verdict: 'defer', withinMs: HOUR_MS / 2 });
  for (const text of ['48h', 'skip:', 'skip:0h', 'skip:32d', 'skip:-1h', 'Skip:1h', 'skip:1h ']) {
    expect(readRecentConversation(text)).toBeUndefined();
  }
});

test('history is looked up for campaign messages only, and what was said only for bad endings', () => {
  const campaign = { priority: 'campaign' } as const;
  expect(extraNeeds({})(campaign)).toEqual({ history: false, text: false });
  expect(extraNeeds({ RECENT_CONVERSATION: 'skip:1h' })(campaign)).toEqual({
    history: true,
    text: false,
  });
  expect(extraNeeds({ BAD_ENDING: 'skip' })(campaign)).toEqual({ history: true, text: true });
  expect(extraNeeds({ BAD_ENDING: 'skip' })({})).toEqual({ history: false, text: false });
});
