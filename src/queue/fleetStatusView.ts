import {
  flowStatus,
  isHeld,
  jobsOfGoneWorkers,
  type Obstacle,
  type ObstacleKind,
} from './flowStatus.js';
import type { GateStatus } from './gate.js';
import { QUEUE_NAMES } from './intakeQueue.js';
import type { FleetStatus } from './operations.js';
import type { Pause } from './stopButton.js';
import type { SeenWorker } from './workerRegistry.js';

/** The pause as others read it, in JSON: `{reason, by?, since?}`. */
export function pauseView({ reason, by, since }: Pause): object {
  return {
    reason,
    ...(by !== undefined && { by }),
    ...(since !== undefined && { since: iso(since) }),
  };
}

/** `{closed, since?, until?, operation?, retryAfterSeconds?}`: until when the gate is closed, and why. */
export function gateView(gate: GateStatus): object {
  if (!gate.closed) return { closed: false };
  const { since, until, reason } = gate;
  return {
    closed: true,
    ...(since !== undefined && { since: iso(since) }),
    until: iso(until),
    ...(reason !== undefined && {
      operation: reason.operation,
      retryAfterSeconds: Math.ceil(reason.retryAfterMs / 1_000),
    }),
  };
}

/** One thing in the way of notifications: `{kind, stops, who, since?, until?, detail, remedy}`. */
export interface ObstacleView {
  kind: ObstacleKind;
  stops: boolean;
  who: Obstacle['who'];
  since?: string;
  until?: string;
  detail: string;
  remedy: string;
  /** The command line that does it. */
  command?: string;
}

export function obstacleView(obstacle: Obstacle): ObstacleView {
  const { kind, stops, who, since, until, detail, remedy, command } = obstacle;
  return {
    kind,
    stops,
    who,
    ...(since !== undefined && { since: iso(since) }),
    ...(until !== undefined && { until: iso(until) }),
    detail,
    remedy,
    ...(command !== undefined && { command: `notifier ${command}` }),
  };
}

/** The whole deployment at a glance, in JSON. */
export function fleetStatusView(fleet: FleetStatus): object {
  const { pause, gate, queues, unknown } = fleet;
  const { state, obstacles } = flowStatus(fleet);
  const { count, oldestSince } = unknown;
  return {
    flow: state,
    obstacles: obstacles.map(obstacleView),
    workers: workersView(fleet),
    paused: pause !== undefined,
    ...(pause !== undefined && { pause: pauseView(pause) }),
    gate: gateView(gate),
    queues: Object.fromEntries(
      QUEUE_NAMES.map((name) => {
        const { oldestSince: since, ...counts } = queues[name];
        return [name, { ...counts, ...(since !== undefined && { oldestSince: iso(since) }) }];
      }),
    ),
    unknown: { count, ...(oldestSince !== undefined && { oldestSince: iso(oldestSince) }) },
  };
}

/** `jobsOfGone` are taken by workers that are gone, and do not move until another takes them up. */
function workersView(fleet: FleetStatus): object {
  const { alive, vanished, lastSeenAt } = fleet.workers;
  return {
    alive: alive.length,
    held: alive.filter(isHeld).length,
    jobsOfGone: jobsOfGoneWorkers(fleet),
    ...(lastSeenAt !== undefined && { lastSeenAt: iso(lastSeenAt) }),
    list: alive.map(workerView),
    vanished: vanished.map(workerView),
  };
}

function workerView(worker: SeenWorker): object {
  const { since, seenAt, breaker, notReady, notReadySince, ...rest } = worker;
  return {
    ...rest,
    since: iso(since),
    seenAt: iso(seenAt),
    ...(breaker !== undefined && { breaker: { ...breaker, since: iso(breaker.since) } }),
    ...(notReady !== undefined && { notReady }),
    ...(notReadySince !== undefined && { notReadySince: iso(notReadySince) }),
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
