import { fileURLToPath } from 'node:url';
import { Child } from './child.js';
import { pick, type Random } from './random.js';
import type { WorkerReport } from './workerReport.js';

const WORKER = fileURLToPath(new URL('../parts/worker.js', import.meta.url));

export interface WorkerOptions {
  /** The step at which it kills itself, and at the how manyth time: `intent_written:3`. */
  diesAt?: string;
  env?: Record<string, string>;
  /** The entry of another version of the product; it reports nothing. */
  main?: string;
}

/** A worker in a process of its own, and what it has in its hands. */
export class Worker {
  readonly child: Child;
  /** Notifications that it has claimed and whose end it has not reported. */
  readonly inHand = new Set<string>();
  /** When it last released rows of a campaign (epoch ms): then it was the feeder. */
  fedAt = 0;
  listens = false;
  #markStarted: () => void = () => undefined;
  readonly #started = new Promise<void>((resolve) => {
    this.#markStarted = resolve;
  });

  constructor(name: string, env: Record<string, string>, { diesAt, main }: WorkerOptions) {
    this.child = new Child({
      name,
      args: main === undefined ? [WORKER] : [main, 'worker'],
      env: { ...env, ...(diesAt !== undefined && { CHAOS_DIES_AT: diesAt }) },
      onMessage: (message) => this.#hear(message as WorkerReport),
      onLine: (line) => {
        if (line.includes('"worker started"')) this.#markStarted();
        if (line.includes('"listening for undelivered web messages"')) this.listens = true;
      },
    });
  }

  started(): Promise<void> {
    return this.child.alive(this.#started);
  }

  #hear(report: WorkerReport): void {
    switch (report.kind) {
      case 'started':
        this.#markStarted();
        return;
      case 'release':
        this.fedAt = Date.now();
        return;
      case 'step':
        if (report.step === 'answer_recorded') this.inHand.delete(report.id);
        else this.inHand.add(report.id);
        return;
      default:
        throw new Error(`unhandled report ${String(report satisfies never)}`);
    }
  }
}

/** The workers of a deployment. One that was killed is replaced by whom kills it. */
export class Fleet {
  readonly workers: Worker[] = [];
  readonly #env: Record<string, string>;
  #hired = 0;

  constructor(env: Record<string, string>) {
    this.#env = env;
  }

  async hire(options: WorkerOptions = {}): Promise<Worker> {
    this.#hired += 1;
    const worker = new Worker(`worker ${this.#hired}`, { ...this.#env, ...options.env }, options);
    this.workers.push(worker);
    // One that is to die may do so before it has said that it started.
    const started = worker.started();
    if (options.diesAt === undefined) await started;
    else await Promise.race([started.catch(() => undefined), worker.child.gone]);
    return worker;
  }

  any(random: Random): Worker {
    return pick(random, this.workers);
  }

  /** The one that released rows last. */
  feeder(): Worker | undefined {
    return this.workers
      .filter(({ fedAt }) => fedAt > 0)
      .reduce<Worker | undefined>(
        (a, b) => (a === undefined || b.fedAt > a.fedAt ? b : a),
        undefined,
      );
  }

  listener(): Worker | undefined {
    return this.workers.findLast(({ listens }) => listens);
  }

  /** Kills it as the kernel or an operator would, and answers what it had in its hands. */
  async kill(worker: Worker, signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<string[]> {
    const held = [...worker.inHand];
    worker.child.kill(signal);
    await worker.child.gone;
    this.workers.splice(this.workers.indexOf(worker), 1);
    return held;
  }

  /** What all of them have in their hands. */
  inHand(): string[] {
    return this.workers.flatMap(({ inHand }) => [...inHand]);
  }

  async stop(): Promise<void> {
    await Promise.all(this.workers.map(({ child }) => child.stop()));
  }
}
