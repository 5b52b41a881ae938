import type { Operation } from './operation.js';
import { BEHIND_KEY, invalidPause, WITH_BODY } from './problemExamples.js';

const PAUSE = {
  reason: 'Wrong price in the template',
  by: 'ops',
  since: '2026-11-22T09:40:00.000Z',
};
const GATE = {
  closed: true,
  since: '2026-11-22T09:41:00.000Z',
  until: '2026-11-22T09:41:42.000Z',
  operation: 'agentless-email',
  retryAfterSeconds: 42,
};
const QUEUE = { waiting: 0, delayed: 0, active: 0, failed: 0, paused: true };

const SINCE = '2026-11-22T08:00:00.000Z';
const WORKERS = {
  alive: 1,
  held: 0,
  jobsOfGone: 0,
  lastSeenAt: '2026-11-22T09:41:07.000Z',
  list: [
    {
      id: '6f1f4c1e-6d0f-4a7e-9a57-0d5a5f0c7c11',
      host: 'worker-1',
      pid: 17,
      version: '0.1.0',
      since: SINCE,
      seenAt: '2026-11-22T09:41:07.000Z',
      concurrency: 10,
      jobs: { transactional: 0, campaign: 0 },
    },
  ],
  vanished: [],
};
const OBSTACLES = [
  {
    kind: 'paused',
    stops: true,
    who: 'you',
    since: PAUSE.since,
    detail:
      'All sending has been paused by ops since 2026-11-22T09:40:00Z: Wrong price in the template',
    remedy: 'Let the sending go on',
    command: 'notifier resume',
  },
  {
    kind: 'gate_closed',
    stops: true,
    who: 'Genesys Cloud',
    since: GATE.since,
    until: GATE.until,
    detail:
      'The gate for rate limits is closed until 2026-11-22T09:41:42Z: Genesys Cloud answered agentless-email with 429 and asked for 42 s of silence. Nothing is sent until then.',
    remedy: 'It opens by itself; it can be opened before its time',
    command: 'notifier gate --open',
  },
];

/** The stop button and the gate. They are never counted: who wants to stop must not be told to wait. */
export const CONTROL_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/v1/status',
    operationId: 'getStatus',
    summary: 'How the deployment stands',
    description: 'The same answer from every process.',
    answers: [
      {
        status: 200,
        description:
          'Whether notifications flow and what is in their way, workers, queues, and what waits for a person',
        schema: 'Status',
        example: {
          flow: 'paused',
          obstacles: OBSTACLES,
          workers: WORKERS,
          paused: true,
          pause: PAUSE,
          gate: GATE,
          queues: {
            transactional: { ...QUEUE, waiting: 3, oldestSince: '2026-11-22T09:40:02.000Z' },
            campaign: QUEUE,
            intake: { ...QUEUE, paused: false },
          },
          unknown: { count: 0 },
        },
      },
    ],
    problems: BEHIND_KEY,
  },
  {
    method: 'post',
    path: '/v1/pause',
    operationId: 'pauseSending',
    summary: 'Stop all sending',
    description:
      'Answers once nothing more can leave, which takes two seconds. Acceptance goes on. Pausing again gives a new reason.',
    body: { schema: 'Stop', examples: { 'Why it stops': { reason: PAUSE.reason } } },
    answers: [
      {
        status: 200,
        description: 'Stopped',
        schema: 'Paused',
        example: { paused: true, ...PAUSE },
      },
    ],
    problems: [invalidPause, ...WITH_BODY, ...BEHIND_KEY],
  },
  {
    method: 'post',
    path: '/v1/resume',
    operationId: 'resumeSending',
    summary: 'Let the sending go on',
    description: 'Takes no body.',
    answers: [
      {
        status: 200,
        description: 'It goes on',
        schema: 'Resumed',
        example: { paused: false, was: PAUSE },
      },
    ],
    problems: BEHIND_KEY,
  },
  {
    method: 'get',
    path: '/v1/gate',
    operationId: 'getGate',
    summary: 'Is the gate closed?',
    description: 'A 429 of the platform closes it for everybody, for as long as it asks.',
    answers: [
      { status: 200, description: 'Open, or until when not', schema: 'Gate', example: GATE },
    ],
    problems: BEHIND_KEY,
  },
  {
    method: 'post',
    path: '/v1/gate/open',
    operationId: 'openGate',
    summary: 'Open the gate before its time',
    description: 'The next 429 closes it again. Takes no body.',
    answers: [
      {
        status: 200,
        description: 'Open',
        schema: 'GateOpened',
        example: { closed: false, sparedSeconds: 30 },
      },
    ],
    problems: BEHIND_KEY,
  },
];
