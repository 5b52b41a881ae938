import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from '../harness/fault.js';

/** What real gateways have answered, and worse. */
const ABSURD = [
  '0',
  '1',
  '-5',
  '1e9',
  'soon',
  '0.5',
  '',
  'Thu, 01 Jan 1970 00:00:00 GMT',
  '999999999999',
];
const ONE_IN = 150;
const REOPEN_AFTER_MS = 1_000;

export const fault: Fault = {
  about:
    '429 to everything, with a Retry-After of 0, of a billion seconds, below zero, in 1970, or of no sense; a person reopens the gate',
  async strike(scene) {
    for (const [at, share] of scene.moments(scene.strikesFor(ONE_IN)).entries()) {
      await scene.intake.reached(share);
      const strike = scene.struck(scene.fleet.inHand());
      const retryAfter = ABSURD[at % ABSURD.length];
      await scene.platform.misbehave({ endpoint: '*', kind: '429', retryAfter, count: 20 });
      await pause(REOPEN_AFTER_MS);
      await scene.platform.behave();
      // What was answered before may close it once more.
      for (let times = 0; times < 2; times += 1) {
        await pause(REOPEN_AFTER_MS);
        await scene.producer.operations.openGate();
      }
      strike.over = Date.now();
    }
  },
};
