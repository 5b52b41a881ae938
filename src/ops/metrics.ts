import { setTimeout as delay } from 'node:timers/promises';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { NotificationRecord } from '../notification/record.js';
import { isHeld } from '../queue/flowStatus.js';
import { QUEUE_NAMES } from '../queue/intakeJob.js';
import type { FleetStatus } from '../queue/operations.js';
import type { WebhookSummary } from '../webhooks/webhookSummary.js';
import { webhookMetrics } from './webhookMetrics.js';

/** What the values of a label may look like: codes of ours, never something a customer wrote. */
const CODE = /^[a-z][a-z0-9_-]{0,47}$/;
const OTHER = 'other';

/**
 * Keeps a label's values few. Each distinct value is a time series for ever, and one that carries an
 * id, an address or a sentence would be a leak as well; such values are counted as `other`.
 */
export function boundedLabel(atMost: number): (value: string | undefined) => string {
  const seen = new Set<string>();
  return (value) => {
    if (value === undefined || value === '') return '';
    if (seen.has(value)) return value;
    if (!CODE.test(value) || seen.size >= atMost) return OTHER;
    seen.add(value);
    return value;
  };
}

/**
 * What is the same for the whole deployment and stands in Redis, as Prometheus reads it: every
 * process answers alike, so take `max`, not `sum`, over instances. Made anew for each scrape, from
 * nothing but the status: while Redis is away (no status), these metrics are absent and not stale.
 */
function fleetMetrics(status: FleetStatus | undefined): Promise<string> {
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
  gauge('redis_full', '1 while Redis has so little memory left that nothing is accepted').set(
    status.redisFull ? 1 : 0,
  );
  gauge(
    'delivery_listener_connected',
    '1 while a process hears at once of undelivered web messages',
  ).set(status.deliveryListener?.state === 'connected' ? 1 : 0);
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

/** Gauges of the library that are named like counters; the same by kind are there without `_total`. */
const MISNAMED = ['handles', 'requests', 'resources'].map((what) => `nodejs_active_${what}_total`);

const REDIS_ANSWERS_WITHIN_MS = 1_000;
const REASONS_AT_MOST = 100;
const OUTCOMES_AT_MOST = 100;
const HTTP_STATUS = /^[1-5]\d\d$/;
/** From a lookup that was answered from a cache to a call that used all of its 16 s. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];

/**
 * What this process counts, for Prometheus. One for each process, also where one process plays two
 * roles. Names, labels and meanings are listed in docs/operations.md.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #reasonOf = boundedLabel(REASONS_AT_MOST);
  readonly #outcomeOf = boundedLabel(OUTCOMES_AT_MOST);
  #readFleet: (() => Promise<FleetStatus>) | undefined;
  #readPace: (() => Promise<number>) | undefined;
  #readWebhooks: (() => Promise<WebhookSummary>) | undefined;

  readonly #notifications = new Counter({
    name: 'notifier_notifications_total',
    help: 'Steps of notifications, by the state that was entered; the channel and the reason where there is one',
    labelNames: ['state', 'channel', 'reason'] as const,
    registers: [this.#registry],
  });
  readonly #phases = new Histogram({
    name: 'notifier_phase_duration_seconds',
    help: 'How long the phases of attempts took, however they ended',
    labelNames: ['phase'] as const,
    buckets: SECONDS,
    registers: [this.#registry],
  });
  readonly #platformRequests = new Counter({
    name: 'notifier_platform_requests_total',
    help: 'Requests to Genesys Cloud, retries and logins included, by HTTP status or kind of failure',
    labelNames: ['operation', 'status'] as const,
    registers: [this.#registry],
  });
  readonly #platformDurations = new Histogram({
    name: 'notifier_platform_request_duration_seconds',
    help: 'How long requests to Genesys Cloud took',
    labelNames: ['operation'] as const,
    buckets: SECONDS,
    registers: [this.#registry],
  });
  readonly #mismatches = new Counter({
    name: 'notifier_lookup_mismatches_total',
    help: 'Answers of Genesys Cloud that were about something else than what was asked; they were not used',
    labelNames: ['operation'] as const,
    registers: [this.#registry],
  });
  readonly #admissions = new Histogram({
    name: 'notifier_budget_wait_seconds',
    help: 'How long requests waited for a slot of the request budget, by how the wait ended',
    labelNames: ['lane', 'outcome'] as const,
    buckets: SECONDS,
    registers: [this.#registry],
  });
  readonly #sweeperFinds = new Counter({
    name: 'notifier_sweeper_finds_total',
    help: 'What the sweeper had to see to: notifications that the queue alone would have lost',
    labelNames: ['finding'] as const,
    registers: [this.#registry],
  });
  readonly #intakeJobs = new Counter({
    name: 'notifier_intake_jobs_total',
    help: 'Jobs of the intake queue by what became of them; backlog_full and unavailable come back later',
    labelNames: ['outcome'] as const,
    registers: [this.#registry],
  });
  readonly #foreignJobs = new Counter({
    name: 'notifier_foreign_jobs_total',
    help: 'Jobs that another program added to a queue of ours and that failed: they belong into intake',
    labelNames: ['queue'] as const,
    registers: [this.#registry],
  });
  readonly #httpRequests = new Histogram({
    name: 'notifier_http_request_duration_seconds',
    help: 'Requests to the API, by route as it is declared',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: SECONDS,
    registers: [this.#registry],
  });

  readonly #reconciled = new Counter({
    name: 'notifier_reconciled_total',
    help: 'Unknown notifications about which the platform was asked, by what that came to: sent, not_found, ambiguous, resent',
    labelNames: ['result'] as const,
    registers: [this.#registry],
  });
  readonly #webhookDeliveries = new Counter({
    name: 'notifier_webhook_deliveries_total',
    help: 'Attempts to deliver an event to a webhook, tests included, by what came of them: delivered, retry, given_up',
    labelNames: ['result'] as const,
    registers: [this.#registry],
  });
  readonly #undeliveredEvents = new Counter({
    name: 'notifier_undelivered_events_total',
    help: 'Events of Genesys Cloud about undelivered web messages: of messages that are awaited here, or others',
    labelNames: ['known'] as const,
    registers: [this.#registry],
  });

  constructor() {
    const pace = new Gauge({
      name: 'notifier_budget_pace_ratio',
      help: 'The share of GENESYS_REQUESTS_PER_MINUTE that is made use of; below 1 after repeated 429s',
      registers: [this.#registry],
      collect: async () => {
        const known = this.#readPace === undefined ? undefined : await inTime(this.#readPace());
        pace.remove();
        if (known !== undefined) pace.set(known);
      },
    });
    collectDefaultMetrics({ register: this.#registry });
    for (const name of MISNAMED) this.#registry.removeSingleMetric(name);
  }

  /** For the ledger to call with each record it has written. */
  readonly countStep = (written: NotificationRecord, before?: NotificationRecord): void => {
    if (before !== undefined && before.timeline === written.timeline) return;
    const step = written.timeline.at(-1);
    const channel = step?.channel ?? '';
    const reason = this.#reasonOf(step?.reason);
    this.#notifications.inc({ state: step?.state ?? written.state, channel, reason });
  };

  readonly observePhase = (phase: string, durationMs: number): void => {
    this.#phases.observe({ phase }, durationMs / 1_000);
  };

  readonly countPlatformRequest = (request: {
    operation: string;
    /** An HTTP status, or how the request failed without one. */
    outcome: string;
    durationMs: number;
  }): void => {
    const { operation, outcome, durationMs } = request;
    const status = HTTP_STATUS.test(outcome) ? outcome : this.#outcomeOf(outcome);
    this.#platformRequests.inc({ operation, status });
    this.#platformDurations.observe({ operation }, durationMs / 1_000);
  };

  readonly countMismatch = (operation: string): void => {
    this.#mismatches.inc({ operation });
  };

  readonly observeAdmission = (wait: {
    lane: string;
    outcome: string;
    durationMs: number;
  }): void => {
    const { lane, outcome, durationMs } = wait;
    this.#admissions.observe({ lane, outcome }, durationMs / 1_000);
  };

  readonly countSweeperFind = (finding: string): void => {
    this.#sweeperFinds.inc({ finding });
  };

  readonly countIntakeJob = (outcome: string): void => {
    this.#intakeJobs.inc({ outcome });
  };

  readonly countForeignJob = (queue: string): void => {
    this.#foreignJobs.inc({ queue });
  };

  readonly countReconciled = (result: string): void => {
    this.#reconciled.inc({ result });
  };

  readonly countUndeliveredEvent = (known: number): void => {
    this.#undeliveredEvents.inc({ known: String(known > 0) });
  };

  readonly countWebhookDelivery = (result: string): void => {
    this.#webhookDeliveries.inc({ result });
  };

  readonly countHttpRequest = (request: {
    method: string;
    route: string;
    status: number;
    durationMs: number;
  }): void => {
    const { method, route, status, durationMs } = request;
    this.#httpRequests.observe({ method, route, status }, durationMs / 1_000);
  };

  /** How what stands in Redis is read at each scrape. The first reader serves all roles of a process. */
  watchFleet(read: () => Promise<FleetStatus>): void {
    this.#readFleet ??= read;
  }

  /** How the webhooks are looked at for each scrape. The first reader serves all roles of a process. */
  watchWebhooks(read: () => Promise<WebhookSummary>): void {
    this.#readWebhooks ??= read;
  }

  /** How the share of the full request pace is read at each scrape; only workers know it. */
  watchBudget(readPace: () => Promise<number>): void {
    this.#readPace ??= readPace;
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** The page for Prometheus. It is answered within a moment even while Redis is away. */
  async page(): Promise<string> {
    const own = await this.#registry.metrics();
    if (this.#readFleet === undefined) return own;
    const [status, webhooks] = await Promise.all([
      inTime(this.#readFleet()),
      this.#readWebhooks && inTime(this.#readWebhooks()),
    ]);
    const fleet = await fleetMetrics(status);
    // Absent, and not stale, while Redis is away.
    if (status === undefined || webhooks === undefined) return `${own}\n${fleet}`;
    return `${own}\n${fleet}\n${await webhookMetrics(webhooks, status.workers.now)}`;
  }
}

/** What was read, or undefined when it could not be, or not soon enough. */
async function inTime<T>(reading: Promise<T>): Promise<T | undefined> {
  const read = new AbortController();
  const tooLong = delay(REDIS_ANSWERS_WITHIN_MS, undefined, { signal: read.signal });
  try {
    return await Promise.race([reading, tooLong]);
  } catch {
    return undefined;
  } finally {
    read.abort();
    tooLong.catch(() => undefined);
    reading.catch(() => undefined);
  }
}
