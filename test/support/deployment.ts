import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/sandbox.js';
import type { RunningRole } from '../../src/app/apiApp.js';
import { startWorker } from '../../src/app/workerApp.js';
import type { WorkerExtras } from '../../src/app/workerExtras.js';
import { type Config, loadConfig } from '../../src/config.js';
import type { NotificationView } from '../../src/notification/notificationView.js';
import type { NotificationRequest } from '../../src/notification/request.js';
import type { State } from '../../src/notification/state.js';
import { NotificationProducer } from '../../src/queue/producer.js';
import { flushPrefix, freshPrefix, testRedisUrl } from './redis.js';

/** A whole deployment on loopback: sandbox, Redis, a producer, and as many workers as a test wants. */
export interface Deployment {
  sandbox: Sandbox;
  prefix: string;
  env: Record<string, string>;
  producer: NotificationProducer;
  config(changes?: Record<string, string>): Config;
  /** A worker in this process. */
  startWorker(changes?: Record<string, string>, extras?: WorkerExtras): Promise<RunningRole>;
  /** A worker in a process of its own, which can be frozen and killed. */
  spawnWorker(options?: {
    stopAt?: string;
    changes?: Record<string, string>;
  }): Promise<WorkerProcess>;
  send(request: NotificationRequest): Promise<string>;
  /** The view once it is in one of these states. */
  reaches(id: string, ...states: State[]): Promise<NotificationView>;
  /** How many messages and emails the platform has accepted and passed on. */
  deliveries(): number;
  stop(): Promise<void>;
}

export interface WorkerProcess {
  process: ChildProcess;
  /** Resolves when the worker has reached the step it has to stop at, and waits there. */
  stopped: Promise<void>;
  /** Lets a worker that waits at its step go on. */
  goOn(): void;
  kill(signal: NodeJS.Signals): void;
  exited: Promise<number | null>;
  output(): string;
}

export async function deploy(
  options: { sandbox?: SandboxOptions; env?: Record<string, string> } = {},
): Promise<Deployment> {
  const sandbox = await startSandbox({
    requestsPerMinute: 0,
    // Tests of what analytics does not know yet set it.
    indexingLagMs: 0,
    ...options.sandbox,
  });
  const prefix = freshPrefix();
  const env: Record<string, string> = {
    REDIS_URL: testRedisUrl(),
    QUEUE_PREFIX: prefix,
    GENESYS_CLOUD_BASE_URL: sandbox.url,
    GENESYS_ENGAGE_URL: sandbox.url,
    GENESYS_CLOUD_CLIENT_ID: sandbox.settings.clientId,
    GENESYS_CLOUD_CLIENT_SECRET: sandbox.settings.clientSecret,
    GENESYS_WEB_DEPLOYMENT_ID: sandbox.settings.deploymentId,
    GENESYS_EMAIL_FROM: 'care@notify.example.com',
    GENESYS_EMAIL_FROM_NAME: 'Example Care',
    GENESYS_SMS_FROM: '+15550100000',
    // As good as none: what a test is not about shall not slow it down.
    GENESYS_REQUESTS_PER_MINUTE: '1000000',
    DELIVERY_CHECK_AFTER: '1s',
    // An `unknown` stays one for as long as a test needs it.
    RECONCILE_AFTER: '1h',
    LOG_LEVEL: 'silent',
    ...options.env,
  };
  const producer = new NotificationProducer({
    redisUrl: env['REDIS_URL'] ?? '',
    prefix,
    secret: env['NOTIFIER_SECRET'],
  });
  const roles: RunningRole[] = [];
  const children: WorkerProcess[] = [];
  const config = (changes: Record<string, string> = {}): Config => {
    const loaded = loadConfig({ ...env, ...changes }, 'all');
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    return loaded.config;
  };
  return {
    sandbox,
    prefix,
    env,
    producer,
    config,
    async startWorker(changes, extras) {
      const role = await startWorker(config(changes), pino({ level: 'silent' }), extras);
      roles.push(role);
      return role;
    },
    async spawnWorker({ stopAt, changes } = {}) {
      const child = await spawnSteppedWorker({ ...env, ...changes }, stopAt);
      children.push(child);
      return child;
    },
    async send(request) {
      return (await producer.send(request)).id;
    },
    reaches: (id, ...states) => reaches(producer, id, states),
    deliveries: () => sandbox.deliveries.list().length,
    async stop() {
      for (const child of children) child.kill('SIGKILL');
      await Promise.all(children.map((child) => child.exited));
      await Promise.all(roles.map((role) => role.stop()));
      await producer.close();
      await sandbox.close();
      await flushPrefix(prefix);
    },
  };
}

async function reaches(
  producer: NotificationProducer,
  id: string,
  states: State[],
): Promise<NotificationView> {
  for (;;) {
    const view = await producer.get(id);
    if (view !== undefined && states.includes(view.state)) return view;
    await pause(20);
  }
}

async function spawnSteppedWorker(
  env: Record<string, string>,
  stopAt: string | undefined,
): Promise<WorkerProcess> {
  const script = fileURLToPath(new URL('./steppedWorker.mjs', import.meta.url));
  const child = spawn(process.execPath, [script], {
    env: { ...process.env, ...env, ...(stopAt !== undefined && { STOP_AT: stopAt }) },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const message = (wanted: string) =>
    new Promise<void>((resolve) => {
      child.on('message', (said) => {
        if (said === wanted) resolve();
      });
    });
  const started = message('started');
  const stopped = message('stopped');
  await Promise.race([
    started,
    exited.then(() => {
      throw new Error(`the worker ended before it started:\n${output}`);
    }),
  ]);
  return {
    process: child,
    stopped,
    goOn: () => void child.send('go on'),
    kill: (signal) => void child.kill(signal),
    exited,
    output: () => output,
  };
}
