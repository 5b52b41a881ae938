import type { Fault } from '../harness/fault.js';

/** One kill for so many notifications. */
const ONE_IN = 60;
/** So many kills of workers for each of the api. */
const WORKERS_A_KILL_OF_THE_API = 3;

export const fault: Fault = {
  about:
    'SIGKILL of workers, and now and then of the api, at random moments; each is replaced at once',
  async strike(scene) {
    const { fleet, intake } = scene;
    for (const [at, share] of scene.moments(scene.strikesFor(ONE_IN)).entries()) {
      await intake.reached(share);
      if (at % (WORKERS_A_KILL_OF_THE_API + 1) === WORKERS_A_KILL_OF_THE_API) {
        await scene.killApi();
        await scene.startApi();
        continue;
      }
      scene.struck(await fleet.kill(fleet.any(scene.random)));
      await fleet.hire();
    }
  },
};
