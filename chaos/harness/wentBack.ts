import { setTimeout as pause } from 'node:timers/promises';
import type { Scene } from './scene.js';

const LOOK_EVERY_MS = 200;
/** A worker looks every two seconds. */
const NOTICED_WITHIN_MS = 15_000;
const NOTICED = /went.back/i;

/**
 * What a person does whose Redis has lost something: once the deployment has noticed, has it look at the
 * platform for what may have been sent. Where nothing is noticed there is nothing to do.
 */
export async function recoverIfItWentBack(scene: Scene): Promise<void> {
  const giveUpAt = Date.now() + NOTICED_WITHIN_MS;
  while (Date.now() < giveUpAt) {
    const status = await scene.producer.operations.pauseStatus().catch(() => undefined);
    if (NOTICED.test(JSON.stringify(status ?? {}))) {
      scene.say(`Redis went back, and it was noticed: ${await scene.command(['recover'])}`);
      return;
    }
    await pause(LOOK_EVERY_MS);
  }
}
