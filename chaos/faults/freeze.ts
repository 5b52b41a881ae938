import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from '../harness/fault.js';

const ONE_IN = 700;

export const fault: Fault = {
  about:
    'SIGSTOP of a worker for a minute (--outage), longer than its locks last; then it goes on with what it had in its hands',
  async strike(scene) {
    const { fleet, intake, settings } = scene;
    const woken: Promise<void>[] = [];
    for (const share of scene.moments(scene.strikesFor(ONE_IN))) {
      await intake.reached(share);
      const worker = fleet.any(scene.random);
      scene.struck([...worker.inHand]);
      worker.child.kill('SIGSTOP');
      woken.push(pause(settings.outageMs).then(() => worker.child.kill('SIGCONT')));
      await Promise.race([woken.at(-1), intake.finished]);
    }
    await Promise.all(woken);
  },
};
