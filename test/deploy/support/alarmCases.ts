/** Time series in promtool's notation, one value a minute: `0x90` is 91 times 0, `0+3x90` rises by 3. */
type Series = Readonly<Record<string, string>>;

export interface AlarmCase {
  alarm: string;
  /** What is so, as the end of a sentence that begins with "fires when". */
  when: string;
  /** Beside and instead of what is so while all is well; an empty value takes a series away. */
  series: Series;
  at: string;
  /** Labels of each alarm that fires, beside those of its rule; one without any by default. */
  labels?: readonly Series[];
}

const API = 'job="notifier-api",instance="api-1"';
const WORKER = 'job="notifier-worker",instance="worker-1"';
const OLDER = 'job="notifier-worker",instance="worker-2"';

const request = (status: string, kind: string) =>
  `notifier_http_request_duration_seconds_${kind}{${API},method="POST",route="/v1/notifications",status="${status}"`;
const outcome = (priority: string, outcome: string) =>
  `notifier_outcomes_total{${WORKER},priority="${priority}",outcome="${outcome}"}`;
const waited = (priority: string, le: string) =>
  `notifier_time_to_send_seconds_bucket{${WORKER},priority="${priority}",le="${le}"}`;
const sends = (priority: string) =>
  `notifier_time_to_send_seconds_count{${WORKER},priority="${priority}"}`;

/** A deployment of an api and a worker, for seven hours, with traffic and nothing wrong. */
export const ALL_IS_WELL: Series = {
  [`up{${API}}`]: '1x420',
  [`up{${WORKER}}`]: '1x420',
  [`notifier_build_info{${API},role="api",version="1.0.0",node="24.1.0"}`]: '1x420',
  [`notifier_build_info{${WORKER},role="worker",version="1.0.0",node="24.1.0"}`]: '1x420',
  [`nodejs_eventloop_lag_p99_seconds{${WORKER}}`]: '0.02x420',
  [`notifier_redis_up{${API}}`]: '1x420',
  [`notifier_redis_up{${WORKER}}`]: '1x420',
  [`notifier_redis_full{${WORKER}}`]: '0x420',
  [`notifier_redis_went_back{${WORKER}}`]: '0x420',
  [`notifier_redis_memory_used_bytes{${WORKER}}`]: '100x420',
  [`notifier_redis_memory_limit_bytes{${WORKER}}`]: '1000x420',
  [`notifier_workers{${WORKER},state="alive"}`]: '1x420',
  [`notifier_workers{${WORKER},state="held"}`]: '0x420',
  [`notifier_workers_by_durability{${WORKER},durability="fsync"}`]: '1x420',
  [`notifier_workers_by_durability{${WORKER},durability="none"}`]: '0x420',
  [`notifier_task_last_run_age_seconds{${WORKER},task="sweeper"}`]: '4x420',
  [`notifier_task_last_run_age_seconds{${WORKER},task="feeder"}`]: '3x420',
  [`notifier_paused{${WORKER}}`]: '0x420',
  [`notifier_queue_paused{${WORKER},queue="transactional"}`]: '0x420',
  [`notifier_queue_paused{${WORKER},queue="campaign"}`]: '0x420',
  [`notifier_queue_oldest_job_age_seconds{${WORKER},queue="transactional"}`]: '1x420',
  [`notifier_queue_oldest_job_age_seconds{${WORKER},queue="campaign"}`]: '30x420',
  [`notifier_queue_oldest_job_age_seconds{${WORKER},queue="intake"}`]: '0x420',
  [`notifier_campaigns_paused_by_itself{${WORKER}}`]: '0x420',
  [`notifier_gate_closed_age_seconds{${WORKER}}`]: '0x420',
  [`notifier_gate_closed_until_timestamp_seconds{${WORKER}}`]: '0x420',
  [`notifier_gate_closed_seconds_total{${WORKER}}`]: '60x420',
  [`notifier_budget_pace_ratio{${WORKER}}`]: '1x420',
  [`notifier_budget_requests_per_minute{${WORKER}}`]: '300x420',
  [`notifier_budget_wait_seconds_count{${WORKER},lane="transactional",outcome="admitted"}`]:
    '0+200x420',
  [`notifier_platform_requests_total{${WORKER},operation="messages",status="200"}`]: '0+100x420',
  [`notifier_platform_requests_total{${WORKER},operation="messages",status="500"}`]: '0+1x420',
  [`notifier_delivery_listener{${WORKER},state="connected"}`]: '1x420',
  [`notifier_delivery_listener{${WORKER},state="disconnected"}`]: '0x420',
  [`notifier_delivery_listener{${WORKER},state="refused"}`]: '0x420',
  [`notifier_sweeper_finds_total{${WORKER},finding="missing_job"}`]: '0x420',
  [`notifier_sweeper_finds_total{${WORKER},finding="expired"}`]: '0+50x420',
  [`notifier_foreign_jobs_total{${WORKER},queue="campaign"}`]: '0x420',
  [`notifier_intake_jobs_total{${WORKER},outcome="accepted"}`]: '0+5x420',
  [`notifier_intake_jobs_total{${WORKER},outcome="invalid"}`]: '0x420',
  [`notifier_webhooks{${WORKER},status="active"}`]: '2x420',
  [`notifier_webhooks{${WORKER},status="disabled"}`]: '0x420',
  [`notifier_webhooks{${WORKER},status="unreadable"}`]: '0x420',
  [`notifier_webhook_lag_seconds{${WORKER}}`]: '0x420',
  [`notifier_unknown_waiting{${WORKER},decides="person"}`]: '0x420',
  [`notifier_unknown_waiting{${WORKER},decides="platform"}`]: '1x420',
  [`notifier_unknown_oldest_age_seconds{${WORKER}}`]: '60x420',
  [`${request('202', 'count')}}`]: '0+100x420',
  [`${request('202', 'bucket')},le="0.5"}`]: '0+100x420',
  [`${request('400', 'count')}}`]: '0+5x420',
  [`${request('400', 'bucket')},le="0.5"}`]: '0+5x420',
  [sends('transactional')]: '0+100x420',
  [waited('transactional', '60')]: '0+100x420',
  [sends('campaign')]: '0+100x420',
  [waited('campaign', '3600')]: '0+99x420',
  [outcome('transactional', 'sent')]: '0+100x420',
  [outcome('transactional', 'expired')]: '0x420',
  [outcome('transactional', 'unknown')]: '0x420',
  [outcome('transactional', 'failed')]: '0+2x420',
  [outcome('campaign', 'sent')]: '0+100x420',
  [outcome('campaign', 'expired')]: '0x420',
  [outcome('campaign', 'unknown')]: '0x420',
  [outcome('campaign', 'failed')]: '0+3x420',
};

/** All series as they are when the processes end after an hour, and nothing is scraped any more. */
export const ALL_ENDS: Series = Object.fromEntries(
  Object.entries(ALL_IS_WELL).map(([name, values]) => [
    name,
    name.startsWith('up{') ? '1x60 0x360' : values.replace('x420', 'x60'),
  ]),
);

/** The same when Redis goes away after an hour: what stands in it is absent. */
export const REDIS_GOES: Series = Object.fromEntries(
  Object.entries(ALL_IS_WELL).map(([name, values]) => {
    if (name.startsWith('notifier_redis_up')) return [name, '1x60 0x360'];
    const isOfAProcess =
      /^(up|nodejs_|notifier_(build_info|http|outcomes|time_to|budget|platform|sweeper|foreign|intake))/;
    return [name, isOfAProcess.test(name) ? values : values.replace('x420', 'x60')];
  }),
);

export const ALARM_CASES: readonly AlarmCase[] = [
  {
    alarm: 'NotifierNotScraped',
    when: 'every process is gone',
    series: ALL_ENDS,
    at: '70m',
  },
  {
    alarm: 'NotifierApiMissing',
    when: 'the api alone is gone',
    series: {
      [`notifier_build_info{${API},role="api",version="1.0.0",node="24.1.0"}`]: '1x60',
    },
    at: '70m',
    labels: [{ role: 'api' }],
  },
  {
    alarm: 'NotifierTargetDown',
    when: 'a target answers nothing',
    series: { [`up{${WORKER}}`]: '1x10 0x410' },
    at: '20m',
    labels: [{ job: 'notifier-worker', instance: 'worker-1' }],
  },
  {
    alarm: 'NotifierWorkersNotScraped',
    when: 'a second worker lives that is no target',
    series: { [`notifier_workers{${WORKER},state="alive"}`]: '2x420' },
    at: '15m',
  },
  {
    alarm: 'NotifierWorkersNotScraped',
    when: 'no worker is a target at all',
    series: {
      [`notifier_build_info{${WORKER},role="worker",version="1.0.0",node="24.1.0"}`]: '',
    },
    at: '15m',
  },
  {
    alarm: 'NotifierVersionsMixed',
    when: 'an update has stopped half-way for over two hours',
    series: {
      [`notifier_build_info{${OLDER},role="worker",version="0.9.0",node="24.1.0"}`]: '1x420',
    },
    at: '150m',
  },
  {
    alarm: 'NotifierNoWorkers',
    when: 'the last worker is gone',
    series: { [`notifier_workers{${WORKER},state="alive"}`]: '1x10 0x410' },
    at: '13m',
  },
  {
    alarm: 'NotifierAllWorkersHeld',
    when: 'the only worker takes no jobs',
    series: { [`notifier_workers{${WORKER},state="held"}`]: '1x420' },
    at: '5m',
  },
  {
    alarm: 'NotifierWorkerHeld',
    when: 'one of two workers takes no jobs',
    series: {
      [`notifier_workers{${WORKER},state="alive"}`]: '2x420',
      [`notifier_workers{${WORKER},state="held"}`]: '1x420',
    },
    at: '15m',
  },
  {
    alarm: 'NotifierPaused',
    when: 'a pause lasts for half an hour',
    series: { [`notifier_paused{${WORKER}}`]: '1x420' },
    at: '40m',
  },
  {
    alarm: 'NotifierQueuePaused',
    when: 'a queue is paused by something else than the product',
    series: { [`notifier_queue_paused{${WORKER},queue="campaign"}`]: '1x420' },
    at: '10m',
    labels: [{ queue: 'campaign' }],
  },
  {
    alarm: 'NotifierJobsWaitTooLong',
    when: 'a transactional job gets old',
    series: {
      [`notifier_queue_oldest_job_age_seconds{${WORKER},queue="transactional"}`]: '0+60x420',
    },
    at: '10m',
    labels: [{ queue: 'transactional' }],
  },
  {
    alarm: 'NotifierCampaignJobsWaitTooLong',
    when: 'a released row gets old',
    series: {
      [`notifier_queue_oldest_job_age_seconds{${WORKER},queue="campaign"}`]: '0+60x420',
    },
    at: '80m',
  },
  {
    alarm: 'NotifierCampaignPausedByItself',
    when: 'the product has paused a campaign',
    series: { [`notifier_campaigns_paused_by_itself{${WORKER}}`]: '1x420' },
    at: '15m',
  },
  ...(['sweeper', 'feeder'] as const).flatMap((task) => {
    const alarm = task === 'sweeper' ? 'NotifierSweeperStopped' : 'NotifierFeederStopped';
    const mark = `notifier_task_last_run_age_seconds{${WORKER},task="${task}"}`;
    return [
      { alarm, when: `the ${task} stands still`, series: { [mark]: '0+60x420' }, at: '10m' },
      { alarm, when: `the ${task} has never run`, series: { [mark]: '' }, at: '5m' },
    ];
  }),
  {
    alarm: 'NotifierJobsLost',
    when: 'the sweeper finds one missing job a minute',
    series: { [`notifier_sweeper_finds_total{${WORKER},finding="missing_job"}`]: '0+1x420' },
    at: '30m',
  },
  {
    alarm: 'NotifierForeignJobs',
    when: 'another program has added its first job to a sending queue',
    series: { [`notifier_foreign_jobs_total{${WORKER},queue="campaign"}`]: '0x10 1x410' },
    at: '15m',
    labels: [{ queue: 'campaign' }],
  },
  {
    alarm: 'NotifierIntakeRefused',
    when: 'a first job of the intake is refused',
    series: { [`notifier_intake_jobs_total{${WORKER},outcome="invalid"}`]: '0x10 1x410' },
    at: '15m',
    labels: [{ outcome: 'invalid' }],
  },
  {
    alarm: 'NotifierWebhookDisabled',
    when: 'a webhook was disabled after days of failures',
    series: { [`notifier_webhooks{${WORKER},status="disabled"}`]: '1x420' },
    at: '10m',
    labels: [{ status: 'disabled' }],
  },
  {
    alarm: 'NotifierWebhooksLate',
    when: 'a webhook fails while its events get old',
    series: { [`notifier_webhook_lag_seconds{${WORKER}}`]: '0+60x420' },
    at: '80m',
  },
  {
    alarm: 'NotifierProcessBlocked',
    when: 'the event loop of a process lags',
    series: { [`nodejs_eventloop_lag_p99_seconds{${WORKER}}`]: '2x420' },
    at: '15m',
    labels: [{ job: 'notifier-worker', instance: 'worker-1' }],
  },
  {
    alarm: 'NotifierGateClosed',
    when: 'the gate has been closed for long',
    series: { [`notifier_gate_closed_age_seconds{${WORKER}}`]: '0+60x420' },
    at: '20m',
  },
  {
    alarm: 'NotifierGateClosed',
    when: 'the gate has just been closed for hours',
    series: { [`notifier_gate_closed_until_timestamp_seconds{${WORKER}}`]: '14400x420' },
    at: '1m',
  },
  {
    alarm: 'NotifierGateClosedOften',
    when: 'the gate is closed for twelve seconds of each minute',
    series: { [`notifier_gate_closed_seconds_total{${WORKER}}`]: '0+12x420' },
    at: '90m',
  },
  {
    alarm: 'NotifierBudgetReduced',
    when: 'half of the budget is made use of',
    series: { [`notifier_budget_pace_ratio{${WORKER}}`]: '0.5x420' },
    at: '20m',
  },
  {
    alarm: 'NotifierPlatformFails',
    when: 'a third of the requests to the platform times out',
    series: {
      [`notifier_platform_requests_total{${WORKER},operation="messages",status="timeout"}`]:
        '0+50x420',
    },
    at: '30m',
  },
  {
    alarm: 'NotifierFailuresHigh',
    when: 'half of a campaign fails',
    series: { [outcome('campaign', 'failed')]: '0+100x420' },
    at: '30m',
    labels: [{ priority: 'campaign' }],
  },
  {
    alarm: 'NotifierDeliveryListenerDown',
    when: 'the process that listened is gone',
    series: {
      [`notifier_delivery_listener{${WORKER},state="connected"}`]: '0x420',
      [`notifier_delivery_listener{${WORKER},state="disconnected"}`]: '1x420',
    },
    at: '20m',
    labels: [{ state: 'disconnected' }],
  },
  {
    alarm: 'NotifierRedisDown',
    when: 'a process gets no answer from Redis',
    series: { [`notifier_redis_up{${API}}`]: '1x10 0x410' },
    at: '12m',
  },
  { alarm: 'NotifierRedisDown', when: 'Redis is away', series: REDIS_GOES, at: '65m' },
  {
    alarm: 'NotifierRedisWentBack',
    when: 'Redis went back in time',
    series: { [`notifier_redis_went_back{${WORKER}}`]: '1x420' },
    at: '1m',
  },
  {
    alarm: 'NotifierRedisFull',
    when: 'Redis is full',
    series: { [`notifier_redis_full{${WORKER}}`]: '1x420' },
    at: '3m',
  },
  {
    alarm: 'NotifierRedisFillsUp',
    when: 'two thirds of the memory of Redis are used',
    series: { [`notifier_redis_memory_used_bytes{${WORKER}}`]: '670x420' },
    at: '20m',
  },
  {
    alarm: 'NotifierRedisUnbounded',
    when: 'Redis has no maxmemory',
    series: { [`notifier_redis_memory_limit_bytes{${WORKER}}`]: '0x420' },
    at: '70m',
  },
  {
    alarm: 'NotifierIntentsNotDurable',
    when: 'a worker sends before its intents are safe',
    series: { [`notifier_workers_by_durability{${WORKER},durability="none"}`]: '1x420' },
    at: '20m',
  },
  {
    alarm: 'NotifierUnknownsWaitForPerson',
    when: 'an unknown has waited for a person for an hour',
    series: { [`notifier_unknown_waiting{${WORKER},decides="person"}`]: '1x420' },
    at: '70m',
  },
  {
    alarm: 'NotifierUnknownsNotReconciled',
    when: 'an unknown gets old and the platform is still to be asked',
    series: { [`notifier_unknown_oldest_age_seconds{${WORKER}}`]: '0+60x420' },
    at: '200m',
  },
  {
    alarm: 'NotifierAcceptanceFailsFast',
    when: 'one request in twenty is answered with 503',
    series: { [`${request('503', 'count')}}`]: '0+6x420' },
    at: '70m',
  },
  {
    alarm: 'NotifierAcceptanceFailsFast',
    when: 'the api is new and answers all with 503',
    series: {
      [`${request('202', 'count')}}`]: '',
      [`${request('400', 'count')}}`]: '',
      [`${request('503', 'count')}}`]: '_x60 1+6x360',
    },
    at: '80m',
  },
  {
    alarm: 'NotifierAcceptanceFails',
    when: 'one request in a hundred is answered with 503 for hours',
    series: { [`${request('503', 'count')}}`]: '0+1x420' },
    at: '400m',
  },
  {
    alarm: 'NotifierAcceptanceSlow',
    when: 'one request in ten takes its time',
    series: { [`${request('202', 'bucket')},le="0.5"}`]: '0+85x420' },
    at: '60m',
  },
  {
    alarm: 'NotifierSendsLateFast',
    when: 'a fifth leaves late',
    series: { [waited('transactional', '60')]: '0+80x420' },
    at: '70m',
    labels: [{ priority: 'transactional' }],
  },
  {
    alarm: 'NotifierSendsLateFast',
    when: 'a fifth leaves late, with the boundaries as Prometheus 3 writes them',
    series: {
      [waited('transactional', '60')]: '',
      [waited('transactional', '60.0')]: '0+80x420',
    },
    at: '70m',
    labels: [{ priority: 'transactional' }],
  },
  {
    alarm: 'NotifierSendsLateFast',
    when: 'nothing leaves and all expires',
    series: {
      [sends('transactional')]: '0x420',
      [waited('transactional', '60')]: '0x420',
      [outcome('transactional', 'expired')]: '0+10x420',
    },
    at: '70m',
    labels: [{ priority: 'transactional' }],
  },
  {
    alarm: 'NotifierSendsLate',
    when: 'one in ten leaves late for hours',
    series: { [waited('transactional', '60')]: '0+90x420' },
    at: '400m',
    labels: [{ priority: 'transactional' }],
  },
  {
    alarm: 'NotifierCampaignSendsLate',
    when: 'one row in ten is late',
    series: { [waited('campaign', '3600')]: '0+90x420' },
    at: '400m',
    labels: [{ priority: 'campaign' }],
  },
  {
    alarm: 'NotifierUnknownsFast',
    when: 'one message in forty becomes unknown',
    series: { [outcome('transactional', 'unknown')]: '0+5x420' },
    at: '70m',
  },
  {
    alarm: 'NotifierUnknowns',
    when: 'one message in a hundred becomes unknown for hours',
    series: { [outcome('transactional', 'unknown')]: '0+2x420' },
    at: '400m',
  },
];
