import { Counter, Gauge, Registry } from 'prom-client';
import { isHeld } from '../queue/flowStatus.js';
import { QUEUE_NAMES } from '../queue/intakeQueue.js';
import type { FleetStatus } from '../queue/operations.js';

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
  const { gate, gateClosedMsTotal, pause, queues, unknown } = status;

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
  gauge(
    'unknown_notifications',
    'Notifications that may have been sent and wait for a person to decide',
  ).set(unknown.count);
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
  gauge('redis_full', '1 while Redis has so little memory left that nothing is accepted').set(
    status.redisFull ? 1 : 0,
  );
  gauge('paused', '1 while a person has stopped the sending').set(pause === undefined ? 0 : 1);
  gauge(
    'gate_closed_until_timestamp_seconds',
    'When the gate for rate limits opens; 0 while it is open',
  ).set(gate.closed ? gate.until / 1_000 : 0);
  new Counter({
    name: 'notifier_gate_closed_seconds_total',
    help: 'For how long the gate for rate limits has been closed in all',
    registers: [registry],
  }).inc(gateClosedMsTotal / 1_000);
  return registry.metrics();
}
