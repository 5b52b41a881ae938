import { setTimeout as delay } from 'node:timers/promises';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { OPEN_STATES, type OpenCampaigns } from '../campaign/campaignStates.js';
import type { NotificationRecord } from '../notification/record.js';
import { LANES, type State } from '../notification/state.js';
import { packageVersion } from '../ops/packageVersion.js';
import type { FleetStatus } from '../queue/operations.js';
import type { WebhookSummary } from '../webhooks/webhookSummary.js';
import { fleetMetrics } from './fleetMetrics.js';
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

/** Gauges of the library that are named like counters; the same by kind are there without `_total`. */
const MISNAMED = ['handles', 'requests', 'resources'].map((what) => `nodejs_active_${what}_total`);

const REDIS_ANSWERS_WITHIN_MS = 1_000;
const REASONS_AT_MOST = 100;
const OUTCOMES_AT_MOST = 100;
const HTTP_STATUS = /^[1-5]\d\d$/;
/** From a lookup that was answered from a cache to a call that used all of its 16 s. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];
/** From an urgent message on an idle system to one that waited a day for its recipient's hours. */
const WAITS = [0.5, 1, 2, 5, 10, 30, 60, 120, 300, 900, 3_600, 14_400, 86_400];

/** What a notification can come to that its sender has to know, each a state. */
const OUTCOMES = [
  'sent',
  'unknown',
  'skipped',
  'failed',
  'cancelled',
  'expired',
] as const satisfies readonly State[];

const isOutcome = (state: State | undefined) => OUTCOMES.some((outcome) => outcome === state);

/**
 * What an alarm counts from its first time on: a counter that comes into being with a 1 shows no increase.
 */
const COUNTED_FROM_ZERO = {
  findings: ['missing_job', 'job_in_no_list', 'job_lost_too_often', 'unreadable'],
  intake: ['accepted', 'existing', 'invalid', 'conflict'],
  reconciled: ['sent', 'not_found', 'ambiguous', 'resent'],
  webhooks: ['delivered', 'retry', 'given_up'],
} as const;

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
  #readCampaigns: (() => Promise<OpenCampaigns>) | undefined;

  readonly #notifications = new Counter({
    name: 'notifier_notifications_total',
    help: 'Steps of notifications, by the state that was entered; the channel and the reason where there is one',
    labelNames: ['state', 'channel', 'reason'] as const,
    registers: [this.#registry],
  });
  readonly #outcomes = new Counter({
    name: 'notifier_outcomes_total',
    help: 'What notifications came to, by priority; one that an operator retries, or that falls back, counts again',
    labelNames: ['priority', 'outcome'] as const,
    registers: [this.#registry],
  });
  readonly #timeToSend = new Histogram({
    name: 'notifier_time_to_send_seconds',
    help: 'From when a notification could be sent to when its first message left; a row of a campaign could from its release on',
    labelNames: ['priority'] as const,
    buckets: WAITS,
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

  readonly #budget = new Gauge({
    name: 'notifier_budget_requests_per_minute',
    help: 'GENESYS_REQUESTS_PER_MINUTE of this process; 0 of one that asks Genesys Cloud nothing by itself',
    registers: [this.#registry],
  });
  readonly #build = new Gauge({
    name: 'notifier_build_info',
    help: 'Always 1: the roles that this process plays, its version and that of Node.js',
    labelNames: ['role', 'version', 'node'] as const,
    registers: [this.#registry],
  });

  constructor() {
    this.#startFromZero();
    const campaigns = new Gauge({
      name: 'notifier_campaigns',
      help: 'Campaigns that have not ended, by their state',
      labelNames: ['state'] as const,
      registers: [this.#registry],
      collect: async () => {
        const known = await this.#openCampaigns();
        campaigns.reset();
        for (const state of known === undefined ? [] : OPEN_STATES) {
          campaigns.set({ state }, known?.states[state] ?? 0);
        }
      },
    });
    const paused = new Gauge({
      name: 'notifier_campaigns_paused_by_itself',
      help: 'Campaigns that the product itself has paused: too many of their messages failed, or access is missing',
      registers: [this.#registry],
      collect: async () => {
        const known = await this.#openCampaigns();
        paused.remove();
        if (known !== undefined) paused.set(known.pausedByItself);
      },
    });
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
    if (!isOutcome(step?.state)) return;
    this.#outcomes.inc({ priority: written.lane, outcome: step?.state });
    const seconds = secondsToSend(written, before);
    if (seconds !== undefined) this.#timeToSend.observe({ priority: written.lane }, seconds);
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

  /** What this process is; it may play two roles. */
  playsRole(role: 'api' | 'worker'): void {
    this.#build.set({ role, version: packageVersion(), node: process.versions.node }, 1);
  }

  /** How the campaigns are counted at each scrape; only workers know them. */
  watchCampaigns(read: () => Promise<OpenCampaigns>): void {
    this.#readCampaigns ??= read;
  }

  /** How what stands in Redis is read at each scrape. The first reader serves all roles of a process. */
  watchFleet(read: () => Promise<FleetStatus>): void {
    this.#readFleet ??= read;
  }

  /** How the webhooks are looked at for each scrape. The first reader serves all roles of a process. */
  watchWebhooks(read: () => Promise<WebhookSummary>): void {
    this.#readWebhooks ??= read;
  }

  /** The budget, and how the share of it that is made use of is read at each scrape; only workers know it. */
  watchBudget(requestsPerMinute: number, readPace: () => Promise<number>): void {
    this.#budget.set(requestsPerMinute);
    this.#readPace ??= readPace;
  }

  async #openCampaigns(): Promise<OpenCampaigns | undefined> {
    return this.#readCampaigns === undefined ? undefined : inTime(this.#readCampaigns());
  }

  #startFromZero(): void {
    for (const priority of LANES) {
      for (const outcome of OUTCOMES) this.#outcomes.inc({ priority, outcome }, 0);
      this.#timeToSend.zero({ priority });
      this.#foreignJobs.inc({ queue: priority }, 0);
    }
    for (const finding of COUNTED_FROM_ZERO.findings) this.#sweeperFinds.inc({ finding }, 0);
    for (const outcome of COUNTED_FROM_ZERO.intake) this.#intakeJobs.inc({ outcome }, 0);
    for (const result of COUNTED_FROM_ZERO.reconciled) this.#reconciled.inc({ result }, 0);
    for (const result of COUNTED_FROM_ZERO.webhooks) this.#webhookDeliveries.inc({ result }, 0);
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

/**
 * How long a notification waited for its message to leave, if this was its first message and nothing was
 * in doubt: from when it was accepted, or from its `sendAt`, to the intent. One that was found to be sent
 * later, or that a person let try again, says nothing about how long sending takes.
 */
function secondsToSend(
  { state, generation, legs, createdAt, sendAt }: NotificationRecord,
  before: NotificationRecord | undefined,
): number | undefined {
  if (state !== 'sent' || before?.state !== 'sending' || generation > 1) return undefined;
  const left = legs.filter(({ outcome }) => outcome === 'sent' || outcome === 'undelivered');
  const [leg] = left;
  if (leg === undefined || left.length > 1) return undefined;
  return Math.max(0, leg.intentAt - Math.max(createdAt, sendAt ?? 0)) / 1_000;
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
