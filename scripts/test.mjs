import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { ensureInstalled } from './install.mjs';
import { ensureNode } from './lib/node.mjs';
import { projectRoot, runScript } from './lib/script.mjs';

// Jest needs the flag to run tests as native modules; its warning would head every test file.
const NODE_FLAGS = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];

/** Runs Jest with the arguments given; the last line says how many tests passed and failed. */
await runScript(async () => {
  ensureNode();
  await ensureInstalled();
  const program = createRequire(import.meta.url).resolve('jest/bin/jest');
  const jest = spawn(process.execPath, [...NODE_FLAGS, program, ...process.argv.slice(2)], {
    cwd: projectRoot,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => jest.kill(signal));
  // A run that ends without a report, in its set-up for example, is a failure all the same.
  let counts = { passed: 0, failed: 1 };
  jest.on('message', (message) => {
    counts = message;
  });
  const [code] = await once(jest, 'close');
  process.exitCode = code ?? 1;
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
});
