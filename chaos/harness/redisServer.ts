import type { PrivateRedis, PrivateRedisOptions, ServerName } from '../../scripts/redis.mjs';

/** What the script that starts the harness brings: how to start servers on this machine. */
export interface RedisTools {
  startRedis(options: PrivateRedisOptions): Promise<PrivateRedis>;
  /** A Sentinel with this configuration, beside the lines that every one needs. */
  startSentinel(lines: readonly string[]): Promise<Sentinel>;
}

export interface Sentinel {
  port: number;
  stop(): Promise<void>;
}

export type { PrivateRedis, ServerName };

/** The Redis of a scene, or several with one address. */
export interface RedisInPlay {
  /** As `REDIS_URL` takes it. */
  url: string;
  /** The server that is struck. */
  server: PrivateRedis;
  remove(): Promise<void>;
  /** Where others are there to take its place. */
  failover?: {
    /** Kills the master; resolves once another one is the master. */
    killMaster(): Promise<void>;
    /** What was killed comes back, as a replica. */
    restartKilled(): Promise<void>;
  };
}

/** As docker-compose.yml has it, and as most deployments run it. */
export const EVERYSEC = ['--appendonly', 'yes', '--appendfsync', 'everysec'];
export const ALWAYS = ['--appendonly', 'yes', '--appendfsync', 'always'];

/** One server with these arguments. */
export async function oneServer(
  tools: RedisTools,
  options: PrivateRedisOptions,
): Promise<RedisInPlay> {
  const server = await tools.startRedis(options);
  return { url: server.url, server, remove: () => server.stop() };
}
