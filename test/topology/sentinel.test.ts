import { describe, expect, test } from '@jest/globals';
import { missingServer } from '../support/redis.js';
import { passOver } from './support/passOver.js';
import { startSentinels } from './support/sentinels.js';
import { TRIED } from './support/tried.js';
import { FINE, wholeRun } from './support/wholeRun.js';

describe.each(TRIED.Sentinels)('three Sentinels on %s', (name) => {
  test('make the replica master in mid-run, and once more with the one that came back', async () => {
    const missing = await missingServer(name);
    if (missing !== undefined) return passOver(missing);
    const sentinels = await startSentinels(name);
    try {
      const verdict = await wholeRun({
        env: { REDIS_URL: sentinels.url },
        events: [
          () => sentinels.killMaster(),
          ({ killWorker }) => killWorker(),
          () => sentinels.restartKilled(),
          () => sentinels.killMaster(),
        ],
      });
      expect(verdict).toMatchObject(FINE);
    } finally {
      await sentinels.stop();
    }
  });
});
