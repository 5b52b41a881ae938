import { setTimeout as pause } from 'node:timers/promises';
import type { NotificationRequest } from '../../../src/notification/request.js';
import type { NotificationProducer } from '../../../src/queue/producer.js';
import { type Deployment, deploy, type WorkerProcess } from '../../support/deployment.js';

const NOTIFICATIONS = 240;
const WORKERS = 2;
/** Sent after each event of the run, while Redis may still be failing over. */
const SENT_AFTER_EVENT = 10;
const REACHED: readonly string[] = ['sent', 'delivered', 'read'];
const NOT_SENT: readonly string[] = ['failed', 'skipped', 'expired', 'cancelled'];
const ENDED: readonly string[] = [...REACHED, ...NOT_SENT, 'undelivered', 'unknown'];

/** What happened to the notifications of a run, by the record of the platform. */
export interface Verdict {
  accepted: number;
  unknown: number;
  /** Customers who got more than one message. */
  twice: string[];
  /** Accepted, and neither ended nor known any more. */
  lost: string[];
  /** Says that it was sent and the platform has nothing, or that it was not and the platform has. */
  untrue: string[];
}

export const FINE = { accepted: NOTIFICATIONS, twice: [], lost: [], untrue: [] };

export interface RunInHand {
  deployment: Deployment;
  /** Kills the worker that has lived longest, and starts another. */
  killWorker(): Promise<void>;
}

/**
 * A whole run on the Redis of `env`: notifications over web with history and by email, two workers in
 * processes of their own, and in the midst of it the `events`, each when its share has been delivered.
 */
export async function wholeRun({
  env,
  workerEnv,
  prepare = async () => undefined,
  events,
}: {
  env: Record<string, string>;
  /** What only the workers get, beside `env`. */
  workerEnv?: Record<string, string>;
  prepare?: (deployment: Deployment) => Promise<void>;
  events: readonly ((run: RunInHand) => Promise<void>)[];
}): Promise<Verdict> {
  const deployment = await deploy({
    sandbox: { keepAll: true, indexingLagMs: 0, latencyMs: 100 },
    env: {
      // Asked for wherever it cannot be seen that Redis is on this machine.
      NOTIFIER_SECRET: 'a-secret-of-the-topologies',
      WORKER_CONCURRENCY: '10',
      GENESYS_REQUESTS_PER_MINUTE: '1800',
      ...env,
    },
  });
  try {
    await prepare(deployment);
    const { sandbox, producer } = deployment;
    const workers: WorkerProcess[] = [];
    const hire = async () => workers.push(await deployment.spawnWorker({ changes: workerEnv }));
    await Promise.all(Array.from({ length: WORKERS }, hire));
    const run: RunInHand = {
      deployment,
      killWorker: async () => {
        workers.shift()?.kill('SIGKILL');
        await hire();
      },
    };
    const requests = requestsOf(deployment);
    const atOnce = requests.splice(0, NOTIFICATIONS - SENT_AFTER_EVENT * events.length);
    const recipients = new Map([...atOnce, ...requests].map((one) => [one.id, one.to]));
    await acceptAll(producer, atOnce);
    for (const [n, event] of events.entries()) {
      const share = Math.floor(((n + 1) * atOnce.length) / (events.length + 2));
      await sandbox.deliveries.waitFor(share, undefined, 120_000);
      await event(run);
      await acceptAll(producer, requests.splice(0, SENT_AFTER_EVENT));
    }
    return await judge(deployment, recipients);
  } finally {
    await deployment.stop();
  }
}

interface Addressed {
  id: string;
  to: string;
  request: NotificationRequest;
}

function requestsOf({ sandbox }: Deployment): Addressed[] {
  return sandbox.generateCustomers(NOTIFICATIONS / 2).flatMap(({ id: to, email }, n) => {
    const template = 'follow-up';
    const history = { required: false };
    const recipient = { externalContactId: to, email: email ?? `guest${n}@example.net` };
    const address = `new${n}@example.net`;
    return [
      { id: `web-${n}`, to, request: { id: `web-${n}`, recipient, template, history } },
      {
        id: `email-${n}`,
        to: address,
        request: {
          id: `email-${n}`,
          recipient: { email: address },
          template,
          channels: ['email'],
          history,
          priority: 'campaign',
        },
      },
    ] satisfies Addressed[];
  });
}

/** As a caller does: an error is answered by asking again under the same id. */
async function acceptAll(producer: NotificationProducer, all: readonly Addressed[]): Promise<void> {
  await Promise.all(
    all.map(async ({ request }) => {
      while ((await producer.send(request).catch(() => undefined)) === undefined) await pause(200);
    }),
  );
}

async function judge(
  { sandbox, producer }: Deployment,
  recipients: ReadonlyMap<string, string>,
): Promise<Verdict> {
  const verdict: Verdict = {
    accepted: recipients.size,
    unknown: 0,
    twice: [],
    lost: [],
    untrue: [],
  };
  const states = new Map<string, string>();
  for (const id of recipients.keys()) states.set(id, await endOf(producer, id));
  // Read after the last state: a message that the platform took just before is in it.
  const messages = new Map<string, number>();
  for (const { customerId, to } of sandbox.deliveries.list()) {
    messages.set(customerId ?? to, (messages.get(customerId ?? to) ?? 0) + 1);
  }
  for (const [id, to] of recipients) {
    const state = states.get(id) ?? '';
    const got = messages.get(to) ?? 0;
    if (got > 1) verdict.twice.push(id);
    if (state === 'gone') verdict.lost.push(id);
    if (state === 'unknown') verdict.unknown += 1;
    if (REACHED.includes(state) && got === 0) verdict.untrue.push(`${id}: ${state}, not delivered`);
    if (NOT_SENT.includes(state) && got > 0) verdict.untrue.push(`${id}: ${state}, delivered`);
  }
  return verdict;
}

async function endOf(producer: NotificationProducer, id: string): Promise<string> {
  for (;;) {
    const view = await producer.get(id).catch(() => 'not answered' as const);
    if (view === undefined) return 'gone';
    // A web message to a closed browser is `sent` until that is known; then its next channel opens.
    const isAwaited = view !== 'not answered' && view.deliveryCheckAt !== undefined;
    if (view !== 'not answered' && !isAwaited && ENDED.includes(view.state)) return view.state;
    await pause(200);
  }
}
