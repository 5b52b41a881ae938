import type { Fault } from '../harness/fault.js';
import { WebhookWitness } from '../harness/webhookWitness.js';

/** One kill for so many notifications. */
const ONE_IN = 60;
/** So many kills of workers, of which one sends to webhooks, for each of the api. */
const WORKERS_A_KILL_OF_THE_API = 3;

export const fault: Fault = {
  about:
    'as `kill`, while a receiver of webhooks notes what it is sent: each change has to come, in order, as the feed has it',
  needs: () => ({ env: { WEBHOOKS_ALLOW_PRIVATE: 'on' } }),
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
  async watch(scene) {
    const witness = await WebhookWitness.start();
    await witness.subscribe(scene);
    return {
      findings: (records) => witness.findings(scene, records),
      close: () => witness.close(),
    };
  },
};
