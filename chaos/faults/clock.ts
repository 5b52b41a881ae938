import { setTimeout as pause } from 'node:timers/promises';
import { FakeClock, fakeTimeLibrary } from '../harness/fakeClock.js';
import type { Fault } from '../harness/fault.js';

const WRONG_BY_S = 300;
const WRONG_FOR_MS = 8_000;
const ONE_IN = 700;

export const fault: Fault = {
  about:
    'the clocks of two workers jump five minutes, one ahead and one back, and after 8 s jump back; a third has the right time',
  notHere: async () =>
    fakeTimeLibrary() === undefined ? 'libfaketime is not installed' : undefined,
  needs: () => ({ lastsS: 40 }),
  async strike(scene) {
    const { fleet, intake } = scene;
    const ahead = new FakeClock();
    const behind = new FakeClock();
    const two = await Promise.all([ahead, behind].map(({ env }) => fleet.hire({ env })));
    for (const worker of fleet.workers.filter((each) => !two.includes(each)).slice(1)) {
      await fleet.kill(worker, 'SIGTERM');
    }
    for (const share of scene.moments(scene.strikesFor(ONE_IN))) {
      await intake.reached(share);
      scene.struck(two.flatMap(({ inHand }) => [...inHand]));
      ahead.set(WRONG_BY_S);
      behind.set(-WRONG_BY_S);
      await pause(WRONG_FOR_MS);
      ahead.set(0);
      behind.set(0);
    }
    await intake.finished;
    for (const clock of [ahead, behind]) clock.remove();
  },
};
