import { once } from 'node:events';
import { UnreadableRecordError } from '../notification/codec.js';
import type { RedisClient } from '../redis/redisClient.js';
import { isRedisFault, withoutCommand } from '../redis/redisFault.js';
import { verifyDatabase } from '../redis/serverInfo.js';
import { type AwakeTimer, afterTimeAwake } from '../redis/timeAwake.js';
import { RedisUnavailableError, UnexpectedFailureError } from './notifierErrors.js';

/** The longest a caller waits for Redis, all commands of a call together. */
const PATIENCE_MS = 2_500;

/**
 * Bounds the whole duration of a call to Redis, and turns every way of Redis being away into one
 * typed error. A command whose caller gave up may still be carried out later. That is why the error
 * names the id of what was to be changed. A read has none: it changes nothing.
 */
export async function withTimeout<T>(
  work: Promise<T>,
  id?: string,
  mayBeDone = id !== undefined,
): Promise<T> {
  let limit: AwakeTimer | undefined;
  const tooLong = new Promise<never>((_resolve, reject) => {
    limit = afterTimeAwake(PATIENCE_MS, () => reject(new Error('Redis did not answer in time')));
  });
  try {
    return await Promise.race([work, tooLong]);
  } catch (error) {
    if (isRedisFault(error))
      throw new RedisUnavailableError(id, { cause: withoutCommand(error), mayBeDone });
    if (id === undefined || error instanceof UnreadableRecordError) throw withoutCommand(error);
    throw new UnexpectedFailureError(id, { cause: withoutCommand(error) });
  } finally {
    limit?.cancel();
    // The loser of the race must not surface as an unhandled rejection.
    work.catch(() => undefined);
  }
}

/** For work that has no limit as a whole: a Redis that is away still becomes the one typed error. */
export async function withRedisFaultNamed<T>(id: string | undefined, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!isRedisFault(error)) throw error;
    throw new RedisUnavailableError(id, { cause: withoutCommand(error) });
  }
}

const awaited = new WeakMap<RedisClient, Promise<unknown>>();

/**
 * Waits for the connection to stand. A producer's connection queues no commands, so without this
 * the first call after construction would fail although Redis is there and well. Callers that wait
 * at the same time share one wait.
 */
export async function untilConnected(redis: RedisClient): Promise<void> {
  if (redis.status === 'ready') return verifyDatabase(redis);
  let ready = awaited.get(redis);
  if (ready === undefined) {
    const tooLong = new AbortController();
    const limit = afterTimeAwake(PATIENCE_MS, () => tooLong.abort());
    ready = once(redis, 'ready', { signal: tooLong.signal }).finally(() => {
      limit.cancel();
      awaited.delete(redis);
    });
    awaited.set(redis, ready);
  }
  await ready;
  await verifyDatabase(redis);
}
