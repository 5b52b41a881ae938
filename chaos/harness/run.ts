import type { ChaosSettings, Fault, Watch } from './fault.js';
import { judge, type Records, untilEnded, type Verdict } from './judge.js';
import { openScene } from './openScene.js';
import { type Recovery, recoveryOf } from './recovery.js';
import type { RedisTools } from './redisServer.js';
import type { Scene } from './scene.js';

/** What came of one fault. */
export interface Outcome {
  name: string;
  about: string;
  notPromised?: string;
  /** Why it was not run. */
  notHere?: string;
  verdict?: Verdict;
  recovery?: Recovery;
  strikes: number;
  seconds: number;
}

/** Runs one fault from the first notification to the last end, and judges. Nothing is left of it, however it ends. */
export async function runFault(
  name: string,
  fault: Fault,
  settings: ChaosSettings,
  { tools, interrupted }: { tools: RedisTools; interrupted: AbortSignal },
): Promise<Outcome> {
  const { about, notPromised } = fault;
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1_000;
  const notHere = await fault.notHere?.(settings);
  if (notHere !== undefined) return { name, about, notHere, strikes: 0, seconds: seconds() };
  const needs = (await fault.needs?.(settings)) ?? {};
  const { scene, close } = await openScene(name, settings, tools, needs);
  let watch: Watch | undefined;
  try {
    watch = await fault.watch?.(scene);
    const records = await Promise.race([strike(scene, fault), rejectedBy(interrupted)]);
    const verdict = await judge(scene, records);
    verdict.findings.push(...((await watch?.findings(records)) ?? []));
    const recovery = recoveryOf(scene.strikes, records);
    const { length: strikes } = scene.strikes;
    return { name, about, notPromised, verdict, recovery, strikes, seconds: seconds() };
  } finally {
    await watch?.close();
    await close();
  }
}

/** What became of every notification. */
async function strike(scene: Scene, fault: Fault): Promise<Records> {
  await Promise.all([scene.intake.run(), fault.strike(scene)]);
  return untilEnded(scene);
}

async function rejectedBy(signal: AbortSignal): Promise<never> {
  signal.throwIfAborted();
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}
