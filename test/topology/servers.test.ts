import { describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { LEAST_RIGHTS } from '../support/leastRights.js';
import { missingServer, startPrivateRedis } from '../support/redis.js';
import { passOver } from './support/passOver.js';
import { TRIED } from './support/tried.js';
import { FINE, wholeRun } from './support/wholeRun.js';

const PASSWORD = 'a-password-of-the-service';

/** One server, and a user who has the documented rights and no other. */
describe.each(TRIED['one server'])('%s with the least rights', (name) => {
  test('is killed and restarted in mid-run, and so are workers', async () => {
    const missing = await missingServer(name);
    if (missing !== undefined) return passOver(missing);
    const server = await startPrivateRedis({ server: name, args: ['--appendonly', 'yes'] });
    const admin = new Redis(server.url, { maxRetriesPerRequest: null });
    admin.on('error', () => undefined);
    // The user is gone with a restart, unless the server reads it from its arguments.
    const grant = async (prefix: string) => {
      const rights = LEAST_RIGHTS.replace('{prefix}', prefix).split(' ');
      await admin.acl('SETUSER', 'service', 'reset', 'on', `>${PASSWORD}`, ...rights);
    };
    try {
      const verdict = await wholeRun({
        env: { REDIS_URL: server.url.replace('//', `//service:${PASSWORD}@`) },
        prepare: ({ prefix }) => grant(prefix),
        events: [
          ({ killWorker }) => killWorker(),
          async ({ deployment }) => {
            await server.kill('SIGKILL');
            await server.restart();
            await grant(deployment.prefix);
          },
          ({ killWorker }) => killWorker(),
        ],
      });
      expect(verdict).toMatchObject(FINE);
    } finally {
      admin.disconnect();
      await server.stop();
    }
  });
});
