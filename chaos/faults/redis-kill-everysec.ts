import type { Fault } from '../harness/fault.js';
import { killRedisNowAndThen } from '../harness/redisKills.js';
import { EVERYSEC } from '../harness/redisServer.js';

export const fault: Fault = {
  about: 'SIGKILL of Redis under appendfsync everysec, started again after 1.5 s on the same files',
  needs: () => ({ redis: EVERYSEC }),
  strike: killRedisNowAndThen,
};
