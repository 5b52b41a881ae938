import type { FaultInput } from '#sandbox/faults.js';
import type { Scene } from './scene.js';

type WithoutEndpoint<F> = F extends unknown ? Omit<F, 'endpoint'> : never;

/** Where a message leaves; what else is asked of the platform only reads. */
const SENDS = ['agentless-message', 'agentless-email'] as const;

/** From when to when of a run (share of the notifications that are accepted) the platform misbehaves. */
const FROM = 0.1;
const TO = 0.8;

/** Has the platform misbehave to sends for most of the run. */
export async function misbehaveToSends(
  scene: Scene,
  fault: WithoutEndpoint<FaultInput>,
): Promise<void> {
  await misbehave(
    scene,
    SENDS.map((endpoint) => ({ ...fault, endpoint }) as FaultInput),
  );
}

async function misbehave(scene: Scene, faults: readonly FaultInput[]): Promise<void> {
  await scene.intake.reached(FROM);
  const strike = scene.struck(scene.fleet.inHand());
  for (const fault of faults) await scene.platform.misbehave(fault);
  await scene.intake.reached(TO);
  await scene.platform.behave();
  strike.over = Date.now();
}
