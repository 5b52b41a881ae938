import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot, ScriptError } from '../lib/script.mjs';

const READY_WITHIN_MS = 30_000;
const STOPS_WITHIN_MS = 10_000;
const TAIL_LINES = 15;

/** Reads a pipe from us; when we are gone, whatever the reason, the kernel closes it. */
const GUARD = 'cat >/dev/null; kill -KILL "$1" 2>/dev/null';

/**
 * One process of the product. It stands in a session of its own, so that a Ctrl-C in the terminal is
 * for the demo alone, which then ends its processes in order; a guard ends it if the demo cannot.
 */
export class Child {
  #process;
  #guard;
  #logFile;
  #stopping = false;

  /** @param {{ name: string, args: string[], env: object, logs: string, onEnd: (problem: Error) => void }} options */
  constructor({ name, args, env, logs, onEnd }) {
    this.name = name;
    this.#logFile = path.join(logs, `${name}.log`);
    this.#process = spawn(process.execPath, [path.join(projectRoot, 'dist/main.js'), ...args], {
      cwd: projectRoot,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env,
    });
    this.#guard = spawn('/bin/sh', ['-c', GUARD, 'demo-guard', String(this.#process.pid)], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const log = createWriteStream(this.#logFile, { fd: openSync(this.#logFile, 'w') });
    this.#process.stdout.pipe(log, { end: false });
    this.#process.stderr.pipe(log, { end: false });
    this.#process.once('exit', (code, signal) => {
      this.#guard.kill('SIGKILL');
      if (!this.#stopping) onEnd(new ScriptError(`${name} ended by itself (${signal ?? code}).`));
    });
  }

  /** What `find` makes of the first line of output that it makes something of. */
  ready(find, signal) {
    const { stdout } = this.#process;
    return new Promise((resolve, reject) => {
      let text = '';
      const settle = (how) => {
        clearTimeout(timer);
        stdout.off('data', onData);
        signal.removeEventListener('abort', onAbort);
        how();
      };
      const onAbort = () => settle(() => reject(signal.reason));
      const onData = (chunk) => {
        text += chunk;
        const found = text
          .split('\n')
          .map(find)
          .find((each) => each !== undefined);
        if (found !== undefined) settle(() => resolve(found));
      };
      const timer = setTimeout(() => {
        const seconds = READY_WITHIN_MS / 1000;
        settle(() => reject(new ScriptError(`${this.name} was not ready within ${seconds} s.`)));
      }, READY_WITHIN_MS);
      stdout.setEncoding('utf8').on('data', onData);
      signal.addEventListener('abort', onAbort);
      if (signal.aborted) onAbort();
    });
  }

  async stop() {
    this.#stopping = true;
    if (this.#hasEnded()) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    const patience = new AbortController();
    await Promise.race([
      ended,
      sleep(STOPS_WITHIN_MS, undefined, { signal: patience.signal }).catch(() => {}),
    ]);
    patience.abort();
    if (this.#hasEnded()) return;
    this.#process.kill('SIGKILL');
    await ended;
  }

  /** The last lines it wrote. */
  tail() {
    return readFileSync(this.#logFile, 'utf8').trimEnd().split('\n').slice(-TAIL_LINES);
  }

  #hasEnded() {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }
}
