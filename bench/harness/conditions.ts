import { arch, cpus, loadavg, release, totalmem, type } from 'node:os';
import { connectForWorking, disconnect, type RedisClient } from '#product/redis/redisClient.js';

/** Where and under what the numbers came about; they mean little without. */
export async function conditionsOf(redis: {
  url: string;
  source: string;
}): Promise<Record<string, string | number>> {
  const client = connectForWorking(redis.url);
  try {
    const info = await client.info('server');
    const policy = await configured(client, 'maxmemory-policy');
    const appendOnly = await configured(client, 'appendonly');
    const processors = cpus();
    return {
      date: new Date().toISOString(),
      machine: `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown processor'}, ${(totalmem() / 2 ** 30).toFixed(1)} GB, ${type()} ${release()} ${arch()}`,
      'load before': loadavg()[0]?.toFixed(2) ?? 'unknown',
      node: process.version,
      redis: `${field(info, 'redis_version')}, ${redis.source}, ${policy}, appendonly ${appendOnly}`,
    };
  } finally {
    disconnect(client);
  }
}

/** A managed Redis may forbid the question. */
async function configured(client: RedisClient, name: string): Promise<string> {
  const answer = await client.config('GET', name).catch(() => undefined);
  return (answer as string[] | undefined)?.[1] ?? 'unknown';
}

function field(info: string, name: string): string {
  return new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim() ?? 'unknown';
}
