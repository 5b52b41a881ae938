import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Fault } from '../harness/fault.js';

const ONE_IN = 500;
const FULL_FOR_MS = 3_000;

export const fault: Fault = {
  about:
    'Redis is at its maxmemory for 3 s and refuses writes, and meanwhile the kernel kills a worker for lack of memory (SIGKILL)',
  async strike(scene) {
    const { fleet, intake, redis } = scene;
    const control = new Redis(redis.server.url);
    for (const share of scene.moments(scene.strikesFor(ONE_IN))) {
      await intake.reached(share);
      const outage = scene.struck(fleet.inHand());
      // Less than it uses already: every command that needs memory is refused.
      await control.config('SET', 'maxmemory', '1mb');
      await pause(FULL_FOR_MS / 2);
      scene.struck(await fleet.kill(fleet.any(scene.random)));
      await pause(FULL_FOR_MS / 2);
      await control.config('SET', 'maxmemory', '0');
      outage.over = Date.now();
      await fleet.hire();
    }
    control.disconnect();
  },
};
