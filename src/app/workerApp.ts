import type { Logger } from 'pino';
import { pauseRunning, StopWatch } from '../campaign/stopWatch.js';
import { CampaignStore } from '../campaign/store.js';
import { type Config, genesysSettings, keyringOf } from '../config.js';
import { deliveryChecksOf } from '../delivery/deliveryChecks.js';
import { EventFeed } from '../events/eventFeed.js';
import { createGenesysClient } from '../genesys/genesysClient.js';
import { noSummaryLog } from '../history/aiSummary.js';
import { ConversationLoader } from '../history/conversationLoader.js';
import { IdentityLookup } from '../history/identity.js';
import type { Findings } from '../history/lookup.js';
import { type HealthServer, type Readiness, startHealthServer } from '../metrics/healthServer.js';
import { Metrics } from '../metrics/metrics.js';
import { CheckpointStore } from '../notification/checkpoint.js';
import { Ledger, type LedgerObserver } from '../notification/ledger.js';
import { SearchIndex } from '../notification/searchIndex.js';
import { SentContent } from '../notification/sentContent.js';
import { redactedError, throttle } from '../ops/logger.js';
import { NotificationPipeline } from '../pipeline/pipeline.js';
import { TemplateStore } from '../pipeline/prepare.js';
import { policyFor } from '../policy/policy.js';
import { extraNeeds } from '../policy/relevance.js';
import { addJobs, closeQueues, MAX_ATTEMPTS, openQueues } from '../queue/jobs.js';
import { Operations } from '../queue/operations.js';
import { Gate } from '../queue/rateLimitGate.js';
import { SendingPause } from '../queue/sendingPause.js';
import { WorkerRegistry } from '../queue/workerRegistry.js';
import { Budget } from '../ratelimit/budget.js';
import { ledgerKeys } from '../redis/keys.js';
import { connectForWorking, disconnect } from '../redis/redisClient.js';
import { RedisHealth } from '../redis/redisHealth.js';
import { checkRedisServer } from '../redis/serverInfo.js';
import { untilServing } from '../redis/start.js';
import { TemplateCatalogue } from '../templates/catalogue.js';
import {
  loadTemplates,
  publishTemplates,
  quotingOf,
  templatesDir,
} from '../templates/loadTemplates.js';
import { accessIsRepaired } from '../worker/circuitBreaker.js';
import { ClockWatch } from '../worker/clockWatch.js';
import { QueueWorkers } from '../worker/laneWorkers.js';
import { workerReadiness } from '../worker/readiness.js';
import { Sweeper } from '../worker/sweeper.js';
import type { RunningRole } from './apiApp.js';
import { openAudit } from './openAudit.js';
import { openConsentFacts } from './openConsentFacts.js';
import { openDelivery } from './openDelivery.js';
import { openDurability } from './openDurability.js';
import { openFeeder } from './openFeeder.js';
import { openFlow } from './openFlow.js';
import { openHeartbeat } from './openHeartbeat.js';
import { openIntake } from './openIntake.js';
import { openLookupCaches } from './openLookupCaches.js';
import { openPrefetch } from './openPrefetch.js';
import { openReconcile } from './openReconcile.js';
import { openSpentRequests } from './openSpentRequests.js';
import { openSuppressions } from './openSuppressions.js';
import {
  openLearnedSuppressions,
  openUnsubscribeLinks,
  warnOfMissingLinks,
} from './openUnsubscribe.js';
import { openWebhookSender } from './openWebhooks.js';
import { renewDaily } from './templateRenewal.js';
import type { WorkerExtras } from './workerExtras.js';
import { watchWorker } from './workerMetrics.js';

/** Builds and starts a worker; it stops in the reverse order. */
export async function startWorker(
  config: Config,
  log: Logger,
  {
    observe = () => undefined,
    observeRelease = () => undefined,
    observePrefetch = () => undefined,
    observeReconcile = () => undefined,
    prefetchPollMs,
    prefetchSettlesAfterMs,
    metrics = new Metrics(),
    policy = policyFor(config),
    admission,
    minuteMs,
    silentAfterMs,
  }: WorkerExtras = {},
): Promise<RunningRole> {
  const prefix = config.QUEUE_PREFIX;
  const templates = await loadTemplates(templatesDir(config), quotingOf(config));

  // Up before Redis is: a worker that waits for it is alive, and not ready.
  let readiness = async (): Promise<Readiness> => ({ ready: false, because: ['starting'] });
  let health: HealthServer | undefined;
  if (config.HEALTH_PORT !== undefined) {
    health = await startHealthServer(config.HEALTH_PORT, config.API_HOST, {
      readiness: () => readiness(),
      metrics,
    });
  }
  const redis = connectForWorking(config.REDIS_URL);
  const redisHealth = new RedisHealth(redis, prefix, log);
  const noteRedis = redisHealth.note;
  readiness = async () => ({
    ready: false,
    because: [redisHealth.description ?? 'starting'],
  });
  const catalogue = new TemplateCatalogue(redis, prefix);
  const { durability, progress, ...memory } = openDurability(config, { redis, log, noteRedis });
  try {
    await untilServing(async () => {
      const server = await checkRedisServer(redis);
      if (!server.ok) return server;
      const confirms = await durability.look();
      if (confirms.ok) await publishTemplates(catalogue, templates, config.NOTIFY_CHANNELS);
      return confirms;
    }, redisHealth);
  } catch (error) {
    durability.close();
    redisHealth.stop();
    disconnect(redis);
    await health?.close();
    throw error;
  }

  const logQueueError = throttle((error: Error) =>
    log.error({ error: redactedError(error) }, 'queue error'),
  );
  const queues = openQueues(redis, prefix, (error) => {
    if (!noteRedis(error)) logQueueError(error);
  });
  const gate = new Gate(redis, prefix);
  const sendingPause = new SendingPause(redis, prefix, queues);
  const retention = {
    ledgerMs: config.LEDGER_RETENTION,
    requestMs: config.REQUEST_RETENTION,
    eventsMax: config.EVENTS_MAX,
  };
  const flow = openFlow(redis, prefix, log, noteRedis);
  const countStep: LedgerObserver = (written, before) => {
    metrics.countStep(written, before);
    flow.countStep(written, before);
    memory.remember(written, before);
  };
  const keyring = keyringOf(config);
  const search = new SearchIndex(ledgerKeys(prefix), keyring, config.SEARCH_RETENTION);
  const ledger = memory.putBackInto(
    new Ledger(redis, prefix, keyring, retention, countStep, search, config.RECONCILE_AFTER),
  );
  const audit = openAudit(config, redis);
  const operations = new Operations({ redis, prefix, ledger, queues, gate, sendingPause, audit });
  const budget = Budget.open(
    redis,
    prefix,
    { requestsPerMinute: config.GENESYS_REQUESTS_PER_MINUTE, minuteMs },
    {
      log,
      observe: metrics.observeAdmission,
    },
  );
  const spent = openSpentRequests(config, { redis, clock: ledger.clock, log, noteRedis });
  const client = await createGenesysClient(genesysSettings(config), {
    admission: admission ?? budget,
    log,
    observe: (request) => {
      metrics.countPlatformRequest(request);
      flow.countRequest(request);
      spent.count(request);
    },
    onMismatch: metrics.countMismatch,
  });
  const campaigns = new CampaignStore(redis, prefix, {
    retentionMs: config.CAMPAIGN_RETENTION,
    eventsMax: config.EVENTS_MAX,
  });
  watchWorker(metrics, config, { operations, budget, campaigns });
  const haltWatch = new StopWatch(redis, prefix, log, noteRedis);
  const caches = openLookupCaches(redis, config, log, noteRedis);
  const templateStore = new TemplateStore(catalogue, quotingOf(config));
  const { prefetcher, prefetched } = openPrefetch(config, {
    redis,
    campaigns,
    client,
    templates: templateStore,
    log,
    now: () => ledger.clock.now(),
    observe: observePrefetch,
    pollMs: prefetchPollMs,
    settlesAfterMs: prefetchSettlesAfterMs,
    noteRedis,
  });
  const learned = openLearnedSuppressions(config, {
    redis,
    audit,
    now: () => ledger.clock.now(),
  });
  const identities = new IdentityLookup(client, caches.identities);
  const checkpoints = new CheckpointStore<Findings>(
    redis,
    prefix,
    keyring,
    config.CHECKPOINT_MAX_AGE,
  );
  const content = new SentContent(keyring);
  const unsubscribeLinks = openUnsubscribeLinks(config);
  const pipeline = new NotificationPipeline({
    learned,
    haltWatch,
    client,
    config,
    policy,
    consent: openConsentFacts(config, redis),
    content,
    conversations: new ConversationLoader(client, log, metrics.countMismatch, () =>
      ledger.clock.now(),
    ),
    onNoSummary: noSummaryLog(log),
    identities,
    contexts: caches.contexts,
    prefetched,
    checkpoints,
    templates: templateStore,
    defaultChannels: config.NOTIFY_CHANNELS,
    defaultLookbackDays: config.HISTORY_LOOKBACK_DAYS,
    transcriptSource: config.HISTORY_TRANSCRIPT_SOURCE,
    extraNeeds: extraNeeds(config),
    durability,
    progress,
    activeConversation: config.ACTIVE_CONVERSATION,
    deliveryCheckAfterMs: config.DELIVERY_CHECK_AFTER,
    unsubscribeLinks,
    asksTogether: deliveryChecksOf(config) === 'together',
    scheduleDeliveryCheck: (record) => addJobs(queues, [record], ledger.clock.now()),
    ledger,
    now: () => ledger.clock.now(),
    maxAttempts: MAX_ATTEMPTS,
    observe,
    observePhase: metrics.observePhase,
    log,
  });
  const workers = new QueueWorkers({
    connection: redis,
    prefix,
    concurrency: config.WORKER_CONCURRENCY,
    log,
    now: () => ledger.clock.now(),
    process: (job, signal) => pipeline.process(job, signal),
    onForeignJob: metrics.countForeignJob,
    isRepaired: (reason) => accessIsRepaired(client, config, reason),
    onHold: async (reason) => {
      // Published first: a feeder that finds its campaigns paused must find the breaker open.
      await heartbeat.beat().catch(() => undefined);
      await pauseRunning(campaigns, reason);
    },
    onBreakerChange: () => heartbeat.publish(),
    noteRedis,
  });
  const sweeper = new Sweeper({
    ledger,
    queues,
    redis,
    prefix,
    log,
    sendingPause,
    search,
    events: { feed: new EventFeed({ redis, ledger }), retentionMs: config.EVENTS_RETENTION },
    suppressions: openSuppressions(config, redis),
    onFind: metrics.countSweeperFind,
    noteRedis,
  });
  const registry = new WorkerRegistry(redis, prefix);
  const intake = openIntake(config, {
    redis,
    ledger,
    queues,
    catalogue,
    log,
    count: metrics.countIntakeJob,
    noteRedis,
  });
  const feeder = openFeeder(config, {
    redis,
    campaigns,
    ledger,
    queues,
    catalogue,
    registry,
    log,
    observe: observeRelease,
    noteRedis,
  });
  const delivery = openDelivery(config, {
    redis,
    ledger,
    queues,
    client,
    templates: templateStore,
    learned,
    metrics,
    log,
    noteRedis,
    silentAfterMs,
  });
  const reconciler = openReconcile(config, {
    redis,
    ledger,
    queues,
    search,
    client,
    identities,
    checkpoints,
    content,
    templates: templateStore,
    unsubscribeLinks,
    log,
    observe: observeReconcile,
    onResult: metrics.countReconciled,
    noteRedis,
  });
  const webhooks = openWebhookSender(config, { redis, ledger, metrics, log, noteRedis });
  const concurrency = config.WORKER_CONCURRENCY;
  const { notReady, ...judged } = workerReadiness({
    clock: ledger.clock,
    redisHealth,
    queues,
    operations,
    workers,
    intake,
    concurrency,
    durability,
  });
  readiness = judged.readiness;
  const heartbeat = openHeartbeat({
    registry,
    clock: ledger.clock,
    workers,
    intake,
    concurrency,
    durability,
    progress,
    notReady,
    log,
    noteRedis,
  });
  const clockWatch = new ClockWatch({
    clock: ledger.clock,
    log,
    onError: noteRedis,
    onChange: async (isWrong) => {
      await Promise.all([workers.clockIsWrong(isWrong), intake.clockIsWrong(isWrong)]);
    },
  });
  const stopRenewing = renewDaily(catalogue, log);
  await clockWatch.start();
  heartbeat.start();
  workers.start();
  intake.start();
  const background = [sweeper, feeder, prefetcher, delivery, reconciler, webhooks];
  for (const each of background) each.start();
  warnOfMissingLinks(config, templates, log);
  log.info(
    { workerId: heartbeat.id, templates: templates.length, health: health?.url },
    'worker started',
  );

  let stopping: Promise<void> | undefined;
  const stop = async () => {
    stopRenewing();
    clockWatch.stop();
    await Promise.all([...background.map((each) => each.stop()), intake.stop(), workers.stop()]);
    await heartbeat.stop();
    haltWatch.stop();
    await client.close();
    await spent.flush();
    await flow.close();
    await closeQueues(queues);
    await health?.close();
    redisHealth.stop();
    durability.close();
    disconnect(redis);
    log.info('worker stopped');
  };
  return {
    url: health?.url,
    readiness: () => readiness(),
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}
