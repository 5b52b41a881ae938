import type { Fault } from '../harness/fault.js';
import { misbehaveToSends } from '../harness/platformFaults.js';

export const fault: Fault = {
  about: 'one send in ten is answered 503 and not carried out',
  strike: (scene) => misbehaveToSends(scene, { kind: '503', probability: 0.1 }),
};
