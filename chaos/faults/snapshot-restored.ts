import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import { NO_REWRITE } from '../harness/appendOnlyFile.js';
import type { Fault } from '../harness/fault.js';
import { EVERYSEC } from '../harness/redisServer.js';
import { recoverIfItWentBack } from '../harness/wentBack.js';

const TAKEN_AT = 0.4;
const RESTORED_AT = 0.6;

export const fault: Fault = {
  about:
    'a person restores the files of Redis from a copy that is older than a fifth of the notifications, and starts it again',
  notPromised: 'that what was accepted after the copy was made is known to it',
  needs: () => ({ redis: [...EVERYSEC, ...NO_REWRITE] }),
  async strike(scene) {
    const { server } = scene.redis;
    const files = path.join(server.dir, 'appendonlydir');
    const copy = path.join(server.dir, 'copy');
    await scene.intake.reached(TAKEN_AT);
    scene.mayForget(Date.now());
    cpSync(files, copy, { recursive: true });
    await scene.intake.reached(RESTORED_AT);
    const strike = scene.struck(scene.fleet.inHand());
    await server.kill('SIGKILL');
    rmSync(files, { recursive: true });
    cpSync(copy, files, { recursive: true });
    await server.restart();
    strike.over = Date.now();
    await recoverIfItWentBack(scene);
  },
};
