import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { PartMessage } from './part.js';

const ENDS_WITHIN_MS = 5_000;

/** The benchmark's end of a part: see part.ts. */
export class PartProcess<Report> {
  readonly #process: ChildProcess;
  readonly #unread: PartMessage<Report>[] = [];
  #wake: () => void = () => undefined;

  constructor(name: string, task: object) {
    this.#process = fork(new URL(`../parts/${name}.js`, import.meta.url), {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#process.on('message', (message: PartMessage<Report>) => this.#hear(message));
    this.#process.on('exit', (code) =>
      this.#hear({ broken: `the part ${name} ended by itself (${code})` }),
    );
    this.#process.send(task);
  }

  get pid(): number {
    return this.#process.pid ?? Number.NaN;
  }

  /** The next thing it reports. Throws when it broke instead. */
  async next(): Promise<Report> {
    while (this.#unread.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const message = this.#unread.shift();
    if (message === undefined) throw new Error('woken for nothing');
    if ('broken' in message) throw new Error(message.broken);
    return message.report;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    if (this.#process.connected) this.#process.disconnect();
    const patience = setTimeout(() => this.#process.kill('SIGKILL'), ENDS_WITHIN_MS);
    await ended;
    clearTimeout(patience);
  }

  #hear(message: PartMessage<Report>): void {
    this.#unread.push(message);
    this.#wake();
  }
}
