import { describe, expect, test } from '@jest/globals';
import { missingServer } from '../support/redis.js';
import { startCluster } from './support/cluster.js';
import { passOver } from './support/passOver.js';
import { TRIED } from './support/tried.js';
import { FINE, wholeRun } from './support/wholeRun.js';

describe.each(TRIED['a cluster'])('a cluster of three masters on %s', (name) => {
  test('fails over twice in mid-run: in good order, and because the master is killed', async () => {
    const missing = await missingServer(name);
    if (missing !== undefined) return passOver(missing);
    const cluster = await startCluster(name);
    try {
      const verdict = await wholeRun({
        env: { REDIS_URL: cluster.url },
        events: [
          ({ deployment }) => cluster.handOver(deployment.prefix),
          ({ killWorker }) => killWorker(),
          ({ deployment }) => cluster.killMasterOf(deployment.prefix),
          () => cluster.restartKilled(),
        ],
      });
      expect(verdict).toMatchObject(FINE);
    } finally {
      await cluster.stop();
    }
  });
});
