import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findRedis } from '../redis.mjs';
import { Child } from './child.mjs';
import { removeKeys } from './removeKeys.mjs';

const WORKERS = 2;
const REQUESTS_PER_MINUTE = '1200';
/** What the sandbox expects of its clients, and the two senders it lets write. */
const SANDBOX_CLIENT = {
  GENESYS_CLOUD_CLIENT_ID: 'sandbox',
  GENESYS_CLOUD_CLIENT_SECRET: 'sandbox-secret',
  GENESYS_WEB_DEPLOYMENT_ID: 'd0000000-0000-4000-8000-000000000001',
  GENESYS_EMAIL_FROM: 'care@example.com',
  GENESYS_EMAIL_FROM_NAME: 'Northwind Outfitters',
  GENESYS_SMS_FROM: '+15550100999',
};

/**
 * All that the demo runs: a Redis, the sandbox, an api and workers, on free ports and under a key
 * prefix of its own. It is taken down in the reverse order, whatever happened.
 */
export class Stage {
  #children = [];
  #redis;
  #failure = new AbortController();
  #prefix = `{demo-${randomBytes(4).toString('hex')}}`;
  logs = mkdtempSync(path.join(tmpdir(), 'proactive-notifier-demo-'));

  /** Aborted, with the reason, when the demo cannot or shall not go on. */
  get signal() {
    return this.#failure.signal;
  }

  abort(reason) {
    this.#failure.abort(reason);
  }

  /** Starts everything. `report` is called with each part as it comes up. */
  async set(report) {
    this.#redis = await findRedis({ log: (line) => report('', line) });
    this.signal.throwIfAborted();
    report('Redis', nameOf(this.#redis.source));
    this.sandboxUrl = await this.#start(
      'sandbox',
      ['sandbox', '--port', '0', '--requests-per-minute', REQUESTS_PER_MINUTE],
      {},
      (line) => /listens on (\S+)/.exec(line)?.at(1),
    );
    report('Sandbox', `a simulated Genesys Cloud, ${this.sandboxUrl}`);
    const env = this.#settings();
    const api = await this.#start('api', ['api'], env, readyLine);
    this.apiUrl = api.url;
    // Only now, because the links to unsubscribe in their messages lead to the api's port.
    const forWorkers = { ...env, PUBLIC_URL: this.apiUrl };
    await Promise.all(
      Array.from({ length: WORKERS }, (_, at) =>
        this.#start(`worker-${at + 1}`, ['worker'], forWorkers, readyLine),
      ),
    );
    await this.#untilApiIsReady();
    report('API', this.apiUrl);
    report('Workers', `${WORKERS} processes`);
  }

  /** Ends everything. Logs go too, unless they are wanted. */
  async strike({ keepLogs }) {
    // Accepting ends first, then the work, then what it leans on.
    for (const kind of ['api', 'worker', 'sandbox']) {
      const some = this.#children.filter(({ name }) => name.startsWith(kind));
      await Promise.all(some.map((child) => child.stop()));
    }
    if (this.#redis?.source === 'REDIS_URL') await removeKeys(this.#redis.url, this.#prefix);
    await this.#redis?.stop();
    if (!keepLogs || this.#children.length === 0)
      rmSync(this.logs, { recursive: true, force: true });
  }

  /** The last lines of every process. */
  tails() {
    return this.#children.map((child) => ({ name: child.name, lines: child.tail() }));
  }

  async #start(name, args, settings, find) {
    const child = new Child({
      name,
      args,
      env: { ...foreignEnvironment(), ...settings },
      logs: this.logs,
      onEnd: (problem) => this.abort(problem),
    });
    this.#children.push(child);
    return child.ready(find, this.signal);
  }

  #settings() {
    return {
      ...SANDBOX_CLIENT,
      REDIS_URL: this.#redis.url,
      QUEUE_PREFIX: this.#prefix,
      NOTIFIER_SECRET: randomBytes(24).toString('hex'),
      GENESYS_CLOUD_BASE_URL: this.sandboxUrl,
      GENESYS_ENGAGE_URL: this.sandboxUrl,
      DELIVERY_CHECK_AFTER: '2s',
      ACTIVE_CONVERSATION: 'next-channel',
      // What the sandbox allows, too: a demo shall not take minutes.
      GENESYS_REQUESTS_PER_MINUTE: REQUESTS_PER_MINUTE,
      API_PORT: '0',
    };
  }

  async #untilApiIsReady() {
    while (!(await fetch(`${this.apiUrl}/readyz`, { signal: this.signal })).ok) {
      await sleep(100, undefined, { signal: this.signal });
    }
  }
}

/** A server's path is long, and of no interest here; its name and version are. */
function nameOf(source) {
  return source.replace(/^\/\S*\//, '');
}

function readyLine(line) {
  if (!line.startsWith('{') || !line.endsWith('}')) return undefined;
  const entry = JSON.parse(line);
  return entry.msg === 'ready' ? { url: entry.url } : undefined;
}

/** Of this shell's environment only what any program needs: its other settings must not get mixed in. */
function foreignEnvironment() {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ'];
  return Object.fromEntries(
    kept.filter((name) => process.env[name] !== undefined).map((name) => [name, process.env[name]]),
  );
}
