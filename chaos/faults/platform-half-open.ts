import type { Fault } from '../harness/fault.js';
import { cutOff } from '../harness/networkOutage.js';

export const fault: Fault = {
  about:
    'connections of workers to Genesys Cloud carry requests, and no answers; new connections work',
  needs: () => ({ proxies: true }),
  strike: (scene) => cutOff(scene, 'toPlatform', 'half_open'),
};
