import { describe, expect, test } from '@jest/globals';
import { html } from '../../src/dashboard/html.js';
import { notificationPage } from '../../src/dashboard/notificationPage.js';
import type { Story } from '../../src/dashboard/story.js';
import { waitingFor } from '../../src/dashboard/waiting.js';
import type { NotificationRecord } from '../../src/notification/record.js';
import { STATES } from '../../src/notification/state.js';
import type { FleetStatus } from '../../src/queue/operations.js';
import { fleetStatus } from '../support/fleet.js';
import { acceptedRecord, T0 } from '../support/notifications.js';

const FLEET = fleetStatus();
const reason = { operation: 'send-email', retryAfterMs: 60_000 };
const GATE: FleetStatus = {
  ...FLEET,
  gate: { closed: true, since: T0, until: T0 + 60_000, reason },
};
const PAUSED: FleetStatus = { ...GATE, pause: { reason: 'wrong price', since: T0 } };

function page(record: NotificationRecord, story: Partial<Story> = {}): string {
  return notificationPage({ record, fleet: FLEET, jobs: [], ...story }, T0).text;
}

describe('what a notification waits for', () => {
  const queued = (changes: Partial<NotificationRecord> = {}) =>
    acceptedRecord({ state: 'queued', ...changes });

  test.each<[string, NotificationRecord, FleetStatus, string, RegExp]>([
    ['a place', queued(), FLEET, 'a worker', /next worker/],
    ['its job', acceptedRecord(), FLEET, 'a worker', /within seconds/],
    ['its time', queued({ sendAt: T0 + 9_000 }), GATE, 'the clock', /before.*09:00:09/s],
    ['the gate', queued({ sendAt: T0 - 1 }), GATE, 'Genesys Cloud', /until.*09:01:00/s],
    ['a pause, before all else', queued({ sendAt: T0 + 9_000 }), PAUSED, 'you', /paused/],
    ['mended credentials', queued({ reason: 'credentials' }), FLEET, 'you', /OAuth client/],
    ['a permission', queued({ reason: 'permission' }), FLEET, 'you', /Grant it/],
    ['the customer', queued({ reason: 'active_conversation' }), FLEET, 'the customer', /over/],
    ['a backoff', queued({ reason: 'http_503', attempts: 2 }), FLEET, 'the clock', /http_503/],
    ['a decision', acceptedRecord({ state: 'unknown' }), GATE, 'you', /decide below/],
    ['the answer', acceptedRecord({ state: 'sending' }), FLEET, 'Genesys Cloud', /on the wire/],
    [
      'a delivery check',
      acceptedRecord({ state: 'sent', deliveryCheckAt: T0 + 60_000 }),
      FLEET,
      'the clock',
      /arrived is asked at/,
    ],
    ['nothing', acceptedRecord({ state: 'sent' }), GATE, 'nobody', /ended/],
  ])('%s', (_title, record, fleet, who, what) => {
    const waiting = waitingFor(record, fleet, T0);
    expect([waiting.who, waiting.what.text]).toEqual([who, expect.stringMatching(what)]);
  });

  test('a reason that is a name every object has does not confuse it', () => {
    expect(waitingFor(queued({ reason: 'constructor' }), FLEET, T0).who).toBe('a worker');
  });
});

describe('the page of a notification', () => {
  test.each(STATES)('has the two buttons for an unknown alone: %s', (state) => {
    const buttons = page(acceptedRecord({ state })).match(/<button/g) ?? [];
    expect(buttons).toHaveLength(state === 'unknown' ? 2 : 0);
  });

  test('links to the jobs that the queue remembers', () => {
    const jobs = [{ id: 'n-n1.1', state: 'completed' }];
    expect(page(acceptedRecord(), { jobs })).toContain(
      '<a href="/queues/queue/transactional/n-n1.1">n-n1.1</a> (completed)',
    );
  });

  test('escapes whatever it shows', () => {
    const evil = '"><script>alert(1)</script>\'&';
    const leg = { generation: 1, channel: 'web', fence: 1, intentAt: T0, sendBy: T0 } as const;
    const text = page(
      acceptedRecord({
        id: evil,
        reason: evil,
        campaignId: evil,
        legs: [{ ...leg, reason: evil, messageId: evil, conversationId: evil }],
        timeline: [{ at: T0, state: 'queued', reason: evil, detail: evil, count: 2 }],
      }),
      {
        jobs: [{ id: evil, state: evil }],
        fleet: { ...PAUSED, pause: { reason: evil, since: T0 } },
      },
    );
    expect(text).not.toMatch(/<script|'&'/);
    expect(text.match(/&#60;script&#62;/g)?.length).toBeGreaterThanOrEqual(9);
  });

  test('is written by a template that lets only its own markup through', () => {
    expect(html`<p>${['<a>', html`<b>`, 3, undefined]}</p>`.text).toBe('<p>&#60;a&#62;<b>3</p>');
  });
});
