import { z } from 'zod';
import { DURABILITIES } from '../redis/durability.js';
import {
  flowStatus,
  isHeld,
  jobsOfGoneWorkers,
  OBSTACLE_KINDS,
  type Obstacle,
} from './flowStatus.js';
import type { ListenerStatus } from './listenerStatus.js';
import type { FleetStatus, QueueStatus } from './operations.js';
import type { GateStatus } from './rateLimitGate.js';
import type { Pause } from './sendingPause.js';
import { WENT_BACK } from './wentBack.js';
import type { SeenWorker } from './workerRegistry.js';

/*
 * How the deployment stands, in JSON: what each function makes is documented by the schema before it.
 */

const time = z.iso.datetime();

export const pauseSchema = z.object({
  reason: z.string().meta({ description: 'As it was given.' }),
  code: z.literal(WENT_BACK).optional().meta({
    description: 'There when the service has paused itself because Redis went back in time.',
  }),
  by: z.string().optional().meta({ description: 'The name of the key that was used.' }),
  since: time.optional().meta({ description: 'Absent where its record cannot be read.' }),
});

export function pauseView({ reason, code, by, since }: Pause): z.infer<typeof pauseSchema> {
  return { reason, code, by, since: isoOf(since) };
}

export const gateSchema = z
  .object({
    closed: z.boolean(),
    since: time.optional(),
    until: time.optional(),
    operation: z.string().optional().meta({ description: 'What was asked of the platform.' }),
    retryAfterSeconds: z.int().optional().meta({ description: 'What its 429 asked for.' }),
  })
  .meta({ id: 'Gate' });

/** Until when the gate is closed, and why. */
export function gateView(gate: GateStatus): z.infer<typeof gateSchema> {
  if (!gate.closed) return { closed: false };
  const { since, until, reason } = gate;
  return {
    closed: true,
    since: isoOf(since),
    until: iso(until),
    operation: reason?.operation,
    retryAfterSeconds: reason === undefined ? undefined : Math.ceil(reason.retryAfterMs / 1_000),
  };
}

/** One thing in the way of notifications, as every face says it. */
export const obstacleSchema = z.object({
  kind: z.enum(OBSTACLE_KINDS),
  stops: z.boolean().meta({ description: 'Nothing at all is sent while it lasts.' }),
  who: z.enum(['you', 'Genesys Cloud']).meta({ description: 'Who can do something about it.' }),
  since: time.optional(),
  until: time.optional(),
  detail: z.string().meta({ description: 'What is so, in a sentence.' }),
  remedy: z.string().meta({ description: 'What to do about it.' }),
  command: z.string().optional().meta({ description: 'The command that does it.' }),
});

export type ObstacleView = z.infer<typeof obstacleSchema>;

export function obstacleView(obstacle: Obstacle): ObstacleView {
  const { kind, stops, who, since, until, detail, remedy, command } = obstacle;
  return {
    kind,
    stops,
    who,
    since: isoOf(since),
    until: isoOf(until),
    detail,
    remedy,
    command: command === undefined ? undefined : `notifier ${command}`,
  };
}

const queueSchema = z.object({
  waiting: z.int(),
  delayed: z.int(),
  active: z.int(),
  failed: z.int(),
  oldestSince: time.optional(),
  paused: z.boolean(),
});

const workerSchema = z.object({
  id: z.string(),
  host: z.string(),
  pid: z.int(),
  version: z.string(),
  since: time,
  seenAt: time.meta({ description: 'Its last heartbeat, by the time of Redis.' }),
  concurrency: z.int(),
  intentDurability: z.enum(DURABILITIES).optional().meta({
    description: 'What has to be so of an intent before its message leaves (INTENT_DURABILITY).',
  }),
  jobs: z.object({ transactional: z.int(), campaign: z.int() }),
  breaker: z
    .object({
      state: z.enum(['open', 'half-open']),
      kind: z.enum(['credentials', 'permission']),
      detail: z.string(),
      since: time,
    })
    .optional()
    .meta({ description: 'Its access to Genesys Cloud is broken; it takes no jobs.' }),
  notReady: z.array(z.string()).optional(),
  notReadySince: time.optional(),
});

const workersSchema = z.object({
  alive: z.int(),
  held: z.int().meta({ description: 'Those of the living that take no jobs.' }),
  jobsOfGone: z.int().meta({
    description:
      'Jobs, counted as active, of workers that are gone; a worker that takes jobs goes on with them within a minute.',
  }),
  lastSeenAt: time.optional(),
  list: z.array(workerSchema),
  vanished: z
    .array(workerSchema)
    .meta({ description: 'Workers that ended without leaving, for an hour.' }),
});

const listenerSchema = z
  .object({
    state: z.enum(['connected', 'disconnected', 'idle', 'refused']),
    since: time,
    heardAt: time.optional().meta({ description: 'The last heartbeat or event.' }),
    lastEventAt: time.optional(),
    detail: z.string().optional().meta({ description: 'Why it is not connected.' }),
  })
  .meta({ description: 'Hears at once which web messages did not arrive; absent if unused.' });

function listenerView(status: ListenerStatus): z.infer<typeof listenerSchema> {
  const { since, heardAt, lastEventAt } = status;
  return {
    ...status,
    since: iso(since),
    heardAt: isoOf(heardAt),
    lastEventAt: isoOf(lastEventAt),
  };
}

/** Whether notifications flow, or the gravest thing that stops them. */
export const flowSchema = z.enum(['flows', ...OBSTACLE_KINDS]);

export const statusSchema = z
  .object({
    flow: flowSchema.meta({
      description: 'Whether notifications flow, or the gravest thing that stops them.',
    }),
    obstacles: z.array(obstacleSchema),
    workers: workersSchema,
    paused: z.boolean(),
    pause: pauseSchema.optional(),
    gate: gateSchema,
    queues: z.object({ transactional: queueSchema, campaign: queueSchema, intake: queueSchema }),
    unknown: z
      .object({
        count: z.int(),
        asked: z.int().meta({
          description: 'Of how many the platform is still asked; the others wait for a person.',
        }),
        oldestSince: time.optional(),
      })
      .meta({ description: 'Notifications that may or may not have been sent.' }),
    deliveryListener: listenerSchema.optional(),
  })
  .meta({ id: 'Status' });

/** The whole deployment at a glance. */
export function fleetStatusView(fleet: FleetStatus): z.infer<typeof statusSchema> {
  const { pause, gate, queues, unknown, deliveryListener } = fleet;
  const { state, obstacles } = flowStatus(fleet);
  return {
    flow: state,
    obstacles: obstacles.map(obstacleView),
    workers: workersView(fleet),
    paused: pause !== undefined,
    pause: pause === undefined ? undefined : pauseView(pause),
    gate: gateView(gate),
    queues: {
      transactional: queueView(queues.transactional),
      campaign: queueView(queues.campaign),
      intake: queueView(queues.intake),
    },
    unknown: { ...unknown, oldestSince: isoOf(unknown.oldestSince) },
    deliveryListener: deliveryListener === undefined ? undefined : listenerView(deliveryListener),
  };
}

function queueView({ oldestSince, ...counts }: QueueStatus): z.infer<typeof queueSchema> {
  return { ...counts, oldestSince: isoOf(oldestSince) };
}

/** `jobsOfGone` are taken by workers that are gone, and do not move until another takes them up. */
function workersView(fleet: FleetStatus): z.infer<typeof workersSchema> {
  const { alive, vanished, lastSeenAt } = fleet.workers;
  return {
    alive: alive.length,
    held: alive.filter(isHeld).length,
    jobsOfGone: jobsOfGoneWorkers(fleet),
    lastSeenAt: isoOf(lastSeenAt),
    list: alive.map(workerView),
    vanished: vanished.map(workerView),
  };
}

function workerView(worker: SeenWorker): z.infer<typeof workerSchema> {
  const { since, seenAt, breaker, notReadySince, lockIds: _ofItsQueues, ...rest } = worker;
  return {
    ...rest,
    since: iso(since),
    seenAt: iso(seenAt),
    notReadySince: isoOf(notReadySince),
    breaker: breaker === undefined ? undefined : { ...breaker, since: iso(breaker.since) },
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

function isoOf(at: number | undefined): string | undefined {
  return at === undefined ? undefined : iso(at);
}
