import type { Fault } from '../harness/fault.js';
import { cutOff } from '../harness/networkOutage.js';

export const fault: Fault = {
  about: 'connections of workers to Redis carry commands, and no answers; new connections work',
  needs: () => ({ proxies: true }),
  strike: (scene) => cutOff(scene, 'toRedis', 'half_open'),
};
