import { Counter, Gauge, Registry } from 'prom-client';
import { isHeld } from '../queue/flowStatus.js';
import { QUEUE_NAMES } from '../queue/intakeJob.js';
import type { ListenerStatus } from '../queue/listenerStatus.js';
import type { FleetStatus } from '../queue/operations.js';
import { WENT_BACK } from '../queue/wentBack.js';
import type { SeenWorker } from '../queue/workerRegistry.js';
import { DURABILITIES } from '../redis/durability.js';
import { TASKS } from '../redis/lastRuns.js';

const LISTENER_STATES = [
  'connected',
  'disconnected',
  'idle',
  'refused',
] as const satisfies readonly ListenerStatus['state'][];

/** A version of the product; what another process wrote in its place stands as `other`. */
const VERSION = /^\d+\.\d+\.\d+[\w.+-]{0,20}$/;
const VERSIONS_AT_MOST = 10;

/**
 * What is the same for the whole deployment and stands in Redis, as Prometheus reads it: every
 * process answers alike, so take `max`, not `sum`, over instances. Made anew for each scrape, from
 * nothing but the status: while Redis is away (no status), these metrics are absent and not stale.
 */
export function fleetMetrics(status: FleetStatus | undefined): Promise<string> {
  const registry = new Registry();
  const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Gauge({ name: `notifier_${name}`, help, labelNames, registers: [registry] });

  gauge('redis_up', '1 when Redis answered in time; what stands in Redis is absent else').set(
    status === undefined ? 0 : 1,
  );
  if (status === undefined) return registry.metrics();
  // By Redis' clock, as all times in the status.
  const { now } = status.workers;
  const ageOf = (since = now) => Math.max(0, now - since) / 1_000;
  const { gate, gateClosedMsTotal, pause, queues, unknown, redisMemory, deliveryListener } = status;

  const jobs = gauge('queue_jobs', 'Jobs in the queue, by their state', 'queue', 'state');
  const oldest = gauge(
    'queue_oldest_job_age_seconds',
    'For how long the job that has waited longest could have started; 0 when none waits',
    'queue',
  );
  const stopped = gauge('queue_paused', '1 while workers take no jobs from the queue', 'queue');
  for (const queue of QUEUE_NAMES) {
    const { waiting, delayed, active, failed, oldestSince, paused } = queues[queue];
    for (const [state, count] of Object.entries({ waiting, delayed, active, failed })) {
      jobs.set({ queue, state }, count);
    }
    oldest.set({ queue }, ageOf(oldestSince));
    stopped.set({ queue }, paused ? 1 : 0);
  }
  gauge('unknown_notifications', 'Notifications that may or may not have been sent').set(
    unknown.count,
  );
  const undecided = gauge(
    'unknown_waiting',
    'The same by who finds it out: `platform` is still asked, the others wait for a `person`',
    'decides',
  );
  undecided.set({ decides: 'platform' }, unknown.asked);
  undecided.set({ decides: 'person' }, unknown.count - unknown.asked);
  gauge(
    'unknown_oldest_age_seconds',
    'For how long the oldest unknown notification has waited; 0 when there is none',
  ).set(ageOf(unknown.oldestSince));
  const workers = gauge(
    'workers',
    'Workers that live: `alive` are all of them, `held` those of them that take no jobs',
    'state',
  );
  const { alive } = status.workers;
  workers.set({ state: 'alive' }, alive.length);
  workers.set({ state: 'held' }, alive.filter(isHeld).length);
  const versions = gauge(
    'workers_by_version',
    'Workers that live, by the version of the product that they run',
    'version',
  );
  for (const [version, count] of versionsOf(alive)) versions.set({ version }, count);
  const durabilities = gauge(
    'workers_by_durability',
    'Workers that live, by what has to be so of an intent before its message leaves',
    'durability',
  );
  for (const durability of DURABILITIES) {
    const using = alive.filter(({ intentDurability }) => intentDurability === durability);
    durabilities.set({ durability }, using.length);
  }
  const lastRun = gauge(
    'task_last_run_age_seconds',
    'For how long the task that one process does for all has not come to its end; absent while it never has',
    'task',
  );
  for (const task of TASKS) {
    const ranAt = status.taskRuns[task];
    if (ranAt !== undefined) lastRun.set({ task }, ageOf(ranAt));
  }
  gauge('redis_full', '1 while Redis has so little memory left that nothing is accepted').set(
    status.redisFull ? 1 : 0,
  );
  gauge('redis_memory_used_bytes', 'Memory that Redis uses for all that it holds').set(
    redisMemory.usedBytes,
  );
  gauge('redis_memory_limit_bytes', 'maxmemory of Redis; 0 where it has none').set(
    redisMemory.limitBytes,
  );
  gauge('redis_went_back', '1 while all sending is stopped because Redis went back in time').set(
    pause?.code === WENT_BACK ? 1 : 0,
  );
  gauge(
    'delivery_listener_connected',
    '1 while a process hears at once of undelivered web messages',
  ).set(deliveryListener?.state === 'connected' ? 1 : 0);
  const listener = gauge(
    'delivery_listener',
    'State of what hears of undelivered web messages: 1 for the present one; absent where none was ever there',
    'state',
  );
  for (const state of deliveryListener === undefined ? [] : LISTENER_STATES) {
    listener.set({ state }, deliveryListener?.state === state ? 1 : 0);
  }
  gauge('paused', '1 while the sending is paused').set(pause === undefined ? 0 : 1);
  gauge('pause_age_seconds', 'For how long the sending has been paused; 0 while it is not').set(
    ageOf(pause?.since),
  );
  gauge(
    'gate_closed_until_timestamp_seconds',
    'When the gate for rate limits opens; 0 while it is open',
  ).set(gate.closed ? gate.until / 1_000 : 0);
  gauge('gate_closed_age_seconds', 'For how long the gate has been closed; 0 while it is open').set(
    ageOf(gate.closed ? gate.since : undefined),
  );
  new Counter({
    name: 'notifier_gate_closed_seconds_total',
    help: 'For how long the gate for rate limits has been closed in all',
    registers: [registry],
  }).inc(gateClosedMsTotal / 1_000);
  return registry.metrics();
}

/** How many workers run each version; a value of a label is never more than a version. */
function versionsOf(alive: readonly SeenWorker[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { version } of alive) {
    const isKnown = counts.has(version);
    const fits = isKnown || (VERSION.test(version) && counts.size < VERSIONS_AT_MOST);
    const label = fits ? version : 'other';
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return counts;
}
