import { readFileSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { Cluster, Redis } from 'ioredis';
import { isLoopbackHost } from '../http/requestOrigin.js';
import { redisFaultOf } from './redisFault.js';
import { afterTimeAwake } from './timeAwake.js';

type SentCommand = Parameters<Redis['sendCommand']>[0];

/** Has the library limit a command as it does, but for the time in which this process stands still. */
function limitWhileAwake(command: SentCommand): void {
  let isLimited = false;
  // Called by the library each time that it sends the command.
  command.setTimeout = (ms) => {
    if (isLimited) return;
    isLimited = true;
    const limit = afterTimeAwake(ms, () => command.reject(new Error('Command timed out')));
    const answered = () => limit.cancel();
    command.promise.then(answered, answered);
  };
}

/**
 * A connection that writes the commands of one turn of the event loop to its socket at once, where the
 * library would make a system call for each. Each command still succeeds or fails on its own.
 */
class BatchedRedis extends Redis {
  #isCorked = false;

  override sendCommand(...sent: Parameters<Redis['sendCommand']>): unknown {
    const [command] = sent;
    if (this.options.commandTimeout !== undefined) limitWhileAwake(command);
    const { stream } = this as unknown as { stream?: Writable };
    if (stream?.writable && !this.#isCorked) {
      this.#isCorked = true;
      stream.cork();
      process.nextTick(() => {
        this.#isCorked = false;
        stream.uncork();
      });
    }
    return super.sendCommand(...sent);
  }
}

/** A single Redis, one behind Sentinel, or a cluster. */
export type RedisClient = Redis | Cluster;

/** Reads a script that lies beside its caller, in the sources and in the built product alike. */
export function readScript(name: string, importMetaUrl: string): string {
  return readFileSync(new URL(`./lua/${name}.lua`, importMetaUrl), 'utf8');
}

/*
 * Producers and workers want opposite things of a lost connection. A producer has a caller who
 * waits: it must fail within seconds. A worker has nothing better to do than to wait: giving up
 * would turn a Redis restart into failed jobs.
 */

interface ConnectionOptions {
  enableOfflineQueue?: boolean;
  maxRetriesPerRequest: number | null;
  commandTimeout?: number;
  connectTimeout?: number;
  disconnectTimeout: number;
  socketTimeout: number;
  keepAlive: number;
  autoResendUnfulfilledCommands?: boolean;
  retryStrategy: (times: number) => number;
}

interface Credentials {
  username?: string;
  password?: string;
  tls?: Record<string, never>;
}

const RECONNECT_MAX_MS = 2_000;

/** A connection ended while Redis is away keeps the process from exiting for this long. */
const DISCONNECT_WITHIN_MS = 200;

function reconnect(times: number): number {
  return Math.min(times * 100, RECONNECT_MAX_MS);
}

/*
 * - `socketTimeout` (each role has its own): a connection that died without a word, behind a firewall
 *   that forgot it, would else be waited upon for a quarter of an hour.
 */
const COMMON = {
  disconnectTimeout: DISCONNECT_WITHIN_MS,
  keepAlive: 10_000,
  retryStrategy: reconnect,
} as const;

/**
 * READONLY is what the old master says after a failover. Connecting anew finds the new one. A worker's
 * command is then sent again (2); a caller who waits gets the refusal (1), since nothing is queued for
 * them. As long as the address leads to a replica a worker's command goes round and says nothing, so
 * the connection says it, as an error of its own.
 */
function reconnectOnReadOnly(client: () => RedisClient | undefined, options: ConnectionOptions) {
  const isSentAgain =
    options.enableOfflineQueue !== false && options.autoResendUnfulfilledCommands !== false;
  const answer = isSentAgain ? 2 : 1;
  return (error: Error): false | 1 | 2 => {
    if (redisFaultOf(error)?.kind !== 'read_only') return false;
    const connection = client();
    if (connection !== undefined && connection.listenerCount('error') > 0) {
      connection.emit('error', error);
    }
    return answer;
  };
}

/** A connection for callers who wait: nothing is queued while Redis is away, and no command takes longer than 2 s. */
export function connectForProducing(url: string): RedisClient {
  return connect(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: 2_000,
    connectTimeout: 2_000,
    socketTimeout: 5_000,
    ...COMMON,
  });
}

/**
 * A connection for workers: commands wait until Redis is back. No command timeout, which would cut
 * off the blocking read that workers wait for jobs with.
 */
export function connectForWorking(url: string): RedisClient {
  return connect(url, {
    maxRetriesPerRequest: null,
    // Longer than the longest blocking read, 10 s.
    socketTimeout: 30_000,
    ...COMMON,
  });
}

/**
 * A connection that asks whether intents are safe. What a connection waits for is what it has written itself:
 * sent again on another one, the question would be answered at once, and falsely. So nothing is sent again.
 */
export function connectForConfirming(url: string): RedisClient {
  return connect(url, {
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    connectTimeout: 2_000,
    socketTimeout: 5_000,
    ...COMMON,
  });
}

/**
 * Connects to `redis://…` or `rediss://…`; to a cluster given as several such URLs, comma separated;
 * or through Sentinel, `redis+sentinel://[user:pass@]host:26379,host2:26379/mastername[/db]`. The
 * credentials there are those of Redis; `?sentinelPassword=…&sentinelUsername=…` are the Sentinels'.
 */
function connect(url: string, options: ConnectionOptions): RedisClient {
  let client: RedisClient | undefined;
  const reconnectOnError = reconnectOnReadOnly(() => client, options);
  client = open(url, { ...options, reconnectOnError });
  return client;
}

function open(
  url: string,
  options: ConnectionOptions & { reconnectOnError: (error: Error) => false | 1 | 2 },
): RedisClient {
  if (isSentinel(url)) return new BatchedRedis({ ...options, ...parseSentinel(url) });
  const urls = nodesOf(url);
  const [first] = urls;
  if (first !== undefined && urls.length === 1) return new BatchedRedis(first, options);
  return new Cluster(
    urls.map((node) => hostAndPort(new URL(node))),
    {
      enableOfflineQueue: options.enableOfflineQueue ?? true,
      clusterRetryStrategy: reconnect,
      redisOptions: { ...withoutRetryStrategy(options), ...credentials(new URL(first ?? '')) },
    },
  );
}

/** A cluster has a retry strategy of its own and refuses one per node. */
function withoutRetryStrategy(options: ConnectionOptions) {
  const { retryStrategy: _clusterHasItsOwn, enableOfflineQueue: _clusterWide, ...rest } = options;
  return rest;
}

/** Whether `url` is one that can be connected to, as far as can be seen without trying. */
export function isRedisUrl(url: string): boolean {
  try {
    if (isSentinel(url)) return parseSentinel(url).sentinels.every(({ host }) => host !== '');
    const isCluster = url.includes(',');
    return nodesOf(url).every((node) => {
      const parsed = new URL(node);
      credentials(parsed);
      return (
        /^rediss?:\/\/\S+$/.test(node) &&
        parsed.hostname !== '' &&
        isDatabase(parsed.pathname, isCluster)
      );
    });
  } catch {
    return false;
  }
}

/** A database's number, or nothing. A cluster has only the database 0. */
function isDatabase(path: string, isCluster: boolean): boolean {
  return isCluster ? /^\/?0?$/.test(path) : /^\/?(\d{1,5})?$/.test(path);
}

function isSentinel(url: string): boolean {
  return url.startsWith('redis+sentinel://');
}

function nodesOf(url: string): string[] {
  return url.split(',').map((part) => part.trim());
}

function parseSentinel(url: string) {
  const match =
    /^redis\+sentinel:\/\/(?:([^:@/]*):([^@/]*)@)?([^/?]+)\/([^/?]+)(?:\/(\d{1,5}))?(?:\?(.*))?$/.exec(
      url,
    );
  const [, username, password, hosts, name, db, query] = match ?? [];
  if (hosts === undefined || name === undefined) throw new TypeError('not a Sentinel URL');
  const { sentinelUsername, sentinelPassword, ...others } = Object.fromEntries(
    new URLSearchParams(query ?? ''),
  );
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new TypeError('a Sentinel URL has no such parameter');
  return {
    sentinels: hosts.split(',').map((host) => hostAndPort(new URL(`redis://${host}`), 26379)),
    name,
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(db && { db: Number(db) }),
    ...(sentinelUsername && { sentinelUsername }),
    ...(sentinelPassword && { sentinelPassword }),
  };
}

function hostAndPort(url: URL, port = 6379): { host: string; port: number } {
  // The brackets of an IPv6 address belong to the URL; a resolver does not know them.
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { host, port: url.port === '' ? port : Number(url.port) };
}

function credentials(url: URL): Credentials {
  return {
    ...(url.username && { username: decodeURIComponent(url.username) }),
    ...(url.password && { password: decodeURIComponent(url.password) }),
    ...(url.protocol === 'rediss:' && { tls: {} }),
  };
}

/** Whether all who can reach this Redis is on this machine. */
export function isLoopbackUrl(url: string): boolean {
  if (url.includes(',') || isSentinel(url)) return false;
  const { hostname } = new URL(url);
  return isLoopbackHost(hostname);
}

/** Ends a connection whatever state it is in; a graceful `quit` would wait for a Redis that is away. */
export function disconnect(client: RedisClient): void {
  client.disconnect();
}
