import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '../support/freePort.js';
import { missingServer, startPrivateRedis } from '../support/redis.js';
import { AUTHORITY, SERVER_CERTIFICATE, SERVER_KEY } from './support/certificates.js';
import { passOver } from './support/passOver.js';
import { TRIED } from './support/tried.js';
import { FINE, wholeRun } from './support/wholeRun.js';

/** Workers speak TLS; the test, whose own process knows no further authority, uses the plain port. */
describe.each(TRIED.TLS)('%s over TLS', (name) => {
  let folder: string;
  const file = (called: string) => path.join(folder, called);
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'notifier-tls-'));
    writeFileSync(file('ca.pem'), AUTHORITY);
    writeFileSync(file('server.pem'), SERVER_CERTIFICATE);
    writeFileSync(file('server.key'), SERVER_KEY);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('with a certificate of an own authority is killed and restarted in mid-run', async () => {
    const missing = await missingServer(name);
    if (missing !== undefined) return passOver(missing);
    const port = await freePort();
    const server = await startPrivateRedis({
      server: name,
      args: [
        ...['--tls-port', String(port), '--tls-auth-clients', 'no', '--appendonly', 'yes'],
        ...['--tls-ca-cert-file', file('ca.pem')],
        ...['--tls-cert-file', file('server.pem'), '--tls-key-file', file('server.key')],
      ],
    });
    try {
      const verdict = await wholeRun({
        env: { REDIS_URL: server.url },
        workerEnv: {
          REDIS_URL: `rediss://127.0.0.1:${port}`,
          NODE_EXTRA_CA_CERTS: file('ca.pem'),
        },
        events: [
          ({ killWorker }) => killWorker(),
          async () => {
            await server.kill('SIGKILL');
            await server.restart();
          },
        ],
      });
      expect(verdict).toMatchObject(FINE);
    } finally {
      await server.stop();
    }
  });
});
