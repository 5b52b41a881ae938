import type { FleetStatus, QueueStatus } from '../../queue/operations.js';
import { fleetStatusView, gateView, pauseView } from '../../queue/statusView.js';

const at = (time: string) => Date.parse(`2026-11-22T${time}Z`);

const IDLE: QueueStatus = { waiting: 0, delayed: 0, active: 0, failed: 0, paused: true };

const FLEET = {
  pause: { reason: 'Wrong price in the template', by: 'ops', since: at('09:40:00') },
  gate: {
    closed: true,
    since: at('09:41:00'),
    until: at('09:41:42'),
    reason: { operation: 'agentless-email', retryAfterMs: 42_000 },
  },
  gateClosedMsTotal: 7_000,
  queues: {
    transactional: { ...IDLE, waiting: 3, oldestSince: at('09:40:02') },
    campaign: IDLE,
    intake: { ...IDLE, paused: false },
  },
  unknown: { count: 0 },
  workers: {
    now: at('09:41:07'),
    alive: [
      {
        id: '6f1f4c1e-6d0f-4a7e-9a57-0d5a5f0c7c11',
        host: 'worker-1',
        pid: 17,
        version: '0.1.0',
        since: at('08:00:00'),
        seenAt: at('09:41:07'),
        concurrency: 10,
        jobs: { transactional: 0, campaign: 0 },
      },
    ],
    vanished: [],
    lastSeenAt: at('09:41:07'),
  },
  redisFull: false,
} satisfies FleetStatus;

/* Made by what makes the answers. */
export const PAUSE = pauseView(FLEET.pause);
export const GATE = gateView({ ...FLEET.gate, closed: true });
export const STATUS = fleetStatusView({ ...FLEET, gate: { ...FLEET.gate, closed: true } });
