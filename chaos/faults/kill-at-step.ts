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

export const fault: Fault = {
  about:
    'a worker kills itself (SIGKILL) at a step of a send, each step in turn, with whatever else it has in its hands',
  async strike(scene) {
    const { fleet, intake, random } = scene;
    const rounds = scene.strikesFor(ONE_ROUND_IN);
    const steps = Array.from({ length: rounds }, () => STEPS).flat();
    for (const [at, step] of steps.entries()) {
      await intake.reached((0.8 * at) / steps.length);
      const worker = await fleet.hire({ diesAt: `${step}:${1 + Math.floor(random() * 3)}` });
      // What is left to do may be done before it comes to that step so often.
      await Promise.race([worker.child.gone, intake.finished]);
      scene.struck(await fleet.kill(worker));
    }
  },
};
