import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from '../harness/fault.js';

/** The moments of a release between which a process can die: `src/campaign/release.ts`. */
const STEPS = ['rows_read', 'accepted', 'jobs_added', 'queued'] as const;
const ONE_ROUND_IN = 500;
/** A lease lasts five seconds, and others look for it every two. */
const DIES_WITHIN_MS = 15_000;

export const fault: Fault = {
  about:
    'the rows of a campaign; the process that feeds them into the queue kills itself (SIGKILL) at each step of a release in turn',
  needs: () => ({ campaign: true }),
  async strike(scene) {
    const { fleet, intake } = scene;
    const rounds = scene.strikesFor(ONE_ROUND_IN);
    const steps = Array.from({ length: rounds }, () => STEPS).flat();
    // They would do the work in peace.
    for (const worker of [...fleet.workers]) scene.struck(await fleet.kill(worker));
    for (const step of steps) {
      // Whichever of the two gets the lease dies at that step.
      const pair = await scene.hireFatalPair(() => `release_${step}`);
      const died = pair.map(({ child }) => child.gone);
      await Promise.race([...died, intake.finished, pause(DIES_WITHIN_MS)]);
      for (const worker of pair) await fleet.kill(worker);
    }
    await Promise.all(Array.from({ length: scene.settings.workers }, () => fleet.hire()));
  },
};
