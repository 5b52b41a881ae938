import { afterEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { untilConnected } from '../../src/queue/timeout.js';
import {
  connectForProducing,
  connectForWorking,
  disconnect,
  type RedisClient,
} from '../../src/redis/redisClient.js';
import { redisFaultOf } from '../../src/redis/redisFault.js';
import { startPrivateRedis } from '../support/redis.js';
import { startSentinel } from '../support/sentinel.js';

const servers: { stop(): Promise<void> }[] = [];
const connections: RedisClient[] = [];
afterEach(async () => {
  for (const redis of connections.splice(0)) disconnect(redis);
  for (const server of servers.splice(0).reverse()) await server.stop();
});

function opened(redis: RedisClient): RedisClient {
  redis.on('error', () => undefined);
  connections.push(redis);
  return redis;
}

/* A real Sentinel that wants a password of its own, in front of a Redis that wants another. */
describe('Sentinels with a password', () => {
  test('are asked with theirs, and Redis with its own; without it the reason is named', async () => {
    const master = await startPrivateRedis();
    servers.push(master);
    const admin = new Redis(master.url);
    await admin.acl('SETUSER', 'service', 'on', '>redis-password', '~*', '&*', '+@all');
    admin.disconnect();
    const sentinel = await startSentinel(master.port, { password: 'sentinel-password' });
    servers.push(sentinel);

    const url = `redis+sentinel://service:redis-password@${sentinel.address}/main`;
    for (const connect of [connectForProducing, connectForWorking]) {
      const redis = opened(connect(`${url}?sentinelPassword=sentinel-password`));
      expect(await untilConnected(redis).then(() => redis.ping())).toBe('PONG');
    }
    const refused = opened(connectForProducing(url));
    const error = await untilConnected(refused).catch((reason: unknown) => reason);
    expect(redisFaultOf(error)?.kind).toBe('sentinel_credentials');
  });
});
