import type { Fault } from '../harness/fault.js';
import { misbehaveToSends } from '../harness/platformFaults.js';

export const fault: Fault = {
  about: 'one send in ten is carried out and answered 503 or 500 all the same',
  strike: (scene) =>
    misbehaveToSends(
      scene,
      { kind: '503-after', probability: 0.05 },
      { kind: '500-after', probability: 0.05 },
    ),
};
