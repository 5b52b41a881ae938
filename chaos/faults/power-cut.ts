import { setTimeout as pause } from 'node:timers/promises';
import { cutBack, NO_REWRITE, SyncedSize } from '../harness/appendOnlyFile.js';
import type { Fault } from '../harness/fault.js';
import { EVERYSEC } from '../harness/redisServer.js';
import type { Scene } from '../harness/scene.js';
import { recoverIfItWentBack } from '../harness/wentBack.js';

const ONE_IN = 700;
const AWAY_MS = 1_000;
/** Redis syncs once a second: so much is written after an fsync, and the next one has not begun. */
const AFTER_THE_FSYNC_MS = 600;

export const fault: Fault = {
  about:
    'the machine of Redis loses power under appendfsync everysec: its append-only file ends where it was surely on the disk',
  notPromised:
    'that what was accepted in the last second before a power cut is kept; appendfsync always keeps it, and is tried by redis-kill-always: nothing is answered there before it is on the disk',
  needs: () => ({ lastsS: 20, redis: [...EVERYSEC, ...NO_REWRITE] }),
  async strike(scene) {
    for (const share of scene.moments(scene.strikesFor(ONE_IN))) {
      const watch = new SyncedSize(scene.redis.server);
      await scene.intake.reached(share);
      await cutPower(scene, watch);
    }
  },
};

async function cutPower(scene: Scene, watch: SyncedSize): Promise<void> {
  const { server } = scene.redis;
  let before = watch.synced;
  for (;;) {
    while (watch.synced.at === before.at) await pause(5);
    before = watch.synced;
    await pause(AFTER_THE_FSYNC_MS);
    // Without WAITAOF the size of two seconds ago moves on all the time.
    if (watch.synced.at === before.at || watch.isByTime) break;
  }
  const { size, at } = watch.synced;
  const strike = scene.struck(scene.fleet.inHand());
  await server.kill('SIGKILL');
  watch.stop();
  scene.say(`${cutBack(server, size)} bytes were not on the disk`);
  scene.mayForget(at);
  await pause(AWAY_MS);
  await server.restart();
  strike.over = Date.now();
  await recoverIfItWentBack(scene);
}
