import { randomBytes } from 'node:crypto';

const POOL_BYTES = 8_192;

let pool: Buffer = Buffer.alloc(0);

/**
 * Random bytes that nobody else gets. The system is asked for many at once: asked for a few each time,
 * it would take a tenth of what accepting a notification takes.
 */
export function takeRandom(bytes: number): Buffer {
  if (pool.length < bytes) pool = randomBytes(Math.max(bytes, POOL_BYTES));
  const taken = pool.subarray(0, bytes);
  pool = pool.subarray(bytes);
  return taken;
}
