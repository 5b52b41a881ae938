import { setTimeout as pause } from 'node:timers/promises';
import type { Scene } from './scene.js';

const AWAY_MS = 1_500;
const ONE_IN = 250;

/** Kills the process of Redis at random moments and starts it again on the same files. */
export async function killRedisNowAndThen(scene: Scene): Promise<void> {
  for (const share of scene.moments(scene.strikesFor(ONE_IN))) {
    await scene.intake.reached(share);
    const strike = scene.struck(scene.fleet.inHand());
    await scene.redis.server.kill('SIGKILL');
    await pause(AWAY_MS);
    await scene.redis.server.restart();
    strike.over = Date.now();
  }
}
