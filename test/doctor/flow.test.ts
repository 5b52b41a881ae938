import { expect, test } from '@jest/globals';
import { judgeFlow } from '../../src/doctor/flow.js';
import type { FleetStatus } from '../../src/queue/operations.js';
import { aliveWorker, fleetStatus } from '../support/fleet.js';

const AT = Date.parse('2026-11-29T16:30:02.000Z');
const { queues } = fleetStatus();
const NONE = { now: AT, alive: [], vanished: [], lastSeenAt: AT };
const WAITING = { ...queues, campaign: { ...queues.campaign, delayed: 3 } };
const BREAKER = {
  state: 'open',
  kind: 'credentials',
  detail: 'invalid_client',
  since: AT,
} as const;

test.each<[string, Partial<FleetStatus>, string[]]>([
  ['all is well', {}, ['ok workers', 'ok flow']],
  ['no worker lives before anything waits', { workers: NONE }, ['warning workers', 'skipped flow']],
  [
    'no worker lives and jobs wait',
    { workers: NONE, queues: WAITING },
    ['failed workers', 'skipped flow'],
  ],
  [
    'the worker is held',
    { workers: { ...NONE, alive: [aliveWorker({ breaker: BREAKER })] } },
    ['ok workers', 'failed flow'],
  ],
  [
    'the worker is not ready',
    { workers: { ...NONE, alive: [aliveWorker({ notReady: ['this clock is 90 s off'] })] } },
    ['ok workers', 'failed flow'],
  ],
  [
    'a person has paused the sending',
    { pause: { reason: 'wrong price', since: AT } },
    ['ok workers', 'warning flow'],
  ],
  [
    'undelivered messages are heard of at once',
    { deliveryListener: { state: 'connected', since: AT, heardAt: AT } },
    ['ok workers', 'ok flow', 'ok delivery-events'],
  ],
  [
    'undelivered messages are heard of once something is accepted',
    { deliveryListener: { state: 'idle', since: AT, detail: 'it listens later' } },
    ['ok workers', 'ok flow', 'ok delivery-events'],
  ],
  [
    'undelivered messages are not heard of at once',
    { deliveryListener: { state: 'refused', since: AT, detail: 'permission a:b:view' } },
    ['ok workers', 'ok flow', 'warning delivery-events'],
  ],
  ['Redis is full', { redisFull: true }, ['ok workers', 'failed flow']],
])('the doctor sees that %s', (_title, changes, expected) => {
  const findings = judgeFlow(fleetStatus(changes));
  expect(findings.map(({ status, check }) => `${status} ${check}`)).toEqual(expected);
  for (const { status, remedy } of findings) {
    expect(remedy === undefined).toBe(status === 'ok' || status === 'skipped');
  }
});
