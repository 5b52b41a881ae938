import type { PrivateRedis, PrivateRedisOptions } from '../../scripts/redis.mjs';

/** What the script that starts the harness brings: how to start a Redis on this machine. */
export interface RedisTools {
  startRedis(options: PrivateRedisOptions): Promise<PrivateRedis>;
}

export type { PrivateRedis };

/** As docker-compose.yml has it, and as most deployments run it. */
export const EVERYSEC = ['--appendonly', 'yes', '--appendfsync', 'everysec'];
export const ALWAYS = ['--appendonly', 'yes', '--appendfsync', 'always'];
