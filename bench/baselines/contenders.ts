import type { RateLimiterOptions } from 'bullmq';
import type { NotificationRequest } from '#product/notification/request.js';
import type { Deployment } from '../harness/deployment.js';
import type { Customer, SandboxProcess } from '../harness/sandbox.js';
import type { Stage } from '../harness/stage.js';
import type { PlainWorkerTask } from '../parts/plainWorker.js';
import type { SequenceTask } from '../parts/sequence.js';
import type { WorkerTask } from '../parts/worker.js';

/** The customers to be notified: the same for each contender. */
export interface Assignment {
  deployment: Deployment;
  sandbox: SandboxProcess;
  customers: Customer[];
  by: 'contact id' | 'email';
  concurrency: number;
  /** Worker processes; the sequence has but one. */
  processes: number;
}

/** Started processes. The benchmark stops them before the next contender's turn. */
export interface Team {
  pids: number[];
  stop(): Promise<void>;
}

export interface OurSettings {
  requestTo: (customer: Customer) => NotificationRequest;
  budget: WorkerTask['budget'];
  env?: Record<string, string>;
}

export const SEQUENCE = '(a) one after the other';
export const PLAIN_WORKER = '(b) plain BullMQ worker';
export const OURS = 'ours';
export type Contender = typeof OURS | typeof SEQUENCE | typeof PLAIN_WORKER;

const QUEUE = 'plain';

/** Ours: the queue is filled first, then the workers start. */
export async function startOurs(
  stage: Stage,
  { deployment, sandbox, customers, concurrency, processes }: Assignment,
  { requestTo, budget, env }: OurSettings,
): Promise<Team> {
  for await (const { status } of deployment.producer.sendMany(customers.map(requestTo))) {
    if (status !== 'accepted') throw new Error(`a notification was not accepted: ${status}`);
  }
  const task: WorkerTask = {
    env: deployment.environment({
      GENESYS_CLOUD_BASE_URL: sandbox.url,
      WORKER_CONCURRENCY: String(concurrency),
      ...env,
    }),
    budget,
  };
  return team(stage, 'worker', task, processes);
}

/** Baseline (a): the brief's own sequence, one customer after the other. */
export async function startSequence(
  stage: Stage,
  { sandbox, customers, by }: Assignment,
  asksArrival = false,
): Promise<Team> {
  const task: SequenceTask = { sandboxUrl: sandbox.url, customers, by, asksArrival };
  const part = stage.part('sequence', task);
  return { pids: [part.pid], stop: () => part.stop() };
}

/** Baseline (b): a plain BullMQ worker that calls the SDK. */
export async function startPlainWorker(
  stage: Stage,
  { deployment, sandbox, customers, by, concurrency, processes }: Assignment,
  limiter?: RateLimiterOptions,
): Promise<Team> {
  await deployment.addPlainJobs(QUEUE, customers);
  const task: PlainWorkerTask = {
    sandboxUrl: sandbox.url,
    redisUrl: deployment.redisUrl,
    prefix: deployment.prefix,
    queue: QUEUE,
    by,
    concurrency,
    limiter,
  };
  return team(stage, 'plainWorker', task, processes);
}

async function team(stage: Stage, part: string, task: object, processes: number): Promise<Team> {
  const members = Array.from({ length: processes }, () => stage.part<'working'>(part, task));
  await Promise.all(members.map((member) => member.next()));
  return {
    pids: members.map(({ pid }) => pid),
    stop: async () => {
      await Promise.all(members.map((member) => member.stop()));
    },
  };
}
