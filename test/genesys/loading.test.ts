import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { startSandbox } from '../../sandbox/sandbox.js';
import { productMain } from '../support/product.js';
import { startClient } from './support/client.js';

const run = promisify(execFile);

/** Prints which of the SDK and axios are loaded before and after a first call. */
const PROGRAM = `
  import { createRequire } from 'node:module';
  import { pino } from 'pino';
  const { createGenesysClient } = await import(process.argv[1]);
  const { cache } = createRequire(process.argv[1]);
  const sdk = () => Object.keys(cache).some((file) => file.includes('purecloud-platform-client'));
  const admission = { acquire: async () => ({ admitted: true }), rateLimited: async () => undefined };
  const client = await createGenesysClient(
    { baseUrl: process.argv[2], clientId: 'sandbox', clientSecret: 'sandbox-secret' },
    { admission, log: pino({ level: 'silent' }) },
  );
  const before = sdk();
  const { ok } = await client.checkCredentials();
  console.log(JSON.stringify({ before, ok, after: sdk() }));
  await client.close();
`;

test('the SDK is loaded by the first call, not by a client that is not used', async () => {
  const sandbox = await startSandbox();
  const module = new URL('genesys/genesysClient.js', `file://${productMain()}`).href;
  try {
    const { stdout } = await run(process.execPath, [
      ...['--input-type=module', '--eval', PROGRAM],
      ...[module, sandbox.url],
    ]);
    expect(JSON.parse(stdout)).toEqual({ before: false, ok: true, after: true });
  } finally {
    await sandbox.close();
  }
});

test('a client that was closed without having been used issues nothing afterwards', async () => {
  const sandbox = await startSandbox();
  try {
    const { client } = await startClient({ baseUrl: sandbox.url });
    await client.close();
    const late = await client.findContact('customer@example.com', { lane: 'campaign' });
    expect(late).toMatchObject({ ok: false, failure: { kind: 'not_issued' } });
    expect(sandbox.requests.count()).toBe(0);
  } finally {
    await sandbox.close();
  }
});
