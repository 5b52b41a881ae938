import type { Fault } from '../harness/fault.js';
import { misbehaveToSends } from '../harness/platformFaults.js';

export const fault: Fault = {
  about: 'one send in twenty is carried out, and its answer comes byte by byte and never ends',
  strike: (scene) => misbehaveToSends(scene, { kind: 'trickle', probability: 0.05 }),
};
