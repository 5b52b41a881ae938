import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ScriptError } from '../lib/script.mjs';
import { waitForPong } from './ping.mjs';

const START_MS = 10_000;
const STOP_MS = 3_000;
const PORT_TRIES = 5;
const ENDING_SIGNALS = ['SIGKILL', 'SIGTERM', 'SIGINT'];

/*
 * A Redis of our own on 127.0.0.1, with nothing kept unless `args` ask for it.
 *
 * It must not outlive us, however we end. An exit hook does not run on kill -9, and Redis itself
 * takes no notice of a closed standard input. So a guard stands beside it: a shell that reads a pipe
 * from us. The kernel closes the pipe when we are gone, whatever the reason, and the guard then
 * kills the server (a stopped one too) and removes its folder. Both are in sessions of their own:
 * a Ctrl-C in the terminal is for us, and those we serve may still need Redis to stop in good order.
 */
const GUARD = 'cat >/dev/null; kill -KILL "$1" 2>/dev/null; [ -z "$2" ] || rm -rf "$2"';

/**
 * Starts a server and waits until it answers.
 *
 * @param {{ command: string, env: Record<string, string> }} binary
 * @param {{ port?: number, dir?: string, args?: string[] }} options `args` come after ours and win,
 *   e.g. `['--appendonly', 'yes']`; a `dir` given is left where it is, one of our own is removed
 */
export async function startServer(binary, options = {}) {
  const ownDir = options.dir === undefined;
  const dir = options.dir ?? mkdtempSync(path.join(tmpdir(), 'proactive-notifier-redis-'));
  const launch = (port) => launchOn({ binary, port, dir, ownDir, args: options.args ?? [] });
  let port = options.port;
  let running;
  try {
    running = await (port === undefined ? launchOnFreePort(launch) : launch(port));
    port = running.port;
  } catch (error) {
    if (ownDir) rmSync(dir, { recursive: true, force: true });
    throw error;
  }

  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    dir,
    get pid() {
      return running.child.pid;
    },
    /** Sends a signal; for one that ends the server, resolves when it is gone. */
    async kill(signal) {
      running.child.kill(signal);
      if (ENDING_SIGNALS.includes(signal)) await ended(running.child);
    },
    /** Starts it again on the same port and folder, stopping it before if it still runs. */
    async restart() {
      await stopProcess(running);
      running = await launch(port);
    },
    /** Stops it and removes its folder. Calling it again does nothing. */
    async stop() {
      await stopProcess(running);
      if (ownDir) rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Between choosing a free port and binding it another process may take it. */
async function launchOnFreePort(launch) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await launch(await freePort());
    } catch (error) {
      if (tries === PORT_TRIES || !/Address already in use/i.test(error.message)) throw error;
    }
  }
}

async function launchOn({ binary, port, dir, ownDir, args }) {
  const logFile = path.join(dir, 'redis.log');
  const log = openSync(logFile, 'w');
  const child = spawn(
    binary.command,
    [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', dir],
      ...['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'],
      ...args,
    ],
    { detached: true, stdio: ['ignore', log, log], env: { ...process.env, ...binary.env } },
  );
  closeSync(log);
  // The server and its guard live until we end; they must not be what keeps us from ending.
  child.unref();
  child.on('error', () => {});
  const gone = new AbortController();
  child.once('exit', () => gone.abort());
  const guard = child.pid === undefined ? undefined : startGuard(child.pid, ownDir ? dir : '');
  const running = { child, guard, port };
  const problem =
    child.pid === undefined
      ? 'it cannot be run'
      : await waitForPong(`redis://127.0.0.1:${port}`, START_MS, gone.signal);
  // Another server may have answered on a port that ours did not get.
  if (problem === undefined && !gone.signal.aborted) return running;
  await stopProcess(running);
  const lines = readFileSync(logFile, 'utf8').trim().split('\n').slice(-5).join('\n');
  throw new ScriptError(`${binary.command} did not start (${problem ?? 'it ended'}).\n${lines}`);
}

export function startGuard(pid, dirToRemove) {
  const guard = spawn('/bin/sh', ['-c', GUARD, 'redis-guard', String(pid), dirToRemove], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  guard.stdin.unref();
  return guard;
}

async function stopProcess({ child, guard }) {
  if (isRunning(child)) {
    // Under SIGSTOP it would not see the SIGTERM; in a long script it does not heed it.
    child.kill('SIGTERM');
    child.kill('SIGCONT');
    const stopped = new AbortController();
    await Promise.race([
      ended(child),
      sleep(STOP_MS, undefined, { signal: stopped.signal }).catch(() => {}),
    ]);
    stopped.abort();
    if (isRunning(child)) {
      child.kill('SIGKILL');
      await ended(child);
    }
  }
  guard?.kill('SIGKILL');
}

async function ended(child) {
  if (!isRunning(child)) return;
  child.ref();
  await once(child, 'exit');
}

function isRunning(child) {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

export async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
