import type { Fault } from '../harness/fault.js';
import { killRedisNowAndThen } from '../harness/redisKills.js';
import { ALWAYS } from '../harness/redisServer.js';

export const fault: Fault = {
  about: 'SIGKILL of Redis under appendfsync always, started again after 1.5 s on the same files',
  needs: () => ({ redis: ALWAYS }),
  strike: killRedisNowAndThen,
};
