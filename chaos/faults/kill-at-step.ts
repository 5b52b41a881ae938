import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from '../harness/fault.js';

/** The moments of an attempt between which a process can die: `src/dispatch/jobAttempt.ts`. */
const STEPS = [
  'claimed',
  'context_ready',
  'before_intent',
  'intent_written',
  'answer_received',
  'answer_recorded',
] as const;

/** One round of all steps for so many notifications. */
const ONE_ROUND_IN = 400;

/** A worker starts within that, and comes to its step, on a machine that is busy. */
const SECONDS_A_STEP = 5;
const DIES_WITHIN_MS = 30_000;

export const fault: Fault = {
  about:
    'workers kill themselves (SIGKILL) at a step of a send, each step in turn, with whatever else they have in their hands',
  needs: (settings) => ({ lastsS: stepsFor(settings.notifications).length * SECONDS_A_STEP }),
  async strike(scene) {
    const { fleet, random } = scene;
    // They would do all the work in peace.
    for (const worker of [...fleet.workers]) scene.struck(await fleet.kill(worker));
    for (const step of stepsFor(scene.settings.notifications)) {
      const pair = await scene.hireFatalPair(() => `${step}:${1 + Math.floor(random() * 3)}`);
      // What is left to do may be done before it comes to that step so often.
      await Promise.race([
        Promise.all(pair.map(({ child }) => child.gone)),
        scene.intake.finished,
        pause(DIES_WITHIN_MS),
      ]);
      for (const worker of pair) await fleet.kill(worker);
    }
    await Promise.all(Array.from({ length: scene.settings.workers }, () => fleet.hire()));
  },
};

function stepsFor(notifications: number): (typeof STEPS)[number][] {
  const rounds = Math.max(1, Math.round(notifications / ONE_ROUND_IN));
  return Array.from({ length: rounds }, () => STEPS).flat();
}
