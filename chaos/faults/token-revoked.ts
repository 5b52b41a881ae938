import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from '../harness/fault.js';

const ONE_IN = 100;
const WRONG_FOR_MS = 3_000;

export const fault: Fault = {
  about:
    'every token of the OAuth client is revoked at random moments; at one of three the client is refused as well for 3 s',
  async strike(scene) {
    const { platform, intake } = scene;
    for (const [at, share] of scene.moments(scene.strikesFor(ONE_IN)).entries()) {
      await intake.reached(share);
      const strike = scene.struck(scene.fleet.inHand());
      if (at % 3 === 2) await platform.set({ clientSecret: 'another' });
      await platform.revokeTokens();
      if (at % 3 === 2) {
        await pause(WRONG_FOR_MS);
        await platform.set({ clientSecret: 'sandbox-secret' });
      }
      strike.over = Date.now();
    }
  },
};
