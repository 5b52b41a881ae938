import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { DEFAULT_DEPLOYMENT_ID } from '../../../sandbox/settings.js';
import { productMain } from '../../support/product.js';

export type Environment = Record<string, string | undefined>;

/** A command that runs as a process of its own, as it does for its users. */
export class Command {
  readonly process: ChildProcess;
  stdout = '';
  stderr = '';
  readonly #ended: Promise<unknown>;
  readonly #output = new EventEmitter();
  #closed = false;

  /** `input` is what its standard input says; nothing, when left out. */
  constructor(
    args: readonly string[],
    environment: Environment,
    { program = productMain(), input = '' }: { program?: string; input?: string } = {},
  ) {
    this.process = spawn(process.execPath, [program, ...args], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // A command that does not read it may end before it has been taken.
    this.process.stdin?.on('error', () => undefined).end(input);
    this.process.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      this.stdout += chunk;
      this.#output.emit('more');
    });
    this.process.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      this.stderr += chunk;
      this.#output.emit('more');
    });
    this.#ended = once(this.process, 'close').finally(() => {
      this.#closed = true;
      this.#output.emit('more');
    });
  }

  /** Resolves as soon as its output, of either kind, matches; rejects when it ends before. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
      if (match !== null) return match;
      if (this.#closed) {
        throw new Error(`it ended without saying ${pattern}:\n${this.stdout}\n${this.stderr}`);
      }
      await once(this.#output, 'more');
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  /** Its exit code, or the signal that ended it. */
  async end(): Promise<number | string | null> {
    await this.#ended;
    return this.process.exitCode ?? this.process.signalCode;
  }
}

export interface Ended {
  code: number | string | null;
  stdout: string;
  stderr: string;
}

export async function run(args: readonly string[], environment: Environment): Promise<Ended> {
  const command = new Command(args, environment);
  const code = await command.end();
  return { code, stdout: command.stdout, stderr: command.stderr };
}

/** What a role needs to work against a sandbox. */
export function environmentFor(parts: {
  redisUrl: string;
  prefix: string;
  sandboxUrl: string;
}): Environment {
  return {
    REDIS_URL: parts.redisUrl,
    QUEUE_PREFIX: parts.prefix,
    // As good as none: what a test is not about shall not slow it down.
    GENESYS_REQUESTS_PER_MINUTE: '600000',
    GENESYS_CLOUD_BASE_URL: parts.sandboxUrl,
    GENESYS_CLOUD_CLIENT_ID: 'sandbox',
    GENESYS_CLOUD_CLIENT_SECRET: 'sandbox-secret',
    GENESYS_WEB_DEPLOYMENT_ID: DEFAULT_DEPLOYMENT_ID,
    GENESYS_EMAIL_FROM: 'care@example.com',
    DELIVERY_CHECK_AFTER: '500ms',
  };
}
