import type { Fault } from '../harness/fault.js';
import { misbehaveToSends } from '../harness/platformFaults.js';

export const fault: Fault = {
  about: 'one send in ten is carried out, and the connection is cut before the answer',
  strike: (scene) => misbehaveToSends(scene, { kind: 'reset-after', probability: 0.1 }),
};
