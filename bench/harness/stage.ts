import { Command } from './command.js';
import { Deployment } from './deployment.js';
import { PartProcess } from './partProcess.js';
import { SandboxProcess } from './sandbox.js';

/**
 * What a benchmark has to work with. Everything it starts here is stopped when it is over, the
 * latest first, however it ends.
 */
export class Stage {
  /** Fewer runs of less: to see whether it works, not how well. */
  readonly quick: boolean;
  readonly redisUrl: string;
  readonly #only: string | undefined;
  readonly #log: (line: string) => void;
  #endings: (() => Promise<void>)[] = [];

  constructor(options: {
    quick: boolean;
    only?: string;
    redisUrl: string;
    log: (line: string) => void;
  }) {
    this.quick = options.quick;
    this.#only = options.only;
    this.redisUrl = options.redisUrl;
    this.#log = options.log;
  }

  /** Whether this case is to be run: a long benchmark can be run in pieces. */
  isWanted(name: string): boolean {
    return this.#only === undefined || name.includes(this.#only);
  }

  /** Says how far it is. */
  say(line: string): void {
    this.#log(line);
  }

  async deployment(): Promise<Deployment> {
    const deployment = await Deployment.open(this.redisUrl);
    return this.#ending(deployment, () => deployment.remove());
  }

  async sandbox(): Promise<SandboxProcess> {
    const sandbox = await SandboxProcess.start();
    return this.#ending(sandbox, () => sandbox.stop());
  }

  /** A module of `parts/` in a process of its own, which is sent its task. */
  part<Report>(name: string, task: object): PartProcess<Report> {
    const part = new PartProcess<Report>(name, task);
    return this.#ending(part, () => part.stop());
  }

  /** A command of the built product. */
  command(args: readonly string[], env: Record<string, string>): Command {
    const command = new Command(args, env);
    return this.#ending(command, () => command.stop());
  }

  /** Stops whatever still runs. What has stopped before takes no harm. */
  async strike(): Promise<void> {
    const endings = this.#endings.reverse();
    this.#endings = [];
    for (const end of endings) await end();
  }

  #ending<T>(it: T, end: () => Promise<void>): T {
    this.#endings.push(end);
    return it;
  }
}
