import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Reads a pipe from us; when we are gone, whatever the reason, the kernel closes it. */
const GUARD = 'cat >/dev/null; kill -KILL "$1" 2>/dev/null';
const ENDS_WITHIN_MS = 10_000;
const LINES_KEPT = 50;

export interface ChildOptions {
  name: string;
  /** Arguments of Node.js: a script and its own. */
  args: readonly string[];
  /** Nothing but this, and what any program needs, is passed on. */
  env: Record<string, string>;
  /** Called with each message of the process, if it is one that sends any. */
  onMessage?: (message: unknown) => void;
  /** Called with each line that it prints. */
  onLine?: (line: string) => void;
}

/** A process that is there to be killed and frozen. It does not outlive this one, however this one ends. */
export class Child {
  readonly name: string;
  /** Resolves when it is gone, whatever has ended it. */
  readonly gone: Promise<void>;
  readonly #process: ChildProcess;
  readonly #guard: ChildProcess;
  readonly #lines: string[] = [];
  #isToEnd = false;

  constructor({ name, args, env, onMessage, onLine }: ChildOptions) {
    this.name = name;
    this.#process = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...foreignEnvironment(), ...env },
      detached: true,
    });
    this.gone = once(this.#process, 'exit').then(() => undefined);
    this.#guard = spawn('/bin/sh', ['-c', GUARD, 'chaos-guard', String(this.pid)], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    this.#process.on('error', () => undefined);
    this.#process.once('exit', (code, signal) => {
      this.#guard.kill('SIGKILL');
      // A kill is part of a fault, also one by its own hand; a crash would look like slowness.
      if (this.#isToEnd || signal === 'SIGKILL' || code === 0) return;
      const how = code === null ? signal : `exit code ${code}`;
      process.stderr.write(`${this.name} ended by itself (${how}):\n${this.lastLines}\n`);
    });
    if (onMessage !== undefined) this.#process.on('message', onMessage);
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.#lines.push(line);
        if (this.#lines.length > LINES_KEPT) this.#lines.shift();
        onLine?.(line);
      });
    }
  }

  get pid(): number {
    return this.#process.pid ?? Number.NaN;
  }

  get isAlive(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** What it printed last, for a report of what went wrong. */
  get lastLines(): string {
    return this.#lines.join('\n');
  }

  kill(signal: NodeJS.Signals): void {
    if (signal === 'SIGTERM') this.#isToEnd = true;
    if (this.isAlive) this.#process.kill(signal);
  }

  /** A message to a process that reads any. */
  say(message: string): void {
    if (this.#process.connected) this.#process.send(message, undefined, undefined, () => undefined);
  }

  /** Throws, with what it printed, if it ends before the promise is fulfilled. */
  async alive<T>(until: Promise<T>): Promise<T> {
    return Promise.race([
      until,
      this.gone.then(() => {
        throw new Error(`${this.name} ended by itself:\n${this.lastLines}`);
      }),
    ]);
  }

  /** In good order, if it can. */
  async stop(): Promise<void> {
    if (this.isAlive) {
      this.kill('SIGTERM');
      this.kill('SIGCONT');
      const patience = setTimeout(() => this.kill('SIGKILL'), ENDS_WITHIN_MS);
      await this.gone;
      clearTimeout(patience);
    }
  }
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
