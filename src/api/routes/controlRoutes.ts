import { z } from 'zod';
import type { FleetStatus, QueueStatus } from '../../queue/operations.js';
import { PAUSE_REASON_EXPECTED, readPauseReason } from '../../queue/sendingPause.js';
import {
  fleetStatusView,
  gateSchema,
  gateView,
  pauseSchema,
  pauseView,
  statusSchema,
} from '../../queue/statusView.js';
import { answer, ok, route } from '../route.js';
import { REDIS_WENT_BACK } from './recoverRoutes.js';

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
  unknown: { count: 0, asked: 0 },
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
  redisMemory: { usedBytes: 48_000_000, limitBytes: 536_870_912 },
  taskRuns: { sweeper: at('09:41:05'), feeder: at('09:41:06') },
} satisfies FleetStatus;

/* Made by what makes the answers. */
const PAUSE = pauseView(FLEET.pause);
const GATE = gateView({ ...FLEET.gate, closed: true });
const STATUS = fleetStatusView({ ...FLEET, gate: { ...FLEET.gate, closed: true } });

const stopRequest = z
  .strictObject(
    {
      reason: z
        .string({ error: PAUSE_REASON_EXPECTED })
        .trim()
        .refine((reason) => readPauseReason(reason).ok, PAUSE_REASON_EXPECTED)
        .meta({
          description: 'Why, in one line; others read it.',
          minLength: 1,
          maxLength: 200,
        }),
    },
    { error: 'an object with reason' },
  )
  .meta({ id: 'Stop' });

const paused = z.object({ paused: z.literal(true), ...pauseSchema.shape }).meta({ id: 'Paused' });

const resumed = z
  .object({
    paused: z.literal(false),
    was: pauseSchema.optional().meta({ description: 'The pause that was, if there was one.' }),
  })
  .meta({ id: 'Resumed' });

const gateOpened = z
  .object({
    closed: z.literal(false),
    sparedSeconds: z.int().meta({ description: 'For how long it would have stayed closed.' }),
  })
  .meta({ id: 'GateOpened' });

/**
 * Pause, status and rate-limit gate. They answer also while Redis may not hold notifications, and are
 * never counted: an operator who wants to stop the sending must not have to wait.
 */
export const CONTROL_ROUTES = [
  route({
    method: 'GET',
    url: '/v1/status',
    access: 'key',
    operationId: 'getStatus',
    summary: 'How the deployment stands',
    description: 'The same answer from every process.',
    answers: {
      200: answer(
        'Whether notifications flow and what is in their way, workers, queues, and what waits for a person',
        statusSchema,
        STATUS,
      ),
    },
    async handle(_call, { operations }) {
      return ok(fleetStatusView(await operations.status()));
    },
  }),

  route({
    method: 'POST',
    url: '/v1/pause',
    access: 'key',
    operationId: 'pauseSending',
    summary: 'Stop all sending',
    description:
      'Answers once nothing more can leave, which takes two seconds. Acceptance goes on. Pausing again gives a new reason.',
    body: { schema: stopRequest, examples: { 'Why it stops': { reason: PAUSE.reason } } },
    wrong: { body: {} },
    answers: { 200: answer('Stopped', paused, { paused: true, ...PAUSE }) },
    async handle({ body, caller, request }, { operations }) {
      const pause = await operations.pause({ reason: body.reason, by: caller });
      request.log.warn({ caller: caller.name }, 'sending paused');
      return ok({ paused: true, ...pauseView(pause) });
    },
  }),

  route({
    method: 'POST',
    url: '/v1/resume',
    access: 'key',
    operationId: 'resumeSending',
    summary: 'Let the sending go on',
    description:
      'Takes no body. Refused after Redis went back in time: what may have been sent is looked for first, by POST /v1/recover.',
    problems: [REDIS_WENT_BACK],
    answers: { 200: answer('It goes on', resumed, { paused: false, was: PAUSE }) },
    async handle({ caller, request }, { operations }) {
      const result = await operations.resume(caller);
      if (result.kind === 'redis_went_back') return REDIS_WENT_BACK;
      const { was } = result;
      request.log.warn({ caller: caller.name }, 'sending resumed');
      return ok({ paused: false, was: was === undefined ? undefined : pauseView(was) });
    },
  }),

  route({
    method: 'GET',
    url: '/v1/gate',
    access: 'key',
    operationId: 'getGate',
    summary: 'Is the gate closed?',
    description: 'A 429 of the platform closes it for all workers, for as long as it asks.',
    answers: { 200: answer('Open, or until when not', gateSchema, GATE) },
    async handle(_call, { operations }) {
      return ok(gateView(await operations.gate()));
    },
  }),

  route({
    method: 'POST',
    url: '/v1/gate/open',
    access: 'key',
    operationId: 'openGate',
    summary: 'Open the gate before its time',
    description: 'The next 429 closes it again. Takes no body.',
    answers: { 200: answer('Open', gateOpened, { closed: false, sparedSeconds: 30 }) },
    async handle({ caller, request }, { operations }) {
      const sparedMs = await operations.openGate(caller);
      request.log.warn({ caller: caller.name, sparedMs }, 'gate opened by hand');
      return ok({ closed: false, sparedSeconds: Math.round(sparedMs / 1_000) });
    },
  }),
];
