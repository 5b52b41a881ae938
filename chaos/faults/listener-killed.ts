import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from '../harness/fault.js';

const ONE_IN = 150;
/** A lease lasts eight seconds. */
const LOOK_EVERY_MS = 100;

export const fault: Fault = {
  about:
    'the worker that hears from the platform which web messages did not arrive is killed (SIGKILL), time and again',
  // Long enough that it is events that open the next channel, and short enough to wait for where none comes.
  needs: () => ({
    lastsS: 30,
    env: { DELIVERY_CHECK_AFTER: '15s' },
    sandbox: { deliveryDelayMs: 2_000 },
  }),
  async strike(scene) {
    const { fleet, intake } = scene;
    for (const share of scene.moments(scene.strikesFor(ONE_IN))) {
      await intake.reached(share);
      let over = false;
      intake.finished.then(() => {
        over = true;
      });
      while (fleet.listener() === undefined && !over) await pause(LOOK_EVERY_MS);
      const listener = fleet.listener();
      if (listener === undefined) return;
      scene.struck(await fleet.kill(listener));
      await fleet.hire();
    }
  },
};
