import { describe, expect, test } from '@jest/globals';
import { plotData } from '../../../src/dashboard/overview/flowPlot.js';
import { headline } from '../../../src/dashboard/overview/headline.js';
import { html } from '../../../src/html/html.js';
import { FLOW_COUNTS, type FlowMinute, MINUTE_MS } from '../../../src/queue/flowHistory.js';
import { flowStatus } from '../../../src/queue/flowStatus.js';
import type { FleetStatus } from '../../../src/queue/operations.js';
import { aliveWorker, fleetStatus } from '../../support/fleet.js';

const NOW = Date.UTC(2026, 10, 30, 14, 30);
const SINCE = NOW - 28 * MINUTE_MS;

/** A day without anything, but for what is given for its last minutes. */
function minutes(...last: Partial<FlowMinute>[]): FlowMinute[] {
  const none = Object.fromEntries(FLOW_COUNTS.map((count) => [count, 0]));
  return Array.from({ length: 1_440 }, (_none, at) => {
    const given = last[at - 1_440 + last.length] ?? {};
    return { at: NOW - (1_439 - at) * MINUTE_MS, ...none, ...given } as FlowMinute;
  });
}

function said(changes: Partial<FleetStatus>, ...last: Partial<FlowMinute>[]) {
  return saidWith([], changes, ...last);
}

function saidWith(
  paused: readonly string[],
  changes: Partial<FleetStatus>,
  ...last: Partial<FlowMinute>[]
) {
  const fleet = fleetStatus(changes);
  fleet.workers.now = NOW;
  const told = headline({
    fleet,
    flow: flowStatus(fleet),
    minutes: minutes(...last),
    budget: 300,
    paused,
  });
  const text = html`${told.sentence}`.text.replace(/<[^>]+>/g, '');
  return [told.tone, text];
}

function workers(...alive: Parameters<typeof aliveWorker>) {
  return { workers: { now: NOW, alive: alive.map(aliveWorker), vanished: [], lastSeenAt: SINCE } };
}

const waiting = {
  queues: {
    ...fleetStatus().queues,
    campaign: { ...fleetStatus().queues.campaign, waiting: 2_000 },
  },
};

describe('the sentence on top of the overview', () => {
  test('messages flow, with how many and what share of the budget', () => {
    const facts = [{ sent: 281, requests: 291 }, {}];
    expect(said({}, ...facts)).toEqual([
      'good',
      'Messages flow: 281 a minute, 97 % of the budget.',
    ]);
  });

  test('nothing waits: when the last message left, or that none has', () => {
    expect(said({})).toEqual([
      'good',
      'Nothing waits to be sent. No message has left in the last 24 hours.',
    ]);
    expect(said({}, { sent: 1 }, {}, {}, {})).toEqual([
      'good',
      'Nothing waits to be sent. The last message left at 14:27 UTC.',
    ]);
  });

  test('nothing is due while campaigns are paused: that they are', () => {
    expect(saidWith(['spring'], {}, { sent: 1 }, {}, {})).toEqual([
      'open',
      'Nothing waits to be sent. A campaign is paused. The last message left at 14:28 UTC.',
    ]);
    const [, text] = saidWith(['spring', 'autumn'], {});
    expect(text).toContain('Campaigns are paused.');
  });

  test('jobs wait and nothing leaves although nothing is known to be in the way', () => {
    const [tone, text] = said(waiting, { sent: 1 }, {}, {}, {});
    expect([tone, text]).toEqual(['open', '2,000 jobs wait. The last message left at 14:27 UTC.']);
  });

  test('jobs that wait for a later time, or are worked on, are not nothing', () => {
    const { queues } = fleetStatus();
    const later = { queues: { ...queues, campaign: { ...queues.campaign, delayed: 3 } } };
    expect(said(later)).toEqual([
      'idle',
      'Nothing is due: 3 jobs wait for a later time. No message has left in the last 24 hours.',
    ]);
    for (const kind of ['waiting', 'active']) {
      const intake = { queues: { ...queues, intake: { ...queues.intake, [kind]: 1 } } };
      expect(said(intake)).toEqual([
        'open',
        '1 job waits. No message has left in the last 24 hours.',
      ]);
    }
  });

  test('a permission is missing: which one and since when', () => {
    const breaker = {
      state: 'open' as const,
      kind: 'permission' as const,
      detail: 'conversation:message:create',
      since: SINCE,
    };
    expect(said(workers({ breaker }))).toEqual([
      'bad',
      'Nothing leaves since 14:02 UTC: Genesys Cloud answers 403, permission conversation:message:create is missing.',
    ]);
    const refused = { ...breaker, kind: 'credentials' as const, detail: 'invalid_client' };
    expect(said(workers({ breaker: refused }))[1]).toBe(
      'Nothing leaves since 14:02 UTC: Genesys Cloud refuses the OAuth client (invalid_client).',
    );
  });

  test('paused: since when, by whom and why', () => {
    const pause = { reason: 'wrong template', by: 'operator', since: SINCE };
    expect(said({ pause })).toEqual(['open', 'Paused since 14:02 UTC by operator: wrong template']);
  });

  test('no worker is alive, and since when', () => {
    expect(said(workers())).toEqual(['bad', 'No worker is alive since 14:02 UTC.']);
    const never = { workers: { now: NOW, alive: [], vanished: [] } };
    expect(said(never)[1]).toBe('No worker is alive, and none has ever been.');
  });

  test('the gate is closed: since when and until when', () => {
    const gate = {
      closed: true as const,
      since: SINCE,
      until: NOW + 90_000,
      reason: { operation: 'agentless-email', retryAfterMs: 90_000 },
    };
    expect(said({ gate })).toEqual([
      'open',
      'Nothing leaves since 14:02 UTC: Genesys Cloud answered 429 and asked for silence until 14:31 UTC.',
    ]);
  });

  test('a time of another day is said with its day', () => {
    const pause = { reason: 'x', since: NOW - 30 * 60 * MINUTE_MS };
    expect(said({ pause })[1]).toBe('Paused since 2026-11-29 08:30 UTC: x');
  });
});

test('a point of the plot is a mean of its minutes, and the minute that is not over is left out', () => {
  const { spans } = plotData(minutes({ sent: 10 }, { sent: 20 }, { sent: 9_999 }), 300);
  expect(spans.hour.sent.slice(-2)).toEqual([10, 20]);
  expect([spans.hour.at.length, spans.day.at.length]).toEqual([60, 288]);
  expect(Math.max(...spans.day.sent)).toBeLessThanOrEqual(20);
});
