import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { ApiKeys } from '../api/apiKeys.js';
import { Intake } from '../api/intake.js';
import { buildServer } from '../api/server.js';
import { isEnded } from '../audit/auditEntry.js';
import type { AuditLogOptions } from '../audit/auditLog.js';
import type { Campaigns } from '../campaign/campaigns.js';
import { Inbox } from '../campaign/inbox/inbox.js';
import { PickupLeases } from '../campaign/inbox/pickups.js';
import { rejectedFile } from '../campaign/inbox/report.js';
import { RowStore } from '../campaign/rowStore.js';
import { type Config, keyringOf } from '../config.js';
import { inboxSuppressions } from '../consent/inboxSuppressions.js';
import type { Suppressions } from '../consent/suppressions.js';
import { dashboard } from '../dashboard/dashboard.js';
import type { Readiness } from '../metrics/healthServer.js';
import { Metrics } from '../metrics/metrics.js';
import type { LedgerObserver } from '../notification/ledger.js';
import type { FlowRecorder } from '../queue/flowRecorder.js';
import type { NotificationProducer } from '../queue/producer.js';
import { RedisHealth } from '../redis/redisHealth.js';
import { UNSUBSCRIBE_PATH } from '../suppression/unsubscribeLink.js';
import {
  loadTemplates,
  publishTemplates,
  quotingOf,
  templatesDir,
} from '../templates/loadTemplates.js';
import { unsubscribeRoutes } from '../unsubscribe/unsubscribeRoutes.js';
import { buildUnsubscribeServer } from '../unsubscribe/unsubscribeServer.js';
import { ClockWatch } from '../worker/clockWatch.js';
import { openConsent } from './openConsent.js';
import { openFlow } from './openFlow.js';
import { openAccounts, openLogins } from './openLogins.js';
import { openPersonalData } from './openPersonalData.js';
import { openPolicyChecks } from './openPolicyChecks.js';
import { openCampaigns, openProducer } from './openProducer.js';
import { openRecovery } from './openRecovery.js';
import { openUnsubscribe, warnOfMissingLinks } from './openUnsubscribe.js';
import { openWebhooks } from './openWebhooks.js';
import { RedisPreparation } from './redisPreparation.js';

/** A role that runs in this process until it is stopped. */
export interface RunningRole {
  /** Where it listens, if it does. */
  url?: string;
  /** Its pages for people, by what they are. */
  pages?: Readonly<Record<string, string>>;
  /** Whether it gets its work done. */
  readiness?(): Promise<Readiness>;
  /** Ends it in order; may be called more than once. */
  stop(): Promise<void>;
}

/** The inbox of this deployment, if it has one; `isReady` says whether files may be picked up now. */
export function openInbox(
  config: Config,
  parts: {
    producer: NotificationProducer;
    campaigns: Campaigns;
    suppressions: Suppressions;
    isReady(): boolean;
    log: Logger;
  },
): Inbox | undefined {
  const { CAMPAIGN_INBOX_DIR: folder, QUEUE_PREFIX: prefix } = config;
  if (folder === undefined) return undefined;
  const { redis } = parts.producer.store;
  const rows = new RowStore(redis, prefix, keyringOf(config));
  return new Inbox({
    folder,
    campaigns: parts.campaigns,
    otherFiles: inboxSuppressions(parts.suppressions),
    leases: new PickupLeases(redis, prefix),
    rejectedRows: (campaignId) => rejectedFile(rows, campaignId),
    isReady: parts.isReady,
    log: parts.log,
  });
}

/** Requests in flight get this long to finish; each is bounded by Redis' patience anyway. */
const FINISH_WITHIN_MS = 10_000;

/**
 * Builds and starts the HTTP API. It listens even while Redis is away, and says so.
 *
 * Rejects with a TemplateError when a template is wrong, with a sentence when Redis may not hold
 * notifications, and with Node's error when it cannot listen. `beside` is asked by `/readyz`, too.
 */
export async function startApi(
  config: Config,
  log: Logger,
  metrics: Metrics = new Metrics(),
  beside?: () => Promise<Readiness>,
): Promise<RunningRole & { url: string }> {
  const templates = await loadTemplates(templatesDir(config), quotingOf(config));
  const accounts = await openAccounts(config, log);
  // Its connection and its clock come with the producer, which is built first.
  let flow: FlowRecorder | undefined;
  const observe: LedgerObserver = (written, before) => {
    metrics.countStep(written, before);
    flow?.countStep(written, before);
  };
  const producer = openProducer(config, observe, auditLogger(log));
  const { acceptor, catalogue, notifications, operations, search } = producer;
  metrics.watchFleet(() => operations.status());
  metrics.playsRole('api');
  const { redis, prefix, ledger } = producer.store;
  const health = new RedisHealth(redis, prefix, log);
  const recorder = openFlow(redis, prefix, log, health.note);
  flow = recorder;
  const clockWatch = new ClockWatch({ clock: ledger.clock, log, onError: health.note });
  const preparation = new RedisPreparation({
    health,
    check: () => producer.checkServer(),
    publish: () => publishTemplates(catalogue, templates, config.NOTIFY_CHANNELS),
    renew: () => catalogue.renew(),
    log,
  });
  producer.onConnect(() => preparation.wake());
  const standing = () => preparation.standing;
  const campaigns = openCampaigns(config, producer);
  const suppressions = openConsent(config, producer);
  const isReady = () => preparation.standing.kind === 'ready';
  const policyChecks = openPolicyChecks(config, producer);
  const inbox = openInbox(config, { producer, campaigns, suppressions, isReady, log });
  const webhooks = openWebhooks(config, producer);
  metrics.watchWebhooks(() => webhooks.summary());
  const keys = new ApiKeys(config.API_KEYS);
  const app = buildServer({
    intake: new Intake(acceptor, standing, () => ledger.clock.known()),
    notifications,
    search,
    campaigns,
    suppressions,
    policyChecks,
    operations,
    recovery: openRecovery(config, producer, campaigns),
    personalData: openPersonalData(config, producer),
    auditTrail: producer.auditTrail,
    eventReader: producer.eventReader,
    webhooks,
    metrics,
    keys,
    requestsPerMinute: config.API_REQUESTS_PER_MINUTE,
    standing,
    redisProblem: async () =>
      (await health.problem()) ?? (await producer.store.backlog.memory.problem()),
    redisDownSince: () => health.downSince,
    beside,
    log,
  });
  const logins = openLogins(config, accounts, producer, log);
  dashboard(app, {
    store: producer.store,
    notifications,
    search,
    country: acceptor.country,
    operations: producer.operations,
    audit: producer.audit,
    auditTrail: producer.auditTrail,
    campaigns,
    suppressions,
    policyChecks,
    webhooks,
    catalogue,
    keys,
    templates: { dir: templatesDir(config), loaded: templates },
    config,
    log,
    logins,
    budget: config.GENESYS_REQUESTS_PER_MINUTE,
    readOnly: config.DASHBOARD_ACTIONS === 'off',
  });
  const unsubscribe = openUnsubscribe(config, producer, templates);
  warnOfMissingLinks(config, templates, log);
  const { UNSUBSCRIBE_PORT: ownPort } = config;
  const page = ownPort === undefined ? undefined : buildUnsubscribeServer(unsubscribe, log);
  if (page === undefined) app.register(async (scope) => unsubscribeRoutes(scope, unsubscribe));
  const stop = async () => {
    await Promise.all([closeServer(app), page && closeServer(page)]);
    await inbox?.stop();
    await preparation.stop();
    clockWatch.stop();
    await recorder.close();
    health.stop();
    await producer.close();
    log.info('api stopped');
  };
  try {
    await preparation.start();
    void clockWatch.start();
    const url = await app.listen({ host: config.API_HOST, port: config.API_PORT });
    const pageUrl = await page?.listen({ host: config.API_HOST, port: ownPort });
    inbox?.start();
    log.info({ url, templates: templates.length, keys: config.API_KEYS.length }, 'api started');
    let stopping: Promise<void> | undefined;
    return {
      url,
      pages: {
        dashboard: `${url}/`,
        queues: `${url}/queues`,
        docs: `${url}/docs`,
        ...(pageUrl === undefined ? {} : { unsubscribe: `${pageUrl}${UNSUBSCRIBE_PATH}` }),
      },
      stop: () => {
        stopping ??= stop();
        return stopping;
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Number and code of each entry, outside Redis: with them a cut of the newest ones is found. */
function auditLogger(log: Logger): AuditLogOptions['observe'] {
  return (entry, code) => {
    const { n } = entry;
    const about = isEnded(entry)
      ? { of: entry.of, outcome: entry.outcome }
      : { who: entry.who, from: entry.from, what: entry.what, on: entry.on };
    log.info({ n, code, ...about }, 'audited');
  };
}

/** Stops listening, lets requests in flight finish, and cuts off those that do not. */
async function closeServer(app: FastifyInstance): Promise<void> {
  const closed = new AbortController();
  const overdue = delay(FINISH_WITHIN_MS, undefined, { signal: closed.signal })
    .then(() => app.server.closeAllConnections())
    .catch(() => undefined);
  await app.close();
  closed.abort();
  await overdue;
}
