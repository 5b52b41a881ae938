import { LANES } from '../notification/state.js';
import { INTAKE } from './intakeJob.js';
import type { FleetStatus } from './operations.js';
import { WENT_BACK } from './wentBack.js';
import type { SeenWorker } from './workerRegistry.js';

/** What can keep notifications from flowing, the gravest first. */
export const OBSTACLE_KINDS = [
  'no_workers',
  'paused',
  'held',
  'not_ready',
  'queue_paused',
  'gate_closed',
  'redis_full',
  'half_open',
] as const;

export type ObstacleKind = (typeof OBSTACLE_KINDS)[number];

/** One thing that keeps notifications from flowing. Times are epoch ms. */
export interface Obstacle {
  kind: ObstacleKind;
  /** Nothing at all is sent while it lasts; else some of it is, or only acceptance stops. */
  stops: boolean;
  /** Who can do something about it. */
  who: 'you' | 'Genesys Cloud';
  since?: number;
  until?: number;
  /** What is so, in one sentence or two. */
  detail: string;
  /** What to do about it, in a sentence without its full stop; `command` does it. */
  remedy: string;
  /** The command that does it, as it stands behind `notifier`. */
  command?: string;
}

/** How the deployment stands: whether notifications flow, and everything that is in their way. */
export interface FlowStatus {
  /** What stops the flow, the gravest of it; `flows` when nothing does. */
  state: 'flows' | ObstacleKind;
  obstacles: Obstacle[];
}

/**
 * How the deployment stands. Every face of the product says what this says, and nothing else decides
 * whether notifications flow.
 */
export function flowStatus(fleet: FleetStatus): FlowStatus {
  const obstacles = [
    ...noWorkers(fleet),
    ...paused(fleet),
    ...broken(fleet.workers.alive),
    ...notReady(fleet.workers.alive),
    ...queuesPaused(fleet),
    ...gateClosed(fleet),
    ...redisFull(fleet),
  ].sort((a, b) => OBSTACLE_KINDS.indexOf(a.kind) - OBSTACLE_KINDS.indexOf(b.kind));
  return { state: obstacles.find(({ stops }) => stops)?.kind ?? 'flows', obstacles };
}

/** Whether a worker lives and takes no jobs: its circuit breaker is open, or it is not ready. */
export function isHeld({ breaker, notReady: because }: SeenWorker): boolean {
  return breaker?.state === 'open' || (because !== undefined && because.length > 0);
}

/** How many jobs are taken by workers that are gone, by what is known; those jobs do not move. */
export function jobsOfGoneWorkers({ workers, queues }: FleetStatus): number {
  const { now, alive, vanished } = workers;
  const active = LANES.reduce((sum, lane) => sum + queues[lane].active, 0);
  if (alive.length === 0) return active;
  // The living say every two seconds how many they have, so a surplus alone proves nothing.
  const surplus = Math.max(0, active - jobsOf(alive));
  // A worker that takes no jobs takes up none of another either.
  const firstFree = earliest(alive.filter((worker) => !isHeld(worker)).map(({ since }) => since));
  const left = vanished.filter(
    ({ seenAt }) =>
      firstFree === undefined || now - Math.max(seenAt, firstFree) < TAKEN_UP_WITHIN_MS,
  );
  return Math.min(surplus, jobsOf(left));
}

/** A vanished worker's jobs are taken up again within this, once a worker lives that takes jobs. */
const TAKEN_UP_WITHIN_MS = 60_000;

function jobsOf(workers: readonly SeenWorker[]): number {
  return workers.reduce((sum, { jobs }) => sum + jobs.transactional + jobs.campaign, 0);
}

function noWorkers(fleet: FleetStatus): Obstacle[] {
  const { alive, lastSeenAt } = fleet.workers;
  if (alive.length > 0) return [];
  const taken = jobsOfGoneWorkers(fleet);
  const takenUp =
    taken === 0
      ? ''
      : ` ${taken === 1 ? '1 job is' : `${taken} jobs are`} still taken by workers that are gone; within a minute of a worker's start it goes on with them.`;
  const detail =
    lastSeenAt === undefined
      ? `No worker is alive, and none has ever been. Nothing is sent.${takenUp}`
      : `No worker is alive; the last one was seen at ${at(lastSeenAt)}. Nothing is sent.${takenUp}`;
  return [
    {
      kind: 'no_workers',
      stops: true,
      who: 'you',
      since: lastSeenAt,
      detail,
      remedy: 'Start a worker',
      command: 'worker',
    },
  ];
}

function paused({ pause }: FleetStatus): Obstacle[] {
  if (pause === undefined) return [];
  const { by, since, reason, code } = pause;
  const about = { kind: 'paused', stops: true, who: 'you', since } as const;
  if (code === WENT_BACK) {
    const remedy = 'Look for what may have been sent, and then let the sending go on';
    const detail = since === undefined ? reason : `${reason} (since ${at(since)})`;
    return [{ ...about, detail, remedy, command: 'recover' }];
  }
  const who = by === undefined ? '' : ` by ${by}`;
  return [
    {
      ...about,
      detail:
        since === undefined
          ? `All sending is paused${who}: ${reason}`
          : `All sending has been paused${who} since ${at(since)}: ${reason}`,
      remedy: 'Let the sending go on',
      command: 'resume',
    },
  ];
}

/** Circuit breakers of workers, one obstacle for each thing that is wrong. */
function broken(alive: readonly SeenWorker[]): Obstacle[] {
  const found = new Map<string, Obstacle>();
  const open = alive.filter(({ breaker }) => breaker?.state === 'open');
  const allHeld = alive.every(isHeld);
  for (const { breaker } of alive) {
    if (breaker === undefined) continue;
    const { state, kind, detail } = breaker;
    const key = `${state} ${kind} ${detail}`;
    const since = Math.min(breaker.since, found.get(key)?.since ?? breaker.since);
    const wrong = accessProblem(kind, detail);
    const whose =
      open.length === alive.length
        ? 'Jobs have waited'
        : `${open.length} of ${alive.length} workers have taken no jobs`;
    found.set(key, {
      kind: state === 'open' ? 'held' : 'half_open',
      stops: state === 'open' && allHeld,
      who: 'you',
      since,
      detail:
        state === 'open'
          ? `${wrong} ${whose} since ${at(since)}.`
          : `${wrong} That has been so since ${at(since)}; one job at a time is tried now, to see whether it is repaired.`,
      remedy: accessRemedy(kind),
    });
  }
  return [...found.values()];
}

/** What is wrong with our own access, in a sentence; the same in every face. */
export function accessProblem(kind: 'credentials' | 'permission', detail: string): string {
  if (kind === 'credentials') return `Genesys Cloud refuses the OAuth client (${detail}).`;
  return detail === 'unnamed'
    ? 'The OAuth client lacks a permission, which Genesys Cloud does not name.'
    : `The OAuth client lacks a permission: ${detail}.`;
}

/** What to do about it; the same in every face. */
export function accessRemedy(kind: 'credentials' | 'permission'): string {
  return kind === 'credentials'
    ? 'Check GENESYS_CLOUD_CLIENT_ID, GENESYS_CLOUD_CLIENT_SECRET and the region. The work goes on by itself within a minute once a login succeeds'
    : 'Grant it in the roles of the client (Admin › Integrations › OAuth), for the right divisions. A change may take up to 15 minutes; the work goes on by itself within a minute after that';
}

/** Workers that are not ready, one obstacle for each reason, however many workers it holds. */
function notReady(alive: readonly SeenWorker[]): Obstacle[] {
  const allHeld = alive.every(isHeld);
  const byReason = new Map<string, SeenWorker[]>();
  for (const worker of alive) {
    const { notReady: because = [] } = worker;
    if (because.length === 0) continue;
    const reason = because.map((sentence) => sentence.replace(/\.*$/, '.')).join(' ');
    byReason.set(reason, [...(byReason.get(reason) ?? []), worker]);
  }
  return [...byReason].map(([reason, workers]): Obstacle => {
    const places = workers.map(({ host, pid }) => `${host}, process ${pid}`);
    const [place = ''] = places;
    const which =
      places.length === 1
        ? `The worker ${place}, is not ready`
        : `${places.length} of ${alive.length} workers are not ready (${places.join('; ')})`;
    const since = earliest(workers.map(({ notReadySince }) => notReadySince));
    return {
      kind: 'not_ready',
      stops: allHeld,
      who: 'you',
      since,
      detail: `${which}${since === undefined ? '' : `, since ${at(since)}`}: ${reason}`,
      remedy:
        'Put that right; the worker then goes on by itself. If it does not, look into its log and start it again',
    };
  });
}

function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** Pausing the sending pauses the queues as well; this is about queues that something else has paused. */
function queuesPaused({ pause, queues }: FleetStatus): Obstacle[] {
  const stopped = pause === undefined ? LANES.filter((lane) => queues[lane].paused) : [];
  const obstacle = { kind: 'queue_paused', who: 'you', command: 'resume' } as const;
  const ofSending = stopped.map((lane) => ({
    ...obstacle,
    stops: stopped.length === LANES.length,
    detail: `The queue ${lane} is paused, but all sending is not: something else has paused it. None of its jobs are started.`,
    remedy: 'Let the sending go on',
  }));
  if (!queues[INTAKE].paused) return ofSending;
  const ofIntake = {
    ...obstacle,
    stops: false,
    detail: `The queue ${INTAKE} is paused: something else has paused it. What other programs have added to it is not accepted.`,
    remedy: 'Let the queues go on',
  };
  return [...ofSending, ofIntake];
}

function gateClosed({ gate }: FleetStatus): Obstacle[] {
  if (!gate.closed) return [];
  const { since, until, reason } = gate;
  const why =
    reason === undefined
      ? 'the record that says why cannot be read.'
      : `Genesys Cloud answered ${reason.operation} with 429 and asked for ${Math.ceil(reason.retryAfterMs / 1_000)} s of silence.`;
  return [
    {
      kind: 'gate_closed',
      stops: true,
      who: 'Genesys Cloud',
      since,
      until,
      detail: `The gate for rate limits is closed until ${at(until)}: ${why} Nothing is sent until then.`,
      remedy: 'It opens by itself; it can be opened before its time',
      command: 'gate --open',
    },
  ];
}

function redisFull({ redisFull: full }: FleetStatus): Obstacle[] {
  if (!full) return [];
  return [
    {
      kind: 'redis_full',
      stops: false,
      who: 'you',
      detail: 'Redis has little memory left: nothing more is accepted.',
      remedy: 'Raise maxmemory, or delete what else is kept in this Redis',
    },
  ];
}

/** For sentences: to the second, in UTC. */
function at(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
