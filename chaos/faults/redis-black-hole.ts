import type { Fault } from '../harness/fault.js';
import { cutOff } from '../harness/networkOutage.js';

export const fault: Fault = {
  about:
    'the network between workers and Redis swallows everything for a minute (--outage), new connections too',
  needs: () => ({ proxies: true }),
  strike: (scene) => cutOff(scene, 'toRedis', 'black_hole'),
};
