import { flowStatus, jobsOfGoneWorkers } from '../queue/flowStatus.js';
import { QUEUE_NAMES, type QueueName } from '../queue/intakeJob.js';
import type { FleetStatus } from '../queue/operations.js';
import { fleetStatusView, type ObstacleView, obstacleView } from '../queue/statusView.js';
import type { SeenWorker } from '../queue/workerRegistry.js';
import { DURABILITIES, describeDurability } from '../redis/durability.js';
import { operate } from './deploymentCommand.js';
import { EXIT, type ExitCode } from './exitCodes.js';
import { commandLine, printable } from './output.js';
import { counted, whole } from './terminal.js';

const PROGRAM = /^notifier /;

/** What is in the way, and what can be done about it, each in a line. */
export function describeObstacle({
  detail,
  remedy,
  command,
}: Pick<ObstacleView, 'detail'> & Partial<Pick<ObstacleView, 'remedy' | 'command'>>): string[] {
  if (remedy === undefined) return [printable(detail)];
  const todo =
    command === undefined
      ? `${remedy}.`
      : `${remedy}: ${commandLine(command.replace(PROGRAM, ''))}`;
  return [printable(detail), `→ ${todo}`];
}

/** Says whether notifications flow, what is in their way, and which workers live. */
export async function deploymentStatus(options: { json?: boolean }): Promise<ExitCode> {
  return operate(options, async (operations, output) => {
    const fleet = await operations.status();
    output.result(describeStatus(fleet), fleetStatusView(fleet));
    return flowStatus(fleet).state === 'flows' ? EXIT.ok : EXIT.other;
  });
}

function describeStatus(fleet: FleetStatus): string {
  const { state, obstacles } = flowStatus(fleet);
  const headline = state === 'flows' ? 'Notifications flow.' : 'Nothing is sent.';
  const seen = obstacles.flatMap((obstacle) => {
    const [detail, todo] = describeObstacle(obstacleView(obstacle));
    return [`  ${detail}`, `    ${todo}`];
  });
  return [
    headline,
    ...seen,
    '',
    `Workers (${fleet.workers.alive.length})`,
    ...fleet.workers.alive.map((worker) => `  ${describeWorker(worker)}`),
    ...fleet.workers.vanished.map((worker) => `  ${describeVanished(worker)}`),
    'Queues',
    ...QUEUE_NAMES.map((name) => `  ${name.padEnd(13)}  ${describeQueue(fleet, name)}`),
    ...describeGone(fleet),
    ...describeIntents(fleet),
    ...describeUnknown(fleet),
    ...describeListener(fleet),
  ].join('\n');
}

function describeWorker({ host, pid, version, since, jobs, breaker, notReady }: SeenWorker) {
  const busy = counted(jobs.transactional + jobs.campaign, 'job');
  const does =
    breaker?.state === 'open'
      ? 'held, takes no jobs'
      : notReady !== undefined
        ? 'not ready'
        : breaker !== undefined
          ? 'tries one job at a time'
          : `works on ${busy}`;
  return printable(`${host}, process ${pid}, version ${version}, since ${iso(since)}: ${does}`);
}

function describeVanished({ host, pid, version, seenAt }: SeenWorker): string {
  return printable(
    `${host}, process ${pid}, version ${version}: gone without leaving, last seen at ${iso(seenAt)}`,
  );
}

function describeQueue({ queues }: FleetStatus, name: QueueName): string {
  const { waiting, delayed, active, failed, paused } = queues[name];
  const counts = { waiting, delayed, active, failed };
  const parts = Object.entries(counts).map(([state, count]) => `${whole(count)} ${state}`);
  return `${parts.join(', ')}${paused ? ' (paused)' : ''}`;
}

/** `active` counts what was taken, also by workers that are gone. */
function describeGone(fleet: FleetStatus): string[] {
  const gone = jobsOfGoneWorkers(fleet);
  return gone === 0 ? [] : [`  of the active, ${whole(gone)} are taken by workers that are gone`];
}

function describeListener({ deliveryListener }: FleetStatus): string[] {
  if (deliveryListener === undefined) return [];
  const { state, since, lastEventAt, detail } = deliveryListener;
  const event = lastEventAt === undefined ? 'no event yet' : `last event ${iso(lastEventAt)}`;
  const why = state === 'connected' ? event : detail;
  return [printable(`Delivery events: ${state} since ${iso(since)} (${why})`)];
}

/** The weakest of the workers: it is what holds for the deployment. */
function describeIntents({ workers: { alive } }: FleetStatus): string[] {
  const used = alive.flatMap(({ intentDurability }) => intentDurability ?? []);
  const weakest = DURABILITIES.findLast((durability) => used.includes(durability));
  return weakest === undefined ? [] : [`Intents: ${describeDurability(weakest)} (${weakest})`];
}

function describeUnknown({ unknown: { count, asked, oldestSince } }: FleetStatus): string[] {
  if (count === 0) return [];
  const since = oldestSince === undefined ? '' : `, the oldest since ${iso(oldestSince)}`;
  return [
    `Unknown: ${whole(count)} may have been sent${since}`,
    `  of them, Genesys Cloud is still asked for ${whole(asked)}, and ${whole(count - asked)} wait for a person to decide`,
    `  → ${commandLine('unknowns')} lists them, ${commandLine('resolve ID sent')} (or not-sent) decides; or the page /notifications`,
  ];
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
