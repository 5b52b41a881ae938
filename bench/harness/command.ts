import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Reads a pipe from us; when we are gone, whatever the reason, the kernel closes it. */
const GUARD = 'cat >/dev/null; kill -KILL "$1" 2>/dev/null';
const ENDS_WITHIN_MS = 10_000;

const MAIN = fileURLToPath(import.meta.resolve('#product/main.js'));

/** A command of the built product (`notifier …`) in a process of its own, as a user would start it. */
export class Command {
  readonly #process: ChildProcess;
  readonly #guard: ChildProcess;
  readonly #name: string;

  /** Only `env` and what any program needs are passed on: the settings of this shell do not get mixed in. */
  constructor(args: readonly string[], env: Record<string, string>) {
    this.#name = args.join(' ');
    this.#process = spawn(process.execPath, [MAIN, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...foreignEnvironment(), ...env },
      detached: true,
    });
    this.#guard = spawn('/bin/sh', ['-c', GUARD, 'bench-guard', String(this.pid)], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
  }

  get pid(): number {
    return this.#process.pid ?? Number.NaN;
  }

  /** What `find` makes of the first line of output that it makes something of; later ones are dropped. */
  async find<T>(find: (line: string) => T | undefined): Promise<T> {
    const { stdout } = this.#process;
    if (stdout === null) throw new Error('no output to read');
    const lines = createInterface({ input: stdout });
    for await (const line of lines) {
      const found = find(line);
      if (found === undefined) continue;
      lines.close();
      stdout.resume();
      return found;
    }
    throw new Error(`notifier ${this.#name} ended without having been ready`);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, 'exit');
      this.#process.kill('SIGTERM');
      const patience = setTimeout(() => this.#process.kill('SIGKILL'), ENDS_WITHIN_MS);
      await ended;
      clearTimeout(patience);
    }
    this.#guard.kill('SIGKILL');
  }
}

/** Where a role that has started listens. */
export function urlWhenReady(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  const entry = JSON.parse(line) as { msg?: string; url?: string };
  return entry.msg === 'ready' ? entry.url : undefined;
}

function foreignEnvironment(): Record<string, string> {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ'];
  return Object.fromEntries(
    kept.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
