import type { FaultInput } from '#sandbox/faults.js';
import type { Scene } from './scene.js';

type WithoutEndpoint<F> = F extends unknown ? Omit<F, 'endpoint'> : never;

/** Where a message leaves; what else is asked of the platform only reads. */
const SENDS = ['agentless-message', 'agentless-email'] as const;

/** From when to when of a run (share of the notifications that are accepted) the platform misbehaves. */
const FROM = 0.1;
const TO = 0.8;

/** Has the platform misbehave to sends for most of the run; a send meets one of these faults at most. */
export async function misbehaveToSends(
  scene: Scene,
  ...faults: WithoutEndpoint<FaultInput>[]
): Promise<void> {
  await scene.intake.reached(FROM);
  const strike = scene.struck(scene.fleet.inHand());
  for (const fault of faults) {
    for (const endpoint of SENDS) {
      await scene.platform.misbehave({ ...fault, endpoint } as FaultInput);
    }
  }
  await scene.intake.reached(TO);
  await scene.platform.behave();
  strike.over = Date.now();
}
