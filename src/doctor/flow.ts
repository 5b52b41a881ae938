import { openAudit } from '../app/openAudit.js';
import { type Config, keyringOf } from '../config.js';
import { Ledger } from '../notification/ledger.js';
import { type FlowStatus, flowStatus, type Obstacle } from '../queue/flowStatus.js';
import { QUEUE_NAMES } from '../queue/intakeJob.js';
import { closeQueues, openQueues } from '../queue/jobs.js';
import { type FleetStatus, Operations } from '../queue/operations.js';
import { Gate } from '../queue/rateLimitGate.js';
import { SendingPause } from '../queue/sendingPause.js';
import type { RedisClient } from '../redis/redisClient.js';
import { type CheckResult, failed, ok, skipped, warning } from './finding.js';

/** Looks whether a worker lives and whether notifications flow. Writes nothing. */
export async function checkFlow(redis: RedisClient, config: Config): Promise<CheckResult[]> {
  const prefix = config.QUEUE_PREFIX;
  const queues = openQueues(redis, prefix, () => undefined, { readOnly: true });
  try {
    const retention = { ledgerMs: config.LEDGER_RETENTION, requestMs: config.REQUEST_RETENTION };
    const operations = new Operations({
      redis,
      prefix,
      ledger: new Ledger(redis, prefix, keyringOf(config), retention),
      queues,
      gate: new Gate(redis, prefix),
      sendingPause: new SendingPause(redis, prefix, queues),
      audit: openAudit(config, redis),
    });
    return judgeFlow(await operations.status());
  } finally {
    await closeQueues(queues).catch(() => undefined);
  }
}

export function judgeFlow(fleet: FleetStatus): CheckResult[] {
  const flow = flowStatus(fleet);
  return [workersFinding(fleet, flow), ...sendingFindings(flow), ...listenerFindings(fleet)];
}

/** Without a worker it is a failure when something waits for one; before the first start it is not. */
function workersFinding({ workers, queues }: FleetStatus, { obstacles }: FlowStatus): CheckResult {
  const none = obstacles.find(({ kind }) => kind === 'no_workers');
  if (none === undefined) {
    const places = workers.alive.map(({ host, pid }) => `${host} (process ${pid})`);
    return ok('workers', `${workers.alive.length} alive: ${places.join(', ')}`);
  }
  const waits = QUEUE_NAMES.some((name) => {
    const { waiting, delayed, active } = queues[name];
    return waiting + delayed + active > 0;
  });
  const judge = waits ? failed : warning;
  return judge('workers', none.detail, remedyOf(none));
}

function sendingFindings({ state, obstacles }: FlowStatus): CheckResult[] {
  const others = obstacles.filter(({ kind }) => kind !== 'no_workers');
  if (others.length > 0) return others.map(obstacleFinding);
  if (state === 'flows') return [ok('flow', 'notifications flow')];
  return [skipped('flow', 'nothing is sent without a worker')];
}

/** Without it undelivered messages are found later, at the price of a request each at the most. */
function listenerFindings({ deliveryListener, workers }: FleetStatus): CheckResult[] {
  if (deliveryListener === undefined || workers.alive.length === 0) return [];
  const { state, since, heardAt, lastEventAt, detail } = deliveryListener;
  const at = (ms: number | undefined) => (ms === undefined ? 'never' : new Date(ms).toISOString());
  const seen = `since ${at(since)}, last heard ${at(heardAt)}, last event ${at(lastEventAt)}`;
  if (state === 'connected') return [ok('delivery-events', `connected ${seen}`)];
  if (state === 'idle') return [ok('delivery-events', `idle ${seen}: ${detail}`)];
  return [
    warning(
      'delivery-events',
      `${state} ${seen}: ${detail ?? 'no reason known'}`,
      'Allow the topic of undelivered messages to the OAuth client, and outbound wss; until then messages are asked about',
    ),
  ];
}

function obstacleFinding(obstacle: Obstacle): CheckResult {
  const judge = BROKEN.has(obstacle.kind) ? failed : warning;
  return judge('flow', obstacle.detail, remedyOf(obstacle));
}

/** Something is wrong there; the others are meant so, or pass by themselves. */
const BROKEN: ReadonlySet<Obstacle['kind']> = new Set(['held', 'not_ready', 'redis_full']);

function remedyOf({ remedy, command }: Obstacle): string {
  return command === undefined ? `${remedy}.` : `${remedy}: notifier ${command}`;
}
