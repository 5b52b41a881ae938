import type { Fault } from '../harness/fault.js';
import { behindSentinels } from '../harness/sentinels.js';
import { recoverIfItWentBack } from '../harness/wentBack.js';

const ONE_IN = 600;

export const fault: Fault = {
  about:
    'SIGKILL of the master behind three Sentinels, which make its replica the master; the killed one comes back as a replica',
  notPromised:
    'that a failover keeps what was accepted in the last moments before it: replication does not wait',
  needs: ({ redis }) => ({
    lastsS: 20,
    openRedis: (tools) => behindSentinels(tools, redis),
  }),
  async strike(scene) {
    const { failover } = scene.redis;
    for (const share of scene.moments(scene.strikesFor(ONE_IN))) {
      await scene.intake.reached(share);
      const strike = scene.struck(scene.fleet.inHand());
      scene.mayForget(strike.at);
      await failover?.killMaster();
      strike.over = Date.now();
      await failover?.restartKilled();
      await recoverIfItWentBack(scene);
    }
  },
};
