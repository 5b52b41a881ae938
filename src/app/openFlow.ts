import type { Logger } from 'pino';
import { redactedError, throttle } from '../ops/logger.js';
import { FlowRecorder } from '../queue/flowRecorder.js';
import { redisClock } from '../redis/clock.js';
import type { RedisClient } from '../redis/redisClient.js';

/** What counts in this process, for the overview; `noteRedis` says whether an error was one of Redis'. */
export function openFlow(
  redis: RedisClient,
  prefix: string,
  log: Logger,
  noteRedis: (error: unknown) => boolean,
): FlowRecorder {
  const clock = redisClock(redis, prefix);
  const logUnwritten = throttle((error: unknown) =>
    log.warn(
      { error: redactedError(error) },
      'what flows cannot be written into the history now; it is written later',
    ),
  );
  return new FlowRecorder(redis, prefix, {
    now: () => clock.now(),
    onError: (error) => {
      if (!noteRedis(error)) logUnwritten(error);
    },
  });
}
