import { afterEach, expect, test } from '@jest/globals';
import { Command, run } from './support/command.js';

let sandbox: Command | undefined;

afterEach(async () => {
  sandbox?.signal('SIGKILL');
  await sandbox?.end();
});

async function start(...args: string[]): Promise<string> {
  sandbox = new Command(['sandbox', '--port', '0', ...args], {});
  const [, url = ''] = await sandbox.says(/listens on (\S+)\n[\s\S]*\/_sandbox\/\n/);
  return url;
}

test('the sandbox says how to use it, serves, and ends with 0', async () => {
  const url = await start();
  expect(sandbox?.stdout).toContain(`GENESYS_CLOUD_BASE_URL=${url}\n`);
  expect((await fetch(`${url}/_sandbox/deliveries`)).status).toBe(200);
  sandbox?.signal('SIGTERM');
  expect(await sandbox?.end()).toBe(0);
});

test('the sandbox takes its settings from the command line', async () => {
  const url = await start('--requests-per-minute', '7', '--latency-ms', '3');
  const settings = await (await fetch(`${url}/_sandbox/settings`)).json();
  expect(settings).toMatchObject({ requestsPerMinute: 7, latencyMs: 3 });
});

test('the sandbox does not start on a port that is taken', async () => {
  const { port } = new URL(await start());
  const { code, stderr } = await run(['sandbox', '--port', port], {});
  expect(code).toBe(1);
  expect(stderr).toContain('EADDRINUSE');
});
