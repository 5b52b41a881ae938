import { describe, expect, test } from '@jest/globals';
import type { NotificationDetails } from '../../src/campaign/notificationDetails.js';
import { notificationPage } from '../../src/dashboard/notifications/notificationPage.js';
import { html } from '../../src/html/html.js';
import type { NotificationRecord } from '../../src/notification/record.js';
import { STATES } from '../../src/notification/state.js';
import { blockingReasons } from '../../src/queue/blockingReasons.js';
import type { FleetStatus } from '../../src/queue/operations.js';
import { aliveWorker, fleetStatus } from '../support/fleet.js';
import { acceptedRecord, T0 } from '../support/notifications.js';

const FLEET = fleetStatus();
const reason = { operation: 'send-email', retryAfterMs: 60_000 };
const GATE: FleetStatus = {
  ...FLEET,
  gate: { closed: true, until: T0 + 60_000, reason },
};
const PAUSED: FleetStatus = { ...GATE, pause: { reason: 'wrong price' } };

function page(record: NotificationRecord, details: Partial<NotificationDetails> = {}): string {
  const rights = { mayOperate: true, once: () => html`<input type="hidden">` };
  return notificationPage({ record, fleet: FLEET, jobs: [], ...details }, T0, rights).text;
}

/** In doubt, with looks at the platform. */
function unknown(made: number, nextAt?: number, reason = 'timeout'): NotificationRecord {
  return acceptedRecord({ state: 'unknown', reason, looks: { made, since: T0, nextAt } });
}

describe('what a notification waits for', () => {
  const queued = (changes: Partial<NotificationRecord> = {}) =>
    acceptedRecord({ state: 'queued', ...changes });
  const { workers } = FLEET;
  const NO_WORKERS: FleetStatus = { ...FLEET, workers: { ...workers, alive: [] } };
  const breaker = { state: 'open', kind: 'permission', detail: 'a or b', since: T0 } as const;
  const HELD: FleetStatus = {
    ...FLEET,
    workers: { ...workers, alive: [aliveWorker({ breaker })] },
  };

  test.each<[string, NotificationRecord, FleetStatus, string, RegExp]>([
    ['a place', queued(), FLEET, 'a worker', /next worker/],
    ['its job', acceptedRecord(), FLEET, 'a worker', /within seconds/],
    ['its time', queued({ sendAt: T0 + 9_000 }), GATE, 'the clock', /before.*09:00:09/s],
    ['the gate', queued({ sendAt: T0 - 1 }), GATE, 'Genesys Cloud', /until.*09:01:00/s],
    ['a pause, before its time', queued({ sendAt: T0 + 9_000 }), PAUSED, 'you', /paused/],
    ['a worker, where none is alive', queued(), NO_WORKERS, 'you', /No worker is alive/],
    ['a permission that is missing', queued(), HELD, 'you', /a or b/],
    ['repaired credentials', queued({ reason: 'credentials' }), FLEET, 'you', /OAuth client/],
    [
      'the customer',
      queued({ reason: 'active_conversation' }),
      FLEET,
      'the customer',
      /conversation/,
    ],
    ['a backoff', queued({ reason: 'http_503', attempts: 2 }), FLEET, 'the clock', /http_503/],
    ['a decision', acceptedRecord({ state: 'unknown' }), GATE, 'you', /is not asked.*decide/],
    [
      'the next look at the platform',
      unknown(1, T0 + 480_000),
      FLEET,
      'Genesys Cloud',
      /asked for it again at .*09:08:00Z\. You may decide before/,
    ],
    ['a look at the platform that is due', unknown(1, T0), FLEET, 'Genesys Cloud', /again now/],
    [
      'a decision about what the platform does not list',
      unknown(4, undefined, 'not_found_on_platform'),
      FLEET,
      'you',
      /Genesys Cloud does not list it\. Look it up there, and decide/,
    ],
    [
      'a decision where the answers of the platform do not tell',
      unknown(4, undefined, 'ambiguous_on_platform'),
      FLEET,
      'you',
      /what Genesys Cloud lists does not tell/,
    ],
    ['the answer', acceptedRecord({ state: 'sending' }), FLEET, 'Genesys Cloud', /on the wire/],
    [
      'a delivery check',
      acceptedRecord({ state: 'sent', deliveryCheckAt: T0 + 60_000 }),
      FLEET,
      'the clock',
      /arrived is asked at/,
    ],
    ['nothing', acceptedRecord({ state: 'sent' }), GATE, 'nothing', /ended/],
  ])('%s', (_title, record, fleet, who, what) => {
    const [first] = blockingReasons(record, { fleet }, T0);
    expect([first?.who, first?.detail]).toEqual([who, expect.stringMatching(what)]);
  });

  test('is the pause of its campaign, with who paused it, since when and why', () => {
    const campaignPause = { id: 'autumn', since: T0, by: 'ana', reason: 'wrong price' };
    const row = queued({ campaignId: 'autumn', row: 2, reason: 'campaign_paused' });
    expect(blockingReasons(row, { fleet: FLEET, campaignPause }, T0)).toMatchObject([
      { who: 'you', detail: expect.stringMatching(/autumn .*by ana since .*09:00:00Z: wrong/) },
    ]);
  });

  test('is a time, where its queue starts it later', () => {
    const again = queued({ reason: 'http_503', attempts: 1 });
    const [first] = blockingReasons(again, { fleet: FLEET, jobStartsAt: T0 + 30_000 }, T0);
    expect(first?.detail).toMatch(/Next at .*09:00:30Z/);
  });

  test('is everything that holds it up, not the first alone', () => {
    const record = queued({ reason: 'active_conversation' });
    const reasons = blockingReasons(record, { fleet: PAUSED }, T0);
    expect(reasons.map(({ who }) => who)).toEqual(['you', 'Genesys Cloud', 'the customer']);
  });

  test('is its turn, which comes again, where nothing stops the workers', () => {
    const row = queued({ campaignId: 'autumn', row: 2, reason: 'campaign_paused' });
    const reasons = blockingReasons(row, { fleet: GATE }, T0);
    expect(reasons.map(({ who }) => who)).toEqual(['Genesys Cloud']);
    expect(blockingReasons(row, { fleet: FLEET }, T0)[0]?.detail).toMatch(/its turn comes again/);
  });

  test('is not confused by a reason that is a name every object has', () => {
    const [first] = blockingReasons(queued({ reason: 'constructor' }), { fleet: FLEET }, T0);
    expect(first?.who).toBe('the clock');
  });
});

describe('the page of a notification', () => {
  test.each(STATES)('has buttons for what can be done with it: %s', (state) => {
    const buttons = page(acceptedRecord({ state })).match(/<button[^>]*>[^<]*/g) ?? [];
    const ended = ['failed', 'skipped', 'cancelled', 'expired', 'undelivered', 'delivered', 'read'];
    const expected = state === 'unknown' ? 2 : state === 'sending' ? 0 : 1;
    if (ended.includes(state)) expect(buttons).toEqual([expect.stringContaining('Try it again')]);
    expect(buttons).toHaveLength(expected);
  });

  test.each(STATES)('has no button for who may only look: %s', (state) => {
    const rights = { mayOperate: false, once: () => html`` };
    const details = { record: acceptedRecord({ state }), fleet: FLEET, jobs: [] };
    expect(notificationPage(details, T0, rights).text).not.toContain('<button');
  });

  test('tells what happened step by step, in sentences without codes', () => {
    const text = page(
      acceptedRecord({
        state: 'unknown',
        reason: 'timeout',
        timeline: [
          { at: T0, state: 'accepted', detail: 'by shop' },
          { at: T0, state: 'queued' },
          { at: T0, state: 'processing' },
          { at: T0, state: 'sending', channel: 'web' },
          { at: T0, state: 'processing', channel: 'web', reason: 'http_400' },
          { at: T0, state: 'queued', reason: 'rate_limited', count: 3 },
          { at: T0, state: 'sending', channel: 'email' },
          { at: T0, state: 'unknown', channel: 'email', reason: 'timeout' },
        ],
      }),
    );
    const story = /<ol class="story">([\s\S]*?)<\/ol>/.exec(text)?.[1]?.replace(/<[^>]+>/g, '');
    for (const sentence of [
      'It was accepted by shop.',
      'A worker took it.',
      'It was about to be sent as a web message.',
      'It was not sent as a web message. Genesys Cloud answered with HTTP status 400.',
      'It went back to its queue 3 times: Genesys Cloud asked for silence with a 429',
      'It may or may not have been sent as an email. Genesys Cloud did not answer in time.',
    ]) {
      expect(story).toContain(sentence);
    }
  });

  test('says when the platform is asked next, and how often it has answered', () => {
    const text = page(unknown(2, T0 + 480_000)).replace(/<[^>]+>/g, '');
    expect(text).toContain('Genesys Cloud is asked for it again (in 8 min). You need not wait');
    expect(text).toMatch(/Asked if it was sent\s*[^(]*\(in 8 min\)/);
    expect(text).toMatch(/Answers so far\s*2/);
    expect(page(unknown(4))).not.toContain('You need not wait');
  });

  test('tells what asking the platform came to, in sentences', () => {
    const text = page(
      acceptedRecord({
        state: 'sent',
        reason: 'reconciled_sent',
        timeline: [
          { at: T0, state: 'unknown', channel: 'web', reason: 'timeout' },
          { at: T0, state: 'unknown', channel: 'web', reason: 'not_found_on_platform' },
          { at: T0, state: 'unknown', channel: 'web', reason: 'ambiguous_on_platform' },
          { at: T0, state: 'unknown', channel: 'web', reason: 'redis_went_back' },
          { at: T0, state: 'accepted', reason: 'not_found_on_platform' },
          { at: T0, state: 'queued', reason: 'intent_not_durable' },
          { at: T0, state: 'sent', channel: 'web', reason: 'reconciled_sent' },
        ],
      }),
    );
    for (const sentence of [
      'did not answer in time. Nothing more is sent before that is known.',
      'Genesys Cloud does not list the message. Nothing more is sent before a person decides.',
      'does not tell whether it was sent. Nothing more is sent before a person decides.',
      'Redis had lost what was written about it, so a message may have gone out.',
      'Genesys Cloud does not list the message, so it is sent again.',
      'Redis did not confirm in time that the intent was safe',
      'The web message was found in Genesys Cloud: it was sent.',
    ]) {
      expect(text).toContain(sentence);
    }
  });

  test('offers no retry of what may have arrived', () => {
    const leg = {
      generation: 1,
      channel: 'web',
      fencingToken: 1,
      intentAt: T0,
      sendBy: T0,
    } as const;
    for (const outcome of ['sent', 'unknown'] as const) {
      const legs = [{ ...leg, outcome }];
      expect(page(acceptedRecord({ state: 'sent', legs }))).not.toContain('<button');
    }
  });

  test('links to the jobs that the queue remembers', () => {
    const jobs = [{ id: 'n-n1.1', state: 'completed' }];
    expect(page(acceptedRecord(), { jobs })).toContain(
      '<a href="/queues/queue/transactional/n-n1.1">n-n1.1</a> (completed)',
    );
  });

  test('escapes whatever it shows', () => {
    const evil = '"><script>alert(1)</script>\'&';
    const leg = {
      generation: 1,
      channel: 'web',
      fencingToken: 1,
      intentAt: T0,
      sendBy: T0,
    } as const;
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
        fleet: { ...PAUSED, pause: { reason: evil } },
      },
    );
    expect(text).not.toMatch(/<script|'&'/);
    expect(text.match(/&#60;script&#62;/g)?.length).toBeGreaterThanOrEqual(9);
  });

  test('is written by a template that lets only its own markup through', () => {
    expect(html`<p>${['<a>', html`<b>`, 3, undefined]}</p>`.text).toBe('<p>&#60;a&#62;<b>3</p>');
  });
});
