import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { productMain } from '../support/product.js';

const run = promisify(execFile);

/** Prints which packages are loaded once a module is. */
const PROGRAM = `
  import { createRequire } from 'node:module';
  await import(process.argv[1]);
  const { cache } = createRequire(process.argv[1]);
  const names = Object.keys(cache).map((file) => /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(file)?.[1]);
  console.log(JSON.stringify([...new Set(names)]));
`;

/** A command that only describes itself, or reads files, starts in a fraction of the time without these. */
const HEAVY = ['bullmq', 'ioredis', 'fastify', 'purecloud-platform-client-v2', 'prom-client'];

test.each([
  ['cli/program.js', [...HEAVY, 'liquidjs', 'zod']],
  ['cli/templates.js', HEAVY],
  // The last two come with the HTTP client and with the socket for delivery events.
  ['app/workerApp.js', ['purecloud-platform-client-v2', 'follow-redirects', 'ws']],
])('%s loads none of the packages that it does not need', async (module, unneeded) => {
  const { stdout } = await run(process.execPath, [
    ...['--input-type=module', '--eval', PROGRAM],
    new URL(module, `file://${productMain()}`).href,
  ]);
  const loaded = JSON.parse(stdout) as string[];
  expect(loaded.filter((name) => unneeded.includes(name))).toEqual([]);
  expect(loaded.length).toBeGreaterThan(0);
});
