import { Cluster } from 'ioredis';
import type { RedisClient } from './redisClient.js';

const KEYS_A_CALL = 1_000;

/**
 * All keys under a prefix, some hundreds at a time, without it. A key that is there all the while is found at
 * least once. It goes through every key of the server: for what is done seldom, and has to miss nothing.
 */
export async function* scanKeys(redis: RedisClient, prefix: string): AsyncGenerator<string[]> {
  const pattern = `${prefix.replace(/[\\*?[\]]/g, '\\$&')}:*`;
  const nodes = redis instanceof Cluster ? redis.nodes('master') : [redis];
  for (const node of nodes) {
    let cursor = '0';
    do {
      const [next, keys] = await node.scan(cursor, 'MATCH', pattern, 'COUNT', KEYS_A_CALL);
      cursor = next;
      if (keys.length > 0) yield keys.map((key) => key.slice(prefix.length + 1));
    } while (cursor !== '0');
  }
}
