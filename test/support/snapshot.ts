import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import type { Redis } from 'ioredis';
import type { PrivateRedis } from './redis.js';

/** Keeps what a Redis without an append-only file holds now; the result puts it back, by a real restart. */
export async function keepSnapshot(
  server: PrivateRedis,
  redis: Redis,
): Promise<() => Promise<void>> {
  const file = path.join(server.dir, 'dump.rdb');
  await redis.save();
  await copyFile(file, `${file}.kept`);
  return async () => {
    await server.kill('SIGKILL');
    await copyFile(`${file}.kept`, file);
    await server.restart();
  };
}
