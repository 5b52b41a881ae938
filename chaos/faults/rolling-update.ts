import type { Fault } from '../harness/fault.js';
import { buildVersion, versionBefore } from '../harness/versionBefore.js';

export const fault: Fault = {
  about:
    'api and workers of the version before (--before) are replaced by this one while they work, one after the other, each ended by SIGTERM',
  notHere: async ({ before }) => {
    const built = await builtBefore(before);
    return 'missing' in built ? built.missing : undefined;
  },
  needs: async ({ before }) => {
    const built = await builtBefore(before);
    return 'missing' in built ? {} : { main: built.main, lastsS: 30 };
  },
  async strike(scene) {
    const { fleet, intake } = scene;
    const old = [...fleet.workers];
    const moments = scene.moments(old.length + 1);
    for (const [at, worker] of old.entries()) {
      await intake.reached(moments[at] ?? 1);
      await fleet.hire();
      await fleet.kill(worker, 'SIGTERM');
    }
    await intake.reached(moments.at(-1) ?? 1);
    await scene.killApi('SIGTERM');
    await scene.startApi();
  },
};

async function builtBefore(before: string | undefined) {
  const version = await versionBefore(before);
  return 'missing' in version ? version : buildVersion(version.commit);
}
